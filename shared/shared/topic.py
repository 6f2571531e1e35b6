"""A kind of topic: how its name is built and read, and its payload. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar, get_origin

import msgspec

from shared.errors import PayloadError

P = TypeVar("P")

ID = re.compile(r"[a-z0-9_-]{1,64}")
RESERVED_IDS = frozenset({"next", "event", "request", "response"})

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, eq=False)
class Topic(Generic[P]):
    """A kind of topic.

    `template` stands under the root (`MQTT_ROOT`) or, for `base` discovery, under Home
    Assistant's prefix. `payload` is bytes, a Literal of words, or what msgspec reads as JSON.
    `writers` and `readers` are broker users; `{service}` among them is the user whose name the
    level of that name holds.
    """

    template: str
    payload: Any
    qos: Literal[0, 1]
    retain: bool
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    about: str
    base: Literal["root", "discovery"] = "root"

    def unread(self, qos: Literal[0, 1] | None = None) -> "Topic[bytes]":
        """Return it with payloads as they come: for who answers, or clears, what fits no model.

        `qos` is another QoS to subscribe with.
        """
        wanted = self.qos if qos is None else qos
        return replace(self, payload=bytes, qos=wanted)  # type: ignore[return-value]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the levels that vary, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.template))

    def name(self, base: str, **levels: str) -> str:
        """Return the concrete topic below `base`; KeyError when a level is missing."""
        return f"{base}/{self.template.format_map(levels)}"

    def filter(self, base: str, **levels: str) -> str:
        """Return the topic filter below `base`, with + for each level that is not given."""
        wild = dict.fromkeys(self.parameters, "+") | levels
        parts = self.template.format_map(wild).split("/")
        # a wildcard stands for a whole level, never for a part of one
        return "/".join([base, *("+" if "+" in part else part for part in parts)])

    def match(self, base: str, name: str) -> dict[str, str] | None:
        """Return the varying levels of the topic `name`, None when it is of another kind."""
        found = self.pattern(base).fullmatch(name)
        return found.groupdict() if found else None

    def pattern(self, base: str, **levels: str) -> re.Pattern[str]:
        """Return what concrete topics below `base` match; a level not given is a named group."""
        parts = re.split(r"\{(\w+)\}", self.template)
        for index, level in enumerate(parts):
            if index % 2 == 0:
                parts[index] = re.escape(level)
            else:
                given = levels.get(level)
                parts[index] = f"(?P<{level}>[^/]+)" if given is None else re.escape(given)
        return re.compile(re.escape(base) + "/" + "".join(parts))

    def encode(self, payload: P) -> bytes:
        """Return the payload as it goes over the wire."""
        if isinstance(payload, bytes):
            return payload
        if get_origin(self.payload) is Literal:
            return str(payload).encode()
        return _encoder.encode(payload)

    def decode(self, raw: bytes) -> P:
        """Return the payload; PayloadError when it does not fit the model."""
        result: P
        try:
            if self.payload is bytes:
                result = raw  # type: ignore[assignment]
            elif get_origin(self.payload) is Literal:
                result = msgspec.convert(raw.decode(), self.payload)
            else:
                result = msgspec.json.decode(raw, type=self.payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise PayloadError(str(error)) from None
        except RecursionError:
            raise PayloadError("nested too deeply") from None
        return result
