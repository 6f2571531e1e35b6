"""`mantel import eink` against the real media, and the old clients that go on here."""

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap.picture import open_picture
from shared.testing import TIMEOUT_SECONDS
from tests.cli.conftest import MANTEL
from tests.cli.old_server import OldServer
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import Device, Eink

HALL, KITCHEN, CLOSET = "pvx-jqr-cef", "abc-def-ghj", "zzz-yyy-xxx"
HALL_TOKEN, KITCHEN_TOKEN = "0123456789abcdef" * 2 + "01234567", "f" * 40
WEEK = (0, 1, 2, 3, 4, 5, 6)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running_hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def eink(hub: Hub) -> Eink:
    """The hub's media, where nobody new may join: only what is taken over can get in."""
    return Eink(hub, TZ="America/New_York", MEDIA_JOIN="closed")


@pytest.fixture
def run(hub: Hub, tmp_path: Path) -> Run:
    def call(*arguments: str | Path, home: str = str(tmp_path)) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MANTEL, "import", "eink", *map(str, arguments)],
            env=hub.environment("operator", MANTEL_HOME=home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_SECONDS,
            check=False,
        )

    return call


def jpeg(path: Path, colour: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 200), colour).save(path, "JPEG")
    return path


@pytest.fixture
def old(tmp_path: Path) -> OldServer:
    """A server with three displays, and photos that were moved since."""
    (tmp_path / "old").mkdir()
    server = OldServer(tmp_path / "old" / "db.sqlite3")
    server.display(HALL, "42", HALL_TOKEN, days=WEEK)
    kitchen = server.display(
        KITCHEN, "6a:6b:9b:a1:cb:38", KITCHEN_TOKEN,
        timezone="Asia/Tokyo", default_mode="dashboard", x_res=800, y_res=480,
    )  # fmt: skip
    server.rule(kitchen, 6, "10:00:00", "11:30:00", "news")
    server.rule(kitchen, 6, "11:00:00", "12:00:00", "photo")
    server.rule(kitchen, 6, "22:00:00", "06:00:00", "photo")
    server.rule(kitchen, 5, "10:00:00", "11:30:00", "news")
    server.rule(kitchen, 0, "00:00:00", "00:00:00", "boot", active=False)
    server.rule(kitchen, 1, "08:00:00", "09:00:00", "art")
    server.display(
        CLOSET, "7", "", timezone="Mars/Olympus", override_mode="DASHBOARD", x_res=0, y_res=9999
    )
    pictures = tmp_path / "pictures"
    jpeg(pictures / "a.jpg", "red")
    jpeg(pictures / "trips" / "a.jpg", "blue")
    jpeg(pictures / "generated" / "variants_1.png", "lime")
    (pictures / "b.heic").write_bytes(b"heic")
    for path in ("a.jpg", "trips/a.jpg", "gone.jpg", "b.heic"):
        server.add("frames_sourceimage", path=f"/app/images/{path}", score=0.5, favorite=False)
    server.add("frames_variant", path=None, score=0.5, favorite=False)
    server.add(
        "frames_appsettings", setup_completed=True, discovery_port=51234,
        image_source_dir="/app/images", image_generation_dir="/app/images/generated",
    )  # fmt: skip
    return server


def shown(hub: Hub) -> dict[str, dict[str, object]]:
    """Return the displays of the hub, as the operator sees them."""
    printed = subprocess.check_output(
        [MANTEL, "display", "list", "--json"],
        env=hub.environment("operator", MANTEL_HOME=str(hub.directory)),
        timeout=TIMEOUT_SECONDS,
    )
    return {str(each["id"]): each for each in json.loads(printed)}


