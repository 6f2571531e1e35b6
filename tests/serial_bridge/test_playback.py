"""What plays, which LEDs are on, and what follows."""

from serial_bridge.playback import Led, Playback, Tell


def playback() -> Playback:
    return Playback(10, 300)


def test_a_press_stops_and_plays() -> None:
    """In this order, always the pair; LEDSET comes first where the panel needs it."""
    subject = playback()
    assert subject.press(3, 0.0, set_led=True) == [
        Led("LEDSET", 3), Tell("press", 3), Tell("stop", None), Tell("play", 3),
    ]  # fmt: skip
    assert subject.press(4, 1.0, set_led=False) == [
        Tell("press", 4), Tell("stop", 3), Tell("play", 4),
    ]  # fmt: skip
    assert (subject.playing, subject.leds, subject.until) == (4, frozenset({4}), 301.0)


def test_ended_counts_once_and_for_what_plays() -> None:
    """One LEDCLR for each play, whoever says it how often."""
    subject = playback()
    assert subject.ended(3) == []
    subject.press(3, 0.0, set_led=False)
    assert subject.ended(4) == []
    assert subject.ended(3) == [Led("LEDCLR"), Tell("ended", 3)]
    assert subject.ended(3) == []
    assert (subject.playing, subject.until, subject.leds) == (None, None, frozenset())


def test_every_play_ends_in_exactly_one_ledclr() -> None:
    """By a browser, a stop or the timeout; what comes after it adds none."""
    for way in ("ended", "stop", "timeout"):
        subject = playback()
        subject.press(3, 0.0, set_led=False)
        effects = [
            *(subject.ended(3) if way == "ended" else []),
            *(subject.stop() if way == "stop" else []),
            *(subject.tick(300.0) if way == "timeout" else []),
        ]
        effects += [*subject.ended(3), *subject.stop(), *subject.tick(10_000.0)]
        assert effects.count(Led("LEDCLR")) == 1, way


def test_the_timeout_begins_with_each_play() -> None:
    """And not before its time is over."""
    subject = playback()
    subject.press(3, 0.0, set_led=False)
    subject.press(4, 200.0, set_led=False)
    assert subject.tick(499.9) == []
    assert subject.tick(500.0) == [Led("LEDCLR"), Tell("ended", 4)]


def test_a_stop_is_told_when_nothing_plays_too() -> None:
    """Browsers may play what the bridge knows nothing of."""
    assert playback().stop() == [Tell("stop", None)]


def test_leds_are_known() -> None:
    """Each command changes them as the firmware does."""
    subject = playback()
    subject.light("LEDON", 2)
    subject.light("LEDON", 3)
    assert subject.leds == {2, 3}
    subject.light("LEDOFF", 2)
    subject.light("LEDOFF", 7)
    assert subject.leds == {3}
    subject.light("LEDSET", 5)
    assert subject.leds == {5}
    assert subject.light("LEDALL", None) == [Led("LEDALL")]
    assert len(subject.leds) == 10
    subject.light("LEDCLR", None)
    assert not subject.leds


def test_leds_are_restored_as_they_were() -> None:
    """The one that plays by LEDSET, which makes it the active one, the others beside it."""
    subject = playback()
    assert subject.rebooted() == []
    subject.press(4, 0.0, set_led=False)
    subject.light("LEDON", 9)
    subject.light("LEDON", 2)
    assert subject.rebooted() == [Led("LEDSET", 4), Led("LEDON", 2), Led("LEDON", 9)]
    subject.light("LEDCLR", None)
    assert subject.rebooted() == []
    subject.stop()
    subject.light("LEDALL", None)
    assert subject.rebooted() == [Led("LEDALL")]


def test_a_light_that_nobody_knows_of_is_put_out() -> None:
    """Not one that is wanted."""
    subject = playback()
    assert subject.found_lit() == [Led("LEDCLR")]
    subject.light("LEDON", 9)
    assert subject.found_lit() == []
    subject.press(3, 0.0, set_led=False)
    assert subject.found_lit() == []
