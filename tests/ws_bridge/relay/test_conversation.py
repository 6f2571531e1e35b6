"""Each message that docs/relay-protocol.md shows is said, or taken, by a real bridge."""

import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.ws_bridge.relay import document
from tests.ws_bridge.relay.conftest import House
from tests.ws_bridge.relay.device import TOKEN, Device
from tests.ws_bridge.relay.test_resume import gone, resume

ELSEWHERE = {'{"dropped":n}'}
"""Only who is behind hears it: see test_slow.py."""


class Noted(Device):
    """A device of which all is written down, as it was said, without blanks."""

    def __init__(self, socket: ClientConnection, notes: list[str]) -> None:
        super().__init__(socket)
        self._notes = notes

    async def say(self, message: Any = None, **fields: Any) -> None:
        text = json.dumps(json.loads(message) if message else fields, separators=(",", ":"))
        self._notes.append(text)
        await super().say(text)

    async def raw(self) -> str | bytes:
        message = await super().raw()
        if isinstance(message, str):
            self._notes.append(message)
        return message


@contextlib.asynccontextmanager
async def noted(house: House, notes: list[str], **more: Any) -> AsyncIterator[Noted]:
    async with connect(house.url, compression=None, ping_interval=None, **more) as socket:
        yield Noted(socket, notes)


@pytest.mark.says("1.1.1", "1.2.1", "2.1.3", "2.2.2", "2.4.1", "3.11.2", "6.2.1", "8.1.1", "9.2.2")
async def test_each_message_that_is_shown(house: House) -> None:
    """The device's are taken, for none is a `bad_message`; the hub's have just these keys."""
    house.let_in("kitchen", "#", write=("panel/+/set",))
    house.tell("alarm/a/state", b"{}", retain=True)
    notes: list[str] = []
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Device": "kitchen"}
    async with noted(house, notes, additional_headers=headers) as kitchen:
        await kitchen.ask(hello=1)
    async with noted(house, notes) as other:
        await other.ask(hello=1, device="kitchen", token=TOKEN, binary="framed", text_bytes=600)
    async with noted(house, notes) as kitchen:
        kitchen.welcome = await kitchen.ask(hello=1, device="kitchen", token=TOKEN)
        await kitchen.subscribe("host/+/stats", "alarm/+/state")
        await kitchen.subscribe("a#")
        house.tell("host/pi/stats", b'"%s"' % (b"x" * 3000))
        assert (await kitchen.hear())["parts"] == len([await kitchen.raw() for _ in range(2)])
        await kitchen.subscribe("display/+/bitmap")
        house.tell("display/d/bitmap", b"x" * 5000, retain=True)
        assert (await kitchen.hear())["parts"] == len([await kitchen.raw() for _ in range(2)])
        for payload in (b'{"x":1}', b""):
            house.tell("alarm/a/state", payload, retain=True)
            await kitchen.hear()
        await kitchen.ask(unsubscribe=["alarm/+/state", "x"], id=2)
        await kitchen.say(publish="panel/p/set", data={"play": 3})
        await kitchen.ask(publish="panel/p/set", data={"play": 3}, id=2)
        await kitchen.ask(ping=5)
    await gone(house)
    async with noted(house, notes) as again:
        told = resume(kitchen, house.relay._spread.sequence)
        await again.ask(hello=1, device="kitchen", token=TOKEN, binary="header", **told)
        house.tell("device/kitchen/config", b"", retain=True)
        assert (await again.end())[0] == 4403
    assert "bad_message" not in "".join(notes)
    shown = set(document.messages()) - ELSEWHERE
    assert len(shown) > 20
    for each in shown:
        assert any(document.pattern(each).search(note) for note in notes), each


@pytest.mark.says("2.1.3", "3.2.1", "3.3.2", "4.1.1", "4.8.1", "6.1.1", "6.2.1")
async def test_the_conversation_at_the_beginning(house: House) -> None:
    """Word for word, but for numbers of messages and what stands there as dots."""
    house.let_in("kitchen", "host/+/stats", "display/#", write=("panel/+/set",))
    house.tell("host/pi/stats", b"{}", retain=True)
    async with connect(house.url, compression=None) as socket:
        device = Device(socket)
        lines = document.code("text").splitlines()
        assert len(lines) > 7
        for line in lines:
            who, _, text = line.partition(" ")
            if who == "device":
                await device.say(text.strip().replace("...", TOKEN))
                continue
            shown = re.sub(r'"sequence":\d+', '"sequence":N', text.strip())
            if '"retained"' not in shown and '"topic"' in shown:
                house.tell("host/pi/stats", b"{}", retain=True)
            said = str(await device.raw())
            assert document.pattern(shown).fullmatch(said), (text, said)
