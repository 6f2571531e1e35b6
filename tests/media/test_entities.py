"""What Home Assistant is told of displays."""

from collections.abc import Collection

import pytest

from media.display.roster import MOST_WAITING
from media.display.telling import _MOST_ANNOUNCED, _MOST_WITH_THEMES
from media.entities import Addresses, Told, display_entities, registered_entities, without_contact
from shared import discovery
from shared.discovery import Component

THEMES = ["gray", "landscape", "newspaper", "photo", "portrait", "small"]


def test_a_display_is_an_image() -> None:
    """Its preview, which is PNG; one of image_topic and url_topic must be there."""
    assert display_entities("rlcd", "mantel/display/rlcd/preview") == {
        "display:rlcd:picture": {
            "p": "image",
            "name": "RLCD picture",
            "image_topic": "mantel/display/rlcd/preview",
            "content_type": "image/png",
            "icon": "mdi:image-frame",
        }
    }


def entities(told: Told) -> dict[str, Component]:
    topics = Addresses("{}/state".format, "{}/set".format, "approve", "update", "media")
    found = registered_entities([told], [], topics, THEMES)
    return {key.removeprefix("display:a:"): entity for key, entity in found.items()}


@pytest.mark.parametrize(
    ("told", "more"),
    [
        (Told("a"), set()),
        (Told("a", battery=True), {"battery", "battery_low"}),
        (Told("a", signal=True), {"signal"}),
        (Told("a", firmware=True), {"firmware"}),
    ],
)
def test_only_what_a_device_tells_is_shown(told: Told, more: set[str]) -> None:
    """A display with a wire has no battery."""
    always = {"mode", "theme", "seen", "wake", "availability", "refresh", "identify"}
    assert set(entities(told)) == always | more


def test_what_an_absent_display_cannot_know_is_unavailable() -> None:
    """Its battery and its signal; not its mode, and not that its battery was low."""
    found = entities(Told("a", battery=True, signal=True, firmware=True))
    for name in ("battery", "signal", "wake"):
        topics = [each["topic"] for each in found[name]["availability"]]
        assert topics == ["media", "a/state"]
        assert found[name]["availability_mode"] == "all"
    for name in ("mode", "battery_low", "seen", "availability", "firmware", "refresh"):
        assert "availability_mode" not in found[name]


def test_home_assistant_takes_each() -> None:
    """A category of config on a sensor, or a unit of another class, costs the entity."""
    for name, entity in entities(Told("a", battery=True, signal=True, firmware=True)).items():
        assert entity["p"] in {"select", "sensor", "binary_sensor", "button"}
        assert entity["name"].startswith("a "), name
        if entity["p"] in {"sensor", "binary_sensor"}:
            assert entity["entity_category"] == "diagnostic"
            assert entity["state_topic"] == "a/state"
        else:
            assert entity["command_topic"] == ("update" if name == "theme" else "a/set")
            assert entity["qos"] == 1


def test_a_theme_is_chosen_from_those_that_there_are() -> None:
    """And one that is gone is still an option: Home Assistant would log an error for its state."""
    select = entities(Told("a", theme="mine"))["theme"]
    assert select["options"] == ["auto", *THEMES[:2], "mine", *THEMES[2:]]
    template = select["command_template"]
    assert template == """{"id": "a", "theme": "{{ '' if value == 'auto' else value }}"}"""


OWNER = discovery.own_ids("mantel", "raspberrypi", "media")


def announcement(displays: int, waiting: int, themes: Collection[str] = ()) -> dict[str, Component]:
    """Return what is announced of displays that tell all they can."""
    ids = [f"abc-def-{number:03}" for number in range(displays)]
    found = registered_entities(
        [Told(id_, battery=True, signal=True, firmware=True) for id_ in ids],
        [f"xyz-def-{number:03}" for number in range(waiting)],
        Addresses(
            "mantel/display/{}/state".format,
            "mantel/display/{}/set".format,
            "mantel/display/request/approve",
            "mantel/display/request/update",
            "mantel/service/raspberrypi/media/availability",
        ),
        themes,
    )
    for id_ in ids:
        found |= display_entities(id_, f"mantel/display/{id_}/preview")
    return found


def test_as_many_as_are_announced_fit_in_one_message() -> None:
    """With 150 kB to spare for jobs, longer names and what has gone."""
    found = announcement(_MOST_ANNOUNCED, MOST_WAITING)
    assert discovery.fitting(found, OWNER) == found
    payload = discovery.config(
        root="mantel",
        node="raspberrypi",
        service="media",
        version="0.1.0",
        availability_topic="mantel/service/raspberrypi/media/availability",
        components=found,
    )
    assert 650_000 < len(payload) < 700_000


def test_themes_take_no_displays_room() -> None:
    """They are offered where there is room for long names too."""
    themes = [f"{number:040}" for number in range(50)]
    found = announcement(_MOST_WITH_THEMES, MOST_WAITING, themes)
    assert discovery.fitting(found, OWNER) == found


def test_who_waits_is_announced_before_all_others() -> None:
    """Too many displays hide no button that lets one in."""
    found = announcement(400, 50)
    left = discovery.fitting(found, OWNER)
    assert len(left) < len(found)
    assert list(left)[:50] == [f"display:xyz-def-{number:03}:approve" for number in range(50)]


def test_a_display_by_topic_tells_nothing_of_itself() -> None:
    """It has a picture, a mode and a button; of others all stays."""
    keys = [f"display:{id_}:{part}" for id_ in ("a", "b") for part in ("mode", "seen", "picture")]
    left = without_contact({key: {"p": "x"} for key in keys}, ["a"])
    assert list(left) == [key for key in keys if key != "display:a:seen"]
