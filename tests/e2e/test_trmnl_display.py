"""TRMNL devices on port 8000, chapters 2 and 5 of their contract: GET /api/display."""

import json
from collections.abc import Iterator

import pytest

from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import Eink
from tests.e2e.trmnl_device import RefusedError, TrmnlDevice
from tests.media.bitmap.pictures import photo, saved

FIELDS = {
    "status", "image_url", "filename", "refresh_rate", "update_firmware", "firmware_url",
    "reset_firmware", "special_function", "image_url_timeout", "maximum_compatibility",
    "temperature_profile",
}  # fmt: skip


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One media for tests that bring devices of their own."""
    with running_hub(tmp_path_factory.mktemp("trmnl")) as hub:
        yield Eink(hub)


def paired(eink: Eink, number: int, **headers: str) -> TrmnlDevice:
    mac = f"AA:BB:CC:00:00:{number:02X}"
    device = TrmnlDevice(eink.hub.displays_port, mac, **headers)  # type: ignore[arg-type]
    device.setup()
    return device


def test_status_0_shows(eink: Eink) -> None:
    """Not 200, which stands for nothing."""
    answer = paired(eink, 1).ask_display()
    assert (answer.status, answer.json["status"]) == (200, 0)
    assert set(answer.json) == FIELDS
    assert answer.headers["content-type"] == "application/json"


def test_the_refresh_rate_is_always_a_whole_number_of_seconds(eink: Eink) -> None:
    """Never 0, which a device takes for what is missing."""
    one = paired(eink, 2)
    for _ in range(3):
        rate = one.ask_display().json["refresh_rate"]
        assert type(rate) is int
        assert 60 <= rate <= 86_400


def test_a_device_is_never_told_to_change_its_firmware_or_to_forget(eink: Eink) -> None:
    """update_firmware and reset_firmware are false, firmware_url is null."""
    one = paired(eink, 3)
    told = one.ask_display().json
    facts = (told["update_firmware"], told["firmware_url"], told["reset_firmware"])
    assert facts == (False, None, False)
    one.wake()
    assert one.wiped == 0


def test_image_url_timeout_is_at_most_65(eink: Eink) -> None:
    assert 1 <= paired(eink, 4).ask_display().json["image_url_timeout"] <= 65


def test_temperature_profile_and_compatibility(eink: Eink) -> None:
    told = paired(eink, 5).ask_display().json
    assert told["temperature_profile"] in {"default", "a", "b"}
    assert told["maximum_compatibility"] is False


@pytest.mark.parametrize("path", ["/api/display", "/api/display/"])
def test_both_spellings_of_display(eink: Eink, path: str) -> None:
    """Without a redirect."""
    assert paired(eink, 6).ask_display(path).json["status"] == 0


def test_names_of_headers_in_small_letters(eink: Eink) -> None:
    """As the client in Go sends them."""
    one = paired(eink, 7)
    headers = {"id": one.mac, "access-token": one.api_key, "battery-voltage": "4.1"}
    assert one.ask("GET", one.base + "/api/display", headers).json["status"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Battery_Voltage": "x", "RSSI": "nan", "Width": "-1", "Height": "1e9"},
        {"Battery_Voltage": "", "Model": "", "Update_Source": "", "FW_Version": "", "RSSI": ""},
        {"Battery_Voltage": "9" * 5000, "Model": "\x9b2J\u00e9", "Percent_Charged": "-1"},
        {"SENSORS": "{" * 5000, "Battery_Charging": "2", "USB_Connected": "perhaps"},
    ],
)
def test_headers_that_make_no_sense_change_nothing(eink: Eink, headers: dict[str, str]) -> None:
    """The picture comes all the same."""
    one = paired(eink, 8)
    told = one.ask_display(**headers).json
    assert told["status"] == 0
    one.check(one.fetch(told["image_url"]))
    assert "Traceback" not in eink.media.log


def test_an_unknown_token_is_404_and_nothing_is_wiped(eink: Eink) -> None:
    """The device tries again later, with what it has."""
    one = paired(eink, 9)
    good = one.api_key
    for wrong in ("", "0" * 40, good[:-1], good.upper() + "x"):
        one.api_key = wrong
        answer = one.ask_display()
        assert (answer.status, answer.json["status"]) == (404, 404)
        assert answer.json["refresh_rate"] > 0
        with pytest.raises(RefusedError, match="HTTP 404"):
            one.wake()
    one.api_key = good
    assert one.wake().drawn
    assert one.wiped == 0


def test_429_has_a_body_that_shows_nothing(eink: Eink) -> None:
    """The firmware reads it: without a status it would mean "show", without a rate 0 seconds."""
    one = paired(eink, 10)
    thief = TrmnlDevice(eink.hub.displays_port, peer="127.0.0.79")
    thief.api_key = "0" * 40
    codes = [thief.ask_display().status for _ in range(101)]
    assert codes == [404] * 100 + [429]
    contact = thief.wake()
    assert not contact.drawn
    assert contact.told["status"] == 429
    assert contact.told["refresh_rate"] >= 60
    one.peer = thief.peer  # a valid token is never refused
    assert one.wake().drawn


def test_special_function_is_none_and_its_action_the_same_word(eink: Eink) -> None:
    """A device whose button was pressed asks what to do."""
    one = paired(eink, 11)
    told = one.ask_display().json
    assert told["special_function"] == "none"
    assert "action" not in told
    for word in ("true", "True"):
        told = one.ask_display(special_function=word, Update_Source="button").json
        assert told["action"] == told["special_function"] == "none"
        assert told["status"] == 0


def test_no_filename_that_means_something_else(eink: Eink) -> None:
    """empty_state would wake the device each few seconds, screen_wiper.png at once."""
    name = paired(eink, 12).wake().file
    assert name not in {"empty_state", "screen_wiper.png"}
    assert name.startswith("plugin-")


def test_no_path_redirects(eink: Eink) -> None:
    """Whatever the method."""
    one = paired(eink, 13)
    for path in ("setup", "display", "log", "setup/", "display/", "log/"):
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            answer = one.ask(method, f"{one.base}/api/{path}", {"ID": one.mac})
            assert answer.status in {200, 404, 405}
            assert "location" not in answer.headers


def test_what_a_device_told_last_is_when_it_was_seen(eink: Eink) -> None:
    """Its state says when it comes again: it sleeps."""
    one = paired(eink, 14)
    with Client(eink.hub.broker, "homeassistant") as home:
        home.subscribe(f"mantel/display/{one.friendly_id}/state")
        assert json.loads(home.receive().payload)["last_seen_at"] is None
        one.wake()
        state = json.loads(home.receive().payload)
    assert state["last_seen_at"] < state["next_wake_at"]


def test_a_mode_that_is_sent_is_shown(eink: Eink) -> None:
    """As on any display of the registry."""
    one = paired(eink, 15)
    before = one.wake().file
    with Client(eink.hub.broker, "homeassistant") as home:
        home.publish(f"mantel/display/{one.friendly_id}/set", b"boot")
    eventually(lambda: one.ask_display().json["filename"] != before)
    assert one.wake().drawn


def test_a_picture_is_there_whatever_is_broken(hub: Hub) -> None:
    """No photos, no idle picture, a broken one, and no broker."""
    eink = Eink(hub)
    one = paired(eink, 1)
    drawing = one.wake()
    assert drawing.drawn
    file = hub.directory / "assets/img/idle.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert not one.wake().drawn
    hub.broker.kill()
    file.write_bytes(saved(photo()))
    assert one.wake().file != drawing.file
    assert "Traceback" not in eink.media.log


def test_a_display_that_is_forgotten_is_unknown(eink: Eink) -> None:
    """Its token opens nothing, its image's address neither."""
    one = paired(eink, 16)
    url = one.ask_display().json["image_url"]
    with Client(eink.hub.broker, "operator") as operator:
        request = json.dumps({"id": one.friendly_id})
        operator.publish("mantel/display/request/forget", request)
    eventually(lambda: one.ask_display().status == 404)
    assert one.ask("GET", url, {"Access-Token": one.api_key}).status == 404
