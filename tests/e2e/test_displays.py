"""One way to put a picture on any display: the RLCD, an e-ink display, an OLED told by topic."""

import base64
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media.bitmap.prepared import prepare
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import RLCD
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.conftest import Process, running_hub
from tests.e2e.eink import Device, Eink
from tests.e2e.household import BLACK, WHITE, Household, plain
from tests.media.bitmap.pictures import halves, photo, saved

OLED = PROFILES["oled-128x64"]
PHOTO, HALVES = saved(photo()), saved(halves())
CONFIG = "homeassistant/device/mantel-media/pi/config"


class Home:
    """A hub with three displays, and all that the broker has told since."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.hub = household.hub
        self.known: dict[str, bytes] = {}
        self.client = Client(self.hub.broker, "operator")
        self.client.__enter__()
        self.client.subscribe("mantel/display/#", "mantel/alarm/+/state", "homeassistant/#")
        household.set_alarms([{"id": "wake", "alarm_time": "0000", "repeat": True}])
        for service in ("alarms", "media"):
            self.start(service)
        self.eink = Eink.__new__(Eink)
        self.eink.hub, self.eink.media = self.hub, self.media
        self.device = self.eink.join("1", 200, 100)
        self.mantel("display", "add", "hall", "--profile", "oled-128x64")
        for id_ in ("rlcd", "hall", self.device.id):
            self.until(lambda id_=id_: self.source(id_) == "idle")

    def start(self, service: str) -> Process:
        process = self.hub.start(service)
        process.wait_for_log(": connected")
        if service == "media":
            process.wait_for_log("HTTP API on port")
            self.media = process
        return process

    def mantel(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> str:
        """Run the operator's command; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "mantel", *arguments],
            env={"PATH": os.environ["PATH"], **self.hub.broker.environment("operator")},
            cwd=self.hub.directory,
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return (done.stderr if code else done.stdout).decode()

    def until(self, check: Any) -> None:
        """Take messages until a check of what is known is true."""
        while not check():
            message = self.client.receive()
            self.known[message.topic] = bytes(message.payload)

    def of(self, id_: str, kind: str) -> bytes:
        return self.known.get(f"mantel/display/{id_}/{kind}", b"")

    def frame(self, id_: str) -> dict[str, Any]:
        return dict(json.loads(self.of(id_, "frame") or b"{}"))

    def source(self, id_: str) -> str:
        return str(self.frame(id_).get("source", ""))

    def send(self, id_: str, payload: bytes) -> None:
        self.client.publish(f"mantel/display/{id_}/set", payload)

    def image(self, device: Device) -> bytes:
        return self.eink.get("/api/display/image", device.token).body


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with running_hub(tmp_path) as hub:
        household = Household(hub)
        home = Home(household)
        yield home
        home.client.__exit__(None, None, None)
        assert "Traceback" not in home.media.log


def test_a_picture_by_topic_on_each(home: Home) -> None:
    """Raw bytes stay until they are taken back; each display gets its own format."""
    for id_ in ("rlcd", "hall", home.device.id):
        home.send(id_, PHOTO)
        home.until(lambda id_=id_: home.source(id_) == "pushed")
    home.until(lambda: home.of("rlcd", "bitmap") == prepare(PHOTO, RLCD).frame.packed)
    home.until(lambda: home.of("hall", "bitmap") == prepare(PHOTO, OLED).frame.packed)
    assert len(home.of("hall", "bitmap")) == 128 * 64 // 8
    assert home.frame("hall")["format"] == "mono-vlsb"
    assert home.frame("hall")["url"] is None
    frame = home.frame(home.device.id)
    assert home.of(home.device.id, "bitmap") == b""
    asked = frame["url"].split("/", 3)[3]
    got = home.eink.get(f"/{asked}")
    assert (got.status, got.body) == (200, home.image(home.device))
    assert home.eink.get(f"/{asked[:-1]}").status == 404
    for id_ in ("rlcd", "hall", home.device.id):
        with Image.open(io.BytesIO(home.of(id_, "preview"))) as image:
            assert (image.format, max(image.size) <= 480) == ("PNG", True)
        home.send(id_, b"")
        home.until(lambda id_=id_: home.source(id_) == "idle")


