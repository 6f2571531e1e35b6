"""`mantel image` on a real broker, with a media service of one line behind it."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from shared import topics
from shared.payloads import Response
from shared.testing import Client
from tests.cli.conftest import Run

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16
MOST = ((1 << 20) - 256 - 300) * 3 // 4  # a message, its topic, the request around it, base64
TOLD: dict[str, Any] = {
    "asks": False, "rings": False, "until_at": None, "version": "1", "format": "mono-hmsb",
    "width": 200, "height": 200,
}  # fmt: skip


class Media:
    """Answers as media does that knows one display; `heard` are the requests."""

    def __init__(self, client: Client) -> None:
        self.heard: list[dict[str, Any]] = []
        self.told = TOLD
        self.client = client
        client.paho.on_message = lambda *told: self._answer(told[2].topic, told[2].payload)
        client.subscribe("mantel/display/request/+")

    def _answer(self, topic: str, payload: bytes) -> None:
        fields = json.loads(payload)
        verb, transaction = topic.rpartition("/")[2], fields.pop("transaction")
        self.heard.append({"verb": verb, **fields})
        answer = Response(status="ok", data=self.told, transaction=transaction)
        if fields["id"] != "rlcd":
            answer = Response(status="error", error="there is no display", transaction=transaction)
        name = topics.DISPLAY_RESPONSE.name("mantel", verb=verb)
        self.client.paho.publish(name, topics.DISPLAY_RESPONSE.encode(answer), 1)

    @property
    def picture(self) -> bytes:
        """The last that was sent."""
        return base64.b64decode(self.heard[-1]["picture"])


@pytest.fixture
def media(client: Client) -> Media:
    return Media(client)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    file.write_bytes(PNG)
    return file


def test_show(run: Run, media: Media, picture: Path) -> None:
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert done.stdout == f"rlcd: shows {picture}, 200 x 200 pixels\n"
    assert (media.picture, "for_seconds" in media.heard[0]) == (PNG, False)


def test_show_for_a_while(run: Run, media: Media, picture: Path) -> None:
    media.told = TOLD | {"until_at": "2026-07-01T10:00:00+02:00"}
    done = run("image", "show", str(picture), "--display", "rlcd", "--for", "1m30s", TZ="UTC")
    assert ", 200 x 200 pixels until " in done.stdout
    assert media.heard[0]["for_seconds"] == 90
    done = run("image", "show", str(picture), "--display", "rlcd", "--for", "soon")
    assert (done.exit_code, len(media.heard)) == (2, 1)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("rings", "an alarm rings; {} is shown when it is over"),
        ("asks", "gets {} when it asks next, 200 x 200 pixels"),
    ],
)
def test_show_later(run: Run, media: Media, picture: Path, fact: str, said: str) -> None:
    media.told = TOLD | {fact: True}
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert done.stdout == f"rlcd: {said.format(picture)}\n"


def test_show_from_stdin_as_json(run: Run, media: Media) -> None:
    done = run("image", "show", "-", "--display", "rlcd", "--json", stdin=PNG)
    told = json.loads(done.stdout)
    assert (told["bytes_sent"], told["version"], told["display"]) == (len(PNG), "1", "rlcd")
    assert media.picture == PNG


def test_hide(run: Run, media: Media) -> None:
    done = run("image", "hide", "--display", "rlcd")
    assert done.stdout == "rlcd: shows what it would without\n"
    assert media.heard == [{"verb": "hide", "id": "rlcd"}]
    assert json.loads(run("image", "hide", "--display", "rlcd", "--json").stdout) == TOLD


def test_too_large_for_the_broker(run: Run, media: Media, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(PNG.ljust(MOST, b"x"))
    assert run("image", "show", str(large), "--display", "rlcd").exit_code == 0
    assert len(media.picture) == MOST
    large.write_bytes(PNG.ljust(MOST + 1, b"x"))
    done = run("image", "show", str(large), "--display", "rlcd")
    assert done.exit_code == 1
    assert "larger than the 786 kB that fit into a message of the broker" in done.stderr
    assert len(media.heard) == 1


@pytest.mark.parametrize("content", [b"", b'{"mode": "idle"}', b"RIFF1234WAVE"])
def test_no_picture(run: Run, media: Media, picture: Path, content: bytes) -> None:
    picture.write_bytes(content)
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert (done.exit_code, media.heard) == (1, [])
    assert done.stderr == f"Error: {picture} is no PNG, JPEG, GIF or WebP\n"


@pytest.mark.usefixtures("media")
def test_unknown_display(run: Run, picture: Path) -> None:
    done = run("image", "show", str(picture), "--display", "hall")
    assert (done.exit_code, done.stderr) == (1, "Error: media: there is no display\n")
    for verb in (("show", str(picture)), ("hide",)):
        assert run("image", *verb, "--display", "a/b").exit_code == 2


@pytest.mark.usefixtures("impatient")
def test_no_answer(run: Run, picture: Path) -> None:
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no answer from media within 0.5 s: is it running?" in done.stderr