def test_old_displays_go_on_as_they_were(eink: Eink, old: OldServer, run: Run, tmp_path: Path):
    """With their old tokens, after a restart too; none is dark, and no new one got in."""
    hall = Device("42", HALL, HALL_TOKEN, "")
    kitchen = Device("6a:6b:9b:a1:cb:38", KITCHEN, KITCHEN_TOKEN, "")
    path = "/api/display/poll?hardware_id=42"
    assert eink.get(path, HALL_TOKEN).status == 401
    done = run(old.path.parent, "--pictures", tmp_path / "pictures")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "displays: 3 taken over, 3 of them new; refused: 0\n"
        f"photos: 2 new in {tmp_path / 'photos'}, 0 there before; left out: 2\n"
    )
    eink.media.stop()
    eink.start()
    assert eink.mode(hall) in {"photo", "dashboard"}
    assert eink.mode(kitchen) in {"news", "dashboard"}
    for asked in ("42", "042", "0042"):
        assert eink.get(f"/api/display/poll?hardware_id={asked}", HALL_TOKEN).status == 200
    for device, size in ((hall, (1600, 1200)), (kitchen, (800, 480))):
        for picture in ("variant", "dashboard", "splash_screen", "image"):
            answer = eink.get(f"/api/display/{picture}", device.token)
            assert answer.status == 200
            assert Image.open(io.BytesIO(answer.body)).size == size
    assert eink.bootstrap("42").json["code"] == "already_provisioned"
    assert eink.bootstrap("stranger").status == 403
    closet = eink.bootstrap("7")
    assert (closet.status, closet.json["human_readable_id"]) == (200, CLOSET)
    assert closet.json["mode"] == "dashboard"


def test_all_that_was_known_is_kept(eink: Eink, old: OldServer, run: Run) -> None:
    """Rules of one time have all their days; what is left out is named."""
    done = run(old.path, "--no-photos")
    assert done.returncode == 0, done.stderr
    displays = shown(eink.hub)
    hall, kitchen, closet = displays[HALL], displays[KITCHEN], displays[CLOSET]
    assert hall["timezone"] == "Europe/Brussels"
    schedule = hall["schedule"]
    assert isinstance(schedule, list)
    assert [(each["start"], each["end"], each["mode"]) for each in schedule] == [
        ("00:00", "06:00", "photo"), ("06:00", "09:00", "dashboard"), ("09:00", "12:00", "photo"),
        ("12:00", "14:00", "dashboard"), ("14:00", "00:00", "photo"),
    ]  # fmt: skip
    assert all(len(each["days"]) == 7 for each in schedule)
    assert kitchen["schedule"] == [
        {"start": "10:00", "end": "11:30", "mode": "news", "days": ["Sat", "Sun"]}
    ]
    facts = ("timezone", "default_mode", "width", "height", "hardware_id", "pairing")
    assert [kitchen[fact] for fact in facts] == [
        "Asia/Tokyo", "dashboard", 800, 480, "6a:6b:9b:a1:cb:38", "paired",
    ]  # fmt: skip
    assert [closet[fact] for fact in facts] == [None, "photo", 1200, 1600, "7", "approved"]
    assert closet["override"] == "dashboard"
    for said in (
        f"{KITCHEN}: rule 11:00:00 to 12:00:00 photo (weekday 6) is left out: it overlaps",
        f"{KITCHEN}: rule 22:00:00 to 06:00:00 photo (weekday 6) is left out: it ends before",
        f"{KITCHEN}: rule 08:00:00 to 09:00:00 art (weekday 1) is left out: it is not understood",
        f"{CLOSET}: its time zone 'Mars/Olympus' is not known",
        f"{CLOSET}: its size 9999 cannot be",
        f"{CLOSET}: it has no token there",
    ):
        assert said in done.stderr


def test_no_token_goes_over_the_broker_or_to_the_disk(
    eink: Eink, old: OldServer, run: Run, tmp_path: Path
) -> None:
    done = run(old.path, "--no-photos")
    assert done.returncode == 0
    hashed = hashlib.sha256(HALL_TOKEN.encode()).hexdigest()
    eink.media.stop()
    kept = b"".join(each.read_bytes() for each in (tmp_path / "data").glob("media.sqlite*"))
    assert hashed.encode() in kept
    for text in (kept, eink.media.log.encode(), done.stdout.encode(), done.stderr.encode()):
        assert HALL_TOKEN.encode() not in text