def test_a_picture_for_a_while(home: Home) -> None:
    """Afterwards the display shows what it would have shown."""
    for id_ in ("rlcd", "hall", home.device.id):
        told = {"picture": base64.b64encode(HALVES).decode(), "for_seconds": 1.5}
        home.send(id_, json.dumps(told).encode())
        home.until(lambda id_=id_: home.source(id_) == "pushed")
        home.until(lambda id_=id_: home.source(id_) == "idle")
    assert home.image(home.device) != b""


def test_a_picture_by_http(home: Home) -> None:
    """With the display's own token; what is wrong is said with its code."""
    path, token = "/api/display/picture", home.device.token
    before = home.image(home.device)
    answer = home.eink.ask("POST", path, PHOTO, token=token, Content_Type="image/png")
    assert answer.status == 200, answer
    assert answer.json["ok"] is True
    assert answer.json["until_at"] is None
    state = home.eink.get("/api/display/state", token).json
    assert (state["version"], state["picture_expires_at"]) == (answer.json["version"], None)
    assert home.image(home.device) != before
    assert home.eink.ask("DELETE", path, token=token).status == 200
    assert home.image(home.device) == before
    body = {"picture": base64.b64encode(HALVES).decode(), "for_seconds": 1}
    assert home.eink.ask("POST", path, body, token=token).json["until_at"]
    eventually(lambda: home.image(home.device) == before)
    answer = home.eink.ask(
        "POST", f"{path}/?for_seconds=600", HALVES, token=token, Content_Type="image/png"
    )
    assert answer.json["until_at"]
    state = home.eink.get("/api/display/state", token).json
    assert state["picture_expires_at"] == answer.json["until_at"]
    # The older client's endpoints give it too: it has no other way to show anything
    assert home.eink.get("/api/display/variant", token).body == home.image(home.device)


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "told"),
    [
        ("", b"no picture", "image/png", 400, "The picture is no PNG, JPEG, GIF or WebP."),
        ("", PHOTO[:200], "image/png", 400, "The picture is broken"),
        ("", b"", "image/png", 400, "The body is empty"),
        ("", b"{", "application/json", 400, "JSON parse error"),
        ("", b"[]", "application/json", 400, "Expected `object`"),
        ("", b'{"picture": "?"}', "application/json", 400, "base64"),
        ("?for_seconds=0", PHOTO, "image/png", 400, "for_seconds: "),
        ("?for_seconds=soon", PHOTO, "image/png", 400, "for_seconds: "),
        ("", PHOTO, "text/html", 415, 'Unsupported media type "text/html" in request.'),
        ("", PHOTO.ljust(4_000_001), "image/png", 413, "Request body is too large."),
    ],
)
def test_what_cannot_be_pushed(
    home: Home, path: str, body: bytes, kind: str, status: int, told: str
) -> None:
    """What was shown is shown."""
    before = home.image(home.device)
    answer = home.eink.ask(
        "POST", f"/api/display/picture{path}", body, token=home.device.token, Content_Type=kind
    )
    assert answer.status == status, answer
    assert told in answer.json["detail"]
    assert home.image(home.device) == before
    assert home.eink.ask("POST", "/api/display/picture", PHOTO).status == 401


