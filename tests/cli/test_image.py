"""`mantel image show` on a real broker, with a media service of one line behind it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared import topics
from shared.payloads import DisplayFrame
from shared.testing import Client
from tests.cli.conftest import Run

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16


def frame(version: str) -> bytes:
    return topics.DISPLAY_FRAME.encode(
        DisplayFrame(
            version=version, width=200, height=200, format="1bit", bytes=5000,
            source="idle", at=datetime.now(UTC),
        )
    )  # fmt: skip


@pytest.fixture
def shown(client: Client) -> list[bytes]:
    """Let there be a display rlcd; return the pictures that it was sent."""
    pictures: list[bytes] = []

    def show(_client: object, _data: object, message: object) -> None:
        pictures.append(message.payload)  # type: ignore[attr-defined]
        client.paho.publish("mantel/display/rlcd/frame", frame(str(len(pictures))), 1, True)

    client.paho.on_message = show
    client.subscribe("mantel/display/rlcd/set")
    client.publish("mantel/display/rlcd/frame", frame("old"), retain=True)
    client.publish("mantel/service/pi/media/availability", b"online", retain=True)
    return pictures


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    file.write_bytes(PNG)
    return file


def test_show(run: Run, shown: list[bytes], picture: Path) -> None:
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert done.stdout == f"rlcd: shows {picture}, 200 x 200 pixels\n"
    assert shown == [PNG]


def test_show_from_stdin_as_json(run: Run, shown: list[bytes]) -> None:
    done = run("image", "show", "-", "--display", "rlcd", "--json", stdin=PNG)
    told = json.loads(done.stdout)
    assert (told["bytes_sent"], told["frame"]["version"]) == (len(PNG), "1")
    assert shown == [PNG]


def test_too_large_for_the_broker(run: Run, shown: list[bytes], tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    most = (1 << 20) - 256
    large.write_bytes(PNG.ljust(most, b"x"))
    assert run("image", "show", str(large), "--display", "rlcd").exit_code == 0
    assert len(shown[0]) == most
    large.write_bytes(PNG.ljust(most + 1, b"x"))
    done = run("image", "show", str(large), "--display", "rlcd")
    assert done.exit_code == 1
    assert "larger than the 1.05 MB that the broker takes in one message" in done.stderr
    assert len(shown) == 1


@pytest.mark.parametrize("content", [b"", b'{"mode": "idle"}', b"RIFF1234WAVE"])
def test_no_picture(run: Run, shown: list[bytes], picture: Path, content: bytes) -> None:
    picture.write_bytes(content)
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert (done.exit_code, shown) == (1, [])
    assert done.stderr == f"Error: {picture} is no PNG, JPEG, GIF or WebP\n"


def test_unknown_display(run: Run, shown: list[bytes], picture: Path) -> None:
    done = run("image", "show", str(picture), "--display", "hall")
    assert (done.exit_code, shown) == (1, [])
    assert "no display hall; there are: rlcd" in done.stderr
    assert run("image", "show", str(picture), "--display", "a/b").exit_code == 2


@pytest.mark.usefixtures("impatient")
def test_no_new_picture(run: Run, shown: list[bytes], client: Client, picture: Path) -> None:
    """It is the same as before, or nobody is there."""
    client.paho.on_message = lambda *_: None
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert (done.exit_code, "shows nothing new so far" in done.stdout) == (0, True)
    client.publish("mantel/service/pi/media/availability", b"offline", retain=True)
    done = run("image", "show", str(picture), "--display", "rlcd")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no answer from media within 0.5 s: is it running?" in done.stderr
