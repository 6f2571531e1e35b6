"""The pages of port 8000 and the splash picture: rows E19 and E23, as people see them."""

import http.client
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.browser import Browser, program
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import Eink
from tests.media.bitmap.pictures import halves, photo, saved
from tests.media.reading import MISSING, faults, read

HARDWARE = "6a:6b:9b:a1:cb:38"
SPLASH = "/api/display/splash_screen"
NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One media for tests that bring displays of their own."""
    with running_hub(tmp_path_factory.mktemp("pages")) as hub:
        yield Eink(hub)


def pages_of(eink: Eink) -> dict[str, str]:
    """Return the page of each display that the home page links to."""
    home = eink.get("/").body.decode()
    return dict(re.findall(r'href="(/bootstrap\?pk=\d+)">([^<]*)<', home))


def page_of(eink: Eink, id_: str) -> str:
    return next(path for path, name in pages_of(eink).items() if name == id_)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_E19_the_splash_screen_tells_who_the_display_is(eink: Eink) -> None:
    """splash_screen shows hostname, resolution, both ids, default mode, server host and IPs."""
    device = eink.join(HARDWARE, 800, 480)
    picture = eink.get(SPLASH, device.token).body
    told, port = read(picture), eink.hub.displays_port
    title = read(picture, 0.38, 400)
    assert faults(title, device.id) <= 0.34, (device.id, title)
    for wanted in (
        HARDWARE, "800x480 pixels", "default mode photo", "host pi",
        f"hub http://127.0.0.1:{port}", "addresses 127.0.0.1",
    ):  # fmt: skip
        assert faults(told, wanted) <= 0.2, (wanted, told)
    assert picture == eink.get(SPLASH, device.token).body


def test_E19_the_page_of_a_display_tells_the_same(eink: Eink) -> None:
    """The HTML page of a display: the same, by its number."""
    device = eink.join("page 1", 600, 448)
    answer = eink.get(page_of(eink, device.id))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    html = answer.body.decode()
    host = f"127.0.0.1:{eink.hub.displays_port}"
    for wanted in (device.id, "page 1", "600x448 pixels", "photo", "pi", "127.0.0.1"):
        assert f"<dd>{wanted}</dd>" in html
    assert f"<dd>http://{host}</dd>" in html


@pytest.mark.parametrize("size", [(128, 64), (1600, 1200)])
def test_E19_identify_shows_the_name_large(eink: Eink, size: tuple[int, int]) -> None:
    """What it shows when its owner looks for it is the splash screen."""
    device = eink.join(f"identify {size}", *size)
    before = eink.get("/api/display/state", device.token).json["version"]
    with Client(eink.hub.broker, "operator") as operator:
        operator.publish(f"mantel/display/{device.id}/set", "identify")
        path = "/api/display/state"
        eventually(lambda: eink.get(path, device.token).json["version"] != before)
    splash = eink.get(SPLASH, device.token).body
    assert eink.get("/api/display/image", device.token).body == splash
    grey = Image.open(io.BytesIO(splash)).convert("L")
    upper = grey.crop((0, 0, size[0], size[1] // 3 + 2)).point([255] * 128 + [0] * 128).getbbox()
    assert upper
    assert upper[2] - upper[0] > 0.5 * size[0]


@pytest.mark.parametrize(
    ("query", "kind"),
    [("", "missing"), ("?pk=", "int_parsing"), ("?pk=x", "int_parsing"),
     ("?pk=-1", "greater_than"), ("?pk=99999999999", "less_than")],
)  # fmt: skip
def test_a_number_that_is_none_is_400(eink: Eink, query: str, kind: str) -> None:
    answer = eink.get(f"/bootstrap{query}")
    assert answer.status == 400
    assert answer.json["detail"] == "Invalid query parameters"
    assert answer.json["errors"][0]["type"] == kind


def test_a_number_that_is_nobodys_is_404(eink: Eink) -> None:
    answer = eink.get("/bootstrap?pk=4711")
    assert answer.status == 404
    assert answer.json == {
        "detail": "Display with pk 4711 not found",
        "error": "Display matching query does not exist.",
    }


def test_a_page_stays_where_it_is(hub: Hub) -> None:
    """Its number is the order of joining, over restarts and when others are forgotten."""
    eink = Eink(hub)
    first, second, third = (eink.join(f"stays {n}") for n in range(3))
    paths = {each.id: page_of(eink, each.id) for each in (first, second, third)}
    assert [paths[each.id] for each in (first, second, third)] == [
        f"/bootstrap?pk={number}" for number in (1, 2, 3)
    ]
    with Client(hub.broker, "operator") as operator:
        operator.publish("mantel/display/request/forget", f'{{"id": "{second.id}"}}')
        eventually(lambda: eink.get(paths[second.id]).status == 404)
    fourth = eink.join("stays 3")
    assert page_of(eink, fourth.id) == "/bootstrap?pk=4"
    eink.media.stop()
    eink.start()
    assert third.id in eink.get(paths[third.id]).body.decode()
    assert eink.get(paths[second.id]).status == 404


def test_what_devices_call_themselves_is_no_html(eink: Eink) -> None:
    device = eink.join(NASTY, 10, 10)
    html = eink.get(page_of(eink, device.id), Host=NASTY).body.decode()
    assert "&lt;script&gt;" in html
    for page in (html, eink.get("/").body.decode()):
        assert "<script" not in page
    policy = eink.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self';")


def test_no_secret_is_on_a_page(eink: Eink) -> None:
    """Neither tokens, nor what another device could join with in a display's place."""
    mac = "AA:BB:CC:DD:EE:01"
    trmnl = eink.get("/api/setup", ID=mac).json
    device = eink.join("secret 1")
    everything = eink.get("/").body + b"".join(eink.get(p).body for p in pages_of(eink))
    assert trmnl["friendly_id"]
    for secret in (device.token, trmnl["api_key"], mac):
        assert secret.encode() not in everything
    assert b"<dd>...E:01</dd>" in everything


