"""Frames as they go over the wire."""

import pytest
from websockets.frames import Frame, Opcode

from ws_bridge.wire import binary_frame, text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 4096, 5000, 65535, 65536])
def test_the_same_bytes_as_the_library_makes(size: int) -> None:
    """Unmasked and in one piece, the length in all three forms."""
    message = b"x" * size
    assert text_frame(message) == Frame(Opcode.TEXT, message).serialize(mask=False)
    assert binary_frame(message) == Frame(Opcode.BINARY, message).serialize(mask=False)
