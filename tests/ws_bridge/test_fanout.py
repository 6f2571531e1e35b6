"""One frame to many clients."""

from tests.ws_bridge.reader import Reader
from ws_bridge.fanout import Fanout


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
    fanout: Fanout[Reader] = Fanout(patience_seconds=30)
    stalled, healthy = Reader(), Reader()
    fanout.add(stalled)
    fanout.add(healthy)
    fanout.fill(stalled, 0)
    assert fanout.send(b"1", 0) == []
    assert fanout.send(b"2", 29) == []
    assert fanout.is_behind(stalled)
    fanout.drain(stalled)
    assert fanout.send(b"3", 30) == []
    assert stalled.got == [b"3"], "the newest, not what it missed"
    fanout.fill(stalled, 40)
    fanout.fill(stalled, 50)
    assert fanout.send(b"4", 40) == []
    assert fanout.send(b"5", 69) == []
    assert fanout.send(b"6", 70) == [stalled]
    assert fanout.send(b"7", 100) == []
    assert len(fanout) == 1
    assert healthy.got == [b"1", b"2", b"3", b"4", b"5", b"6", b"7"]
    assert fanout.skipped == 5
    fanout.fill(stalled, 101)
    assert len(fanout) == 1, "it has gone"
