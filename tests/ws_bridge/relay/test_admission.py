"""Section 2 of docs/relay-protocol.md: who comes in, who does not, and who has to go."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shared.errors import SettingsError
from shared.settings import load
from shared.testing import Client, eventually
from tests.ws_bridge.relay.conftest import House, until
from tests.ws_bridge.relay.device import TOKEN, Device
from tests.ws_bridge.relay.test_hello import first, headers
from ws_bridge.relay import line as line_module
from ws_bridge.relay import port as port_module
from ws_bridge.relay import refusals
from ws_bridge.relay import sessions as sessions_module
from ws_bridge.settings import Settings


@pytest.mark.says("2.5.1")
async def test_unknown_and_wrong_are_refused_alike(house: House) -> None:
    house.let_in("kitchen")
    for name, token in (("kitchen", "wrong"), ("nobody", TOKEN), ("kitchen", TOKEN + " ")):
        message = json.dumps({"hello": 1, "device": name, "token": token})
        assert await first(house.url, message) == (
            4401, {"code": "refused", "message": "unknown device or wrong token"},
        )  # fmt: skip
        for wrong in (
            headers(name, token + "x"),
            {"X-Device": name},
            {"Authorization": "Bearer x"},
        ):
            with pytest.raises(InvalidStatus) as caught:
                async with connect(house.url, additional_headers=wrong):
                    pass
            assert caught.value.response.status_code == 401


@pytest.mark.says("2.6.1", "2.6.2")
async def test_too_many_refusals(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """And who has the token is let in also then."""
    monkeypatch.setattr(refusals, "MOST_A_MINUTE", 2)
    house.let_in("kitchen")
    wrong = json.dumps({"hello": 1, "device": "kitchen", "token": "wrong"})
    numbers = [(await first(house.url, wrong))[0] for _ in range(4)]
    assert numbers == [4401, 4401, 4429, 4429]
    with pytest.raises(InvalidStatus) as caught:
        async with connect(house.url, additional_headers=headers(token="wrong")):
            pass
    assert caught.value.response.status_code == 429
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 61
    async with house.device("kitchen"):
        pass
    async with connect(house.url, additional_headers=headers()) as socket:
        assert (await Device(socket).ask(hello=1))["welcome"] == 1


@pytest.mark.says("2.7.1")
async def test_who_says_nothing_is_sent_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "FIRST_MESSAGE_SECONDS", 0.1)
    async with connect(house.url) as socket:
        number, bye = await Device(socket).end()
    assert (number, bye["code"]) == (4408, "silent")
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    assert await reader.read() == b"", "nor does half a handshake live for ever"
    writer.close()


@pytest.mark.says("2.10.1", "2.10.2")
async def test_a_second_connection_replaces_the_first(house: House) -> None:
    house.let_in("kitchen", "host/+/stats")
    async with house.device("kitchen") as old:
        await old.subscribe("host/+/stats")
        async with house.device("kitchen") as new:
            number, bye = await old.end()
            assert (number, bye["code"]) == (4409, "replaced")
            await new.subscribe("host/+/stats")
            house.tell("host/pi/stats", b'{"a":1}')
            assert (await new.hear())["data"] == {"a": 1}
            assert len(house.relay.sessions) == 1


@pytest.mark.says("2.11.1")
async def test_a_revoked_device_is_gone_at_once(house: House) -> None:
    """By another token, by none, and by being forgotten; and nobody else notices."""
    house.let_in("attic")
    async with house.device("attic") as attic:
        for word in ("other", "none", "gone"):
            house.let_in("kitchen")
            async with house.device("kitchen") as kitchen:
                if word == "other":
                    house.let_in("kitchen", token="another")
                elif word == "none":
                    house.tell("device/kitchen/config", b'{"token_hash":""}', retain=True)
                else:
                    house.tell("device/kitchen/config", b"", retain=True)
                number, bye = await kitchen.end()
                assert (number, bye["code"]) == (4403, "revoked")
            again = json.dumps({"hello": 1, "device": "kitchen", "token": TOKEN})
            assert (await first(house.url, again))[0] == 4401
        await attic.silence()


@pytest.mark.says("2.11.1")
async def test_rights_that_cannot_be_read_are_none(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        house.tell("device/kitchen/config", b"nonsense", retain=True)
        assert (await kitchen.end())[0] == 4403


@pytest.mark.says("2.12.1", "2.12.2")
async def test_not_ready_without_a_broker(house: House) -> None:
    """A hub that was just started and has no broker knows no device."""
    house.broker.stop()
    other = House(house.broker, house.client)
    async with other.running():
        hello = json.dumps({"hello": 1, "device": "kitchen", "token": TOKEN})
        begun = asyncio.get_running_loop().time()
        number, bye = await first(other.url, hello)
        assert (number, bye["code"]) == (4503, "not_ready")
        assert asyncio.get_running_loop().time() - begun > 1.9
        with pytest.raises(InvalidStatus) as caught:
            async with connect(other.url, additional_headers=headers()):
                pass
        assert caught.value.response.status_code == 503


@pytest.mark.says("2.12.2")
async def test_who_comes_before_the_broker_has_told_all_waits(house: House) -> None:
    """Devices reconnect at once when the bridge was restarted."""
    house.let_in("kitchen")
    other = House(house.broker, house.client)
    async with other.running(), other.device("kitchen") as kitchen:
        assert kitchen.welcome["welcome"] == 1


@pytest.mark.says("2.12.3")
async def test_without_the_broker_known_devices_come_in(house: House) -> None:
    house.let_in("kitchen", "host/+/stats")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("host/+/stats")
        house.tell("host/pi/stats", b'{"a":1}')
        assert (await kitchen.hear())["data"] == {"a": 1}
        house.broker.stop()
        await until(lambda: not house.relay._source.is_connected)
        async with house.device("kitchen") as again:
            heard = await again.subscribe("host/+/stats")
            assert [each.get("data") for each in heard] == [None, {"a": 1}, None]


@pytest.mark.says("2.13.1", "2.13.2")
async def test_an_open_subset(house: House) -> None:
    other = House(house.broker, house.client)
    async with other.running(ws_bridge_relay_open=("host/+/stats", "alarm/next")):
        house.tell("host/pi/stats", b'{"a":1}', retain=True)
        async with other.device() as anybody:
            heard = await anybody.subscribe("host/+/stats", "display/+/frame", "#", "device/+/set")
            codes = [each["error"]["code"] for each in heard if "error" in each]
            assert codes == ["not_allowed"] * 3
            assert heard[-2]["data"] == {"a": 1}
            answer = await anybody.ask(publish="panel/panel/set", data={"play": 1}, id=1)
            assert answer["error"]["code"] == "not_allowed"
        page = {"additional_headers": {"Origin": "http://evil.example"}}
        assert (await first(other.url, '{"hello":1}', **page))[0] == 4401
        own: Any = {"additional_headers": {"Origin": "http://127.0.0.1:8080"}}
        async with connect(other.url, **own) as socket:
            assert (await Device(socket).ask(hello=1))["welcome"] == 1


@pytest.mark.says("7.1.2")
async def test_strangers_who_come_and_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who went first are forgotten; a device is not, however many come after it."""
    monkeypatch.setattr(sessions_module, "MOST_STRANGERS", 2)
    other = House(house.broker, house.client)
    async with other.running(mantel_instance="2", ws_bridge_relay_open=("#",)) as relay:
        house.let_in("kitchen")
        async with other.device("kitchen"):
            pass
        seen = []
        for _ in range(4):
            async with other.device() as stranger:
                seen.append(stranger.welcome["session"])
            await until(lambda: seen[-1] in {each.identifier for each in relay.sessions._strangers})
        assert [each in relay.sessions._by_id for each in seen] == [False, False, True, True]
        async with other.device(resume={"session": seen[2], "sequence": 0}) as again:
            assert again.welcome["resumed"] is True
            assert len(relay.sessions._strangers) == 1
        assert relay.sessions.of_device("kitchen") is not None


