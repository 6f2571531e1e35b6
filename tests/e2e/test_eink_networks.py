"""Displays of two networks look for one hub: each is told the address that it can reach."""

import json
import subprocess
import sys

from shared.testing import TIMEOUT_SECONDS, eventually
from tests.e2e.conftest import Hub
from tests.e2e.network import Namespace, namespace

ASK = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    asker.settimeout(30)
    asker.sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2])))
    print(asker.recv(4096).decode())
"""
JOIN = """
import json, sys, urllib.request
body = {"hardware_id": sys.argv[2], "horizontal_pixels": 400, "vertical_pixels": 300}
asked = urllib.request.Request(
    sys.argv[1], json.dumps(body).encode(), {"Content-Type": "application/json"})
with urllib.request.urlopen(asked, timeout=30) as answer:
    print(answer.read().decode())
"""


def test_each_interface_has_its_own_answer(hub: Hub) -> None:
    """By a broadcast to all, to its subnet, and to the hub alone; then it joins there."""
    with namespace() as there, namespace(there) as one, namespace(there) as other:
        log = hub.directory / "media.log"
        environment = hub.environment("media", MEDIA_HTTP_HOST="0.0.0.0")
        with log.open("wb") as file:
            media = subprocess.Popen(
                there.command(sys.executable, "-m", "media"),
                env=environment, cwd=hub.directory, stdout=file, stderr=file,
            )  # fmt: skip
        try:
            eventually(lambda: "discovery on UDP" in log.read_text(), times=3)
            for display in (one, other):
                url = f"http://{display.peer}:{hub.displays_port}/api/displays/bootstrap/"
                for where in ("255.255.255.255", broadcast(display), display.peer):
                    told = display.run(sys.executable, "-c", ASK, where,
                                       str(hub.discovery_port), " EINK_DISCOVER\n")  # fmt: skip
                    assert json.loads(told) == {"bootstrap": url}
                joined = json.loads(display.run(sys.executable, "-c", JOIN, url, display.name))
                assert len(joined["token_key"]) == 40
        finally:
            media.terminate()
            assert media.wait(TIMEOUT_SECONDS) == 0
    assert "Traceback" not in log.read_text()


def broadcast(network: Namespace) -> str:
    """Return the address of all in its subnet: the last of four."""
    base, last = network.address.rsplit(".", 1)
    return f"{base}.{int(last) + 1}"
