"""The relay of a running bridge: devices in front, a broker and an operator behind."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.conftest import Hub, Process
from tests.ws_bridge.relay.device import TOKEN, Device, device, let_in

BITMAP = bytes(range(250)) * 20


def rss(process: Process) -> int:
    """Return the resident bytes of a process."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096


async def connected(url: str, name: str, **more: Any) -> Device:
    """Try again until the relay is there, as a device does."""
    async with asyncio.timeout(2 * TIMEOUT_SECONDS):
        while True:
            try:
                socket = await connect(url, compression=None, max_queue=None)
                here = Device(socket)
                here.welcome = await here.ask(hello=1, device=name, token=TOKEN, **more)
                if "welcome" in here.welcome:
                    return here
            except (OSError, InvalidStatus):
                pass
            await asyncio.sleep(0.05)


async def retained(here: Device, *filters: str) -> dict[str, Any]:
    """Subscribe, and return what is there, bytes put together."""
    await here.say(subscribe=filters)
    found: dict[str, Any] = {}
    while (message := await here.hear()).get("retained") != "end":
        if "topic" in message:
            parts = [await here.raw() for _ in range(message.get("parts", 0))]
            found[message["topic"]] = message.get("data", b"".join(parts))  # type: ignore[arg-type]
    return found


async def test_a_device_follows_through_restarts_of_bridge_and_broker(hub: Hub) -> None:
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log(": connected")
    stats, bitmap = "host/pi/stats", "display/rlcd/bitmap"
    with Client(hub.broker) as client:
        let_in(client, "kitchen", ("host/+/stats", "display/#"))
        client.publish(f"mantel/{stats}", b'{"n":1}', retain=True)
        client.publish(f"mantel/{bitmap}", BITMAP, retain=True)
    here = await connected(hub.relay_url, "kitchen")
    assert await retained(here, "host/+/stats", "display/+/bitmap") == {
        stats: {"n": 1}, bitmap: BITMAP,
    }  # fmt: skip
    assert await asyncio.to_thread(bridge.stop) == 0
    assert (await here.end())[0] == 1001
    bridge = hub.start("ws-bridge")
    here = await connected(hub.relay_url, "kitchen")
    assert await retained(here, "host/+/stats", "display/+/bitmap") == {
        stats: {"n": 1}, bitmap: BITMAP,
    }  # fmt: skip
    await asyncio.to_thread(hub.broker.restart)
    await here.silence()
    with Client(hub.broker) as client:
        client.publish(f"mantel/{stats}", b'{"n":2}', retain=True)
        assert (await here.hear())["data"] == {"n": 2}
    await here.socket.close()
    assert "Traceback" not in bridge.log


async def test_the_bridge_is_killed(hub: Hub) -> None:
    """The device comes back, and nobody is told that it was away for ever."""
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log(": connected")
    with Client(hub.broker) as client:
        let_in(client, "kitchen", ("host/+/stats",))
        here = await connected(hub.relay_url, "kitchen")
        await here.silence()
        bridge.stop(signal.SIGKILL)
        assert (await here.end())[0] == 0
        hub.start("ws-bridge").wait_for_log(": connected")
        client.subscribe("mantel/device/kitchen/state")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while json.loads((await asyncio.to_thread(client.receive)).payload)["connected"]:
                pass


@pytest.mark.says("11.1.2")
def test_the_example_of_the_document(hub: Hub, tmp_path: Path) -> None:
    """As it stands there, but for address and token; through a restart of the bridge."""
    root = Path(__file__).parents[2]
    text = (root / "docs/relay-protocol.md").read_text()
    code = text[text.index("```python\n") + 10 :]
    code = code[: code.index("```")]
    code = code.replace("ws://hub.local:8764", hub.relay_url).replace("the token", TOKEN)
    file = tmp_path / "example.py"
    file.write_text(code)
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log(": connected")
    with Client(hub.broker) as client, (tmp_path / "out").open("wb") as out:
        let_in(client, "kitchen", ("host/+/stats", "display/#"))
        client.publish("mantel/host/pi/stats", b'{"n":1}', retain=True)
        client.publish("mantel/display/rlcd/bitmap", BITMAP, retain=True)
        told = (tmp_path / "out").read_text
        example = subprocess.Popen([sys.executable, file], stdout=out)
        try:
            eventually(lambda: "host/pi/stats {'n': 1}" in told())
            eventually(lambda: "display/rlcd/bitmap 5000" in told())
            bridge.stop()
            hub.start("ws-bridge")
            client.publish("mantel/host/pi/stats", b'{"n":2}', retain=True)
            eventually(lambda: "host/pi/stats {'n': 2}" in told())
        finally:
            example.kill()
            example.wait()


async def test_the_operator_lets_in_and_takes_back(hub: Hub, tmp_path: Path) -> None:
    """By the command, beside a running bridge: nothing is restarted."""
    hub.start("ws-bridge").wait_for_log(": connected")
    environment = hub.broker.environment("operator") | {"MANTEL_HOME": str(tmp_path)}

    async def mantel(*arguments: str) -> str:
        command = [str(Path(sys.executable).parent / "mantel"), *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, check=True
        )
        return str(done.stdout)

    added = await mantel("device", "add", "kitchen", "--read", "host/#", "--json")
    token = json.loads(added)["token"]
    async with device(hub.relay_url, "kitchen", token) as kitchen:
        assert (await kitchen.subscribe("host/+/stats"))[0]["subscribed"] == 1
        async with asyncio.timeout(3 * TIMEOUT_SECONDS):  # each is a process
            while "connected" not in await mantel("device", "list"):
                pass
        await mantel("device", "revoke", "kitchen")
        number, bye = await kitchen.end()
        assert (number, bye["code"]) == (4403, "revoked")
    other = json.loads(await mantel("device", "add", "kitchen", "--json"))["token"]
    assert other != token
    async with device(hub.relay_url, "kitchen", other) as kitchen:
        assert (await kitchen.subscribe("host/+/stats"))[0]["subscribed"] == 1
        await mantel("device", "forget", "kitchen")
        assert (await kitchen.end())[0] == 4403
    with Client(hub.broker) as client:
        client.subscribe("mantel/device/#")

        def left() -> list[str]:
            return [message.topic for message in client.drain() if message.payload]

        assert await asyncio.to_thread(left) == [], "nothing is kept of who was forgotten"


def test_devices_in_home_assistant(hub: Hub) -> None:
    """While they exist: also those that were let in, and forgotten, while the bridge was away."""
    with Client(hub.broker) as client:

        def entities() -> dict[str, Any]:
            client.subscribe("homeassistant/device/mantel-ws-bridge/pi/config")
            told = [message.payload for message in client.drain() if message.payload]
            return dict(json.loads(told[-1])["cmps"]) if told else {}

        let_in(client, "kitchen")
        bridge = hub.start("ws-bridge")
        eventually(lambda: "device_kitchen" in entities())
        kitchen = entities()["device_kitchen"]
        assert kitchen["state_topic"] == "mantel/device/kitchen/state"
        let_in(client, "attic")
        eventually(lambda: "device_attic" in entities())
        bridge.stop()
        client.publish("mantel/device/kitchen/config", b"", retain=True)
        hub.start("ws-bridge")
        eventually(lambda: set(entities()) == {"connectivity", "device_attic"})
        client.publish("mantel/device/attic/config", b"", retain=True)
        eventually(lambda: set(entities()) == {"connectivity"})
