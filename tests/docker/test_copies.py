"""Three copies of the bridge behind one port, as `--scale` makes them."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from shared import topics
from shared.testing import TIMEOUT_SECONDS, eventually
from tests.docker import test_hardening
from tests.docker.stack import ROOT, Stack
from tests.docker.test_one_service import crash
from tests.ws_bridge.relay.device import TOKEN, Device, let_in

pytestmark = pytest.mark.docker

NAMES = [f"sensor-{number}" for number in range(12)]


def scale(stack: Stack, number: int) -> None:
    files = ("-f", "compose.yaml", "-f", "compose.scale.yaml")
    stack.compose(*files, "up", "-d", "--wait", "--scale", f"ws-bridge={number}")


@pytest.fixture(scope="module", autouse=True)
def copies(stack: Stack) -> Iterator[None]:
    """The hub with three copies, and devices; in the end as it was."""
    try:
        scale(stack, 3)
        with stack.client("operator") as client:
            for name in NAMES:
                let_in(client, name, ("host/#", "device/#"))
            yield
            for name in NAMES:
                client.publish(stack.topic(topics.DEVICE_CONFIG, id=name), b"", retain=True)
    finally:
        stack.compose("up", "-d", "--wait", "--remove-orphans")


class Door:
    """The one port; whoever came in by it is let out at the end."""

    def __init__(self, stack: Stack, closing: contextlib.AsyncExitStack) -> None:
        self._url = f"ws://{stack.host}:{stack.relay_port}/"
        self._closing = closing

    async def device(self, name: str, *, by_header: bool = True, **hello: Any) -> Device:
        """Connect until it is let in, by a hello alone or by name and token in the handshake."""
        headers = {"X-Device": name, "Authorization": f"Bearer {TOKEN}"} if by_header else {}
        who = {} if by_header else {"device": name, "token": TOKEN}
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                with contextlib.suppress(OSError, InvalidHandshake, ConnectionClosed):
                    opening = connect(
                        self._url, additional_headers=headers, compression=None, max_queue=None
                    )
                    here = Device(await self._closing.enter_async_context(opening))
                    here.welcome = await here.ask(hello=1, **who, **hello)
                    if "welcome" in here.welcome:
                        return here
                await asyncio.sleep(0.02)


@pytest.fixture
async def door(stack: Stack) -> AsyncIterator[Door]:
    async with contextlib.AsyncExitStack() as closing:
        yield Door(stack, closing)


async def told(here: Device, topic: str) -> Any:
    """Return what is told of a topic next."""
    while (message := await here.hear()).get("topic") != topic:
        pass
    return message


async def state(stack: Stack, name: str, **wanted: Any) -> None:
    """Wait until the broker says this of a device."""
    with stack.client("operator") as client:
        client.subscribe(stack.topic(topics.DEVICE_STATE, id=name))
        while True:
            message = await asyncio.to_thread(client.receive)
            if wanted.items() <= json.loads(message.payload).items():
                return


def service(here: Device) -> str:
    """Return which copy answers: ws-bridge, ws-bridge-2 or ws-bridge-3."""
    return str(here.welcome["hub"]).split("/")[1]


async def test_devices_are_spread_and_all_are_served(stack: Stack, door: Door):
    """The retained values, what is new, and what a device of another copy says."""
    devices = [await door.device(name) for name in NAMES]
    assert {service(each) for each in devices} <= {"ws-bridge", "ws-bridge-2", "ws-bridge-3"}
    assert len({service(each) for each in devices}) > 1
    stats, event = f"host/{stack.node}/stats", f"device/{NAMES[0]}/event"
    for each in devices:
        retained = await each.subscribe("host/+/stats", "device/+/event")
        assert [message["topic"] for message in retained if "topic" in message] == [stats]
    await devices[0].say(publish=event, data={"pressed": 1})
    for each in devices:
        assert (await told(each, event))["data"] == {"pressed": 1}
        assert "retained" not in await told(each, stats)


async def test_a_device_comes_back_to_its_session(stack: Stack, door: Door):
    """Also when the balancer was away; nothing is lost."""
    here = {name: await door.device(name) for name in NAMES}
    for each in here.values():
        await each.subscribe("device/+/event")
    stack.docker("restart", stack.name("balancer"))
    event = f"device/{NAMES[0]}/event"
    for number, name in enumerate(NAMES):
        welcome = here[name].welcome
        resume = {"session": welcome["session"], "sequence": welcome["sequence"]}
        again = await door.device(name, resume=resume)
        assert again.welcome["resumed"] is True
        assert again.welcome["hub"] == welcome["hub"]
        if number:
            assert (await told(again, event))["data"] == "while they were away"
        else:
            await again.ask(publish=event, data="while they were away", id=3)


async def test_replaced_and_revoked_on_whichever_copy(stack: Stack, door: Door):
    by_address = service(await door.device(NAMES[0], by_header=False))
    moved = False
    for name in NAMES[1:]:
        first = await door.device(name)
        if service(first) == by_address:
            await first.socket.close()
            continue
        second = await door.device(name, by_header=False)
        assert service(second) == by_address
        assert await first.end() == (
            4409,
            {"code": "replaced", "message": "the same device has connected elsewhere"},
        )
        await second.silence()
        with stack.client("operator") as client:
            let_in(client, name, ("host/#",), token="another")
            assert (await second.end())[0] == 4403
            let_in(client, name, ("host/#", "device/#"))
        moved = True
    assert moved


async def test_who_is_refused_has_an_address_of_his_own(stack: Stack):
    """Not the balancer's, which all would share, and not one that he gives himself."""
    networks = stack.inspect("balancer")["NetworkSettings"]["Networks"]
    (balancer,) = (network["IPAddress"] for network in networks.values())
    for number in range(6):
        headers = {
            "X-Device": f"nobody-{number}",
            "Authorization": "Bearer x",
            "X-Forwarded-For": "203.0.113.9",
        }
        with pytest.raises(InvalidStatus, match="401"):
            await connect(f"ws://{stack.host}:{stack.relay_port}/", additional_headers=headers)
    logs = "".join(
        stack.docker("logs", stack.name("ws-bridge", number), check=False) for number in (1, 2, 3)
    )
    assert "relay, " in logs
    assert f"relay, {balancer}:" not in logs
    assert "203.0.113.9" not in logs


