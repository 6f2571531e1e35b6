"""What devices say and what they are answered: the JSON of docs/relay-protocol.md. Pure."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from shared.errors import MantelError
from ws_bridge.relay.message import VERSION, Form
from ws_bridge.wire import text_frame

MOST_MESSAGE_BYTES = 65536
"""Of what a device says."""

Id = Annotated[int, Meta(ge=1, le=(1 << 32) - 1)]
Size = Annotated[int, Meta(ge=512, le=65536)]
Text = Annotated[str, Meta(max_length=256)]


class Resume(Struct, frozen=True):
    """Which session a device wants to go on with, and up to where it has all."""

    session: Text
    sequence: Annotated[int, Meta(ge=0)]


class Hello(Struct, frozen=True, kw_only=True):
    """The first message."""

    hello: int = VERSION
    device: Text = ""
    token: Text = ""
    text_bytes: Size = 2048
    binary_bytes: Size = 4096
    binary: Literal["header", "framed"] = "header"
    resume: Resume | None = None

    @property
    def form(self) -> Form:
        """How the device wants its messages."""
        return Form(self.text_bytes, self.binary_bytes, self.binary)


class Said(Struct, frozen=True, kw_only=True):
    """Any other message; one of its verbs is set."""

    hello: Raw | UnsetType = UNSET
    subscribe: list[str] | UnsetType = UNSET
    unsubscribe: list[str] | UnsetType = UNSET
    publish: str | UnsetType = UNSET
    ping: Id | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    id: Id | None = None


_VERBS = ("hello", "subscribe", "unsubscribe", "publish", "ping")
_said = msgspec.json.Decoder(Said)
_hello = msgspec.json.Decoder(Hello)


class MessageError(MantelError):
    """What a device said is no message of the protocol."""


def parse(text: str) -> tuple[str, Said]:
    """Return the verb and the message; MessageError when it is none."""
    try:
        said = _said.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise MessageError(str(error)) from None
    except RecursionError:
        raise MessageError("nested too deeply") from None
    verbs = [verb for verb in _VERBS if getattr(said, verb) is not UNSET]
    if len(verbs) != 1:
        raise MessageError(f"exactly one of {', '.join(_VERBS)} is wanted")
    return verbs[0], said


def parse_hello(text: str) -> Hello:
    """Return a hello; MessageError when it is none of this version."""
    try:
        hello = _hello.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise MessageError(str(error)) from None
    except RecursionError:
        raise MessageError("nested too deeply") from None
    if hello.hello != VERSION:
        raise MessageError(f"version {hello.hello} is not known here, {VERSION} is")
    return hello


def frame(fields: dict[str, Any]) -> bytes:
    """Return the frame of an answer."""
    return text_frame(msgspec.json.encode(fields))


def error_frame(code: str, message: str, **where: Any) -> bytes:  # noqa: ANN401
    """Return the frame of an error; `where` says what of, as far as it is known."""
    told = {
        name: shown(value) if isinstance(value, str) else value
        for name, value in where.items()
        if value is not None
    }
    return frame({"error": {"code": code, "message": message[:140]}, **told})


def bye_frame(code: str, message: str) -> bytes:
    """Return the frame that tells why a connection is ended."""
    return frame({"bye": {"code": code, "message": message[:140]}})


def shown(text: str) -> str:
    """Return what a device said as it can be said back: short, and without what is no text."""
    return "".join(char if char.isprintable() else "?" for char in text[:128])
