"""What may come to the displays' port and folders by mistake or malice."""

import contextlib
import http.client
import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e import bad_pictures
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import BOOTSTRAP, Device, Eink

Make = Callable[[], bytes]


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One hub for all that leaves it as it was."""
    with running_hub(tmp_path_factory.mktemp("bad")) as hub:
        yield Eink(hub)


def kilobytes(eink: Eink, what: str) -> int:
    """Return a figure of the kernel's for media, such as VmRSS or VmHWM, the most so far."""
    status = Path(f"/proc/{eink.media.pid}/status").read_text()
    found = re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)
    assert found
    return int(found[1])


# --- pictures ---


@pytest.fixture
def photo(eink: Eink) -> Iterator[Path]:
    """The only photo; it is replaced as a whole, as `mv` does it."""
    photos = eink.hub.directory / "photos"
    photos.mkdir(exist_ok=True)
    file = photos / "photo.png"
    put(file, bad_pictures.red())
    eink.find_photos()
    yield file
    file.unlink()


def put(file: Path, raw: bytes) -> None:
    new = file.with_suffix(".new")
    new.write_bytes(raw)
    new.replace(file)


def join(eink: Eink, hardware_id: str) -> Device:
    """Return a display that shows photos at any time of day."""
    device = eink.join(hardware_id, 400, 300)
    fields = {"id": device.id, "schedule": [], "default_mode": "photo"}
    with Client(eink.hub.broker, "operator") as operator:
        operator.subscribe("mantel/display/response/update")
        operator.publish("mantel/display/request/update", json.dumps(fields))
        assert json.loads(operator.receive().payload)["status"] == "ok"
    return device


def shown(eink: Eink, device: Device) -> tuple[str, Image.Image]:
    """Return version and picture of a display that shows photos."""
    answer = eink.get("/api/display/image", device.token)
    assert answer.status == 200, answer
    image = Image.open(io.BytesIO(answer.body))
    return answer.headers["content-disposition"], image.convert("RGB")


@pytest.mark.parametrize("make", bad_pictures.REFUSED, ids=lambda make: make.__name__)
def test_a_picture_that_cannot_be_shown_leaves_the_one_before(
    eink: Eink, photo: Path, make: Make
) -> None:
    """It is said once, however often displays ask, and takes no memory to speak of."""
    device = join(eink, f"shows {make.__name__}")
    before, _ = shown(eink, device)
    raw = make()
    start = kilobytes(eink, "VmHWM")
    said = eink.media.log.count("; what was made of it before is shown")
    put(photo, raw)
    for _ in range(3):
        assert shown(eink, device)[0] == before
    assert eink.media.log.count("; what was made of it before is shown") == said + 1
    assert kilobytes(eink, "VmHWM") - start < 40_000
    put(photo, bad_pictures.red())
    assert shown(eink, device)[0] == before
    assert "Traceback" not in eink.media.log


@pytest.mark.parametrize("make", bad_pictures.SHOWN, ids=lambda make: make.__name__)
def test_an_odd_picture_is_shown(eink: Eink, photo: Path, make: Make) -> None:
    """Of what moves the first frame, of CMYK the colour, of 16 bits the shade."""
    device = join(eink, f"shows {make.__name__}")
    said = eink.media.log.count("; what was made of it before is shown")
    put(photo, make())
    middle = shown(eink, device)[1].getpixel((200, 150))
    assert isinstance(middle, tuple)
    if make is bad_pictures.sixteen_bits:
        assert min(middle) > 200
    else:
        assert middle[0] > max(middle[1:])
    assert eink.media.log.count("; what was made of it before is shown") == said


def test_what_is_no_file_among_the_photos(eink: Eink, photo: Path) -> None:
    """A pipe would be waited for without end; a link may lead anywhere, or nowhere."""
    photos = photo.parent
    odd = [photos / name for name in ("a.png", "b.png", "c.png", "d.png", "e.png")]
    os.mkfifo(odd[0])
    odd[1].symlink_to("/etc/passwd")
    odd[2].symlink_to("nowhere")
    odd[3].symlink_to("/dev/zero")
    odd[4].mkdir()
    try:
        device = join(eink, "odd folder")
        for _ in range(len(odd) + 1):
            assert shown(eink, device)[1].size == (400, 300)
            eink.press(device, "A")
    finally:
        for each in odd[:4]:
            each.unlink()
        odd[4].rmdir()
    assert "Traceback" not in eink.media.log


# --- tokens ---


