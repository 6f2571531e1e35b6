"""What waits in a mailbox, in which order, and what it costs when it is full."""

from shared.mailbox import Mailbox


def test_a_state_replaces_the_older_one_and_goes_to_the_end() -> None:
    """A frame that was put after its bitmap is taken after it, also when both came again."""
    box: Mailbox[str] = Mailbox()
    for version in ("1", "2"):
        box.put_state("bitmap", f"bitmap {version}")
        box.put_state("frame", f"frame {version}")
    assert [box.take(), box.take(), box.take()] == ["bitmap 2", "frame 2", None]


def test_a_state_stays_before_the_events_that_belong_to_it() -> None:
    """Sound comes behind its format, also when the format is told once more behind the sound."""
    box: Mailbox[str] = Mailbox()
    box.put_state("format", "playing")
    box.put_event("sound 1")
    for listeners in range(3):
        box.put_state("format", f"playing to {listeners}")
    box.put_event("sound 2")
    assert [box.take() for _ in range(5)] == ["playing", "sound 1", "playing to 2", "sound 2", None]
    box.put_state("format", "idle")
    box.put_state("format", "idle again")
    assert [box.take(), box.take()] == ["idle again", None]


def test_events_keep_their_order_among_states() -> None:
    """Each event is taken, first come first."""
    box: Mailbox[str] = Mailbox()
    box.put_event("press 1")
    box.put_state("a", "state")
    box.put_event("press 2")
    assert [box.take(), box.take(), box.take()] == ["press 1", "state", "press 2"]


def test_a_full_box_refuses_the_new_event_and_counts_it() -> None:
    """States are never refused: there is one a topic at most."""
    box: Mailbox[int] = Mailbox(most_events=2)
    assert [box.put_event(n) for n in range(3)] == [True, True, False]
    box.put_state("a", 9)
    assert box.dropped == 1
    assert [box.take() for _ in range(4)] == [0, 1, 9, None]
    assert box.put_event(3)


def test_clear_tells_how_many_events_are_lost() -> None:
    """States do not count: they are sent again anyway."""
    box: Mailbox[int] = Mailbox(most_events=1)
    box.put_event(1)
    box.put_state("a", 2)
    assert box.clear() == 1
    assert len(box) == 0
    assert box.put_event(2)
