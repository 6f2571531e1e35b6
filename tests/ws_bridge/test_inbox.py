"""What a client has said, read in pieces."""

from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.server import ServerProtocol

from ws_bridge.inbox import Inbox


def test_to_look_whether_it_is_over_changes_nothing() -> None:
    """The end is read like all that comes before it, once."""
    protocol = ServerProtocol()
    inbox = Inbox(protocol)
    inbox.put(b"GET / HTTP/1.1\r\n")
    inbox.put_eof()
    before = protocol.state
    looks = [inbox.is_over, protocol.state is before, inbox.read(), inbox.is_over, inbox.read()]
    assert looks == [False, True, True, True, False]


def test_the_end_behind_our_own_goodbye_is_read_once() -> None:
    protocol = ServerProtocol()
    protocol.state = State.OPEN
    inbox = Inbox(protocol)
    protocol.send_close(CloseCode.GOING_AWAY)
    inbox.put_eof()
    assert [inbox.read(), inbox.read()] == [True, False]
    assert inbox.is_over
