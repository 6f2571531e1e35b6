"""`docker compose up` on a fresh clone: what a display, Home Assistant and the operator see."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from shared import topics
from shared.payloads import HostStats
from shared.testing import TIMEOUT_SECONDS, Client
from tests.docker.stack import OURS, Stack, local_time

pytestmark = pytest.mark.docker

MOST_SECONDS = 10  # the measure that the project has set itself


def test_first_reading_reaches_a_display_soon(stack: Stack, capsys: pytest.CaptureFixture[str]):
    with capsys.disabled():
        print(f"\nup to the first reading on 8765: {stack.first_reading_seconds:.1f} s")
    assert stack.first_reading_seconds <= MOST_SECONDS


def test_display_sees_this_machine(stack: Stack):
    with stack.display() as display:
        display.recv(TIMEOUT_SECONDS)  # of up to 2 s ago
        frame = json.loads(display.recv(TIMEOUT_SECONDS))
    now = datetime.now().astimezone()
    assert frame["mem_pct"] == pytest.approx(psutil.virtual_memory().percent, abs=3)
    assert frame["disk_pct"] == pytest.approx(psutil.disk_usage("/").percent, abs=0.5)
    assert frame["uptime_hrs"] == pytest.approx(uptime_seconds(now) / 3600, abs=0.01)
    assert abs(local_time(frame) - now) < timedelta(seconds=2)
    status = {service["name"]: service["status"] for service in frame["services"]}
    assert status[stack.name("mosquitto")] == "running"


def uptime_seconds(now: datetime) -> float:
    return now.timestamp() - psutil.boot_time()


def fresh_reading(client: Client, stack: Stack) -> HostStats:
    client.subscribe(stack.topic(topics.HOST_STATS))
    client.receive()  # the retained one
    return topics.HOST_STATS.decode(bytes(client.receive().payload))


def test_home_assistant_sees_this_machine(stack: Stack):
    with stack.client("homeassistant") as client:
        before = psutil.net_io_counters(pernic=True)
        reading = fresh_reading(client, stack)
    now = datetime.now().astimezone()
    after = psutil.net_io_counters(pernic=True)
    assert abs(reading.at - now) < timedelta(seconds=1)
    assert not reading.mock
    assert reading.memory_total_bytes == psutil.virtual_memory().total
    assert reading.memory_used_bytes == pytest.approx(psutil.virtual_memory().used, rel=0.3)
    assert reading.swap_total_bytes == psutil.swap_memory().total
    assert len(reading.cpu_core_percents) == psutil.cpu_count()
    assert reading.cpu_percent is not None
    assert reading.load_5_minutes == pytest.approx(psutil.getloadavg()[1], abs=1)
    assert reading.booted_at.timestamp() == pytest.approx(psutil.boot_time(), abs=2)
    assert reading.uptime_seconds == pytest.approx(uptime_seconds(now), abs=3)
    assert "/" in reading.disks
    for mount, disk in reading.disks.items():
        assert disk.total_bytes == psutil.disk_usage(mount).total, mount
    shared_names = {name for name in before if name in after and name in reading.networks}
    assert shared_names == set(reading.networks)
    for name in shared_names:
        received = reading.networks[name].rx_bytes
        assert before[name].bytes_recv <= received <= after[name].bytes_recv, name


def test_home_assistant_finds_entities_with_states(stack: Stack):
    config = topics.DISCOVERY.name("homeassistant", root="mantel", service="stats", node=stack.node)
    with stack.client("homeassistant") as client:
        client.subscribe(config)
        announced: dict[str, Any] = {"cmps": {}}
        while not any(key.startswith("container:") for key in announced["cmps"]):
            announced = json.loads(client.receive().payload)
        cpu = announced["cmps"]["cpu_percent"]
        for state_topic in (cpu["state_topic"], announced["availability"][0]["topic"]):
            client.subscribe(state_topic)
            # entities may have been announced again meanwhile
            while (message := client.receive()).topic != state_topic:
                pass
            assert message.retain
    assert message.payload == b"online"
    assert announced["dev"]["name"] == stack.node


@pytest.mark.parametrize("service", OURS)
def test_host_gives_name_and_zone(stack: Stack, service: str):
    offset = stack.execute(service, "date", "+%z").strip()
    assert offset == datetime.now().astimezone().strftime("%z")
    with stack.client("operator") as client:
        client.subscribe(stack.topic(topics.AVAILABILITY, service=service))
        assert client.receive().payload == b"online"


def test_reading_carries_the_zone_of_the_host(stack: Stack):
    with stack.client("homeassistant") as client:
        at = fresh_reading(client, stack).at
    assert at.utcoffset() == datetime.now().astimezone().utcoffset()


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("", "+0530"), ("UTC", "+0000"), ("Etc/UTC", "+0000"), ("Asia/Tokyo", "+0900")],
)
def test_zone_file_of_another_host(stack: Stack, zone: str, offset: str):
    """Wherever the host is, TZ beats its file, and UTC stays UTC."""
    image = f"{stack.project}-stats"
    file = stack.tree / "localtime"
    there = 'open("/usr/share/zoneinfo/Asia/Kolkata", "rb").read().hex()'
    data = stack.docker("run", "--rm", image, "python", "-c", f"print({there})")
    file.write_bytes(bytes.fromhex(data))
    mount = f"{file}:/etc/localtime:ro"
    environment = ("-e", f"TZ={zone}") if zone else ()
    got = stack.docker("run", "--rm", "-v", mount, *environment, image, "date", "+%z")
    assert got.strip() == offset


def test_broker_keeps_its_passwords(stack: Stack):
    """A second `up` changes nothing, and a new container finds the old passwords."""
    password = stack.password("homeassistant")
    started = stack.inspect("mosquitto")["State"]["StartedAt"]
    stack.compose("up", "-d", "--wait")
    assert stack.inspect("mosquitto")["State"]["StartedAt"] == started
    stack.compose("up", "-d", "--wait", "--force-recreate", "mosquitto")
    assert stack.inspect("mosquitto")["State"]["StartedAt"] > started
    assert password in stack.execute(
        "mosquitto", "sh", "/mosquitto/config/entrypoint", "credentials"
    )
    with stack.client("homeassistant") as client:
        assert fresh_reading(client, stack).at > datetime.fromisoformat(started[:19]).replace(
            tzinfo=UTC
        )
