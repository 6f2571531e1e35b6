"""A recorded session of a panel, cut and spoilt at random, with what must be heard of it. Pure.

Told apart are damages that a receiver can see from those that it cannot: the protocol has no
checksum, so a digit that becomes another digit is another press to everybody. Such are not made.
"""

from random import Random

SESSION = (
    b"ESP-ROM:esp32s3-20210327", b"READY", b"FW selection-panel v2.5.1", b"PRESS 004", b"OK",
    b"PRESS 007", b"[IO] Raw: 0xFF", b"PRESS 010", b"PONG", b"PRESS 2", b"CURLED 2", b"PRESS 009",
)  # fmt: skip
"""What a panel said, line by line."""

_ENDS = (b"\n", b"\r\n", b"\r", b"\n\n")
_VISIBLE = bytes(each for each in range(0x21, 0x100) if each != 0x7F)
_WHOLE, _DAMAGED = True, False


def variant(dice: Random) -> tuple[list[bytes], list[int]]:
    """Return the session in pieces, each as it came, and the numbers of its intact presses."""
    stream, presses = b"", []
    glued = False
    for line in SESSION:
        text, ended, whole = _damage(line, dice) if dice.random() < 0.4 else (line, True, _WHOLE)
        if b"\n" in text:
            glued = False  # into the noise that stands before it
        if whole and not glued and line.startswith(b"PRESS "):
            presses.append(int(line[6:]))
        stream += text + (dice.choice(_ENDS) if ended else b"")
        glued = not ended
    return _pieces(stream, dice), presses


def _damage(line: bytes, dice: Random) -> tuple[bytes, bool, bool]:
    """Return a line's text after a damage, whether its end is left, and whether it still counts."""
    at = dice.randrange(len(line))
    match dice.randrange(8):
        case 0:  # loses its end, and runs into the next one
            return line[:at] + b"?", False, _DAMAGED
        case 1:  # loses its beginning; a number that is left alone is no press
            return line[at + 1 :], True, _DAMAGED
        case 2:  # breaks off within its word
            return line[: at % 6], True, _DAMAGED
        case 3:  # a byte of it is hit
            return line[:at] + bytes([line[at] | 0x80]) + line[at + 1 :], True, _DAMAGED
        case 4:  # noise before it
            return _noise(dice) + line, True, _DAMAGED
        case 5:  # noise on a line of its own
            return _noise(dice) + b"\n" + line, True, _WHOLE
        case 6:  # a line that never seems to end
            return b"x" * dice.randrange(300, 600) + b"PRESS 1\n" + line, True, _WHOLE
        case _:  # breaks on the line, which read as NUL
            return line[:at] + b"\0" * dice.randrange(1, 4) + line[at:], True, _WHOLE


def _noise(dice: Random) -> bytes:
    return bytes(dice.choices(_VISIBLE, k=dice.randrange(1, 20)))


def _pieces(stream: bytes, dice: Random) -> list[bytes]:
    """Cut at random: from one byte a piece to everything in one."""
    pieces, most = [], dice.choice((1, 3, 20, 1000))
    while stream:
        size = dice.randint(1, most)
        pieces.append(stream[:size])
        stream = stream[size:]
    return pieces
