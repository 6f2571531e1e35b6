"""Displays find `media` in its container from a network of their own, as in a home."""

import http.client
import json

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from tests.docker.stack import OURS, ROOT, SERVICES, Stack
from tests.e2e.network import namespace
from tests.e2e.test_eink_networks import broadcast

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
BROWSER = ROOT / "tests/e2e/mdns_browser.py"
PNG = "89504e470d0a1a0a"


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


def test_it_is_announced_by_mdns_without_any_rights(stack: Stack):
    """In a network of two containers, since this machine's is not the tests' to tell anything."""
    network = f"{stack.project}-mdns"
    stack.docker("network", "create", network)
    hardened = (
        "--network", network, "--user", "1000:1883", "--read-only", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges:true", "--tmpfs", "/tmp:mode=1777",  # noqa: S108
    )  # fmt: skip
    image = f"{stack.project}-media"
    names = [f"{stack.project}-{name}" for name in ("announcer", "browser")]
    try:
        stack.guest(
            names[0], *hardened, "-e", "MANTEL_NODE=contained", "-e", "MQTT_PORT=1",
            "-e", "MEDIA_STATE=/tmp/media.sqlite", image,
        )  # fmt: skip
        browse = BROWSER.read_text()
        stack.guest(names[1], *hardened, image, "python", "-E", "-c", browse)
        eventually(
            lambda: "mantel-contained.local" in stack.docker("logs", names[1], check=False), times=4
        )
        assert "Traceback" not in stack.docker("logs", names[0], check=False)
    except TimeoutError:
        print(*(stack.docker("logs", name, check=False) for name in names))
        raise
    finally:
        stack.docker("rm", "-fv", *names, check=False)
        stack.docker("network", "rm", network)