def test_ten_thousand_tokens_are_tried(eink: Eink) -> None:
    """After a hundred it is 429; the valid one is never refused, and memory stays as it was."""
    device = eink.join("besieged")
    eink.get("/api/display/state", device.token)  # the first picture loads what makes pictures
    start = kilobytes(eink, "VmRSS")
    peer = ("127.0.0.88", 0)
    port = eink.hub.displays_port
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=TIMEOUT_SECONDS, source_address=peer
    )
    codes: dict[int, int] = {}
    for number in range(10_000):
        connection.request(
            "GET", "/api/display/state", headers={"Authorization": f"Token {number:040x}"}
        )
        answer = connection.getresponse()
        answer.read()
        codes[answer.status] = codes.get(answer.status, 0) + 1
        if answer.status == 429:
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        if number % 100 == 50:
            path = "/api/display/poll?hardware_id=besieged"
            assert eink.ask("GET", path, token=device.token, peer=peer[0]).status == 200
    connection.close()
    assert set(codes) == {401, 429}
    assert codes[401] <= 200  # two minutes, should the machine be that slow
    assert kilobytes(eink, "VmRSS") - start < 8_000


def test_tokens_are_tried_from_thousands_of_addresses(eink: Eink) -> None:
    """What is remembered of addresses is bounded."""
    device = eink.join("besieged by many")
    start = kilobytes(eink, "VmRSS")
    for number in range(3000):
        peer = f"127.9.{number // 250}.{number % 250 + 1}"
        assert eink.ask("GET", "/api/display/state", token="0" * 40, peer=peer).status == 401
    assert kilobytes(eink, "VmRSS") - start < 8_000
    assert eink.mode(device)


# --- paths ---


def raw(eink: Eink, request: bytes) -> bytes:
    """Return what is answered to these bytes."""
    with socket.create_connection(
        ("127.0.0.1", eink.hub.displays_port), timeout=TIMEOUT_SECONDS
    ) as connection:
        connection.sendall(request)
        told = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                told += part
        return told


@pytest.mark.parametrize(
    "path",
    [
        b"/../../../etc/passwd",
        b"/api/display/../../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/api/display/image/..%2f..%2fetc%2fpasswd",
        b"/api/display/%00",
        b"/photos/photo.png",
        b"/data/media.sqlite",
        b"/api/display/state%00.png",
        b"/api/display/\xff\xfe",
        b"/api//display/state",
        b"//etc/passwd",
        b"/api/displays/display/state",
        b"/api/display/STATE",
        b"/" + b"a" * 20_000,
        b"/" + b"../" * 5000,
    ],
)  # fmt: skip
def test_path_tricks_lead_nowhere(eink: Eink, path: bytes) -> None:
    """With a valid token too."""
    token = eink.join(f"path {path[:60]!r}").token.encode()
    head = b"GET %s HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Token %s\r\n\r\n"
    status = raw(eink, head % (path, token)).split(b"\r\n")[0]
    assert status in {b"HTTP/1.1 404 Not Found", b"HTTP/1.1 400 Bad Request"}
    assert "Traceback" not in eink.media.log


def test_a_query_names_no_file(eink: Eink, photo: Path) -> None:
    device = eink.join("queries", 400, 300)
    for query, status in {
        "variant?pk=../../etc/passwd": 400,
        "variant?pk=99999999999999999999": 400,
        "variant?pk=999999999": 404,
        "image?version=../../../etc/passwd": 200,
        "image?version=%00": 200,
    }.items():
        answer = eink.get(f"/api/display/{query}", device.token)
        assert answer.status == status, query
        assert answer.status != 200 or answer.body.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("host", ["", "a" * 300, "<b>&amp;", "../../x", "[::1]:99999", "\xff"])
