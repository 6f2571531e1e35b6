"""`mantel display add`, `edit`, `profiles` and `calibrate`, with a media of a few lines."""

import json
from typing import Any

import pytest

from shared import topics
from shared.payloads import Response
from shared.testing import Client
from tests.cli.conftest import Run

DISPLAY: dict[str, Any] = {
    "id": "hall", "profile": "oled-128x64", "width": 128, "height": 64, "rotation": 0,
    "shows_alarms": True, "default_mode": "photo", "calibration": {}, "theme": None,
}  # fmt: skip
PROFILE = {
    "profile": "mono", "width": 8, "height": 9, "format": "gray2",
    "inks": {"black": [0, 0, 0], "white": [9, 9, 9]},
}  # fmt: skip


class Media:
    """Answers as media does; `heard` are the requests."""

    def __init__(self, client: Client) -> None:
        self.heard: list[dict[str, Any]] = []
        self._client = client
        client.paho.on_message = lambda *told: self._answer(told[2].topic, told[2].payload)
        client.subscribe("mantel/display/request/+")

    def _answer(self, topic: str, payload: bytes) -> None:
        fields = json.loads(payload)
        verb, transaction = topic.rpartition("/")[2], fields.pop("transaction")
        self.heard.append({"verb": verb, **fields})
        known = {name: fields[name] for name in DISPLAY.keys() & fields.keys()}
        data: Any = DISPLAY | known
        if verb == "profiles":
            data = [PROFILE, PROFILE | {"profile": "lcd", "inks": {}}]
        answer = Response(status="ok", data=data, transaction=transaction)
        name = topics.DISPLAY_RESPONSE.name("mantel", verb=verb)
        self._client.paho.publish(name, topics.DISPLAY_RESPONSE.encode(answer), 1)


@pytest.fixture
def media(client: Client) -> Media:
    return Media(client)


def test_add(run: Run, media: Media) -> None:
    done = run("display", "add", "hall", "--profile", "oled-128x64", "--rotation", "90")
    assert done.stdout == ("hall: added; oled-128x64, turned by 90 degrees, shows alarms, photo\n")
    assert media.heard == [{"verb": "add", "id": "hall", "profile": "oled-128x64", "rotation": 90}]
    done = run(
        "display", "add", "hall", "--profile", "x", "--no-alarms", "--mode", "idle", "--json"
    )
    assert json.loads(done.stdout)["shows_alarms"] is False
    assert media.heard[1]["default_mode"] == "idle"
    assert run("display", "add", "hall").exit_code == 2


def test_edit(run: Run, media: Media) -> None:
    done = run("display", "edit", "hall", "--rotation", "0", "--timezone", "", "--no-alarms")
    assert done.stdout == "hall: changed; oled-128x64, no alarms, photo\n"
    assert media.heard == [
        {"verb": "update", "id": "hall", "rotation": 0, "timezone": "", "shows_alarms": False}
    ]
    done = run("display", "edit", "hall", "--theme", "mine", "--no-battery-mark")
    assert done.stdout == "hall: changed; oled-128x64, shows alarms, photo, theme mine\n"
    assert media.heard.pop() == {
        "verb": "update", "id": "hall", "theme": "mine", "shows_battery": False,
    }  # fmt: skip
    done = run("display", "edit", "hall")
    assert (done.exit_code, len(media.heard)) == (2, 1)
    assert "nothing to change is given" in done.stderr


@pytest.mark.usefixtures("media")
def test_profiles(run: Run) -> None:
    rows = [line.split("  ") for line in run("display", "profiles").stdout.splitlines()]
    assert [each.strip() for each in rows[1] if each] == ["mono", "8 x 9", "gray2", "black, white"]
    assert rows[2][-1].strip() == "all colours"
    assert json.loads(run("display", "profiles", "--json").stdout)[0] == PROFILE


def test_calibrate(run: Run, media: Media) -> None:
    done = run("display", "calibrate", "hall", "--ink", "white=1,2,3", "--ink", "dark grey=0,0,0")
    assert done.stdout == "hall: measured inks: white=1,2,3, dark grey=0,0,0\n"
    inks = {"white": [1, 2, 3], "dark grey": [0, 0, 0]}
    assert media.heard == [{"verb": "update", "id": "hall", "calibration": inks}]
    media.heard.clear()
    done = run("display", "calibrate", "hall", "--show", "--for", "5m")
    assert done.stdout == "hall: shows its inks for 5 minutes\n"
    assert media.heard == [
        {"verb": "show", "id": "hall", "page": "calibration", "for_seconds": 300}
    ]
    media.heard.clear()
    run("display", "calibrate", "hall", "--reset", "--ink", "white=1,2,3", "--show")
    assert [each["verb"] for each in media.heard] == ["update", "update", "show"]
    assert media.heard[0]["calibration"] is None
    assert media.heard[2]["for_seconds"] == 900


@pytest.mark.parametrize(
    "ink", ["white", "white=", "=1,2,3", "white=1,2", "white=1,2,256", "white=a,b,c"]
)
def test_an_ink_that_is_none(run: Run, media: Media, ink: str) -> None:
    done = run("display", "calibrate", "hall", "--ink", ink)
    assert (done.exit_code, media.heard) == (2, [])
    assert "is not NAME=R,G,B with numbers from 0 to 255" in " ".join(done.stderr.split())
    assert run("display", "calibrate", "hall").exit_code == 2