async def test_pages_of_the_panel_are_together(stack: Stack):
    """Which of them sounds is settled among the pages of one copy."""
    async with contextlib.AsyncExitStack() as open_pages:
        pages = []
        for number in range(4):
            page = await open_pages.enter_async_context(
                connect(f"ws://{stack.host}:{stack.panel_port}/ws")
            )
            await page.send(json.dumps({"type": "hello", "mode": "auto", "name": f"page {number}"}))
            pages.append(page)
        for page in pages:
            role: Any = {}
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while role.get("pages") != 4:
                    role = json.loads(await page.recv())


def test_home_assistant_has_each_device_once(stack: Stack):
    def entities() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with stack.client("homeassistant") as client:
            client.subscribe("homeassistant/device/+/+/config")
            for message in client.drain():
                components = json.loads(message.payload)["cmps"]
                found[message.topic.split("/")[2]] = list(components)
        return found

    eventually(lambda: len([name for name in entities() if "ws-bridge" in name]) == 3)
    eventually(lambda: f"device_{NAMES[-1]}" in entities()["mantel-ws-bridge"])
    of_bridges = [key for name, keys in entities().items() if "ws-bridge" in name for key in keys]
    assert sorted(of_bridges) == sorted([f"device_{name}" for name in NAMES] + 3 * ["connectivity"])


def test_balancer_is_hardened(stack: Stack):
    test_hardening.test_user_has_no_rights(stack, "balancer")
    test_hardening.test_nothing_can_be_written(stack, "balancer")
    test_hardening.test_limits(stack, "balancer")
    balancer = stack.inspect("balancer")
    mounts = [(mount["Destination"], mount["RW"]) for mount in balancer["Mounts"]]
    assert [mount for mount in mounts if mount[0] != "/tmp"] == [("/balancer", False)]  # noqa: S108
    assert not stack.inspect("ws-bridge")["HostConfig"]["PortBindings"]


def test_the_example_of_another_haproxy_is_one(stack: Stack):
    (example,) = re.findall(
        r"```haproxy\n(.*?)```", (ROOT / "docs/operations.md").read_text(), re.DOTALL
    )
    check = ("run", "--rm", "-i", "--entrypoint", "sh", "haproxy:lts", "-c")
    stack.docker(*check, "cat >/tmp/x && haproxy -c -dW -f /tmp/x", stdin=example)


async def test_a_copy_that_is_killed(stack: Stack, door: Door, capsys: pytest.CaptureFixture[str]):
    """Its devices get what is newest at another copy or at its successor; others notice nothing."""
    devices = {name: await door.device(name) for name in NAMES}
    victim = next(service(each) for each in devices.values() if service(each) != "ws-bridge")
    hit = {name: each for name, each in devices.items() if service(each) == victim}
    crash(stack, "ws-bridge", int(victim[-1]))
    begun = time.monotonic()
    away, *back = hit
    for name in hit:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await devices[name].raw()
    served = []
    for name in back:
        resume = {"session": hit[name].welcome["session"], "sequence": 0}
        again = await door.device(name, resume=resume)
        assert again.welcome["resumed"] is False
        retained = await again.subscribe("host/+/stats")
        assert len([message for message in retained if "topic" in message]) == 1
        served.append(again)
    with capsys.disabled():
        print(f"\n{len(served)} devices of a killed copy were served again after ", end="")
        print(f"{time.monotonic() - begun:.1f} s")
    for again in served:
        assert "retained" not in await told(again, f"host/{stack.node}/stats")
    await state(stack, away, connected=False)
    for name in devices.keys() - hit.keys():
        await devices[name].ask(ping=1)


async def test_scaled_down(stack: Stack, door: Door):
    """Devices of copies that end come to the one that stays; nobody is there who is not."""
    devices = [await door.device(name) for name in NAMES]
    elsewhere = [each for each in devices if service(each) != "ws-bridge"]
    away = next(NAMES[n] for n, each in enumerate(devices) if service(each) != "ws-bridge")
    await asyncio.to_thread(scale, stack, 1)
    for each in elsewhere:
        assert await each.end() == (1001, {"code": "stopping", "message": "the bridge stops"})
    for name in NAMES:
        if name != away:
            assert service(await door.device(name)) == "ws-bridge"
    await state(stack, away, connected=False)
    for number in (2, 3):
        with stack.client("operator") as client:
            name = f"ws-bridge-{number}"
            client.subscribe(stack.topic(topics.AVAILABILITY, service=name))
            assert client.receive().payload == b"offline"
