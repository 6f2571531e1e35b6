"""`mantel source` on a real broker, with a media of a few lines behind it."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared import topics
from shared.payloads import Response
from shared.testing import Client
from tests.cli.conftest import Run

ROW = {
    "kind": "weather",
    "freshness": "fresh",
    "had_at": "2026-07-01T10:00:00+02:00",
    "tried_at": "2026-07-01T10:00:00+02:00",
    "next_at": "2026-07-01T10:30:00+02:00",
    "interval_minutes": 30,
    "failures": 0,
    "failing_since_at": None,
    "error": None,
    "note": "",
    "refreshing": False,
    "text": "8 days",
}


class Media:
    """Answers as `media` does; what is refreshed is done when the list is asked once more."""

    def __init__(self, client: Client) -> None:
        self.sources: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.refreshed: list[str] = []
        client.paho.on_message = lambda *told: self._answer(client, told[2])
        client.subscribe("mantel/source/request/#")

    def have(self, name: str, **changed: Any) -> None:
        self.sources.append({"name": name, **ROW, **changed})

    def _answer(self, client: Client, message: Any) -> None:
        verb = message.topic.rpartition("/")[2]
        fields = json.loads(message.payload)
        data: Any = {"file": "config/sources.toml", "problems": self.problems}
        if verb == "list":
            data["sources"] = [dict(each) for each in self.sources]
            for each in self.sources:
                each["refreshing"] = False
        else:
            self.refreshed.append(fields["name"])
            data = next(each for each in self.sources if each["name"] == fields["name"])
            data["refreshing"] = True
        answer = Response(status="ok", data=data, transaction=fields["transaction"])
        client.paho.publish(
            topics.SOURCE_RESPONSE.name("mantel", verb=verb), topics.SOURCE_RESPONSE.encode(answer)
        )


@pytest.fixture
def media(client: Client) -> Media:
    return Media(client)


def test_list(run: Run, media: Media) -> None:
    media.have("weather")
    media.have("Work", kind="calendar", had_at=None, next_at=None, text="", error="timed \x1b[2J")
    head, *rows = run("source", "list").stdout.splitlines()
    assert head.startswith("NAME")
    shown = "weather weather 2026-07-01 10:00 2026-07-01 10:30 8 days fresh"
    assert rows[0].split() == shown.split()
    assert "never" in rows[1]
    assert rows[1].endswith("timed \\x1b[2J")
    told = json.loads(run("source", "list", "--json").stdout)
    assert told["sources"][0]["name"] == "weather"


def test_list_of_none_and_of_a_broken_file(run: Run, media: Media) -> None:
    media.problems = ["line 3: is no TOML"]
    done = run("source", "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "config/sources.toml: line 3: is no TOML; the sources stay" in done.stderr
    assert "there are no sources" in done.stderr


def test_refresh_waits_and_fails_when_one_does(run: Run, media: Media) -> None:
    media.have("weather")
    media.have("Work", error="is gone (410)")
    media.have("Kitchen", kind="topic", interval_minutes=None)
    done = run("source", "refresh")
    assert done.stdout.splitlines() == ["weather: 8 days", "Work: is gone (410)"]
    assert done.exit_code == 1
    assert media.refreshed == ["weather", "Work"]
    assert run("source", "refresh", "weather").exit_code == 0


def test_refresh_of_one_that_is_not_there_refreshes_none(run: Run, media: Media) -> None:
    media.have("weather")
    done = run("source", "refresh", "weather", "nope")
    assert (done.exit_code, media.refreshed) == (1, [])
    assert done.stderr == "Error: no source nope that is fetched; there are: weather\n"


def test_check_needs_no_hub(run: Run, home: Path) -> None:
    """The file of the hub, another one, and one that is typed; each fault has its line."""
    file = home / "config/sources.toml"
    assert "No such file" in run("source", "check").stderr
    file.parent.mkdir()
    file.write_text("[weather]\nlatitude = 1\nlongitude = 200\n\n[[news]]\nname = 'x'\n")
    done = run("source", "check")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"{file}:3: [weather] longitude must be a number of degrees from -180 to 180, not 200",
        f"{file}:5: [[news]] needs url: an http:// or https:// address",
    ]
    other = home / "other.toml"
    other.write_text("[host]\n")
    assert run("source", "check", str(other)).stdout == f"{other}: all right; 1 host\n"
    assert run("source", "check", "-", stdin=b"x").stderr.startswith("-:1: is no TOML")
    (home / ".env").write_text("MEDIA_SOURCES=other.toml\n")
    assert run("source", "check").exit_code == 0
