"""A message that a device says, put together from its frames. Pure."""

_CONTINUATION, _TEXT, _BINARY = 0, 1, 2


class Assembly:
    """Of one connection; that the frames are in order and not too long is seen to before."""

    def __init__(self) -> None:
        self._is_text = False
        self._said = bytearray()

    def take(self, opcode: int, data: bytes, *, is_last: bool) -> str | bytes | None:
        """Return a message that is whole now; UnicodeDecodeError when it is text and no UTF-8."""
        if opcode in (_TEXT, _BINARY):
            self._is_text = opcode == _TEXT
            self._said.clear()
        elif opcode != _CONTINUATION:
            return None
        self._said += data
        if not is_last:
            return None
        message = bytes(self._said)
        self._said.clear()
        return message.decode() if self._is_text else message
