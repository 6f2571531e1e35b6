"""The panel's messages to and from browsers, as its dashboards have always had them. Pure."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ws_bridge.wire import text_frame

MOST_MESSAGE_BYTES = 4096
"""What browsers say is a hundred bytes long; longer messages are not looked at."""
MOST_NAME_CHARACTERS = 40

STOP = text_frame(b'{"type": "stop"}')

Mode = Literal["auto", "on", "off"]


def play_frame(media: int) -> bytes:
    """Return the frame that lets browsers play a number; spaces as json.dumps writes them."""
    return text_frame(b'{"type": "play", "id": %d}' % media)


def news_frame(kind: str, **fields: object) -> bytes:
    """Return a frame for those pages alone that have said hello."""
    return text_frame(msgspec.json.encode({"type": kind} | fields))


@dataclass(frozen=True)
class Ended:
    """A browser is done with a number."""

    media: int


@dataclass(frozen=True)
class Hello:
    """A page of ours: it understands more than its predecessors.

    `mode` is how it wants to sound: `auto` is when it is chosen, `claims` that it is chosen now.
    `is_unlocked` says that its browser lets it sound.
    """

    name: str
    mode: Mode = "auto"
    is_unlocked: bool = False
    claims: bool = False


def parse_message(text: bytes) -> Ended | Hello | None:
    """Return what a browser said, None when it is nothing that matters."""
    if len(text) > MOST_MESSAGE_BYTES:
        return None
    try:
        message: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match message:
        case {"type": "ended", "id": int() as media}:  # true is 1, as it was
            return Ended(int(media))
        case {"type": "hello", "mode": "auto" | "on" | "off" as mode}:
            name = message.get("name")
            return Hello(
                str(name)[:MOST_NAME_CHARACTERS] if isinstance(name, str) else "",
                mode,
                message.get("unlocked") is True,
                message.get("claim") is True,
            )
    return None
