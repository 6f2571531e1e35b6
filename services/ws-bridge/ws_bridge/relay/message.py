"""A message of a topic, and its WebSocket frames for each form that devices want. Pure.

The frames are made once for all devices of one form: the same bytes go to each.
"""

import struct
from typing import Literal, NamedTuple

import msgspec

from shared.errors import PayloadError
from ws_bridge.relay.catalog import Kind
from ws_bridge.wire import binary_frame, text_frame

MOST_PAYLOAD_BYTES = 1 << 20
VERSION = 1
HEAD = struct.Struct(">BBHQHHI")
"""Before the topic in a framed message: version, flags, length of the topic, sequence, part,
parts, bytes of the payload."""

_json = msgspec.json.Decoder(msgspec.Raw)


class Form(NamedTuple):
    """How a device wants its messages."""

    text_bytes: int = 2048
    binary_bytes: int = 4096
    binary: Literal["header", "framed"] = "header"


class Message:
    """What the broker has passed on, with its number; its frames are kept once they were made."""

    __slots__ = ("_frames", "kind", "name", "payload", "sequence")

    def __init__(self, kind: Kind, name: str, payload: bytes, sequence: int) -> None:
        self.kind = kind
        self.name = name
        self.payload = payload
        self.sequence = sequence
        self._frames: dict[tuple[Form, bool], bytes] = {}

    @property
    def is_gone(self) -> bool:
        """Whether it tells that a retained state was removed."""
        return not self.payload and self.kind.is_state

    def frames(self, form: Form, *, retained: bool = False) -> bytes:
        """Return all frames of the message, one after the other."""
        found = self._frames.get((form, retained))
        if found is None:
            found = self._frames[form, retained] = self._make(form, retained=retained)
        return found

    def _make(self, form: Form, *, retained: bool) -> bytes:
        # Spliced, not encoded again: the payload goes out as it came
        head = b'{"topic":%s,"sequence":%d' % (msgspec.json.encode(self.name), self.sequence)
        if retained:
            head += b',"retained":true'
        if self.is_gone:
            return text_frame(head + b',"gone":true}')
        if self.kind.form == "bytes":
            return self._binary(form, head, retained=retained)
        data = self.payload
        if self.kind.form == "word":
            data = msgspec.json.encode(data.decode())
        if len(head) + len(data) + 9 <= form.text_bytes:
            return text_frame(b'%s,"data":%s}' % (head, data))
        parts = cut_text(data, form.text_bytes)
        told = b'%s,"text":true,"bytes":%d,"parts":%d}' % (head, len(data), len(parts))
        return b"".join(map(text_frame, (told, *parts)))

    def _binary(self, form: Form, head: bytes, *, retained: bool) -> bytes:
        size = len(self.payload)
        parts = [
            self.payload[start : start + form.binary_bytes]
            for start in range(0, size, form.binary_bytes)
        ]
        if form.binary == "header":
            told = b'%s,"bytes":%d,"parts":%d}' % (head, size, len(parts))
            return text_frame(told) + b"".join(map(binary_frame, parts))
        name, parts = self.name.encode(), parts or [b""]
        return b"".join(
            binary_frame(
                HEAD.pack(VERSION, retained, len(name), self.sequence, part, len(parts), size)
                + name
                + data
            )
            for part, data in enumerate(parts, 1)
        )


def cut_text(data: bytes, most_bytes: int) -> list[bytes]:
    """Return UTF-8 in parts of at most `most_bytes`, none of which cuts a character in two."""
    parts = []
    start = 0
    while start < len(data):
        end = min(start + most_bytes, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        parts.append(data[start:end])
        start = end
    return parts


def check(kind: Kind, payload: bytes) -> None:
    """Raise PayloadError when a payload is not what can be passed on as its kind."""
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise PayloadError(f"{len(payload)} bytes, {MOST_PAYLOAD_BYTES} is the most")
    if kind.form == "bytes" or (not payload and kind.is_state):
        return
    try:
        payload.decode()
        if kind.form == "json":
            _json.decode(payload)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise PayloadError(str(error)) from None
    except RecursionError:
        raise PayloadError("nested too deeply") from None


def outgoing(kind: Kind, data: bytes) -> bytes:
    """Return what is published for `data`, a JSON text; PayloadError when it does not fit.

    Where the payload is no JSON of its own, a string is the word that it holds: an alarm is told
    `dismiss`, without quotes.
    """
    try:
        if kind.form != "json" and data.startswith(b'"'):
            data = msgspec.json.decode(data, type=str).encode()
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise PayloadError(str(error)) from None
    if not data:
        raise PayloadError("an empty payload cannot be published")
    check(kind, data)
    kind.topic.decode(data)
    return data


def unframe(message: bytes) -> tuple[str, int, bytes]:
    """Return topic, id and data of a device's framed message; PayloadError when it is none."""
    try:
        version, _, length, id_, part, parts, size = HEAD.unpack_from(message)
        name = message[HEAD.size : HEAD.size + length].decode()
    except (struct.error, UnicodeDecodeError):
        raise PayloadError("a binary message begins with a head of 20 bytes and a topic") from None
    data = message[HEAD.size + length :]
    if version != VERSION or (part, parts) != (1, 1) or size != len(data) or id_ >= 1 << 32:
        raise PayloadError("a framed message is version 1, part 1 of 1, and whole")
    return name, id_, data
