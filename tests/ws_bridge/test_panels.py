"""What browsers and panels are told, without either."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.payloads import PanelEvent, PanelState
from ws_bridge.panels import Order, Panels, Show

AT = datetime(2026, 11, 21, tzinfo=UTC)


def state(**fields: Any) -> PanelState:
    known: dict[str, Any] = {
        "node": "pi", "connected": True, "answering": True, "port": "/dev/x", "profile": "v25",
        "firmware": "selection-panel v2.5.1", "buttons": 10, "first_media": 1,
    }  # fmt: skip
    return PanelState(**(known | fields))


@pytest.fixture
def panels() -> Panels:
    """One panel, `hall`, whose service runs."""
    panels = Panels()
    panels.take_availability("pi", online=True)
    panels.take_state("hall", state(), retained=True)
    return panels


def event(panels: Panels, panel: str, what: Any, button: int | None, sequence: int = 1) -> Any:
    told = PanelEvent(event=what, button=button, sequence=sequence, at=AT)
    return panels.take_event(panel, told)


def press(panels: Panels, panel: str, button: int, sequence: int = 1) -> list[Any]:
    return [
        act
        for what in ("press", "stop", "play")
        for act in event(panels, panel, what, button, sequence)
    ]


def test_a_press_is_one_pair(panels: Panels) -> None:
    assert press(panels, "hall", 3) == [Show(None), Show(3)]
    assert panels.current == 3
    assert press(panels, "hall", 3) == [Show(None), Show(3)]


def test_a_play_whose_stop_was_lost_still_begins_with_one(panels: Panels) -> None:
    press(panels, "hall", 3)
    assert event(panels, "hall", "play", 4) == [Show(None), Show(4)]


def test_ended_is_told_to_the_panel_that_plays(panels: Panels) -> None:
    """By the sequence of its play, so that a later play of the same button goes on."""
    press(panels, "hall", 3, sequence=7)
    assert panels.ended(4) == []
    assert panels.ended(3) == [Order("hall", {"ended": 3, "sequence": 7})]
    panels.forget("hall")
    assert panels.ended(3) == []
    assert panels.current is None


def test_what_the_panel_ends_is_over(panels: Panels) -> None:
    press(panels, "hall", 3)
    assert event(panels, "hall", "ended", 4) == []
    assert panels.current == 3
    assert event(panels, "hall", "ended", 3) == []
    assert panels.current is None


def test_a_panel_ends_what_another_plays(panels: Panels) -> None:
    panels.take_state("attic", state(first_media=0), retained=True)
    press(panels, "hall", 3, sequence=5)
    told = press(panels, "attic", 3)
    assert told == [Order("hall", {"ended": 3, "sequence": 5}), Show(None), Show(2)]
    assert panels.current == 2
    assert panels.ended(2) == [Order("attic", {"ended": 3, "sequence": 1})]


def test_a_bridge_that_comes_later_knows_what_plays(panels: Panels) -> None:
    """From the retained state; one that comes while it runs does not know better than events."""
    panels.take_state("hall", state(active=6), retained=True)
    assert [panels.current] == [6]
    assert panels.ended(6) == [Order("hall", {"ended": 6})]
    panels.forget("hall")
    panels.take_state("hall", state(active=6), retained=False)
    assert [panels.current] == [None]
    press(panels, "hall", 2)
    panels.take_state("hall", state(active=None), retained=False)
    assert panels.current is None


def test_the_first_by_name_is_the_one_of_status(panels: Panels) -> None:
    panels.take_state("attic", state(buttons=100, first_media=0), retained=True)
    assert (panels.first, panels.count, panels.first_media) == ("attic", 100, 0)
    panels.take_state("attic", None, retained=True)
    assert (panels.first, panels.count, panels.first_media) == ("hall", 10, 1)


def test_media_prove_their_count_where_no_firmware_has_told(panels: Panels) -> None:
    panels.numbers_from_0 = True
    assert press(panels, "hall", 1)[-1] == Show(1)
    panels.take_state("hall", state(firmware=None), retained=False)
    assert press(panels, "hall", 1)[-1] == Show(0)


@pytest.mark.parametrize("connected", [True, False])
def test_test_play_goes_by_the_panel_if_it_can(panels: Panels, *, connected: bool) -> None:
    panels.take_state("hall", state(first_media=0), retained=False)
    if connected:
        assert panels.play(4, connected=True) == [Order("hall", {"play": 5})]
        assert panels.stop(connected=True) == [Order("hall", {"stop": True})]
    else:
        assert panels.play(4, connected=False) == [Show(None), Show(4)]
        assert panels.current == 4
        assert panels.ended(4) == []
        assert panels.current is None


def test_without_the_service_the_browsers_are_told_directly(panels: Panels) -> None:
    panels.take_availability("pi", online=False)
    assert panels.play(4, connected=True) == [Show(None), Show(4)]
    panels.take_availability("pi", online=True)
    assert press(panels, "hall", 2) == [Show(None), Show(2)]
    assert panels.current == 2
    panels.take_availability("pi", online=False)
    assert panels.stop(connected=True) == [Show(None)]


def test_a_stop_reaches_every_panel_that_plays(panels: Panels) -> None:
    panels.take_state("attic", state(), retained=True)
    press(panels, "hall", 3)
    orders = panels.stop(connected=True)
    assert {act.panel for act in orders if isinstance(act, Order)} == {"attic", "hall"}


def test_at_the_end_every_panel_is_told(panels: Panels) -> None:
    press(panels, "hall", 3, sequence=4)
    assert panels.all_ended() == [Order("hall", {"ended": 3, "sequence": 4})]
