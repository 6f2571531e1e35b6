"""Dashboards through a real media: rows E16 and E33, themes, and `mantel dashboard`."""

import base64
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.answer import Answer
from tests.e2e.conftest import Hub
from tests.e2e.eink import Device, Eink
from tests.e2e.test_eink_topics import Home, entity
from tests.media.source.provider import calendar, provider

DASHBOARD = "/api/display/dashboard"
PATIENCE = 6  # times as long as usual: the child that draws yields to all others
INKS = [
    (61, 59, 94), (0, 0, 0), (58, 91, 70), (255, 255, 255), (208, 190, 71), (156, 72, 75),
]  # fmt: skip
HEADER = 'title = "Mine"\nsizes = [[400, 300]]\nshows = []\n'


class House:
    """A hub with a media, displays, and an operator."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.themes = hub.directory / "config/themes"
        self.themes.mkdir(parents=True)
        self.eink = Eink(hub, TZ="Europe/Brussels")

    def ask(self, verb: str, **fields: Any) -> Any:
        """Ask media, and return its whole answer."""
        mark = uuid.uuid4().hex
        with Client(self.hub.broker, "operator") as operator:
            operator.subscribe(f"mantel/dashboard/response/{verb}")
            operator.publish(
                f"mantel/dashboard/request/{verb}", json.dumps({**fields, "transaction": mark})
            )
            while True:
                answer = json.loads(operator.receive(PATIENCE * TIMEOUT_SECONDS).payload)
                if answer["transaction"] == mark:
                    return answer

    def page(self, device: Device) -> Answer:
        """Return the dashboard of a display, drawn: till then it has what is without photos."""
        without = self.eink.get("/api/display/variant", device.token)
        assert without.status == 200
        answers: list[Answer] = []

        def drawn() -> bool:
            answers.append(self.eink.get(DASHBOARD, device.token))
            return answers[-1].body != without.body

        eventually(drawn, times=PATIENCE)
        return answers[-1]

    def write(self, name: str, body: str, header: str = HEADER) -> None:
        """Write a theme of the house, as an editor does."""
        folder = self.themes / name
        folder.mkdir(exist_ok=True)
        for file, text in (("theme.toml", header), ("theme.typ", body)):
            (folder / f"{file}.tmp").write_text(text)
            (folder / f"{file}.tmp").replace(folder / file)

    def mantel(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Call the command as the operator."""
        environment = os.environ | self.hub.broker.environment("operator")
        return subprocess.run(
            [str(Path(sys.executable).parent / "mantel"), *map(str, arguments)],
            cwd=self.hub.directory,
            env=environment | {"MANTEL_HOME": str(self.hub.directory)},
            capture_output=True,
            text=True,
            timeout=PATIENCE * TIMEOUT_SECONDS,
            check=False,
        )

    def children(self) -> list[int]:
        """Return the processes that media has started."""
        pid = self.eink.media.pid
        found: list[int] = []
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
        return found


@pytest.fixture
def house(hub: Hub) -> Iterator[House]:
    """Yield a house whose media says no traceback."""
    house = House(hub)
    yield house
    assert "Traceback" not in house.eink.media.log


def picture(answer: Any) -> Image.Image:
    """Return the picture of a preview."""
    assert answer["status"] == "ok", answer
    return Image.open(io.BytesIO(base64.b64decode(answer["data"]["png"])))


@contextlib.contextmanager
def appointment(house: House) -> Iterator[None]:
    """Let there be a calendar with an event of tomorrow."""
    with provider() as web:
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        event = f"UID:1\nSUMMARY:Dentist\nDTSTART;VALUE=DATE:{tomorrow:%Y%m%d}"
        web.say("/me.ics", calendar(event))
        (house.hub.directory / "config/sources.toml").write_text(
            f'[[calendar]]\nname = "me"\nurl = "{web.url}/me.ics"\n'
        )
        yield


def test_E16_dashboard_picture(house: House) -> None:
    """The dashboard is a PNG of 1600x1200, of six colours, its palette in the known order."""
    device = house.eink.join("1")

    def header() -> object:
        with Image.open(io.BytesIO(house.page(device).body)) as page:
            # it lies on its side: the upper left corner is the lower left one
            return page.convert("RGB").getpixel((5, 1194))

    assert header() == INKS[3]
    with appointment(house):  # which is drawn by itself
        eventually(lambda: header() == INKS[0], times=PATIENCE)
    answer = house.page(device)
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.body)) as page:
        assert (page.size, page.mode, page.format) == ((1600, 1200), "P", "PNG")
        palette = page.getpalette() or []
        assert [tuple(palette[at : at + 3]) for at in range(0, 18, 3)] == INKS
        used = {index for _, index in page.getcolors() or []}
        assert used <= set(range(6))
        assert {0, 1, 3} <= used  # a header, letters, paper
        # it stands upright when it is turned back: its header is above
        upright = page.convert("RGB").transpose(Image.Transpose.ROTATE_270)
    assert upright.size == (1200, 1600)
    assert upright.getpixel((5, 5)) == INKS[0]
    assert upright.getpixel((5, 1590)) == INKS[3]


