"""`mantel display` on a real broker, with a registry of a few lines behind it."""

import json
from typing import Any

import pytest

from shared import topics
from shared.payloads import Response
from shared.testing import Client
from tests.cli.conftest import Run

ID, OTHER = "pvx-jqr-cef", "abc-def-ghj"


class Registry:
    """Answers as `media` does; `heard` are the requests but for those for the list."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.displays: dict[str, dict[str, Any]] = {}
        self.heard: list[tuple[str, Any]] = []
        self.lines = ["a line"]
        self.asked: list[Any] = []
        client.paho.on_message = lambda *told: self._answer(told[2].topic, told[2].payload)
        client.subscribe("mantel/display/request/+")

    def have(self, id_: str, pairing: str = "paired", **fields: Any) -> None:
        """Let there be a display."""
        self.displays[id_] = {
            "id": id_, "hardware_id": f"hw {id_}", "width": 800, "height": 480, "mode": "photo",
            "pairing": pairing, "last_seen_at": None, "availability": "offline", **fields,
        }  # fmt: skip

    def _answer(self, topic: str, payload: bytes) -> None:
        found = topics.DISPLAY_REQUEST.match("mantel", topic)
        assert found
        fields = json.loads(payload)
        transaction, id_ = fields.pop("transaction"), fields.get("id", "")
        data: Any = list(self.displays.values())
        if found["verb"] != "list":
            self.heard.append((found["verb"], id_))
            data = self.lines if found["verb"] == "log" else self.displays[id_]
            self.asked.append(fields)
        answer = Response(status="ok", data=data, transaction=transaction)
        if id_ and self.displays[id_]["pairing"] == "stuck":
            answer = Response(status="error", error="cannot be saved", transaction=transaction)
        self.client.paho.publish(
            topics.DISPLAY_RESPONSE.name("mantel", verb=found["verb"]),
            topics.DISPLAY_RESPONSE.encode(answer),
            1,
        )


@pytest.fixture
def registry(client: Client) -> Registry:
    """Return a registry without displays."""
    return Registry(client)


def test_list(run: Run, registry: Registry) -> None:
    registry.have(ID, availability="online", last_seen_at="2026-07-01T10:00:00+02:00")
    registry.have(OTHER, "waiting", hardware_id="\x1b[2J")
    head, *rows = run("display", "list").stdout.splitlines()
    assert head.split("  ")[0] == "ID"
    shown = f"{ID} hw {ID} 800 x 480 paired photo 2026-07-01 10:00:00 online"
    assert rows[0].split() == shown.split()
    assert "\\x1b[2J" in rows[1]
    assert rows[1].endswith("never")
    assert json.loads(run("display", "list", "--json").stdout) == list(registry.displays.values())


def test_list_tells_of_what_a_device_told(run: Run, registry: Registry) -> None:
    registry.have(
        ID, availability="sleeping", battery_percent=4, battery_low=True, rssi_dbm=-61,
        firmware="1.5.2", last_seen_at="2026-07-01T10:00:00+02:00",
        next_wake_at="2026-07-01T10:15:30+02:00",
    )  # fmt: skip
    row = run("display", "list").stdout.splitlines()[1]
    told = "photo 4 % -61 dBm 1.5.2 2026-07-01 10:00:00 2026-07-01 10:15:30 sleeping"
    assert row.split()[7:] == told.split()


def test_quiet_hours(run: Run, registry: Registry) -> None:
    registry.have(ID, quiet=[{"start": "23:00", "end": "06:30"}])
    done = run("display", "quiet", ID, "23:00-06:30", "12:00-13:00")
    assert done.stdout == f"{ID}: sleeps through 23:00 to 06:30\n"
    registry.have(ID, quiet=[])
    assert run("display", "quiet", ID, "none").stdout == f"{ID}: has no quiet hours\n"
    assert registry.heard == [("update", ID)] * 2
    assert registry.asked == [
        {"id": ID, "quiet": [_span("23:00", "06:30"), _span("12:00", "13:00")]},
        {"id": ID, "quiet": []},
    ]


def _span(start: str, end: str) -> dict[str, str]:
    return {"start": start, "end": end}


@pytest.mark.parametrize("hours", ["23-6", "23:00-24:00", "23:00", "never", "23:00-06:30,none"])
def test_quiet_hours_that_are_none(run: Run, registry: Registry, hours: str) -> None:
    registry.have(ID)
    done = run("display", "quiet", ID, hours)
    assert done.exit_code == 2
    assert "is neither hours such as 23:00-06:30 nor none" in " ".join(done.stderr.split())
    assert run("display", "quiet", "nope", "none").stderr.startswith("Error: no display nope")
    assert registry.heard == []


def test_list_of_one_that_is_told_by_topic(run: Run, registry: Registry) -> None:
    """It never asks, so there is no telling whether it is there."""
    registry.have(ID, kind="topic", availability=None)
    assert run("display", "list").stdout.splitlines()[1].endswith("never")


def test_list_of_none(run: Run, registry: Registry) -> None:
    done = run("display", "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no displays" in done.stderr


@pytest.mark.parametrize("verb", ["approve", "rotate", "forget"])
def test_verb(run: Run, registry: Registry, verb: str) -> None:
    registry.have(ID)
    registry.have(OTHER)
    done = run("display", verb, ID, OTHER)
    assert done.exit_code == 0
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [ID, OTHER]
    assert registry.heard == [(verb, ID), (verb, OTHER)]
    told = json.loads(run("display", verb, ID, "--json").stdout)
    assert told == [registry.displays[ID]]


def test_log(run: Run, registry: Registry) -> None:
    registry.have(ID)
    assert run("display", "log", ID).stdout == "a line\n"
    assert json.loads(run("display", "log", ID, "--json").stdout) == ["a line"]
    registry.lines = []
    done = run("display", "log", ID)
    assert (done.stdout, "nothing" in done.stderr) == ("", True)


def test_nothing_is_done_when_one_is_not_known(run: Run, registry: Registry) -> None:
    registry.have(ID)
    done = run("display", "forget", ID, "nope")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: no display nope; there are: {ID}\n"
    assert registry.heard == []


def test_what_media_refuses_is_told(run: Run, registry: Registry) -> None:
    registry.have(ID, "stuck")
    done = run("display", "rotate", ID)
    assert (done.exit_code, done.stderr) == (1, "Error: media: cannot be saved\n")


@pytest.mark.usefixtures("impatient")
def test_no_answer(run: Run) -> None:
    done = run("display", "list")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: no answer from media")