def test_a_picture_by_command(home: Home) -> None:
    """On each, for a while; and it tells what media says of a bad one."""
    file = home.hub.directory / "photo.png"
    file.write_bytes(PHOTO)
    done = home.mantel("image", "show", "photo.png", "--display", "rlcd")
    assert done == "rlcd: shows photo.png, 200 x 200 pixels\n"
    done = home.mantel("image", "show", "photo.png", "--display", "hall", "--for", "1h30m")
    assert done.startswith("hall: shows photo.png, 128 x 64 pixels until ")
    done = home.mantel("image", "show", "photo.png", "--display", home.device.id)
    assert done == f"{home.device.id}: gets photo.png when it asks next, 200 x 100 pixels\n"
    for id_ in ("rlcd", "hall", home.device.id):
        home.until(lambda id_=id_: home.source(id_) == "pushed")
        home.mantel("image", "hide", "--display", id_)
        home.until(lambda id_=id_: home.source(id_) == "idle")
    file.write_bytes(PHOTO[:100])
    said = home.mantel("image", "show", "photo.png", "--display", "rlcd", code=1)
    assert "Error: media: the picture is broken" in said
    said = home.mantel("image", "show", "photo.png", "--display", "cellar", code=1)
    assert "no picture" not in said


def test_a_pushed_picture_survives_a_restart(home: Home) -> None:
    """Killed or not, on each kind of display; one whose time is over does not."""
    for id_ in ("rlcd", "hall", home.device.id):
        home.send(id_, PHOTO)
        home.until(lambda id_=id_: home.source(id_) == "pushed")
    image = home.image(home.device)
    home.media.stop(signal.SIGKILL)
    home.known.clear()
    home.start("media")
    for id_ in ("rlcd", "hall", home.device.id):
        home.until(lambda id_=id_: home.source(id_) == "pushed")
    assert home.image(home.device) == image
    told = {"picture": base64.b64encode(HALVES).decode(), "for_seconds": 1}
    home.send("hall", json.dumps(told).encode())
    home.until(lambda: home.of("hall", "bitmap") == prepare(HALVES, OLED).frame.packed)
    home.media.stop()
    home.known.clear()
    home.start("media")
    home.until(lambda: home.source("hall") == "idle")


def test_an_alarm_beats_what_was_pushed(home: Home) -> None:
    """Where alarms are shown; what has an end of its own is back afterwards."""
    home.household.add_picture("on_alarm.png", plain(BLACK))
    home.send("rlcd", PHOTO)
    told = {"picture": base64.b64encode(HALVES).decode(), "for_seconds": 600}
    home.send("hall", json.dumps(told).encode())
    home.send(home.device.id, PHOTO)
    for id_ in ("rlcd", "hall", home.device.id):
        home.until(lambda id_=id_: home.source(id_) == "pushed")
    home.household.set_alarm("wake", "test")
    for id_ in ("rlcd", "hall"):
        home.until(lambda id_=id_: home.source(id_) == "alarm:wake")
    home.until(lambda: home.of("rlcd", "bitmap") == b"\xff" * 5000)
    assert home.source(home.device.id) == "pushed"
    file = home.hub.directory / "late.png"
    file.write_bytes(HALVES)
    done = home.mantel("image", "show", "late.png", "--display", "hall", "--for", "10m")
    assert "an alarm rings; late.png is shown when it is over" in done
    home.household.set_alarm("wake", "dismiss")
    home.until(lambda: home.source("rlcd") == "idle")
    home.until(lambda: home.source("hall") == "pushed")


def test_an_eink_display_may_show_alarms(home: Home) -> None:
    """When its owner says so."""
    home.mantel("display", "edit", home.device.id, "--alarms")
    before = home.image(home.device)
    home.household.set_alarm("wake", "test")
    home.until(lambda: home.source(home.device.id) == "alarm:wake")
    assert home.image(home.device) != before
    home.household.set_alarm("wake", "dismiss")
    home.until(lambda: home.source(home.device.id) == "idle")
    assert home.image(home.device) == before