def test_E16_the_same_facts_are_the_same_picture(house: House) -> None:
    """A second look and a restart show the same bytes."""
    device = house.eink.join("1")
    first = house.page(device).body
    assert house.page(device).body == first
    house.eink.media.stop()
    house.eink.start()
    assert house.page(device).body == first


@pytest.mark.parametrize("size", [(1200, 1600), (800, 480), (200, 200)])
def test_E33_nothing_is_known(house: House, size: tuple[int, int]) -> None:
    """A dashboard is drawn without weather, without calendars, without internet, at any size."""
    sources = house.hub.directory / "config/sources.toml"
    sources.write_text(
        '[weather]\nprovider = "open-meteo"\nurl = "http://127.0.0.1:9"\nlatitude = 51.3\n'
        'longitude = 3.1\n[[calendar]]\nname = "gone"\nurl = "http://127.0.0.1:9/x.ics"\n'
    )
    eventually(lambda: "source gone" in house.eink.media.log, times=PATIENCE)
    device = house.eink.join("1", *size)
    answer = house.page(device)
    assert answer.status == 200
    with Image.open(io.BytesIO(answer.body)) as page:
        assert sorted(page.size) == sorted(size)
        assert len(page.getcolors() or []) > 1


def test_a_theme_of_the_house(house: House) -> None:
    """It is listed, drawn, and drawn again when it has changed; a fault is told with its line."""
    house.write("mine", "#rect(width: 100%, height: 100%, fill: rgb(255, 0, 0))")
    told = {each["name"]: each for each in house.ask("themes")["data"]["themes"]}
    assert not told["mine"]["ours"]
    assert told["portrait"]["ours"]
    assert picture(house.ask("preview", theme="mine")).convert("RGB").getpixel((9, 9)) == (
        255,
        0,
        0,
    )
    house.write("mine", "#rect(width: 100%, height: 100%, fill: rgb(0, 0, 255))")
    assert picture(house.ask("preview", theme="mine")).convert("RGB").getpixel((9, 9)) == (
        0,
        0,
        255,
    )
    house.write("mine", "\n#oh")
    answer = house.ask("preview", theme="mine")
    assert (answer["status"], answer["error"]) == ("error", "theme.typ:2: unknown variable: oh")


def test_a_broken_theme_is_told_of_once(house: House) -> None:
    """And ours of the same name is used in its place."""
    house.write("portrait", "x", "title = 3")
    device = house.eink.join("1")
    assert house.page(device).status == 200
    answer = house.ask("themes")["data"]
    assert answer["faults"][0]["fault"].startswith("theme.toml:1: Expected `str`")
    assert house.eink.media.log.count("theme portrait") == 1


def test_a_display_has_a_theme_of_its_own(house: House) -> None:
    """By the command or Home Assistant; when it is removed the one that suits is back, said once.

    The other display keeps its page all along.
    """
    black = "#rect(width: 100%, height: 100%, fill: rgb(0, 0, 0))"
    house.write("mine", black, HEADER + "automatic = false\n")
    device, other = house.eink.join("1", 400, 300), house.eink.join("2", 400, 300)

    def pages() -> list[bytes]:
        return [house.page(each).body for each in (device, other)]

    usual = pages()[1]
    assert pages() == [usual, usual]
    done = house.mantel("display", "edit", device.id, "--theme", "mine")
    assert done.stdout == f"{device.id}: changed; 400 x 300 pixels, no alarms, photo, theme mine\n"
    own = pages()[0]
    with Image.open(io.BytesIO(own)) as page:
        assert {rgb for _, rgb in page.convert("RGB").getcolors() or []} == {(0, 0, 0)}
    assert pages() == [own, usual]
    failed = house.mantel("display", "edit", device.id, "--theme", "nope")
    assert failed.returncode == 1
    assert "theme: no theme 'nope'; there are: gray, landscape, mine, " in failed.stderr
    added = ("display", "add", "hall", "--profile", "lcd-320x240", "--theme")
    assert "theme: no theme 'nope'" in house.mantel(*added, "nope").stderr
    assert house.mantel(*added, "mine").stdout.endswith(", photo, theme mine\n")
    with Client(house.hub.broker, "homeassistant") as client:
        home = Home(client)
        select = entity(home, device, "theme")
        assert select["options"][:4] == ["auto", "gray", "landscape", "mine"]
        home.until(lambda: home.state(device.id).get("theme") == "mine")
        told = {"id": device.id, "theme": ""}
        client.publish(select["command_topic"], json.dumps(told))
        home.until(lambda: home.state(device.id)["theme"] is None)
        assert pages() == [usual, usual]
        client.publish(select["command_topic"], json.dumps(told | {"theme": "mine"}))
        home.until(lambda: home.state(device.id)["theme"] == "mine")
    assert pages() == [own, usual]
    house.eink.media.stop()
    shutil.rmtree(house.themes / "mine")
    house.eink.start()
    for _ in range(2):
        assert pages() == [usual, usual]
    assert house.eink.media.log.count("no theme 'mine'; there are: gray, ") == 1


