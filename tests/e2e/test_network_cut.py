"""With the network cut, every display still shows something right, with its age."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import Eink
from tests.e2e.shifted_clock import ShiftedClock
from tests.e2e.test_eink_schedule import ask
from tests.e2e.test_eink_topics import Home
from tests.e2e.test_sources import House as Sources
from tests.e2e.trmnl_device import TrmnlDevice
from tests.media.bitmap.pictures import halves, saved
from tests.media.reading import MISSING, read
from tests.media.source.provider import RSS, calendar, open_meteo, provider

MORNING = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)
AGE = re.compile(r"asof08\d\d")  # it may take minutes until all is fetched
AWAY = timedelta(hours=7)
"""So long each source is old, and none of them is emptied yet."""
SOURCES = """
[weather]
latitude = 51.3
longitude = 3.14
url = "{url}"
[[calendar]]
name = "me"
url = "{url}/me.ics"
[[news]]
name = "town"
url = "{url}/rss"
"""
DENTIST = "UID:1\nSUMMARY:Dentist\nDTSTART:20260708T170000Z"
SKY = """
#set text(size: 40pt)
#let weather = page-data.weather
#if not weather.empty [#weather.now.description \\ #weather.as_of]
"""
"""A theme of weather alone."""
MODES = {"sky": "dashboard", "news": "news", "photo": "photo"}


class House:
    """A hub whose displays each show something else; it began long before the network was cut."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        clock = ShiftedClock(hub.directory, MORNING)
        with provider() as web:
            web.say("/v1/forecast", open_meteo(MORNING))
            web.say("/me.ics", calendar(DENTIST))
            web.say("/rss", RSS.encode())
            sources = Sources(hub, web)
            sources.write(SOURCES.format(url=web.url))
            self._fill()
            self.eink = Eink(hub, TZ="UTC", **clock.environment)
            self.devices = {name: self.eink.join(name, 400, 300) for name in MODES}
            self.trmnl = TrmnlDevice(hub.displays_port)
            self.trmnl.setup()
            self._set_modes()
            for name in ("weather", "me", "town"):
                sources.until(name, freshness="fresh")
        self.eink.media.stop()
        clock.set(MORNING + AWAY)
        self.eink.start()

    def _fill(self) -> None:
        photos, theme = self.hub.directory / "photos", self.hub.directory / "config/themes/sky"
        photos.mkdir()
        (photos / "one.png").write_bytes(saved(halves((400, 300))))
        theme.mkdir(parents=True)
        header = 'title = "Sky"\nsizes = [[400, 300]]\nshows = ["weather"]\nautomatic = false\n'
        (theme / "theme.toml").write_text(header)
        (theme / "theme.typ").write_text(f'#import "/mantel/kit.typ": *\n{SKY}')

    def _set_modes(self) -> None:
        of = {each.id: MODES[name] for name, each in self.devices.items()}
        with Client(self.hub.broker, "operator") as operator:
            of |= {self.trmnl.friendly_id: "dashboard", "rlcd": "dashboard"}
            for id_, mode in of.items():
                operator.publish(f"mantel/display/{id_}/set", mode)
        for name, fields in (("sky", {"theme": "sky"}), ("news", {"profile": "trmnl-og"})):
            assert ask(self.hub, "update", id=self.devices[name].id, **fields)["status"] == "ok"

    def picture(self, name: str) -> bytes:
        """Return what one of the displays shows."""
        answer = self.eink.get("/api/display/image", self.devices[name].token)
        assert answer.status == 200
        return answer.body

    def told(self, name: str) -> str:
        """Return the letters on a display."""
        return read(self.picture(name), width=1600)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if MISSING:
        pytest.skip(MISSING)
    with running_hub(tmp_path_factory.mktemp("cut")) as hub:
        house = House(hub)
        yield house
        assert "Traceback" not in house.eink.media.log


def test_a_dashboard(house: House) -> None:
    """What was forecast for this hour, the day's events, and how old both are."""
    device = house.trmnl
    told = ""

    def shown() -> bool:  # once it is drawn, which takes a while on a busy machine
        nonlocal told
        contact = device.wake()
        if contact.drawn:
            told = read(device.files[contact.file], width=1600)
        return all(re.search(wanted, told) for wanted in ("cloudy", "1700dentist", AGE))

    eventually(shown, times=3)


def test_a_theme_of_weather_alone(house: House) -> None:
    assert re.fullmatch(f"cloudy{AGE.pattern}", house.told("sky"))


def test_the_news(house: House) -> None:
    """Beside the photo of the display."""
    picture = house.picture("news")
    assert "toweropen" in read(picture, width=1600)
    with Image.open(io.BytesIO(picture)) as page:
        assert AGE.search(read(saved(page.crop((0, 135, 120, 165)))))
        assert [page.convert("L").getpixel((x, 150)) for x in (400, 600)] == [0, 255]


def test_a_card_told_by_topic(house: House) -> None:
    """The RLCD's, as it is on the broker."""
    with Client(house.hub.broker, "homeassistant") as client:
        home = Home(client)
        home.until(lambda: home.known.get("mantel/display/rlcd/preview"))
        told = read(home.known["mantel/display/rlcd/preview"], width=1600)
    assert AGE.search(told)
    assert "dentist" in told


def test_a_photo(house: House) -> None:
    """It has no age."""
    with Image.open(io.BytesIO(house.picture("photo"))) as image:
        left, right = (image.convert("RGB").getpixel((x, 150)) for x in (100, 300))
    assert (left, right) == ((0, 0, 0), (255, 255, 255))
