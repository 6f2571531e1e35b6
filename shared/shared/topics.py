"""Every topic of Mantel, one line each: template, payload, QoS, retained, who may do what.

The code, the reference, the AsyncAPI file, the broker's ACL, its test and Home Assistant's
discovery all read this table; no topic string is written anywhere else. Pure.
"""

import re
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, get_origin

import msgspec

from shared.errors import PayloadError
from shared.payloads import (
    Availability,
    Container,
    ContainerCommand,
    Health,
    HostEvent,
    HostStats,
    LogLine,
)

P = TypeVar("P")

ID = re.compile(r"[a-z0-9_-]{1,64}")
RESERVED_IDS = frozenset({"next", "event", "request", "response"})

SERVICES = ("stats", "ws-bridge")
"""The services, each also a broker user."""
SCALED = {"ws-bridge": 9}
"""How many copies (`MANTEL_INSTANCE` 1 to 9) of a service may run beside the first."""
USERS = (*SERVICES, "homeassistant", "operator")
"""The broker users that exist from the first start; `device` stands for each device's own."""

HOME = ("homeassistant", "operator", "device")
WATCHERS = ("homeassistant", "operator")

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
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        found = re.fullmatch(re.escape(base) + "/" + pattern, name)
        return found.groupdict() if found else None

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
        return result


# What every service says of itself
AVAILABILITY: Topic[str] = Topic(
    "service/{node}/{service}/availability", Availability, 1, True,
    ("{service}",), HOME, "Whether the service runs; its will says `offline`",
)  # fmt: skip
HEALTH: Topic[Health] = Topic(
    "service/{node}/{service}/health", Health, 0, True,
    ("{service}",), WATCHERS, "How the service does, at once on connect, then each minute",
)  # fmt: skip
LOG: Topic[LogLine] = Topic(
    "service/{node}/{service}/log", LogLine, 0, False,
    ("{service}",), WATCHERS, "Log lines at WARNING and above",
)  # fmt: skip

# The host
HOST_STATS: Topic[HostStats] = Topic(
    "host/{node}/stats", HostStats, 0, True,
    ("stats",), ("ws-bridge", *HOME), "One reading of the host each `STATS_INTERVAL_SECONDS`",
)  # fmt: skip
HOST_CONTAINERS: Topic[list[Container]] = Topic(
    "host/{node}/containers", list[Container], 1, True,
    ("stats",), ("ws-bridge", *HOME),
    "The containers in the order of `STATS_CONTAINERS`, at once on change",
)  # fmt: skip
CONTAINER_SET: Topic[str] = Topic(
    "host/{node}/container/{name}/set", ContainerCommand, 1, False,
    WATCHERS, ("stats",),
    "Restart, start or stop; refused unless `STATS_CONTAINERS_CONTROLLED` names it",
)  # fmt: skip
HOST_EVENT: Topic[HostEvent] = Topic(
    "host/{node}/event", HostEvent, 1, False,
    ("stats",), HOME, "Under-voltage, throttling or a full disk began or ended",
)  # fmt: skip

# Home Assistant's own
BIRTH: Topic[str] = Topic(
    "status", Availability, 0, False,
    ("homeassistant",), (*SERVICES, "operator"), "Home Assistant has started, or is about to stop",
    base="discovery",
)  # fmt: skip
DISCOVERY: Topic[bytes] = Topic(
    "device/{root}-{service}/{node}/config", bytes, 1, True,
    ("{service}", "homeassistant"), ("{service}", *WATCHERS),
    "A service's entities on the host's device, in Home Assistant's form", base="discovery",
)  # fmt: skip

TOPICS: tuple[Topic[Any], ...] = (
    AVAILABILITY, HEALTH, LOG,
    HOST_STATS, HOST_CONTAINERS, CONTAINER_SET, HOST_EVENT,
    BIRTH, DISCOVERY,
)  # fmt: skip
