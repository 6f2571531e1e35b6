"""Which ports are wanted, and what is said when one cannot be had."""

import os
import socket

from deploy import ports
from deploy.ports import Owner
from deploy.run import BrokerSettings
from media.settings import Settings as Media
from stats.settings import Settings as Stats
from ws_bridge.settings import Settings as WsBridge


def test_wanted_are_the_listeners_by_setting() -> None:
    every = [BrokerSettings(mqtt_websockets_port=9100), Stats(), WsBridge()]
    assert ports.wanted(every) == {
        "MQTT_WEBSOCKETS_PORT": 9100,
        "PISTAT_PORT": 8585,
        "WS_BRIDGE_STATS_PORT": 8765,
        "WS_BRIDGE_CONTENTS_PORT": 8766,
        "WS_BRIDGE_CLOCK_PORT": 8901,
        "WS_BRIDGE_RELAY_PORT": 8764,
        "WS_BRIDGE_HTTP_PORT": 8080,
    }


def test_a_udp_port_is_none_of_them() -> None:
    assert ports.wanted([Media()]) == {"MEDIA_HTTP_PORT": 8000}


def test_port_0_is_off() -> None:
    settings = WsBridge(
        ws_bridge_stats_port=0,
        ws_bridge_contents_port=8766,
        ws_bridge_clock_port=0,
        ws_bridge_relay_port=0,
        ws_bridge_http_port=0,
    )
    assert ports.wanted([settings]) == {"WS_BRIDGE_CONTENTS_PORT": 8766}


def test_each_taken_port_is_one_line_with_setting_and_process() -> None:
    said = ports.clashes(
        {"A_PORT": 1, "B_PORT": 2, "C_PORT": 3},
        {1: Owner(42, "nginx -g daemon"), 3: Owner(None)},
    )
    assert said == {
        "A_PORT": "port 1 (A_PORT) is taken by nginx -g daemon (process 42)",
        "C_PORT": "port 3 (C_PORT) is taken by a process of another user (sudo ss -ltnp shows it)",
    }


def test_two_settings_with_the_same_port_are_named() -> None:
    said = ports.clashes({"A_PORT": 1, "B_PORT": 1}, {})
    assert said == {"B_PORT": "port 1 is wanted twice, by A_PORT and B_PORT"}


def test_owners_are_real_listeners() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        owner = ports.owners()[port]
        assert owner.pid == os.getpid()
        assert "python" in owner.command
    assert port not in ports.owners()
