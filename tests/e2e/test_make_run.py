"""`make run MOCK=1` as an operator types it: a tree of its own, real processes, its own ports."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.testing import TIMEOUT_SECONDS, Broker, Client, eventually
from tests.e2e.tree import PACKAGES, Tree

pytestmark = pytest.mark.broker


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    """A tree in which nothing runs yet."""
    tree = Tree(tmp_path / "hub")
    yield tree
    tree.close()


@pytest.fixture
def hub(tree: Tree) -> Tree:
    """A tree in which the hub runs and shows values."""
    tree.start()
    tree.frame(has_values)
    return tree


def has_values(frame: dict[str, Any]) -> bool:
    return frame["cpu_pct"] is not None and frame["uptime_hrs"] is not None


def publishes(hub: Tree) -> bool:
    """Whether a reading comes that was not retained."""
    try:
        with Client(hub, "operator") as watcher:
            watcher.subscribe("mantel/host/pi/stats")
            while watcher.receive().retain:
                pass
    except OSError:
        return False
    return True


def test_first_start_shows_invented_values(hub: Tree) -> None:
    assert "local_time" not in hub.frame(has_values)
    assert publishes(hub)
    assert "WARN" not in hub.log, "nothing to worry an operator"


@pytest.mark.parametrize(
    ("service", "command"), [("stats", "-m stats"), ("ws-bridge", "-m ws_bridge")]
)
def test_killed_service_is_started_again(hub: Tree, service: str, command: str) -> None:
    before = hub.settled_pid(command)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: hub.pids(command) - {before})
    hub.frame(has_values)
    assert publishes(hub)
    assert f"exited: {service} (terminated by SIGKILL; not expected)" in hub.log


def test_killed_broker_is_started_again_and_publishing_resumes(hub: Tree) -> None:
    before = hub.settled_pid("mosquitto -c")
    os.kill(before, signal.SIGKILL)
    eventually(lambda: hub.pids("mosquitto -c") - {before})
    eventually(lambda: publishes(hub))


def test_a_panel_without_hardware_is_there(hub: Tree) -> None:
    """And a browser that asks is told so."""

    def connected() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{hub.panel_port}/status") as answer:
            return bool(json.load(answer)["serial_connected"])

    eventually(connected)


def test_ctrl_c_ends_all_with_the_broker_last(hub: Tree) -> None:
    assert hub.send(signal.SIGINT) == -signal.SIGINT, "make's own; run.py ends with 0"
    assert hub.pids() == set()
    assert hub.log.count("INFO stats: stopped") == 1
    assert hub.log.count("INFO ws-bridge: stopped") == 1
    # Each said goodbye to a broker that was there
    for service in ("stats", "ws-bridge"):
        assert f"Client mantel-pi-{service} disconnected." in hub.log
    assert "Error" not in hub.log
    kept = {file.name for file in (hub.path / "data").iterdir()}
    for service in ("alarms", "media"):
        own = {name for name in kept if name.startswith(f"{service}.sqlite")}
        # One that had no time to begin may leave any of them, or none
        assert own == {f"{service}.sqlite"} or f"INFO {service}: stopped" not in hub.log
        kept -= own
    assert kept == {"mosquitto", "run.lock"}


def test_it_ends_with_0_by_sigterm(hub: Tree) -> None:
    assert hub.process is not None
    os.kill(hub.pid("deploy.supervise"), signal.SIGTERM)
    assert hub.process.wait(3 * TIMEOUT_SECONDS) == 0
    assert hub.pids() == set()


def test_closed_terminal_ends_all(hub: Tree) -> None:
    hub.send(signal.SIGHUP)
    eventually(lambda: hub.pids() == set())
    assert hub.log.count("INFO stats: Mantel") == 1, "not started anew"


def test_killed_supervisor_leaves_nothing_running(hub: Tree) -> None:
    assert hub.process is not None
    os.kill(hub.pid("deploy.supervise"), signal.SIGKILL)
    hub.process.wait(TIMEOUT_SECONDS)
    eventually(lambda: hub.pids() == set())
    hub.start()
    hub.frame(has_values)


def test_second_one_is_refused(hub: Tree) -> None:
    code, said = hub.refusal()
    assert code == 1
    pid = hub.pid("deploy.supervise")
    assert said.startswith(f"run: Mantel already runs here (process {pid}): end it by Ctrl-C")
    assert publishes(hub)


def test_taken_ports_are_named_all_at_once(tree: Tree) -> None:
    with (
        socket.create_server(("127.0.0.1", tree.stats_port)),
        socket.create_server(("127.0.0.1", tree.port)),
    ):
        code, said = tree.refusal()
    assert code == 1
    for name, port in (
        ("MQTT_PORT", tree.port), ("WS_BRIDGE_STATS_PORT", tree.stats_port),
    ):  # fmt: skip
        (line,) = [line for line in said.splitlines() if f"({name})" in line]
        assert line.startswith(f"run: port {port} ({name}) is taken by ")
        assert line.endswith(f"(process {os.getpid()})")


def test_foreign_broker_is_named(tree: Tree, tmp_path: Path) -> None:
    foreign = Broker(tmp_path)
    foreign.start()
    try:
        code, said = tree.refusal(MQTT_PORT=str(foreign.port))
        assert code == 1
        assert f"port {foreign.port} (MQTT_PORT) is taken by mosquitto -c" in said
        assert f"sudo kill {foreign.pid}" in said
    finally:
        foreign.stop()
    assert tree.pids() == set()


def test_bad_settings_are_told_together_before_anything_starts(tree: Tree) -> None:
    code, said = tree.refusal(MQTT_PORT="0", WS_BRIDGE_STATS_PORT="65536", LOG_LEVEL="LOUD")
    assert code == 2
    assert [line.partition("=")[0] for line in said.splitlines()] == [
        "run: MQTT_PORT", "run: LOG_LEVEL", "run: WS_BRIDGE_STATS_PORT",
    ]  # fmt: skip
    assert not (tree.path / "data").exists()


def test_broker_elsewhere_is_used_and_none_started(tree: Tree, tmp_path: Path) -> None:
    elsewhere = Broker(tmp_path)
    elsewhere.start()
    try:
        # 127.1 is this machine, under a name that does not say so
        tree.settings(
            MQTT_HOST="127.1",
            MQTT_PORT=str(elsewhere.port),
            MQTT_USERNAME="tester",
            MQTT_PASSWORD=elsewhere.password("tester"),
        )
        tree.start()
        tree.frame(has_values)
        assert tree.pids("mosquitto") == set()
    finally:
        elsewhere.stop()


def test_ordinary_user_can_run_it() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the other tests run as an ordinary one")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        tree = Tree(folder / "hub", python=_python_of("nobody"))
        tree.user = "nobody"
        nobody = pwd.getpwnam("nobody")
        for path in (tree.path, *tree.path.rglob("*")):
            os.lchown(path, nobody.pw_uid, nobody.pw_gid)
        try:
            tree.start()
            tree.frame(has_values)
            (broker,) = tree.pids("mosquitto -c")
            assert psutil.Process(broker).username() == "nobody"
            tree.send(signal.SIGINT)
            assert tree.pids() == set()
        finally:
            tree.close()


def _python_of(user: str) -> str:
    """Return a Python of this version that `user` may run, with the packages of this one."""
    try_it = (
        f"import sys; sys.path.append({PACKAGES!r}); import psutil; print(sys.version_info[:2])"
    )
    for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-c", try_it], user=user, capture_output=True, text=True, check=False
            )
        except PermissionError:
            continue
        if tried.stdout.strip() == str(sys.version_info[:2]):
            return python
    pytest.skip(f"no Python {sys.version_info[:2]} here that {user} may run")
