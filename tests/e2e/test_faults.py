"""What goes wrong in a home: each fault is one clear line, and disturbs nothing else."""

import asyncio
import json
import resource
import signal
import socket
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.bound import within
from tests.e2e.conftest import Hub
from tests.e2e.engine import Engine, inspected
from tests.e2e.test_dashboard import frame, frame_where

AVAILABILITY = "mantel/service/pi/stats/availability"


def receive(client: Client, topic: str) -> bytes:
    """Return the payload of the next message of a topic."""
    while (message := client.receive()).topic != topic:
        pass
    return bytes(message.payload)


async def test_frames_go_on_without_the_broker(hub: Hub) -> None:
    """The display sees what was last known, with the right time, and fresh values afterwards."""
    stats = hub.start("stats")
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        before = await frame_where(client, lambda f: f["uptime_hrs"])
        hub.broker.kill()
        bridge.wait_for_log("trying again")
        stats.wait_for_log("trying again")
        without = [await frame(client) for _ in range(2)]
        assert without[0]["local_time"] != without[1]["local_time"]
        assert without[0]["mem_used_mb"] == without[1]["mem_used_mb"]
        hub.broker.start()
        last = without[1]
        await frame_where(client, lambda f: f["mem_used_mb"] != last["mem_used_mb"])
    assert before["mem_used_mb"]
    for process in (stats, bridge):
        assert process.log.count("WARNING") == process.log.count("no Docker engine") + 1
        assert process.log.count(": connected") == 2


async def test_publishing_resumes_after_an_outage(hub: Hub) -> None:
    """Within 3 s of the broker's return, however long it was away."""
    stats = hub.start("stats", STATS_INTERVAL_SECONDS="0.5")
    stats.wait_for_log("connected")
    for times, watch in enumerate(within(3), 1):
        hub.broker.stop()
        eventually(lambda: stats.log.count("trying again") == times)  # noqa: B023
        # long enough for the delay between attempts to have reached its cap
        await asyncio.sleep(4)
        hub.broker.start()
        watch.start()
        with Client(hub.broker, "operator") as watcher:
            watcher.subscribe(AVAILABILITY, "mantel/host/pi/stats")
            while receive(watcher, AVAILABILITY) != b"online":
                pass
            receive(watcher, "mantel/host/pi/stats")


def test_a_service_starts_without_a_broker(hub: Hub) -> None:
    """And finds it when it comes."""
    hub.broker.stop()
    stats, bridge = hub.start("stats"), hub.start("ws-bridge")
    for process in (stats, bridge):
        process.wait_for_log("trying again")
    hub.broker.start()
    for process in (stats, bridge):
        process.wait_for_log(": connected")
    assert stats.log.count("trying again") == 1


@pytest.mark.parametrize("service", ["stats", "ws-bridge"])
def test_sigterm_says_offline_within_a_second(hub: Hub, service: str) -> None:
    """Exit code 0, and the broker knows before the process has ended."""
    topic = f"mantel/service/pi/{service}/availability"
    with Client(hub.broker, "operator") as watcher:
        watcher.subscribe(topic)
        for watch in within(1):
            process = hub.start(service)
            while receive(watcher, topic) != b"online":
                pass
            watch.start()
            assert process.stop() == 0
            assert receive(watcher, topic) == b"offline"
            watch.stop()
    assert "stopped" in process.log


def test_sigkill_is_seen_by_the_will(hub: Hub) -> None:
    """The broker speaks for the dead, and the next life says `online` again."""
    stats = hub.start("stats")
    with Client(hub.broker, "operator") as watcher:
        watcher.subscribe(AVAILABILITY)
        assert receive(watcher, AVAILABILITY) == b"online"
        stats.stop(signal.SIGKILL)
        assert receive(watcher, AVAILABILITY) == b"offline"
        hub.start("stats")
        assert receive(watcher, AVAILABILITY) == b"online"


async def test_one_service_is_restarted_and_the_other_goes_on(hub: Hub) -> None:
    """The display's connection outlives `stats`, and `stats` outlives the bridge."""
    stats = hub.start("stats")
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        await frame(client)
        stats.stop(signal.SIGKILL)
        last = await frame(client)
        hub.start("stats")
        await frame_where(client, lambda f: f["mem_used_mb"] != last["mem_used_mb"])
    bridge.stop(signal.SIGKILL)
    hub.start("ws-bridge").wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        await frame(client)
    assert hub.processes[-2].runs


def test_all_bad_settings_are_told_together(hub: Hub) -> None:
    """One line each, exit code 2, no traceback, no secret."""
    process = hub.start(
        "stats", MQTT_PORT="99999", STATS_INTERVAL_SECONDS="often", STATS_CONTAINERS="=,ok",
        TZ="Mars/Olympus", STATS_INTERVALL="1",
    )  # fmt: skip
    assert process.exit_code() == 2
    lines = process.log.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("stats: ") for line in lines)
    assert "Traceback" not in process.log
    assert "stats: TZ=Mars/Olympus: no such time zone (example: Europe/Paris)" in lines


def test_an_unknown_setting_is_a_warning(hub: Hub) -> None:
    """With what was probably meant; the service runs."""
    process = hub.start("stats", STATS_INTERVAL_SECOND="1")
    process.wait_for_log("did you mean STATS_INTERVAL_SECONDS?")
    process.wait_for_log("connected")


