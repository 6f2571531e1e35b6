"""One frame to many clients."""

from ws_bridge.fanout import Fanout


class Reader:
    """A client whose owed bytes the test decides."""

    def __init__(self) -> None:
        self.owed = 0
        self.got: list[bytes] = []

    def write(self, frame: bytes) -> None:
        self.got.append(frame)

    def owed_bytes(self) -> int:
        return self.owed


def test_all_get_the_same_bytes() -> None:
    """The very same object: a frame is built once."""
    fanout: Fanout[Reader] = Fanout()
    readers = [Reader() for _ in range(3)]
    for reader in readers:
        fanout.add(reader)
    frame = b"frame"
    assert fanout.send(frame, 0) == []
    assert all(reader.got[0] is frame for reader in readers)
    fanout.remove(readers[0])
    fanout.remove(readers[0])
    fanout.send(b"next", 2)
    assert [len(reader.got) for reader in readers] == [1, 2, 2]


def test_who_does_not_read_is_skipped_then_given_up() -> None:
    """Others notice nothing; one that catches up in time starts afresh."""
    fanout: Fanout[Reader] = Fanout(most_owed_bytes=10, patience_seconds=30)
    stalled, healthy = Reader(), Reader()
    fanout.add(stalled)
    fanout.add(healthy)
    stalled.owed = 11
    assert fanout.send(b"1", 0) == []
    assert fanout.send(b"2", 29) == []
    stalled.owed = 0
    assert fanout.send(b"3", 30) == []
    assert stalled.got == [b"3"], "the newest, not what it missed"
    stalled.owed = 11
    assert fanout.send(b"4", 40) == []
    assert fanout.send(b"5", 69) == []
    assert fanout.send(b"6", 70) == [stalled]
    assert fanout.send(b"7", 100) == []
    assert len(fanout) == 1
    assert healthy.got == [b"1", b"2", b"3", b"4", b"5", b"6", b"7"]
    assert fanout.skipped == 5