def test_what_is_forgotten_leaves_nothing(home: Home) -> None:
    """On the broker and in Home Assistant, when media was away too."""

    def image_entity(id_: str) -> bool:
        found = json.loads(home.known.get(CONFIG) or b'{"cmps": {}}')["cmps"]
        return f"display:{id_}:picture" in found

    for id_ in ("rlcd", "hall", home.device.id):
        home.until(lambda id_=id_: image_entity(id_))
    assert "display:hall:seen" not in json.loads(home.known[CONFIG])["cmps"]
    home.mantel("display", "forget", "hall")
    for kind in ("bitmap", "frame", "preview", "state"):
        home.until(lambda kind=kind: home.known.get(f"mantel/display/hall/{kind}") == b"")
    home.until(lambda: not image_entity("hall"))
    home.media.stop(signal.SIGKILL)
    (home.hub.directory / "data/media.sqlite").unlink()
    home.start("media")
    for kind in ("frame", "preview", "state"):
        topic = f"mantel/display/{home.device.id}/{kind}"
        home.until(lambda topic=topic: home.known.get(topic) == b"")
    home.until(lambda: not image_entity(home.device.id))
    assert home.source("rlcd") == "idle"
    said = home.mantel("display", "forget", "rlcd", code=1)
    assert "rlcd is built in" in said


def test_profiles_rotation_and_calibration(home: Home) -> None:
    """The picture changes with the screen; the version does when its bytes do."""
    assert "oled-128x64" in home.mantel("display", "profiles")
    home.send("hall", PHOTO)
    home.until(lambda: home.source("hall") == "pushed")
    done = home.mantel("display", "edit", "hall", "--profile", "spectra6-800x480")
    assert done.startswith("hall: changed; spectra6-800x480, shows alarms, photo")
    home.until(lambda: home.frame("hall").get("format") == "spectra6")
    home.until(lambda: home.of("hall", "bitmap") == b"")  # too large for a topic
    frame = home.frame("hall")
    got = home.eink.get("/" + frame["url"].split("/", 3)[3])
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.body == prepare(PHOTO, PROFILES["spectra6-800x480"]).frame.packed
    done = home.mantel("display", "calibrate", "hall", "--ink", "white=232,232,232")
    assert done == "hall: measured inks: white=232,232,232\n"
    home.until(lambda: home.frame("hall")["version"] != frame["version"])
    home.mantel("display", "calibrate", "hall", "--reset")
    home.until(lambda: home.frame("hall")["version"] == frame["version"])
    for wrong, said in (
        (("--ink", "pink=1,2,3"), "there is no ink pink, but black, white"),
        (("--ink", "white=0,0,0"), "white must be lighter than black"),
    ):
        assert said in home.mantel("display", "calibrate", "hall", *wrong, code=1)
    home.mantel("display", "calibrate", "hall", "--show", "--for", "2s")
    home.until(lambda: home.source("hall") == "calibration")
    home.until(lambda: home.source("hall") == "idle")
    home.mantel("display", "edit", "hall", "--profile", "oled-128x64", "--rotation", "180")
    home.send("hall", PHOTO)
    turned = prepare(saved(photo()), OLED).frame.packed
    home.until(lambda: len(home.of("hall", "bitmap")) == 1024 and home.source("hall") == "pushed")
    assert home.of("hall", "bitmap") != turned


def test_a_new_display_that_cannot_be(home: Home) -> None:
    """With what is wrong."""
    for name, profile, said in (
        ("hall", "oled-128x64", "there is a display 'hall' already"),
        ("next", "oled-128x64", "cannot be a name"),
        ("Hall", "oled-128x64", "cannot be a name"),
        ("attic", "oled", "'oled' is none of rlcd-200x200"),
    ):
        assert said in home.mantel("display", "add", name, "--profile", profile, code=1)
    assert home.eink.bootstrap("topic:hall").status == 403
    assert "has no token" in home.mantel("display", "rotate", "hall", code=1)


def test_the_rlcd_has_modes_too(home: Home) -> None:
    """Its own is idle; it shows photos when it is told to."""
    (home.hub.directory / "photos").mkdir()
    (home.hub.directory / "photos/a.png").write_bytes(HALVES)
    home.eink.find_photos()
    home.send("rlcd", b'{"mode": "photo", "for_seconds": 2}')
    home.until(lambda: home.source("rlcd") == "a.png")
    home.until(lambda: home.of("rlcd", "bitmap") == prepare(HALVES, RLCD, "cover").frame.packed)
    home.until(lambda: home.source("rlcd") == "idle")
    home.household.add_picture("idle.png", plain(WHITE))
