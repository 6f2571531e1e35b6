"""The RLCD dashboard's statistics on port 8765: rows D01 to D13, as a display sees them."""

import asyncio
import itertools
import json
import os
import shutil
import socket
import statistics
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect

from shared.testing import TIMEOUT_SECONDS, Client
from tests.e2e.bound import TRIES, within
from tests.e2e.conftest import Hub
from tests.e2e.display import exactly, raw_handshake
from tests.e2e.engine import Engine, inspected

SCALARS = (
    "cpu_pct", "mem_pct", "mem_used_mb", "disk_pct", "cpu_temp", "uptime_hrs",
    "net_rx_kbps", "net_tx_kbps",
)  # fmt: skip


async def frame(client: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        message = await client.recv()
    assert isinstance(message, str)
    return dict(json.loads(message))


async def frame_where(client: ClientConnection, wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not wanted(got := await frame(client)):
            pass
    return got


def test_D01_stats_are_pushed(running: Hub) -> None:
    """A client that never sends anything gets a text frame with JSON at once, on any path."""
    with Client(running.broker, "operator") as watcher:
        watcher.subscribe("mantel/host/pi/stats")
        watcher.receive()
    for path in ("/", "/any/path?x=1"):
        with raw_handshake(running.stats_port, path) as sock:
            first, length = exactly(sock, 2)
            assert first == 0x81, "one unfragmented, uncompressed text frame"
            assert length == 126
            size = int.from_bytes(exactly(sock, 2), "big")
            assert size < 2048
            got = json.loads(exactly(sock, size))
            assert set(SCALARS) <= set(got)
    for _ in within(1):
        with raw_handshake(running.stats_port) as sock:
            exactly(sock, 2)


async def test_D02_cadence(running: Hub) -> None:
    """A frame each 2 s: mean 2.0 s within 0.2 over five."""
    async with connect(running.stats_url) as client:
        await frame(client)
        await frame(client)  # the greeting comes between two beats
        found = []
        for _ in range(TRIES):
            at = [time.monotonic()]
            for _ in range(4):
                await frame(client)
                at.append(time.monotonic())
            found.append([b - a for a, b in itertools.pairwise(at)])
            if abs(statistics.mean(found[-1]) - 2.0) < 0.2 and max(found[-1]) < 2.5:
                return
    pytest.fail(f"seconds from one frame to the next: {found}")


async def test_D03_all_metrics_are_numbers(running: Hub) -> None:
    """All eight scalars, as numbers and not strings, and percentages between 0 and 100."""
    async with connect(running.stats_url) as client:
        for _ in range(2):
            got = await frame(client)
            for name in SCALARS:
                assert type(got[name]) in (int, float), name
            for name in ("cpu_pct", "mem_pct", "disk_pct"):
                assert 0 <= got[name] <= 100


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="needs root and iproute2 for a link"
)
async def test_D04_network_in_kilobytes_a_second(hub: Hub) -> None:
    """10 MB over a network link are 10 000 kB in the sum of the frames, in both directions."""
    link, other = "mtest0", "mtest1"
    subprocess.run(["ip", "link", "add", link, "type", "veth", "peer", "name", other], check=True)
    try:
        for name in (link, other):
            subprocess.run(["ip", "link", "set", name, "up"], check=True)
        hub.start("stats")
        hub.start("ws-bridge").wait_for_log("connected")
        async with connect(hub.stats_url) as client:
            await frame(client)
            await frame(client)

            def sent() -> int:
                counters = psutil.net_io_counters(pernic=True)
                return counters[link].bytes_sent

            for _ in range(TRIES):  # frames that come late make the seconds wrong
                before, at = sent(), time.monotonic()
                with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as packets:
                    packets.bind((link, 0))
                    packet = b"\xff" * 6 + b"\x02" * 6 + b"\x88\xb5" + bytes(1486)
                    for _ in range(7000):
                        packets.send(packet)
                received = transmitted = 0.0
                for _ in range(3):
                    got = await frame(client)
                    seconds, at = time.monotonic() - at, time.monotonic()
                    received += seconds * got["net_rx_kbps"]
                    transmitted += seconds * got["net_tx_kbps"]
                expected = pytest.approx((sent() - before) / 1000, rel=0.15)
                if received == expected == transmitted:
                    break
        assert received == expected
        assert transmitted == expected
    finally:
        subprocess.run(["ip", "link", "del", link], check=True)


@pytest.mark.skipif(bool(psutil.sensors_temperatures()), reason="this machine has a sensor")
async def test_D05_temperature_from_the_thermal_tree(hub: Hub, tmp_path: Path) -> None:
    """Where psutil finds no sensor, the kernel's thermal tree is read (thousandths of a degree)."""
    zone = tmp_path / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "type").write_text("cpu-thermal\n")
    (zone / "temp").write_text("51234\n")
    hub.start("stats", STATS_SYS=str(tmp_path / "sys"))
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        assert (await frame(client))["cpu_temp"] == 51.2


