"""One panel from its bytes to what is to be done, without waiting for anything."""

import math

from serial_bridge.actions import Action, Complain, Happened, Pushed, Send
from serial_bridge.orders import Ended, Light, Play, Stop
from serial_bridge.panel import Panel
from serial_bridge.profile import Wanted


def opened(wanted: Wanted = "auto", firmware: bytes = b"selection-panel v2.5.1") -> Panel:
    """Return a panel that has named its firmware."""
    panel = Panel(wanted, 10, 300)
    panel.open(0.0)
    panel.receive(b"FW " + firmware + b"\n", 0.1)
    return panel


def sent(actions: list[Action]) -> list[str]:
    return [action.line for action in actions if isinstance(action, Send)]


def events(actions: list[Action]) -> list[tuple[str, int | None]]:
    return [(each.event, each.button) for each in actions if isinstance(each, Happened)]


def test_a_panel_is_asked_for_its_name_on_each_connect() -> None:
    """And for its status; the old ones get their PING when they are known to be old."""
    panel = Panel("auto", 10, 300)
    for start in (0.0, 100.0):
        assert sent(panel.open(start)) == ["VERSION", "STATUS"]
        assert panel.next_at == start + 1.0
        assert sent(panel.receive(b"FW 2.4.1 (Proto 10 LEDs)\r\n", start + 0.1)) == ["PING"]
        assert panel.profile.name == "v24"
        panel.lose()
        assert not panel.connected


def test_presses_wait_for_the_name() -> None:
    """Which button 003 is depends on it; they are told in order, and once."""
    panel = Panel("auto", 10, 300)
    panel.open(0.0)
    assert panel.receive(b"PRESS 003\nPRESS 005\n", 0.2) == []
    actions = panel.receive(b"FW 2.2.0 (Proto 10 LEDs)\n", 0.3)
    assert [button for event, button in events(actions) if event == "play"] == [4, 6]
    assert sent(actions) == ["PING", "LEDSET 003", "LEDSET 005"]
    panel.open(10.0)
    panel.receive(b"PRESS 003\n", 10.1)
    assert events(panel.tick(11.0))[0] == ("press", 3)
    panel.open(20.0)
    panel.receive(b"PRESS 003\n", 20.1)
    first = panel.receive(b"PRESS 000\n", 20.2)
    assert [button for event, button in events(first) if event == "press"] == [4, 1]


def test_media_count_as_the_profile_does() -> None:
    """In 2.3 the serial line counts from 1 and pictures from 0."""
    for firmware, number, media in ((b"2.2", 0, 0), (b"2.3", 1, 0), (b"2.4", 1, 1), (b"2.5", 1, 1)):
        panel = opened(firmware=firmware)
        actions = panel.receive(b"PRESS %03d\n" % number, 1.0)
        told = [each for each in actions if isinstance(each, Happened) and each.event == "play"]
        assert [(each.button, each.media) for each in told] == [(1, media)]
        assert Pushed(1, "press") in actions


def test_a_late_name_corrects_what_was_assumed() -> None:
    """A panel of 2.2 needs 3 s to start; what plays gets its right LED then."""
    panel = Panel("auto", 10, 300)
    panel.open(0.0)
    panel.tick(1.0)
    panel.obey(Play(4), 1.5)
    assert sent(panel.receive(b"READY\r\n", 3.0)) == ["LEDSET 004", "VERSION"]
    assert sent(panel.receive(b"FW 2.2.0\r\n", 3.1)) == ["PING", "LEDSET 003"]


def test_P19_every_profile_is_asked_after_20_s_of_silence() -> None:
    """PING 20 s after the last byte; 45 s without a byte: it does not answer, and is connected."""
    for firmware in (b"2.2.0", b"2.3.0", b"2.4.1", b"selection-panel v2.5.1"):
        panel = opened(firmware=firmware)
        panel.receive(b"x", 100.0)
        assert panel.next_at == 120.0
        assert sent(panel.tick(119.9)) == []
        assert sent(panel.tick(120.0)) == ["PING"]
        panel.receive(b"PONG\n", 120.1)
        assert sent(panel.tick(140.0)) == []
        assert sent(panel.tick(140.1)) == ["PING"]
        panel.tick(165.0)
        assert panel.answering
        panel.tick(165.1)
        assert (panel.answering, panel.connected) == (False, True)
        panel.receive(b"P", 170.0)
        assert panel.answering


def test_one_that_never_named_itself_is_asked_again() -> None:
    """With each PING."""
    panel = Panel("auto", 10, 300)
    panel.open(0.0)
    panel.tick(1.0)
    assert sent(panel.tick(20.0)) == ["PING", "VERSION"]


def test_a_press_by_topic_lights_its_led_in_every_profile() -> None:
    """The panel knows nothing of it. It plays without a panel too."""
    panel = opened()
    assert sent(panel.obey(Play(3), 1.0)) == ["LEDSET 003"]
    assert sent(panel.obey(Ended(3), 2.0)) == ["LEDCLR"]
    panel.lose()
    assert events(panel.obey(Play(3), 3.0)) == [("press", 3), ("stop", None), ("play", 3)]
    assert panel.active == 3


