"""From bytes to lines, however they are cut."""

import pytest

from serial_bridge.framing import MOST_BYTES, Framer


def test_a_line_is_told_when_its_end_has_come() -> None:
    """Not before, however long that takes, and once."""
    framer = Framer()
    assert framer.feed(b"PRESS 01") == []
    assert framer.feed(b"0") == []
    assert framer.feed(b"\n") == ["PRESS 010"]
    assert framer.feed(b"\n") == []


@pytest.mark.parametrize("cut", range(1, 21))
def test_every_cut_gives_the_same_lines(cut: int) -> None:
    """Line ends of all three kinds, cut within the pair too."""
    data = b"READY\r\n\rPRESS 004\r PONG \nOK\n"
    framer = Framer()
    assert framer.feed(data[:cut]) + framer.feed(data[cut:]) == ["READY", "PRESS 004", "PONG", "OK"]


def test_nuls_are_left_out_and_other_bytes_spoil_their_line() -> None:
    """A NUL is what a break on the line reads as."""
    assert Framer().feed(b"\0\0PRE\0SS 4\n\xffPRESS 5\n") == ["PRESS 4", "\ufffdPRESS 5"]


def test_a_line_that_is_too_long_is_thrown_away_whole() -> None:
    """Its end is no line of its own, and the next line is whole."""
    framer = Framer()
    assert framer.feed(b"x" * MOST_BYTES) == []
    assert framer.feed(b"yPRESS 1") == []
    assert framer.feed(b"PRESS 2\nPRESS 3\n") == ["PRESS 3"]
    assert framer.too_long == 1
    assert framer.feed(b"z" * MOST_BYTES + b"\n") == ["z" * MOST_BYTES]


def test_memory_is_bounded() -> None:
    """Whatever comes without an end."""
    framer = Framer()
    for _ in range(100):
        framer.feed(b"x" * 4096)
    assert framer.too_long == 1
    assert len(vars(framer)["_part"]) <= MOST_BYTES


def test_what_was_begun_before_a_gap_is_not_joined() -> None:
    """After lost bytes up to the next line; after a new start at once."""
    framer = Framer()
    framer.feed(b"PRESS 0")
    framer.skip()
    assert framer.feed(b"04\nPRESS 005\n") == ["PRESS 005"]
    framer.feed(b"PRESS 0")
    framer.reset()
    assert framer.feed(b"PRESS 006\n") == ["PRESS 006"]


def test_control_characters_come_to_no_log() -> None:
    """They could clear the screen of whoever reads it."""
    assert Framer().feed(b"ERROR \x1b[2J\x07 x\ty\n") == ["ERROR \ufffd[2J\ufffd x\ty"]