def test_the_home_page_shows_what_displays_show(eink: Eink) -> None:
    """A preview of each, its mode and when it has asked last; kept by who has it already."""
    device = eink.join("home 1", 800, 480)
    eink.get("/api/display/state", device.token)
    home = eink.get("/").body.decode()
    card = next(each for each in home.split("<li>") if device.id in each)
    assert re.search(rf"<p>{device.mode} until \d\d:\d\d<br>asked just now<", card)
    assert "800x480 pixels" in card
    (source,) = re.findall(r'src="([^"]*)"', card)
    preview = eink.get(source)
    assert preview.headers["content-type"] == "image/png"
    assert max(Image.open(io.BytesIO(preview.body)).size) <= 480
    again = eink.get(source, If_None_Match=preview.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert eink.get("/preview?display=nobody").status == 404
    assert eink.get("/preview").status == 404


def test_the_dashboard_is_a_page(eink: Eink) -> None:
    """Of 1200 x 1600 pixels: 200 always."""
    page = eink.get("/dashboard")
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert b'src="/dashboard.png"' in page.body

    def is_kept() -> bool:
        picture = eink.get("/dashboard.png")
        assert Image.open(io.BytesIO(picture.body)).size == (1600, 1200)
        tag = picture.headers["etag"]
        return eink.get("/dashboard.png", If_None_Match=tag).status == 304

    eventually(is_kept, times=6)  # till it is drawn it is another picture


def photos(hub: Hub, **files: bytes) -> Eink:
    """Start media with photos, which it has found."""
    folder = hub.directory / "photos/sub"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    eink = Eink(hub)
    eink.media.wait_for_log(f"photos: {len(files)} came")
    return eink


def test_E23_a_photo_as_its_file_is(hub: Hub) -> None:
    """/photo is a raw image file with its media type, no-store and without a token."""
    files = {
        "a_jpg": saved(photo(), "JPEG"), "b_png": saved(halves()), "c_gif": saved(halves(), "GIF"),
        "d_webp": saved(photo(), "WEBP"),
    }  # fmt: skip
    eink = photos(hub, **files)
    kinds = {content: f"image/{name[2:].replace('jpg', 'jpeg')}" for name, content in files.items()}
    seen = set()
    for _ in range(100):
        answer = eink.get("/photo/", Range="bytes=0-9", If_None_Match="*")
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.headers["content-type"] == kinds[answer.body]
        assert answer.headers["content-length"] == str(len(answer.body))
        assert answer.headers["x-content-type-options"] == "nosniff"
        seen.add(answer.body)
        if seen == set(kinds):
            break
    assert seen == set(kinds)
    head = eink.ask("HEAD", "/photo")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) in {len(each) for each in kinds}
    assert eink.ask("POST", "/photo").status == 405


def test_E23_without_a_photo_it_is_404(eink: Eink) -> None:
    answer = eink.get("/photo")
    assert (answer.status, answer.json) == (404, {"detail": "There is no photo."})