def test_an_ended_of_an_earlier_play_is_stale() -> None:
    """When it names the play; an event of something else in between changes nothing."""
    panel = opened()
    play = panel.receive(b"PRESS 004\n", 1.0)
    number = next(e.sequence for e in play if isinstance(e, Happened) and e.event == "play")
    panel.receive(b"RELEASE 004\n", 1.1)
    assert panel.obey(Ended(4, number - 1), 2.0) == []
    assert events(panel.obey(Ended(4, number), 2.0)) == [("ended", 4)]


def test_orders_for_leds() -> None:
    """Numbered as the panel counts."""
    panel = opened(firmware=b"2.2.0")
    assert sent(panel.obey(Light("LEDON", 10), 1.0)) == ["LEDON 009"]
    assert panel.leds == [10]
    assert sent(panel.obey(Light("LEDALL"), 1.0)) == ["LEDALL"]
    assert sent(panel.obey(Stop(), 1.0)) == []


def test_a_light_of_an_earlier_life_is_put_out_once() -> None:
    """By what its status says, in each version's form; one that is wanted stays."""
    for firmware, status in (
        (b"2.2.0", b"LEDS 0000001000\nBTNS 0000000000\n"),
        (b"2.4.1", b"CURLED 4\nLEDS 0000001000\n"),
        (b"selection-panel v2.5.1", b"CURLED 4\nBTNS 10\nLEDS 10\n"),
        (b"SelectionPanel v2.5.2", b"STATUS active=4 leds=0x10\n"),
    ):
        panel = opened(firmware=firmware)
        assert sent(panel.receive(status, 1.0)) == ["LEDCLR"], firmware
        assert sent(panel.receive(status, 2.0)) == []
        panel.open(10.0)
        panel.obey(Play(4), 10.1)
        assert "LEDCLR" not in sent(panel.receive(b"FW " + firmware + b"\n" + status, 10.2))
    dark = opened()
    assert dark.receive(b"CURLED 0\nBTNS 10\nLEDS 10\nOK\n", 1.0) == []


def test_releases() -> None:
    """By number, or of the button that was pressed last."""
    panel = opened(firmware=b"2.4.1")
    assert panel.receive(b"RELEASE\n", 1.0) == []
    panel.receive(b"PRESS 003\n", 1.0)
    for line in (b"RELEASE 003\n", b"RELEASE\n"):
        actions = panel.receive(line, 1.1)
        assert Pushed(3, "release") in actions
        assert events(actions) == [("release", 3)]
    assert isinstance(panel.receive(b"RELEASE 099\n", 1.2)[0], Complain)


def test_more_presses_than_hands_can_do_are_ignored() -> None:
    """A hundred at once are still believed."""
    panel = opened()
    actions = panel.receive(b"".join(b"PRESS %03d\n" % (1 + n % 10) for n in range(300)), 1.0)
    assert len([each for each in events(actions) if each[0] == "press"]) == 100
    assert Complain("button", "presses ignored, faster than hands can be") in actions
    assert events(panel.receive(b"PRESS 001\n", 2.0))


def test_a_panel_fills_no_log() -> None:
    """Of ever new nonsense ten are told at once, and one each ten seconds; presses go on."""
    panel = opened()
    told = []
    for number in range(1000):
        told += panel.receive(b"ERROR %d\nPRESS 999\n" % number, 1.0 + number / 100)
    assert len([each for each in told if isinstance(each, Complain)]) == 10
    actions = panel.receive(b"ERROR\nERROR\nPRESS 001\n", 22.0)
    assert actions[0] == Complain("command", "ERROR")
    assert events(actions)[0] == ("press", 1)


def test_releases_are_limited_as_presses_are() -> None:
    """A hundred of both at once."""
    panel = opened(firmware=b"2.4.1")
    actions = panel.receive(b"PRESS 001\nRELEASE 001\n" * 300, 1.0)
    assert len([each for each in actions if isinstance(each, Pushed)]) == 100


def test_what_it_refuses_and_what_is_too_long_is_told() -> None:
    """For the log."""
    panel = opened()
    assert panel.receive(b"ERROR INVALID_ID\n", 1.0) == [Complain("command", "ERROR INVALID_ID")]
    assert panel.receive(b"x" * 300, 1.0) == [Complain("line", "ignored, longer than 256 bytes")]


def test_nothing_is_due_without_a_port() -> None:
    """Unless something plays."""
    panel = Panel("auto", 10, 300)
    assert panel.next_at == math.inf
    panel.obey(Play(1), 5.0)
    assert panel.next_at == 305.0
    assert events(panel.tick(305.0)) == [("ended", 1)]
    assert panel.next_at == math.inf


def test_a_line_that_the_unplugging_cut_is_not_joined() -> None:
    """Nor one in which bytes were thrown away."""
    panel = opened()
    panel.receive(b"PRESS 0", 1.0)
    panel.lose()
    panel.open(2.0)
    panel.receive(b"FW 2.5\n", 2.1)
    assert events(panel.receive(b"04\nPRESS 005\nPRESS 0", 2.2))[0] == ("press", 5)
    panel.skip()
    assert events(panel.receive(b"06\nPRESS 007\n", 2.3))[0] == ("press", 7)
