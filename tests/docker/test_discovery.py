"""Displays find `media` in its container from a network of their own, as in a home."""

import http.client
import json

import pytest

from shared.testing import TIMEOUT_SECONDS
from tests.docker.conftest import OURS, SERVICES, Stack
from tests.e2e.network import Namespace, namespace

pytestmark = pytest.mark.docker

DISPLAY = """
import json, socket, sys, urllib.request
where, port = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    asker.settimeout(10)
    asker.sendto(b"EINK_DISCOVER", (where, port))
    url = json.loads(asker.recv(4096))["bootstrap"]
body = {"hardware_id": f"broadcast to {where}", "horizontal_pixels": 400, "vertical_pixels": 300}
headers = {"Content-Type": "application/json"}
asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
with urllib.request.urlopen(asked, timeout=10) as answer:
    told = json.load(answer)
base = url.split("/api/")[0]
headers = {"Authorization": "Token " + told["token_key"]}
asked = urllib.request.Request(base + "/api/display/variant", headers=headers)
with urllib.request.urlopen(asked, timeout=10) as answer:
    print(json.dumps({"url": url, "picture": answer.read(8).hex(), **told}))
"""
PNG = "89504e470d0a1a0a"


def broadcast(network: Namespace) -> str:
    """Return the address of all in its subnet: the last of four."""
    base, last = network.address.rsplit(".", 1)
    return f"{base}.{int(last) + 1}"


def test_a_broadcast_from_another_network(stack: Stack):
    """The answer names the address that faces the display; there it joins and gets a picture."""
    with namespace() as network:
        for where in ("255.255.255.255", broadcast(network), network.peer):
            told = json.loads(
                network.run("/usr/bin/env", "python3", "-c", DISPLAY, where,
                            str(stack.discovery_port))
            )  # fmt: skip
            assert told["url"] == (
                f"http://{network.peer}:{stack.displays_port}/api/displays/bootstrap/"
            )
            assert told["picture"] == PNG


def test_this_machine_reaches_the_port_itself(stack: Stack):
    connection = http.client.HTTPConnection(
        "127.0.0.1", stack.displays_port, timeout=TIMEOUT_SECONDS
    )
    connection.request("GET", "/health")
    assert json.loads(connection.getresponse().read()) == {"success": True}
    connection.close()


def test_media_alone_is_in_the_network_of_this_machine(stack: Stack):
    modes = {name: stack.inspect(name)["HostConfig"]["NetworkMode"] for name in SERVICES}
    assert [name for name, mode in modes.items() if mode == "host"] == ["media"]
    assert set(OURS) < set(modes)