def test_E23_what_is_not_to_be_shown_is_not(hub: Hub) -> None:
    """Hidden photos, files that are none any more, and what lies elsewhere."""
    eink = photos(hub, a_jpg=saved(photo(), "JPEG"), b_png=saved(halves()))
    folder = hub.directory / "photos/sub"
    (folder / "b.png").unlink()
    (folder / "b.png").symlink_to("/etc/hostname")
    for tricky in ("/photo/../media.sqlite", "/photo/%2e%2e/x", "/photo?path=/etc/passwd"):
        answer = eink.get(tricky)
        assert answer.status == 404 or answer.headers["content-type"] == "image/jpeg"
    for _ in range(20):
        assert eink.get("/photo").headers["content-type"] == "image/jpeg"
    (folder / "b.png").unlink()
    os.mkfifo(folder / "b.png")
    for _ in range(20):
        assert eink.get("/photo").headers["content-type"] == "image/jpeg"
    with Client(hub.broker, "operator") as operator:
        for number in (1, 2):
            operator.publish(
                "mantel/photo/request/rate", f'{{"number": {number}, "opinion": "hide"}}'
            )
        eventually(lambda: eink.get("/photo").status == 404)
    assert "Traceback" not in eink.media.log


def test_E23_a_large_photo_costs_little_memory(hub: Hub) -> None:
    """It is sent in pieces, to several at once; who leaves, and a file cut short, harm nobody."""
    large = saved(halves()) + bytes(60_000_000)  # what follows a picture's end is no concern
    eink = photos(hub, a_png=large)
    process = eink.media

    def resident() -> int:
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024  # type: ignore[index]

    before = resident()
    connections = [
        http.client.HTTPConnection("127.0.0.1", hub.displays_port, timeout=TIMEOUT_SECONDS)
        for _ in range(8)
    ]
    for connection in connections:
        connection.request("GET", "/photo")
    answers = [connection.getresponse() for connection in connections]
    assert eink.get("/photo").status == 503  # there is a limit to what is sent at once
    assert answers[0].read() == large
    for connection in connections[1:]:
        connection.close()
    eventually(lambda: eink.ask("HEAD", "/photo").status == 200)
    assert resident() - before < 20_000_000
    connection = connections[0]
    connection.request("GET", "/photo")
    answer = connection.getresponse()
    answer.read(1000)
    os.truncate(hub.directory / "photos/sub/a.png", 5_000)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()
    assert eink.get("/health").status == 200
    assert "Traceback" not in eink.media.log


def test_pages_can_be_turned_off(hub: Hub) -> None:
    """Then nothing is told without a token; displays are served as ever."""
    eink = Eink(hub, MEDIA_PAGES="false")
    device = eink.join("private", 200, 100)
    home = eink.get("/")
    assert home.status == 200
    assert device.id.encode() not in home.body
    for path in ("bootstrap?pk=1", "photo", "dashboard", "dashboard.png", "preview?display=rlcd"):
        assert eink.get(f"/{path}").status == 404, path
    assert eink.get(SPLASH, device.token).status == 200
    assert eink.get("/health").json == {"success": True}


@pytest.mark.skipif(program() is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [1200, 380])
def test_pages_in_a_browser(eink: Eink, tmp_path: Path, width: int) -> None:
    """Every picture is there, nothing comes from elsewhere, and nothing sticks out."""
    for name, size in (("wall", (1200, 1600)), ("desk", (800, 480)), ("tiny", (128, 64))):
        eink.join(f"{name} {width}", *size)
    browser = Browser(tmp_path / "profile")
    try:
        base = f"http://127.0.0.1:{eink.hub.displays_port}"
        for path in ("/", "/bootstrap?pk=1", "/dashboard"):
            with browser.open(base + path, width=width, height=1600) as page:
                page.js("document.querySelectorAll('img').forEach((i) => (i.loading = 'eager'))")
                page.until("[...document.images].every((i) => i.complete && i.naturalWidth)")
                page.screenshot(tmp_path / f"{path.strip('/').partition('?')[0] or 'home'}.png")
                assert all(each.startswith(base) for each in page.requests)
                assert not [each for each in page.complaints if "favicon" not in each]
                if path != "/dashboard":
                    assert page.js("document.documentElement.scrollWidth <= window.innerWidth")
                else:
                    box = page.js(
                        "(({x, y, width, height}) => [x, y, width, height])"
                        "(document.images[0].getBoundingClientRect())"
                    )
                    assert box == [0, 0, 1200, 1600]
    finally:
        browser.close()