@pytest.mark.says("2.13.1")
def test_an_open_subset_of_no_filters_is_a_wrong_setting() -> None:
    """All of them are named, and the service does not start."""
    with pytest.raises(SettingsError) as caught:
        load(Settings, {"WS_BRIDGE_RELAY_OPEN": "host/#, a#, $SYS/#"}, Path())
    assert [each.split(":")[0] for each in caught.value.problems] == [
        "WS_BRIDGE_RELAY_OPEN='a#'",
        "WS_BRIDGE_RELAY_OPEN='$SYS/#'",
    ]


async def test_a_refusal_is_said_once_for_each_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Without what the stranger has said."""
    house.let_in("kitchen")
    hello = json.dumps({"hello": 1, "device": "kit\nchen", "token": "wrong"})
    for _ in range(3):
        await first(house.url, hello)
    assert caplog.messages == ["relay, 127.0.0.1: a device with a wrong name or token was refused"]


@pytest.mark.says("2.14.1")
async def test_too_many_connections(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "MOST_CONNECTIONS", 2)
    async with connect(house.url), connect(house.url):
        with pytest.raises(InvalidStatus) as caught:
            async with connect(house.url):
                pass
        assert caught.value.response.status_code == 503
    house.let_in("kitchen")
    await until(lambda: not house.relay._lines)
    async with house.device("kitchen"):
        pass


async def test_no_other_path_to_the_rights_than_the_operators(house: House) -> None:
    """The broker itself lets nobody but the operator write them, nor any other than us read."""
    house.let_in("kitchen")
    for user in ("homeassistant", "media", "alarms"):
        with Client(house.broker, user) as client:
            client.subscribe("mantel/device/+/config", qos=0)
            assert client.drain() == []
            client.publish("mantel/device/evil/config", b"{}", retain=True, qos=0)
            client.drain()
    with Client(house.broker, "operator") as operator:
        operator.subscribe("mantel/device/+/config", qos=0)
        eventually(lambda: [m.topic for m in operator.drain()] != ["mantel/device/evil/config"])