def test_a_second_time_nothing_is_taken_twice(
    eink: Eink, old: OldServer, run: Run, tmp_path: Path
) -> None:
    pictures = ("--pictures", tmp_path / "pictures")
    assert run(old.path, *pictures).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "photos").iterdir()}
    assert set(before) == {"a.jpg", "a-2.jpg"}
    displays = shown(eink.hub)
    jpeg(tmp_path / "pictures" / "new.jpg", "green")
    again = run(old.path, *pictures)
    assert again.stdout == (
        "displays: 3 taken over, 0 of them new; refused: 0\n"
        f"photos: 1 new in {tmp_path / 'photos'}, 2 there before; left out: 2\n"
    )
    after = {path.name: path.read_bytes() for path in (tmp_path / "photos").iterdir()}
    assert {name: raw for name, raw in after.items() if name != "new.jpg"} == before
    assert shown(eink.hub).keys() == displays.keys()
    assert eink.get("/api/display/state", HALL_TOKEN).status == 200


def test_a_device_that_has_joined_here_already(eink: Eink, old: OldServer, run: Run) -> None:
    """It is refused by name, with what to do; the others are taken."""
    eink.media.stop()
    eink.settings["MEDIA_JOIN"] = "open"
    eink.start()
    joined = eink.join("42")
    done = run(old.path, "--no-photos")
    assert done.returncode == 1
    assert done.stdout == "displays: 2 taken over, 2 of them new; refused: 1\n"
    assert f"hardware id '42' has joined here as display {joined.id}" in done.stderr
    assert f"mantel display forget {joined.id}" in done.stderr
    assert eink.get("/api/display/state", joined.token).status == 200
    assert eink.get("/api/display/state", KITCHEN_TOKEN).status == 200


def test_a_dry_run_does_nothing(hub: Hub, old: OldServer, run: Run, tmp_path: Path) -> None:
    """It needs no broker either."""
    hub.broker.kill()
    done = run(old.path, "--pictures", tmp_path / "pictures", "--dry-run")
    assert done.returncode == 0, done.stderr
    rows = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()]
    assert rows[0] == ["ID", "HARDWARE ID", "SIZE", "ZONE", "MODE", "RULES"]
    assert [HALL, "42", "1200 x 1600", "Europe/Brussels", "photo", "5"] in rows
    assert rows[-1][0].startswith("photos: 2, ")
    assert "gone.jpg is left out: it is not there" in done.stderr
    assert not (tmp_path / "photos").exists()


def test_pictures_that_it_made_stand_upright(
    eink: Eink, old: OldServer, run: Run, tmp_path: Path
) -> None:
    """They lay on their side for a screen that lay."""
    made = Image.new("RGB", (160, 120), "white")
    made.paste("black", (0, 0, 20, 120))  # its left edge is the top of what people saw
    made.save(tmp_path / "pictures" / "generated" / "variants_2.png")
    path = "/app/images/generated/variants_2.png"
    old.add("frames_variant", path=path, score=0.5, favorite=False)
    pictures = ("--pictures", tmp_path / "pictures", "--variants", "--photos", tmp_path / "made")
    assert run(old.path, *pictures).returncode == 0
    taken = tmp_path / "made" / "variants_2.png"
    seen = open_picture(taken, 120, 160).convert("L")
    assert seen.getpixel((60, 5)) == 0
    assert seen.getpixel((60, 150)) == 255
    assert run(old.path, *pictures).stdout.endswith("there before; left out: 2\n")


def test_linked_photos_take_no_room(eink: Eink, old: OldServer, run: Run, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    assert run(old.path, "--pictures", pictures, "--link").returncode == 0
    assert (tmp_path / "photos" / "a.jpg").samefile(pictures / "a.jpg")


def test_what_is_no_such_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x" * 5000)
    (tmp_path / "empty").mkdir()
    other = tmp_path / "other.sqlite3"
    OldServer(other).run("DROP TABLE frames_display")
    for path, said in (
        ("notes.txt", "cannot be read as an SQLite database"),
        ("empty", "there is no db.sqlite3"),
        ("other.sqlite3", "has no table of displays"),
    ):
        done = run(tmp_path / path)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_media_is_away(hub: Hub, old: OldServer, run: Run) -> None:
    done = run(old.path, "--no-photos")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no answer from media within 5 s" in done.stderr
