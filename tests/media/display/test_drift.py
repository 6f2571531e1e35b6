"""What is learned of a clock that is off."""

import random

from media.display.drift import Drift, lateness, learned, to_expect, to_tell


def taught(seconds: float, *late: float) -> Drift:
    """Return what is known after sleeps of so many seconds."""
    drift = Drift()
    for each in late:
        drift = learned(drift, seconds, seconds * (1 + each))
    return drift


def test_three_sleeps_teach() -> None:
    assert lateness(taught(900, 0.02, 0.02), 900) == 0
    drift = taught(900, 0.02, 0.01, 0.02)
    assert lateness(drift, 900) == 0.02
    assert round(to_tell(drift, 918)) == 900
    assert round(to_expect(drift, 900)) == 918


def test_one_that_is_far_off_does_not_count_and_one_that_is_odd_does_little() -> None:
    """A person who resets a device in the middle of a sleep teaches nothing of its clock."""
    drift = taught(900, 0.01, 0.01, 0.01, -0.5, 3.0, 0.09, 0.01)
    assert lateness(drift, 900) == 0.01
    assert len(drift.short) == 5


def test_what_was_long_ago_is_forgotten() -> None:
    drift = taught(900, *[0.05] * 20, *[-0.01] * 7)
    assert drift.short == (-0.01,) * 7


def test_a_short_poll_teaches_nothing() -> None:
    """Most of what it is off are the seconds in which the device is up."""
    assert taught(60, 0.05, 0.05, 0.05) == Drift()
    assert lateness(taught(900, *[0.05] * 3), 60) == 0


def test_a_long_sleep_is_not_shortened_by_short_ones() -> None:
    """Ten seconds of being up are 1 % of 15 minutes, and five minutes of a night."""
    night = 27_000
    assert to_tell(taught(900, *[0.011] * 5), night) == night
    early = taught(900, *[-0.02] * 5)
    assert round(to_tell(early, night)) == round(night / 0.98)
    own = early
    own = learned(own, night, night * 1.03)
    assert round(to_tell(own, night)) == round(night / 1.03)


def test_a_real_clock_is_met() -> None:
    """One that is 3 % slow and shakes by 2 seconds comes within 5 seconds after some sleeps."""
    dice = random.Random(1)
    drift, offs = Drift(), []
    for _ in range(30):
        told = to_tell(drift, 900)
        slept = told * 1.03 + dice.uniform(-2, 2)
        offs.append(abs(slept - 900))
        drift = learned(drift, told, slept)
    assert offs[0] > 20
    assert max(offs[5:]) < 5
