"""Which dialect a panel speaks."""

import pytest

from serial_bridge.profile import NEWEST, PROFILES, Detection, of_firmware


@pytest.mark.parametrize(
    ("firmware", "profile"),
    [
        ("2.2.0 (Proto 10 LEDs)", "v22"),
        ("2.2", "v22"),
        ("2.3.0", "v23"),
        ("2.4.1 (Proto 10 LEDs)", "v24"),
        ("2.4.2", "v25"),
        ("2.5.1", "v25"),
        ("v3.0", "v25"),
        ("selection-panel v2.5.1", "v25"),
        ("SelectionPanel v2.5.2", "v25"),
        ("SelectionPanel", "v25"),
    ],
)
def test_a_name_tells_the_profile(firmware: str, profile: str) -> None:
    """As the contract's table has it."""
    found = of_firmware(firmware)
    assert found is not None
    assert found.name == profile


def state(detection: Detection) -> tuple[str, float | None]:
    return detection.profile.name, detection.until


def test_numbers_of_each_profile() -> None:
    """The third button on the serial line, and its picture and sound."""
    told = {name: (each.number(3), each.media(3)) for name, each in PROFILES.items()}
    assert told == {"v22": (2, 2), "v23": (3, 2), "v24": (3, 3), "v25": (3, 3)}
    for profile in PROFILES.values():
        assert profile.button(profile.number(3)) == 3


def test_a_panel_has_a_second_to_name_itself() -> None:
    """Until then it is what it was before, afterwards the newest, and a late answer counts."""
    detection = Detection("auto")
    detection.begin(10.0)
    detection.name("2.2.0")
    detection.begin(20.0)
    assert state(detection) == ("v22", 21.0)
    detection.tick(20.9)
    assert state(detection) == ("v22", 21.0)
    detection.tick(21.0)
    assert (detection.profile, detection.firmware, detection.until) == (NEWEST, None, None)
    detection.name("2.3.0")
    assert state(detection) == ("v23", None)


def test_a_name_that_tells_nothing_is_no_name() -> None:
    """Noise that looks like an answer."""
    detection = Detection("auto")
    detection.begin(0.0)
    detection.name("?")
    assert not detection.named
    assert detection.until == 1.0


def test_a_press_is_evidence_while_there_is_no_name() -> None:
    """000 proves that it counts from 0, the last number that it counts from 1."""
    detection = Detection("auto")
    detection.begin(0.0)
    detection.pressed(10, 10)
    assert state(detection) == ("v25", 1.0)  # from 1, but which of three
    detection.pressed(0, 10)
    assert state(detection) == ("v22", None)
    detection.pressed(9, 10)
    assert state(detection) == ("v22", None)
    detection.pressed(10, 10)
    assert state(detection) == ("v25", None)
    detection.name("2.4.1")
    detection.pressed(0, 10)
    assert state(detection) == ("v24", None)


def test_a_wanted_profile_is_not_doubted() -> None:
    """Neither by a name nor by a press; nothing is waited for."""
    detection = Detection("v23")
    detection.begin(0.0)
    assert detection.until is None
    detection.name("2.2.0")
    detection.pressed(0, 10)
    assert (detection.profile.name, detection.firmware) == ("v23", "2.2.0")
