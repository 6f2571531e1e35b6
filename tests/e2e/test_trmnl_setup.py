"""TRMNL devices on port 8000, chapter 1 of their contract: the base URL, and GET /api/setup."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.testing import eventually
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import Eink
from tests.e2e.test_eink_schedule import ask
from tests.e2e.trmnl_device import RefusedError, TrmnlDevice


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One media for tests that bring devices of their own."""
    with running_hub(tmp_path_factory.mktemp("trmnl")) as hub:
        yield Eink(hub)


def device(eink: Eink, number: int, **told: str) -> TrmnlDevice:
    mac = f"AA:BB:CC:00:{number // 256:02X}:{number % 256:02X}"
    return TrmnlDevice(eink.hub.displays_port, mac, **told)  # type: ignore[arg-type]


def pairing(eink: Eink, mac: str) -> list[str]:
    """Return the displays of a MAC, each as its id and how far it has come."""
    listed = ask(eink.hub, "list")["data"]
    return [f"{each['id']} {each['pairing']}" for each in listed if each["hardware_id"] == mac]


def test_a_device_pointed_at_the_hub_works_with_nothing_else(eink: Eink) -> None:
    """It pairs, shows who it is, and then its picture."""
    one = device(eink, 1)
    welcome = one.setup()
    assert welcome.headers["content-type"] == "image/png"
    contact = one.wake(Update_Source="powercycle")
    assert contact.drawn
    assert contact.image.size == (800, 480)
    assert pairing(eink, one.mac) == [f"{one.friendly_id} paired"]


def test_setup_answers_with_status_200_in_the_body(eink: Eink) -> None:
    """And api_key, friendly_id, image_url and message."""
    answer = device(eink, 2).ask_setup()
    told = answer.json
    assert (answer.status, told["status"]) == (200, 200)
    assert set(told) == {"status", "api_key", "friendly_id", "image_url", "message"}
    assert re.fullmatch(r"[0-9a-f]{40}", told["api_key"])
    assert re.fullmatch(r"[a-z]{3}-[a-z]{3}-[a-z]{3}", told["friendly_id"])
    assert told["friendly_id"] in told["message"]


def test_the_picture_of_setup_needs_no_token(eink: Eink) -> None:
    """It is a PNG, or a BMP of 48062 bytes; nobody else's address opens it."""
    told = device(eink, 3).ask_setup().json
    other = device(eink, 4).ask_setup().json
    path = told["image_url"].removeprefix(f"http://127.0.0.1:{eink.hub.displays_port}")
    picture = eink.get(path)
    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")
    assert eink.get(path.partition("?")[0]).status == 404
    key = other["image_url"].partition("?key=")[2]
    assert eink.get(path.partition("?")[0] + "?key=" + key).status == 404


@pytest.mark.parametrize(
    "base", ["http://mantel.local:8000", "http://hub", "http://127.0.0.1:8000/", "http://hub/shelf"]
)
def test_addresses_begin_with_the_base_that_was_typed(eink: Eink, base: str) -> None:
    """Verbatim, so that the device shows its token when it fetches the picture."""
    one = device(eink, 5, base=base)
    assert one.ask_setup().json["image_url"].startswith(base + "/api/")
    one.setup()
    assert one.ask_display().json["image_url"].startswith(base + "/api/")
    assert one.wake().drawn


def test_another_public_url_is_told_to_devices(hub: Hub) -> None:
    """Where it is not the base that the device knows, the picture needs no token all the same."""
    eink = Eink(hub, MEDIA_PUBLIC_URL="https://hub.example/shelf/")
    one = device(eink, 1)
    told = one.ask_setup().json
    assert told["image_url"].startswith("https://hub.example/shelf/api/trmnl/")
    one.api_key = told["api_key"]
    url = one.ask_display().json["image_url"]
    assert not url.startswith(one.base)
    path = url.removeprefix("https://hub.example/shelf")
    assert eink.get(path).headers["content-type"] == "image/png"


@pytest.mark.parametrize("path", ["/api/setup", "/api/setup/"])
def test_both_spellings_of_setup(eink: Eink, path: str) -> None:
    """Without a redirect."""
    assert device(eink, 6).ask_setup(path).json["status"] == 200


def test_names_of_headers_in_any_case(eink: Eink) -> None:
    """And the MAC too: it is one device."""
    one = device(eink, 7)
    one.setup()
    told = one.ask("GET", one.base + "/api/setup", {"id": one.mac.lower().replace(":", "-")}).json
    assert told["friendly_id"] == one.friendly_id
    assert pairing(eink, one.mac) == [f"{one.friendly_id} paired"]


@pytest.mark.parametrize("id_", ["", " ", "x" * 65, "\u00e4"])
def test_setup_without_an_id_is_not_registered(eink: Eink, id_: str) -> None:
    """HTTP 404, and status 404 in the body."""
    one = device(eink, 8)
    answer = one.ask("GET", one.base + "/api/setup", {"ID": id_} if id_ else {})
    assert (answer.status, answer.json["status"]) == (404, 404)


def test_setup_is_a_get(eink: Eink) -> None:
    """Nothing is paired by another method."""
    one = device(eink, 9)
    for method in ("HEAD", "POST", "PUT"):
        assert one.ask(method, one.base + "/api/setup", {"ID": one.mac}).status == 405
    assert pairing(eink, one.mac) == []


def test_open_a_wiped_device_pairs_again(eink: Eink) -> None:
    """At once, as the same display; when its new token is used, the one that it had is void."""
    one, twin = device(eink, 10), device(eink, 10)
    one.setup()
    one.wake()
    for _ in range(3):
        twin.setup()
    assert twin.friendly_id == one.friendly_id
    assert one.wake(Update_Source="button").told["status"] == 0
    assert twin.wake().drawn
    assert one.ask_display().status == 404


