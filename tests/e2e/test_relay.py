"""The relay of a running bridge: devices in front, a broker and an operator behind."""

from shared.testing import Client
from tests.e2e.conftest import Hub
from tests.ws_bridge.relay.device import device, let_in


async def test_smoke(hub: Hub) -> None:
    hub.start("ws-bridge").wait_for_log("connected")
    with Client(hub.broker) as client:
        let_in(client, "kitchen", ("host/+/stats", "display/#"), ("panel/+/set",))
        client.publish("mantel/host/pi/stats", b'{"a":1}', retain=True)
        async with device(hub.relay_url, "kitchen") as kitchen:
            print(kitchen.welcome)
            for m in await kitchen.subscribe("host/+/stats", "#"):
                print(m)
            client.publish("mantel/host/pi/stats", b'{"a":2}', retain=True)
            print(await kitchen.hear())
            client.subscribe("mantel/panel/+/set")
            print(await kitchen.ask(publish="panel/panel/set", data={"play": 3}, id=5))
            print(client.receive().payload)
            await kitchen.silence()
    print(hub.processes[0].log)