@pytest.mark.skipif(bool(psutil.sensors_temperatures()), reason="this machine has a sensor")
async def test_D06_no_temperature_is_zero(hub: Hub, tmp_path: Path) -> None:
    """Without any sensor the field is there and 0.0, which every display's parser takes."""
    hub.start("stats", STATS_SYS=str(tmp_path))
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        got = await frame(client)
    assert got["cpu_temp"] == 0.0
    assert isinstance(got["cpu_temp"], float)
    with Client(hub.broker, "operator") as watcher:
        watcher.subscribe("mantel/host/pi/stats")
        assert json.loads(watcher.receive().payload)["cpu_temperature_celsius"] is None


NAMES = "gitea,samba,pihole,qbittorrent,frpc (ny)=frpc-ny,pinepods,frpc (ssh)=frpc-ssh,jellyfin"
SHOWN = [
    "gitea", "samba", "pihole", "qbittorrent", "frpc (ny)", "pinepods", "frpc (ssh)", "jellyfin",
]  # fmt: skip


async def test_D07_services_in_the_configured_order(hub: Hub, tmp_path: Path) -> None:
    """All configured containers by their shown names, in their order, whatever the engine has."""
    engine = Engine(tmp_path / "docker.sock")
    for name in ("jellyfin", "other", "frpc-ny", "gitea"):
        engine.change(inspected(name, "running"))
    hub.start("stats", DOCKER_HOST=engine.address, STATS_CONTAINERS=NAMES)
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        got = await frame_where(
            client, lambda f: any(s["status"] == "running" for s in f["services"])
        )
    assert [service["name"] for service in got["services"]] == SHOWN
    running = [service["name"] for service in got["services"] if service["status"] == "running"]
    assert running == ["gitea", "frpc (ny)", "jellyfin"]
    assert all(set(service) == {"name", "status"} for service in got["services"])
    engine.close()


async def test_D08_three_statuses(hub: Hub, tmp_path: Path) -> None:
    """Only running, warning and stopped, whatever the state; a change shows at once."""
    engine = Engine(tmp_path / "docker.sock")
    states = [
        inspected("a", "running"), inspected("b", "running", "healthy"),
        inspected("c", "running", "unhealthy"), inspected("d", "running", "starting"),
        inspected("e", "restarting"), inspected("f", "paused"), inspected("g", "exited"),
        inspected("h", "created"), inspected("i", "dead"),
    ]  # fmt: skip
    for state in states:
        engine.change(state)
    hub.start("stats", DOCKER_HOST=engine.address, STATS_CONTAINERS="a,b,c,d,e,f,g,h,i,missing")
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        got = await frame_where(
            client, lambda f: any(s["status"] == "running" for s in f["services"])
        )
        assert [service["status"] for service in got["services"]] == [
            "running", "running", "warning", "warning", "warning", "warning",
            "stopped", "stopped", "stopped", "stopped",
        ]  # fmt: skip
        engine.change(inspected("a", "exited"))
        await frame_where(client, lambda f: f["services"][0]["status"] == "stopped")
    engine.close()


async def test_D09_without_docker(hub: Hub) -> None:
    """Frames come in time, and all configured services are stopped."""
    stats = hub.start("stats", STATS_CONTAINERS="gitea,samba")
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        await frame(client)
        for _ in within(2.5):
            got = await frame(client)
    assert got["services"] == [
        {"name": "gitea", "status": "stopped"}, {"name": "samba", "status": "stopped"},
    ]  # fmt: skip
    assert stats.log.count("no Docker engine here") == 1


async def test_D10_local_time(hub: Hub) -> None:
    """Six whole numbers that equal the wall clock of the bridge's zone, not of UTC."""
    hub.start("stats")
    hub.start("ws-bridge", TZ="Asia/Tokyo").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        got = (await frame(client))["local_time"]
    assert list(got) == ["y", "mo", "d", "h", "m", "s"]
    assert all(type(value) is int for value in got.values())
    shown = datetime(got["y"], got["mo"], got["d"], got["h"], got["m"], got["s"], tzinfo=UTC)
    tokyo = datetime.now(UTC) + timedelta(hours=9)
    assert abs((tokyo - shown).total_seconds()) < 2


async def test_D11_mock_mode(hub: Hub) -> None:
    """Invented values within range that differ from frame to frame, without local_time."""
    hub.start("stats", STATS_MOCK="true")
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        one = await frame_where(client, lambda f: f["services"])
        two = await frame(client)
    assert one != two
    for got in (one, two):
        assert "local_time" not in got
        assert set(SCALARS) <= set(got)
        assert 0 <= got["cpu_pct"] <= 100
        statuses = {service["status"] for service in got["services"]}
        assert statuses <= {"running", "warning", "stopped"}


async def test_D12_several_clients(running: Hub) -> None:
    """Five clients get the same frames, each from its own start; one that leaves disturbs none."""
    clients = [await connect(running.stats_url) for _ in range(5)]
    for client in clients:
        await frame(client)
    await clients[0].close()
    for _ in range(2):
        got = await asyncio.gather(*(frame(client) for client in clients[1:]))
        assert all(each == got[0] for each in got)
    for client in clients[1:]:
        await client.close()


async def test_D13_whatever_a_client_says_is_ignored(running: Hub) -> None:
    """Junk, as text or binary, empty or long, changes nothing: the stream goes on."""
    async with connect(running.stats_url) as client:
        await frame(client)
        for junk in ("hello", "{", "", b"\x00\xff", "x" * 100_000, b""):
            await client.send(junk)
        for _ in range(2):
            assert set(SCALARS) <= set(await frame(client))