def test_open_who_only_tries_setup_stops_no_device(eink: Eink) -> None:
    """It goes on with the token it has, pictures and reports included, until its owner voids it."""
    one = device(eink, 13)
    one.setup()
    for _ in range(3):
        assert device(eink, 13).ask_setup().status == 200
    assert one.wake().drawn
    assert one.report({"logs": []}).status == 204
    ask(eink.hub, "rotate", id=one.friendly_id)
    assert one.ask_display().status == 404


def test_open_a_display_of_the_other_kind_keeps_its_token(eink: Eink) -> None:
    """A MAC that somebody makes up takes no e-ink display over; its owner can give it away."""
    old = eink.join("AA:BB:CC:00:00:0B")
    one = device(eink, 11)
    assert one.ask_setup().status == 404
    assert eink.mode(old)
    eink.media.wait_for_log(f"`mantel display rotate {old.id}` lets it")
    assert ask(eink.hub, "rotate", id=old.id)["status"] == "ok"
    one.setup()
    assert one.friendly_id == old.id
    assert eink.bootstrap(one.mac).status == 409


def test_approve_a_new_device_waits_for_its_owner(hub: Hub) -> None:
    """HTTP 404 with body status 404; after approval the next try pairs, and no try after that."""
    eink = Eink(hub, MEDIA_JOIN="approve")
    one = device(eink, 1)
    for _ in range(2):
        answer = one.ask_setup()
        assert (answer.status, answer.json["status"]) == (404, 404)
        assert answer.json["api_key"] is None
    ((id_, how),) = (each.split() for each in pairing(eink, one.mac))
    assert how == "waiting"
    assert ask(hub, "approve", id=id_)["status"] == "ok"
    one.setup()
    assert one.friendly_id == id_
    one.wake()
    with pytest.raises(RefusedError, match="404"):
        device(eink, 1).setup()
    assert one.wake(Update_Source="button").told["status"] == 0
    eink.media.wait_for_log(f"`mantel display rotate {id_}` lets it")
    ask(hub, "rotate", id=id_)
    one.setup()
    assert one.friendly_id == id_


def test_approve_an_answer_that_was_lost_is_given_again(hub: Hub) -> None:
    """A device that has never shown its token has never got it."""
    eink = Eink(hub, MEDIA_JOIN="approve")
    one = device(eink, 1)
    one.ask_setup()
    ask(hub, "approve", id=pairing(eink, one.mac)[0].split()[0])
    assert one.ask_setup().status == 200  # which nobody receives
    one.setup()
    assert one.wake().drawn


def test_closed_nobody_joins_and_nothing_is_listed(hub: Hub) -> None:
    """Until a topic opens the house."""
    eink = Eink(hub, MEDIA_JOIN="closed")
    one = device(eink, 1)
    assert (one.ask_setup().status, pairing(eink, one.mac)) == (404, [])
    ask(hub, "join", policy="open")
    one.setup()


def test_refused_setups_are_limited(hub: Hub) -> None:
    """300 a minute and address; other addresses are not concerned, nor is a valid token."""
    eink = Eink(hub, MEDIA_JOIN="closed")
    peer = "127.0.0.78"
    one = TrmnlDevice(hub.displays_port, peer=peer)
    codes = [one.ask_setup().status for _ in range(301)]
    assert codes == [404] * 300 + [429]
    last = one.ask_setup()
    assert last.json["status"] == 429
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert device(eink, 2).ask_setup().status == 404


def test_a_disk_that_keeps_nothing(hub: Hub) -> None:
    """No token is told that would be forgotten; a device that has one keeps what it shows."""
    (hub.directory / "state").mkdir()
    eink = Eink(hub, MEDIA_STATE="state")
    one = device(eink, 1)
    answer = one.ask_setup()
    assert (answer.status, answer.json["status"]) == (503, 503)
    one.api_key = "0" * 40
    contact = one.wake()
    assert not contact.drawn
    assert contact.told["status"] not in {0, 202, 500}
    assert contact.told["refresh_rate"] >= 60
    assert "Traceback" not in eink.media.log


def test_a_device_is_known_after_a_restart(hub: Hub) -> None:
    """By its token, which stands nowhere as it is."""
    eink = Eink(hub)
    one = device(eink, 1)
    one.setup()
    one.wake(Battery_Charging="0", Battery_Voltage="3.91", RSSI="-70")
    eink.media.stop()
    kept = (hub.directory / "data/media.sqlite").read_bytes()
    assert one.api_key.encode() not in kept
    for fact in ('"battery_volts":3.91', '"rssi_dbm":-70', '"firmware":"1.7.8"', '"model":"og"'):
        assert fact.encode() in kept
    eink.start()
    assert not one.wake().drawn
    assert one.api_key not in eink.media.log


def test_who_it_is_stands_in_the_list(eink: Eink, tmp_path: Path) -> None:
    """Its kind, its profile and its size."""
    one = device(eink, 12, model="x")
    one.setup()
    shown = [each for each in ask(eink.hub, "list")["data"] if each["id"] == one.friendly_id]
    assert len(shown) == 1
    assert (shown[0]["kind"], shown[0]["profile"]) == ("trmnl", "trmnl-x")
    assert (shown[0]["width"], shown[0]["height"]) == (1872, 1404)
    assert one.api_key not in json.dumps(shown)
    eventually(lambda: one.friendly_id in eink.media.log)
