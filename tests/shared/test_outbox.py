"""What a new connection gets."""

from shared.outbox import Outbox, Outgoing

STATE = Outgoing("a/state", b"on", 1, retain=True)
CLEARED = Outgoing("a/state", b"", 1, retain=True)


def waiting(outbox: Outbox) -> list[Outgoing]:
    found = []
    while (message := outbox._waiting.take()) is not None:
        found.append(message)
    return found


def test_what_is_cleared_while_the_broker_is_away_is_cleared_when_it_is_back() -> None:
    """Once: the broker has forgotten it then."""
    outbox = Outbox()
    outbox.keep(STATE)
    outbox.keep(CLEARED)
    outbox.post(CLEARED)
    outbox.open()
    assert waiting(outbox) == [CLEARED]
    outbox.close()
    outbox.open()
    assert waiting(outbox) == []


def test_what_is_cleared_while_it_is_there_is_not_sent_again() -> None:
    """Nor the state before it."""
    outbox = Outbox()
    outbox.keep(STATE)
    outbox.open()
    outbox.keep(CLEARED)
    outbox.post(CLEARED)
    assert waiting(outbox) == [CLEARED]
    outbox.post_states()
    assert waiting(outbox) == []
