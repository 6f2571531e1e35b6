"""The photos of a running hub: found, rated by command and by topic, kept."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from mantel.command import main
from shared.testing import eventually
from tests.e2e.conftest import Hub, Process
from tests.media.bitmap.pictures import halves, photo, saved

Mantel = Callable[..., Result]


@pytest.fixture
def media(hub: Hub) -> Process:
    """A media with two photos, which it has found."""
    folder = hub.directory / "photos/sea"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(saved(photo(), "JPEG"))
    (folder.parent / "b.png").write_bytes(saved(halves()))
    media = hub.start("media")
    media.wait_for_log("photos: 2 came, 0 went, 2 there")
    media.wait_for_log(": connected")
    return media


@pytest.fixture
def mantel(hub: Hub) -> Mantel:
    """Run `mantel photo`."""
    environment = {**hub.broker.environment("operator"), "TERM": "dumb"}
    return lambda *words: CliRunner().invoke(main, ["photo", *words], env=environment)


def test_photos_are_listed_and_rated(media: Process, mantel: Mantel, hub: Hub) -> None:
    """What is thought of them outlives a restart, and a move of the file."""
    listed = mantel("list").output
    assert "sea/a.jpg" in listed
    assert "b.png" in listed
    numbers = {each["path"]: each["number"] for each in json.loads(mantel("list", "--json").output)}
    number = str(numbers["sea/a.jpg"])
    assert "disliked 1" in mantel("dislike", number).output
    assert "disliked 2, not shown" in mantel("dislike", number).output
    assert "favourite" in mantel("favourite", str(numbers["b.png"])).output
    assert "sea/a.jpg" in mantel("list", "--hidden").output
    assert "sea/a.jpg" not in mantel("list", "--favourites").output
    (hub.directory / "photos/sea/a.jpg").rename(hub.directory / "photos/c.jpg")
    media.stop()
    media = hub.start("media")
    media.wait_for_log(": connected")
    eventually(lambda: "c.jpg" in mantel("list", "--hidden").output)
    assert "as any other" in mantel("show", number).output


def test_new_photos_are_found(media: Process, mantel: Mantel, hub: Hub) -> None:
    """At once when somebody asks for it."""
    (hub.directory / "photos/new.png").write_bytes(saved(photo()))
    assert mantel("scan").output == "3 photos; 1 came, 0 went\n"
    assert mantel("scan").output == "3 photos; 0 came, 0 went\n"


def test_what_is_wrong_is_told(media: Process, mantel: Mantel) -> None:
    """In one line, with another exit code."""
    for words, text in {
        ("like", "77"): "there is no photo 77",
        ("like", "--on", "nowhere"): "display 'nowhere' has shown no photo",
        ("like",): "give numbers of photos, or --on DISPLAY",
    }.items():
        told = mantel(*words)
        assert told.exit_code != 0
        assert text in told.stderr