def test_a_port_that_is_taken(hub: Hub) -> None:
    """One line with the port and its setting, exit code 1."""
    with socket.create_server(("127.0.0.1", hub.stats_port)):
        bridge = hub.start("ws-bridge")
        assert bridge.exit_code() == 1
    errors = [line for line in bridge.log.splitlines() if " ERROR " in line]
    assert len(errors) == 1
    assert str(hub.stats_port) in errors[0]
    assert "WS_BRIDGE_STATS_PORT" in errors[0]
    assert "Traceback" not in bridge.log


async def test_malformed_payloads_disturb_nothing(hub: Hub) -> None:
    """On every topic that a service reads: one warning a topic, and frames go on."""
    stats = hub.start("stats")
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    stats.wait_for_log("connected")
    topics = [
        "mantel/host/pi/containers", "mantel/host/pi/stats", "homeassistant/status",
        "mantel/host/pi/container/db/set",
    ]  # fmt: skip
    async with connect(hub.stats_url) as client:
        await frame(client)
        with Client(hub.broker) as tester:
            for topic in topics:
                for payload in (b"{", b"\xff\xfe", b"null", b"[1]" * 1000, b'{"at":1}'):
                    tester.publish(topic, payload)
        for name in topics[:3]:
            bridge.wait_for_log(f"topic {name}: payload ignored")
        for name in topics[2:]:
            stats.wait_for_log(f"topic {name}: payload ignored")
        for _ in range(2):
            await frame(client)
    assert "Traceback" not in bridge.log + stats.log


async def test_a_client_that_stops_reading_delays_nobody(running: Hub) -> None:
    """It is skipped; the others get each frame in time."""
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        stalled.connect(("127.0.0.1", running.stats_port))
        stalled.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        async with connect(running.stats_url) as client:
            await frame(client)
            await frame(client)
            for watch in within(2.5):
                await frame(client)
                if watch.seconds < 1.5:  # the one before was late, and is no beginning
                    watch.start()
                    await frame(client)


async def test_connections_that_are_none_are_silent(hub: Hub) -> None:
    """Port scans, plain HTTP, torn handshakes: no line in the log, no traceback, frames go on."""
    hub.start("stats")
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    for junk in (
        b"",
        b"\x16\x03\x01\x00",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET ",
        b"x" * 9999,
    ):
        with socket.create_connection(("127.0.0.1", hub.stats_port)) as sock:
            sock.sendall(junk)
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(TIMEOUT_SECONDS)
            while sock.recv(4096):
                pass
    async with connect(hub.stats_url) as client:
        await frame(client)
    lines = [line for line in bridge.log.splitlines() if " INFO " not in line]
    assert lines == []


async def test_a_thousand_clients_at_once(hub: Hub) -> None:
    """All get their first frame within seconds, although a shell allows 1024 files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    hub.start("stats")
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    async with connect(hub.stats_url) as client:
        await frame(client)
    here = 0
    everybody = asyncio.Event()

    async def visit() -> None:
        nonlocal here
        async with connect(
            hub.stats_url, compression=None, ping_interval=None, open_timeout=3 * TIMEOUT_SECONDS
        ) as one:
            await frame(one)
            here += 1
            if here == 1000:
                everybody.set()
            await everybody.wait()
            await frame(one)

    async with asyncio.timeout(3 * TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
        for _ in range(1000):
            tasks.create_task(visit())
    assert " WARNING " not in bridge.log.replace("no Docker engine", "")


def test_the_engine_dies_and_comes_back(hub: Hub, tmp_path: Path) -> None:
    """One line when it goes and one when it is back; its containers are stopped meanwhile."""
    path = tmp_path / "docker.sock"
    engine = Engine(path)
    engine.change(inspected("gitea", "running"))
    stats = hub.start("stats", DOCKER_HOST=engine.address, STATS_CONTAINERS="gitea")
    topic = "mantel/host/pi/containers"
    with Client(hub.broker, "operator") as watcher:
        watcher.subscribe(topic)
        assert json.loads(receive(watcher, topic))[0]["status"] == "running"
        engine.die()
        path.unlink()
        got = json.loads(receive(watcher, topic))[0]
        assert (got["status"], got["image"]) == ("stopped", None)
        engine = Engine(path)
        engine.change(inspected("gitea", "paused"))
        while json.loads(receive(watcher, topic))[0]["status"] != "warning":
            pass
    stats.wait_for_log("the Docker engine answers")
    assert stats.log.count("shown as stopped") == 1
    engine.close()


def test_containers_are_controlled_only_where_allowed(hub: Hub, tmp_path: Path) -> None:
    """By topic, by name; any other is refused with one line."""
    engine = Engine(tmp_path / "docker.sock")
    for name in ("gitea", "samba"):
        engine.change(inspected(name, "running"))
    stats = hub.start(
        "stats", DOCKER_HOST=engine.address, STATS_CONTAINERS_CONTROLLED="gitea",
        STATS_CONTAINERS="Git=gitea,samba",
    )  # fmt: skip
    stats.wait_for_log("connected")
    with Client(hub.broker, "homeassistant") as home:
        for name in ("samba", "samba", "gitea"):
            home.publish(f"mantel/host/pi/container/{name}/set", b"restart")
        home.publish("mantel/host/pi/container/gitea/set", b"stop")
        eventually(lambda: len(engine.commands) == 2)
    assert engine.commands == ["gitea/restart", "gitea/stop"]
    assert stats.log.count("container samba: command refused") == 1
    engine.close()
