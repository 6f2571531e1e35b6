"""What is left in a battery."""

import random

import pytest
from msgspec.structs import replace

from media.display.battery import Battery, charge_percent, is_low, measured, settled, stretch


def told(*volts: float, charging: bool = False, battery: Battery | None = None) -> Battery:
    """Return a battery after some readings."""
    battery = battery or Battery()
    for each in volts:
        battery = measured(battery, each, charging=charging)
    return battery


@pytest.mark.parametrize(
    ("volts", "percent"),
    [
        (4.35, 100), (4.20, 100), (4.06, 90), (4.13, 95), (3.92, 70), (3.82, 50), (3.77, 30),
        (3.68, 10), (3.45, 5), (3.375, 2), (3.30, 0), (3.0, 0),
    ],
)  # fmt: skip
def test_the_curve(volts: float, percent: int) -> None:
    """Between two of its points it is straight."""
    assert charge_percent(volts) == percent


def test_one_reading_that_is_off_changes_nothing() -> None:
    """The median of five counts."""
    assert told(3.92, 3.92, 3.92, 3.3, 3.92).percent == 70


def test_it_never_rises_without_being_charged() -> None:
    """However the readings shake."""
    dice = random.Random(1)
    battery, last = Battery(), 100
    for step in range(400):
        battery = told(4.1 - 0.001 * step + dice.uniform(-0.03, 0.03), battery=battery)
        assert battery.percent is not None
        assert battery.percent <= last
        last = battery.percent
    assert last < 15


def test_it_rises_while_it_is_charged() -> None:
    battery = told(*[3.77] * 5)
    assert told(*[3.80] * 5, battery=battery).percent == 30
    assert told(*[3.79] * 5, battery=battery, charging=True).percent == 40


def test_one_that_was_charged_elsewhere_is_believed() -> None:
    """When all of five readings say so: few devices tell that they are charged."""
    battery = told(*[3.74] * 5)
    battery = told(*[4.20] * 4, battery=battery)
    assert battery.percent == 20
    assert told(4.20, battery=battery).percent == 100


@pytest.mark.parametrize("volts", [0.0, -1.0, 0.3, 5.2, 42.0])
def test_a_board_without_a_battery_has_none(volts: float) -> None:
    assert told(volts) == Battery()


@pytest.mark.parametrize(
    ("volts", "times"), [(4.0, 1), (3.6, 1), (3.59, 2), (3.45, 2), (3.44, 4), (3.2, 4)]
)
def test_a_low_battery_sleeps_longer(volts: float, times: int) -> None:
    battery = told(*[volts] * 3)
    assert stretch(battery, charging=False) == times
    assert is_low(battery, charging=False) == (times > 1)
    assert stretch(battery, charging=True) == 1
    assert not is_low(battery, charging=True)


@pytest.mark.parametrize(("percent", "times"), [(8, 1), (7, 2), (5, 2), (4, 4)])
def test_one_that_tells_no_volts_is_low_by_its_percentage(percent: int, times: int) -> None:
    assert stretch(Battery(percent=percent), charging=False) == times


def test_a_low_battery_is_low_until_it_is_well_above() -> None:
    """What tells of it does not come and go with readings that shake around the limit."""
    shaking, found = [3.62, 3.59, 3.58, 3.61, 3.64, 3.66, 3.57, 3.65, 3.69, 3.68], []
    battery = Battery()
    for volts in shaking * 3:
        battery = settled(measured(battery, volts, charging=False))
        found.append(is_low(battery, charging=False))
    first = found.index(True)
    assert first == 2
    assert all(found[first:])
    assert not is_low(battery, charging=True)
    for _ in range(3):
        battery = settled(measured(battery, 3.8, charging=True))
    assert not is_low(battery, charging=False)
    battery, lows = Battery(), []
    for percent in (9, 7, 9, 14, 15, 9):
        battery = settled(replace(battery, percent=percent))
        lows.append(battery.low)
    assert lows == [False, True, True, True, False, False]


def test_without_readings_nothing_is_low() -> None:
    """A device with a wire."""
    assert stretch(Battery(), charging=False) == 1
