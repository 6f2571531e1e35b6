"""Ports: whose they are, and whether that is as it should be."""

import os
import socket

import pytest

from deploy.ports import Owner
from deploy.run import BrokerSettings
from mantel.checks import ports
from shared.testing import free_port
from ws_bridge.settings import Settings as WsBridge


@pytest.mark.parametrize(
    ("owner", "online", "answers", "verdict", "text"),
    [
        (None, False, False, "ok", "is free for ws-bridge"),
        (None, True, False, "warning", "nobody listens, though ws-bridge is online"),
        (None, True, True, "ok", "answers; ws-bridge has it"),
        (Owner(7, "python -m ws_bridge"), False, False, "ok", "is ws-bridge's (process 7)"),
        (Owner(7, "docker-proxy -proto tcp"), True, False, "ok", "answers; ws-bridge is online"),
        (Owner(None), True, False, "ok", "answers; ws-bridge is online"),
        (Owner(None), False, False, "problem", "is taken by a process of another user"),
        (Owner(7, "nginx"), False, False, "problem", "is taken by nginx (process 7)"),
        (Owner(7, "nginx"), True, False, "problem", "is taken by nginx (process 7)"),
    ],
)
def test_judge(owner: Owner | None, online: bool, answers: bool, verdict: str, text: str) -> None:
    found = ports.judge("ws-bridge", "WS_BRIDGE_STATS_PORT", 8765, owner, online, answers)
    assert found.verdict == verdict
    assert found.text.startswith("port 8765 (WS_BRIDGE_STATS_PORT)")
    assert text in found.text
    assert (found.advice is None) == (verdict == "ok")


def test_a_port_that_somebody_else_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = WsBridge(
            ws_bridge_stats_port=port,
            ws_bridge_contents_port=free_port(),
            ws_bridge_clock_port=0,
            ws_bridge_relay_port=0,
            ws_bridge_http_port=0,
        )
        first, second = ports.check({"ws-bridge": settings}, set())
    assert f"port {port} (WS_BRIDGE_STATS_PORT) is taken by" in first.text
    assert f"(process {os.getpid()})" in first.text
    assert (first.verdict, second.verdict) == ("problem", "ok")


def test_one_port_wanted_twice() -> None:
    port = free_port()
    settings = WsBridge(ws_bridge_stats_port=port, ws_bridge_contents_port=port)
    twice = ports.check({"ws-bridge": settings}, set())[-1]
    assert twice.verdict == "problem"
    assert "WS_BRIDGE_STATS_PORT and WS_BRIDGE_CONTENTS_PORT" in twice.text


def test_ports_of_a_broker_elsewhere_are_not_ours() -> None:
    assert ports.check({"mosquitto": BrokerSettings(mqtt_host="broker.lan")}, set()) == []
    ours = ports.check({"mosquitto": BrokerSettings(mqtt_port=free_port())}, set())
    assert len(ours) == 2


def test_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert ports.answers(port)
    assert not ports.answers(port)
