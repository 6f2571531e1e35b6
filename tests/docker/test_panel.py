"""A panel on a serial port of the host, seen by a container that started before it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mantel.panel_emulator import EmulatedPanel
from shared import topics
from shared.testing import Client
from tests.docker.stack import Stack

pytestmark = pytest.mark.docker


@pytest.fixture
def panel(stack: Stack) -> Iterator[EmulatedPanel]:
    """A panel, plugged into the port that the stack names; it was not there before."""
    with EmulatedPanel("2.5", link=stack.serial_port, boot_seconds=0) as panel:
        let_in(stack.serial_port)
        yield panel


def let_in(port: Path) -> None:
    """Give the port the rights that udev gives a serial one."""
    os.chown(port, 0, 20)
    port.chmod(0o660)


def wait_for(client: Client, name: str, **wanted: Any) -> None:
    while True:
        message = client.receive()
        if message.topic.endswith(name) and wanted.items() <= json.loads(message.payload).items():
            return


def test_unplugged_and_plugged_in_again(stack: Stack, panel: EmulatedPanel):
    with stack.client("homeassistant") as client:
        client.subscribe(topics.PANEL_STATE.filter("mantel"), topics.PANEL_EVENT.filter("mantel"))
        wait_for(client, "state", connected=True, profile="v25")
        panel.press(4)
        wait_for(client, "event", event="press", button=4)
        panel.unplug()
        wait_for(client, "state", connected=False)
        panel.plug()
        let_in(stack.serial_port)
        wait_for(client, "state", connected=True)
        panel.press(7)
        wait_for(client, "event", event="press", button=7)


def test_no_other_device_can_be_opened(stack: Stack):
    """All of /dev is seen, and the rules say what of it is for the service."""
    program = """
import os
opened = []
for name in ("mem", "kmsg", "vda", "sda", "nvme0n1", "mmcblk0", "fuse"):
    try:
        opened.append((name, os.open("/dev/" + name, os.O_RDONLY)))
    except OSError:
        pass
print(opened)
"""
    assert stack.python("serial-bridge", program).strip() == "[]"