def test_a_link_out_of_a_theme(house: House) -> None:
    """It is refused: a theme reads its own files alone."""
    secret = house.hub.directory / "secret"
    secret.write_text("secret")
    house.write("mine", '#read("link")')
    (house.themes / "mine/link").symlink_to(secret)
    answer = house.ask("preview", theme="mine")
    assert answer["error"] == "link: is a link; a theme has plain files"
    (house.themes / "mine/link").unlink()
    (house.themes / "mine/folder").symlink_to(house.hub.directory)
    assert "is a link" in house.ask("preview", theme="mine")["error"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"theme": "nope"}, "no theme 'nope'; there are: gray, "),
        ({"theme": 3}, "Expected `str`, got `int` - at `theme`"),
        ({"profile": "nope"}, "profile: no 'nope'; there are: "),
        ({"width": 800}, "width and height: both or none"),
        ({"width": 8, "height": 8}, "Expected `int` >= 16"),
        ({"width": 4000, "height": 4000}, "4000x4000 is too large"),
        ({"files": {"theme.typ": "?"}}, "files: are not base64"),
        ({"files": {"../x": ""}}, "'../x': is no path of a file in a theme"),
        ({"files": {}}, "theme.toml: is missing"),
        ({"facts": "lies"}, "Invalid enum value 'lies'"),
    ],
)
def test_wrong_requests(house: House, fields: dict[str, Any], error: str) -> None:
    """Each gets an answer that says what is wrong."""
    answer = house.ask("preview", **fields)
    assert answer["status"] == "error"
    assert answer["error"].startswith(error)


def test_a_child_that_is_killed(house: House) -> None:
    """Media goes on, and draws again."""
    assert picture(house.ask("preview", facts="sample")).size == (800, 480)
    eventually(house.children)
    for pid in house.children():
        os.kill(pid, signal.SIGKILL)
    answers = [house.ask("preview", facts="sample")["status"] for _ in range(2)]
    assert answers[-1] == "ok"


def test_the_command(house: House, tmp_path: Path) -> None:
    """`mantel dashboard` lists, draws a folder of the operator's own, and tells its faults."""
    listed = house.mantel("dashboard", "themes")
    assert listed.returncode == 0, listed.stderr
    assert "newspaper" in listed.stdout
    folder = tmp_path / "My Theme"
    folder.mkdir()
    (folder / "theme.toml").write_text(HEADER)
    (folder / "theme.typ").write_text('#import "/mantel/kit.typ": *\n#page-data.date.weekday')
    (folder / ".theme.typ.swp").write_bytes(b"\0")
    done = house.mantel("dashboard", "preview", folder, "-o", tmp_path / "out.png")
    assert done.returncode == 0, done.stderr
    assert "my-theme, 400x300" in done.stdout
    with Image.open(tmp_path / "out.png") as page:
        assert page.size == (400, 300)
    checked = house.mantel("dashboard", "check", folder)
    assert checked.stdout.endswith("all right; Mine, drawn 4 times at 400x300\n"), checked.stderr
    (folder / "theme.typ").write_text("\n\n#oh")
    failed = house.mantel("dashboard", "check", folder)
    assert failed.returncode == 1
    assert "theme.typ:3: unknown variable: oh" in failed.stderr


def test_the_command_watches(house: House, tmp_path: Path) -> None:
    """With --watch a change is drawn at once, and a fault ends nothing."""
    folder, out = tmp_path / "mine", tmp_path / "out.png"
    folder.mkdir()
    (folder / "theme.toml").write_text(HEADER)
    (folder / "theme.typ").write_text("one")
    environment = os.environ | house.hub.broker.environment("operator")
    with subprocess.Popen(
        [str(Path(sys.executable).parent / "mantel"), "dashboard", "preview", str(folder),
         "--watch", "-o", str(out)],
        cwd=tmp_path, env=environment | {"MANTEL_HOME": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as watching:  # fmt: skip
        try:
            eventually(out.exists, times=PATIENCE)
            first = out.read_bytes()
            (folder / "theme.typ").write_text("#oh")
            (folder / "theme.typ").write_text("#oh\n")
            assert watching.stdout is not None
            lines = [watching.stdout.readline(), watching.stdout.readline()]
            assert "unknown variable: oh" in lines[1]
            (folder / "theme.typ").write_text("two, and longer")
            eventually(lambda: out.read_bytes() != first, times=PATIENCE)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait(TIMEOUT_SECONDS)
