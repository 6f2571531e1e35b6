"""Section 10 of docs/relay-protocol.md: copies of the bridge that end, and a proxy before all.

Two copies that live are in test_resume.py, three with a proxy in tests/docker.
"""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.ws_bridge.relay.conftest import House, until
from ws_bridge.relay import refusals


async def test_10_1_a_copy_that_was_killed(house: House) -> None:
    """Its devices are told as gone by the others, but for those that are elsewhere by then."""
    for name in ("kitchen", "attic"):
        house.let_in(name)
    told = {"connected": True, "since_at": "2026-01-01T00:00:00Z", "bridge": "pi/ws-bridge-3"}
    house.tell("service/pi/ws-bridge-3/availability", b"online", retain=True)
    for name in ("kitchen", "attic"):
        stale = json.dumps({**told, "connection": name})
        house.tell(f"device/{name}/state", stale, retain=True)
    presence = house.relay.sessions.presence
    await until(lambda: {"kitchen", "attic"} <= set(presence._told))
    async with house.device("kitchen"):
        await until(lambda: presence._here["kitchen"].is_heard)
        house.tell("service/pi/ws-bridge-3/availability", b"offline", retain=True)
        await until(lambda: not presence._told["attic"].connected)
        # A third copy may have heard of the end before it heard of the new connection
        late = json.dumps({**told, "connected": False, "connection": "kitchen"})
        house.tell("device/kitchen/state", late, retain=True)
        house.client.subscribe("mantel/device/kitchen/state")
        state: Any = None
        while not (state and state["connected"]):
            state = json.loads((await asyncio.to_thread(house.client.receive)).payload)
        assert state["bridge"] == "pi/ws-bridge"
        # Or take this one for gone, which is away from the broker with its other connection
        taken = json.dumps({**state, "connected": False})
        house.tell("device/kitchen/state", taken, retain=True)
        states: list[Any] = []
        while not states or not states[-1]["connected"]:
            states.append(json.loads((await asyncio.to_thread(house.client.receive)).payload))
        assert {**state, "connected": False} in states
    await until(lambda: not presence._told["kitchen"].connected)


async def test_10_1_a_copy_that_is_no_more(house: House) -> None:
    """One that was removed while no other ran is told of by nothing at all."""
    house.let_in("kitchen")
    stale = {"connected": True, "since_at": "2026-01-01T00:00:00Z", "connection": "x"}
    house.tell(
        "device/kitchen/state", json.dumps({**stale, "bridge": "pi/ws-bridge-3"}), retain=True
    )
    other = House(house.broker, house.client)
    async with other.running(mantel_instance="2") as relay:
        presence = relay.sessions.presence
        await until(lambda: "kitchen" in presence._told)
        await until(lambda: not presence._told["kitchen"].connected)


@pytest.mark.parametrize("behind_proxy", [True, False])
async def test_2_6_the_address_behind_a_proxy(
    house: House, monkeypatch: pytest.MonkeyPatch, behind_proxy: bool
) -> None:
    """What the proxy tells counts where it is to be believed; what came to it before does not."""
    monkeypatch.setattr(refusals, "MOST_A_MINUTE", 1)
    other = House(house.broker, house.client)
    async with other.running(mantel_instance="2", ws_bridge_behind_proxy=behind_proxy) as relay:
        await until(lambda: relay._source.is_ready)

        async def refused(*told: str) -> int:
            headers = [("X-Device", "x"), ("Authorization", "Bearer x")]
            headers += [("X-Forwarded-For", each) for each in told]
            with pytest.raises(InvalidStatus) as caught:
                await connect(other.url, additional_headers=headers)
            return caught.value.response.status_code

        assert await refused("10.0.0.1") == 401
        assert await refused("10.0.0.1") == 429
        of_others = [
            await refused("10.0.0.1", "10.0.0.2"),
            await refused("10.0.0.1, 10.0.0.3"),
            await refused("2001:DB8::1"),
        ]
        assert of_others == 3 * [401 if behind_proxy else 429]
        assert await refused("10.0.0.1, nobody") == (401 if behind_proxy else 429)
        assert await refused() == 429, "without it the proxy's own address counts, as above"