def test_a_strange_host_header_harms_nobody(eink: Eink, host: str) -> None:
    body = json.dumps({"hardware_id": f"host {host!r}"[:200], "horizontal_pixels": 400,
                       "vertical_pixels": 300}).encode()  # fmt: skip
    head = (
        f"POST {BOOTSTRAP} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    told = raw(eink, head.encode("latin-1") + body)
    if told.startswith(b"HTTP/1.1 200"):
        token = json.loads(told.partition(b"\r\n\r\n")[2])["token_key"]
        assert eink.get("/api/display/splash_screen", token).status == 200
    else:
        assert told.startswith(b"HTTP/1.1 400")
    assert "Traceback" not in eink.media.log


# --- joining ---


def test_two_devices_with_one_hardware_id(eink: Eink) -> None:
    """One of twenty at once is paired, whoever it is; the others are told that it is known."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: eink.bootstrap("twin"), range(20)))
    paired = [each.json for each in answers if each.status == 200]
    assert len(paired) == 1
    assert {each.status for each in answers} == {200, 409}
    known = next(each for each in answers if each.status == 409)
    assert known.json == {
        "detail": "Display already provisioned. Authenticate to fetch/rotate token.",
        "code": "already_provisioned",
    }
    state = eink.get("/api/display/state", paired[0]["token_key"])
    assert state.status == 200


def test_killed_again_and_again_while_displays_join(hub: Hub) -> None:
    """No token that was told is ever lost, and the database is never begun anew."""
    eink = Eink(hub)
    devices: list[Device] = []
    done = threading.Event()
    dice = random.Random(7)

    def join(thread: int) -> None:
        number = 0
        while not done.is_set():
            number += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = eink.bootstrap(f"{thread}-{number}")
                if answer.status == 200:
                    devices.append(Device(f"{thread}-{number}", "", answer.json["token_key"], ""))

    with ThreadPoolExecutor(4) as pool:
        joining = [pool.submit(join, thread) for thread in range(4)]
        try:
            for _ in range(6):
                wanted = len(devices) + dice.randrange(1, 25)
                while len(devices) < wanted:
                    done.wait(0.001)
                eink.media.stop(signal.SIGKILL)
                eink.start()
        finally:
            done.set()
        for each in joining:
            each.result()
    eink.media.stop(signal.SIGKILL)
    eink.start()
    assert len(devices) > 20
    lost = [each for each in devices
            if eink.get("/api/display/state", each.token).status != 200]  # fmt: skip
    assert not lost, f"{len(lost)} of {len(devices)}"
    assert not list((hub.directory / "data").glob("*.broken"))


@contextlib.contextmanager
def small_disk(where: Path) -> Iterator[Callable[[str], None]]:
    """Mount a disk of 800 kB; yields what changes its size. Skips where that is not allowed."""
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", str(where)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.strip()}")

    def grow(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(where)], check=True)

    try:
        yield grow
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def fill(eink: Eink, prefix: str) -> list[Device]:
    """Let displays join until the disk is full, and return those that were told a token."""
    devices: list[Device] = []
    for number in range(2000):
        answer = eink.bootstrap(f"{prefix} {number} {'x' * 200}")
        if answer.status == 503:
            return devices
        assert answer.status == 200, answer
        devices.append(Device(f"{prefix} {number}", "", answer.json["token_key"], ""))
    raise AssertionError("it was never full")


def test_a_full_disk(hub: Hub) -> None:
    """Who was told a token keeps it, after a kill too; who was not joins when there is room."""
    with small_disk(hub.directory / "disk") as grow:
        eink = Eink(hub, MEDIA_STATE="disk/media.sqlite")
        devices = fill(eink, "first")
        assert len(devices) > 3
        for _ in range(3):
            answer = eink.bootstrap("too late")
            assert (answer.status, int(answer.headers["retry-after"])) == (503, 30)
        assert eink.media.log.count("displays: they cannot be kept") == 1
        for device in devices:
            assert eink.get("/api/display/state", device.token).status == 200
        assert eink.press(devices[0], "B").status == 200  # lasts until a restart at least
        eink.media.stop(signal.SIGKILL)
        grow("4m")
        eink.start()
        for device in devices:
            assert eink.get("/api/display/state", device.token).status == 200
        assert eink.bootstrap("too late").status == 200
        assert "Traceback" not in eink.media.log
        eink.media.stop()


def test_a_disk_that_gets_room_again(hub: Hub) -> None:
    """Without a restart."""
    with small_disk(hub.directory / "disk") as grow:
        eink = Eink(hub, MEDIA_STATE="disk/media.sqlite")
        fill(eink, "first")
        grow("4m")
        assert eink.mode(eink.join("second"))
        assert eink.media.log.count("displays: they are kept again") == 1
        eink.media.stop()


def test_a_file_that_may_not_grow(hub: Hub) -> None:
    """RLIMIT_FSIZE, where nobody may mount a disk: the signal must not end the service."""
    program = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)); "
        "os.execv(sys.executable, [sys.executable, '-m', 'media'])"
    )
    log = hub.directory / "limited.log"
    with log.open("wb") as file, subprocess.Popen(
        [sys.executable, "-c", program],
        env=hub.environment("media"), cwd=hub.directory, stdout=file, stderr=file,
    ) as media:  # fmt: skip
        try:
            eink = Eink.__new__(Eink)
            eink.hub = hub
            eventually(lambda: "HTTP API on port" in log.read_text() or media.poll(), times=3)
            assert len(fill(eink, "first")) > 3
            assert media.poll() is None
        finally:
            media.terminate()
            media.wait(TIMEOUT_SECONDS)
    assert "Traceback" not in log.read_text()
