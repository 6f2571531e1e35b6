"""A message as it goes over the wire: one unmasked WebSocket frame, never fragmented. Pure.

Built once and written to every client; the library would build it again for each.
"""

_FINAL_TEXT, _FINAL_BINARY = 0x81, 0x82


def text_frame(message: bytes) -> bytes:
    """Return the frame of a text message; `message` is UTF-8."""
    return _head(_FINAL_TEXT, len(message)) + message


def binary_frame(message: bytes) -> bytes:
    """Return the frame of a binary message."""
    return _head(_FINAL_BINARY, len(message)) + message


def _head(kind: int, length: int) -> bytes:
    if length < 126:
        return bytes((kind, length))
    if length < 1 << 16:
        return bytes((kind, 126)) + length.to_bytes(2)
    return bytes((kind, 127)) + length.to_bytes(8)
