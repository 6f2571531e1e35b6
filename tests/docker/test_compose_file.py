"""What compose.yaml makes of settings, without starting anything."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS
from tests.docker.stack import OURS, ROOT, SERVICES

pytestmark = pytest.mark.docker


@pytest.fixture
def config(engine: None, tmp_path: Path) -> Any:
    """Return what compose understands: called with .env's text and with the environment."""

    def read(file: str = "", **environment: str) -> dict[str, Any]:
        for name in ("compose.yaml", "compose.scale.yaml"):
            (tmp_path / name).write_text((ROOT / name).read_text())
        (tmp_path / ".env").write_text(file)
        printed = subprocess.check_output(
            ["docker", "compose", "config", "--format", "json"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
            timeout=TIMEOUT_SECONDS,
        )
        return dict(json.loads(printed)["services"])

    return read


def published(services: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: [
            ":".join(filter(None, [port.get("host_ip"), port["published"], str(port["target"])]))
            for port in service.get("ports", ())
        ]
        for name, service in services.items()
    }


def environment(services: dict[str, Any], service: str, *names: str) -> list[str | None]:
    return [services[service]["environment"].get(name) for name in names]


def test_without_settings(config: Any):
    services = config()
    assert set(services) == set(SERVICES)
    assert published(services) == {
        "mosquitto": ["1883:1883", "9001:9001"],
        "docker-proxy": [],
        "stats": ["8585:8585"],
        "alarms": [],
        "media": [],
        "serial-bridge": [],
        "ws-bridge": ["8765:8765", "8766:8766", "8901:8901", "8764:8764", "8080:8080"],
    }
    for service in OURS:
        broker = ["127.0.0.1", "1883"] if service == "media" else ["mosquitto", ""]
        names = ("MQTT_HOST", "MQTT_PORT", "MQTT_USERNAME", "MQTT_PASSWORD", "MANTEL_NODE")
        assert environment(services, service, *names) == [*broker, service, None, None]


def test_media_alone_has_the_network_of_this_machine(config: Any):
    """Displays look for it by broadcast, which reaches no network of containers."""
    for name, service in config().items():
        assert service.get("network_mode") == ("host" if name == "media" else None)
        assert ("networks" in service) == (name != "media")


def test_the_command_is_called_by_name_only(config: Any):
    """It is hardened like the services, and the operator where they are themselves."""
    assert "mantel" not in config()
    services = config(COMPOSE_PROFILES="cli")
    mantel, bridge = services["mantel"], services["ws-bridge"]
    hardening = ("read_only", "cap_drop", "security_opt", "tmpfs", "pids_limit", "init", "logging")
    assert [mantel[key] for key in hardening] == [bridge[key] for key in hardening]
    assert mantel["restart"] == "no"
    assert mantel["healthcheck"] == {"disable": True}
    assert "ports" not in mantel
    assert environment(services, "mantel", "MQTT_HOST", "MQTT_USERNAME") == [
        "mosquitto",
        "operator",
    ]
    assert [mount["volume"]["subpath"] for mount in mantel["volumes"] if "volume" in mount] == [
        "credentials/operator"
    ]
    assert mantel["user"] not in [services[service]["user"] for service in SERVICES]
    elsewhere = config("MQTT_HOST=broker.lan\nMQTT_USERNAME=me\n", COMPOSE_PROFILES="cli")
    assert environment(elsewhere, "mantel", "MQTT_HOST", "MQTT_USERNAME") == ["broker.lan", "me"]


def test_copies_of_the_bridge_behind_its_ports(config: Any):
    """`.env` alone is enough; nothing else changes."""
    alone = config("WS_BRIDGE_HOST=127.0.0.1\nWS_BRIDGE_RELAY_PORT=80\n")
    services = config(
        "COMPOSE_FILE=compose.yaml:compose.scale.yaml\nWS_BRIDGE_COPIES=3\n"
        "WS_BRIDGE_HOST=127.0.0.1\nWS_BRIDGE_RELAY_PORT=80\n"
    )
    balancer, bridge = services.pop("balancer"), services["ws-bridge"]
    assert balancer["image"] == "haproxy:lts"
    assert published({"balancer": balancer}) == {"balancer": published(alone)["ws-bridge"]}
    assert "ports" not in bridge
    assert bridge["scale"] == 3
    names = ("MANTEL_INSTANCE", "WS_BRIDGE_BEHIND_PROXY", "WS_BRIDGE_RELAY_PORT")
    assert environment(services, "ws-bridge", *names) == ["auto", "true", "8764"]
    hardening = ("read_only", "cap_drop", "security_opt", "tmpfs", "pids_limit", "init", "logging")
    assert [balancer[key] for key in hardening] == [bridge[key] for key in hardening]
    assert balancer["user"] == "99:99"
    del services["ws-bridge"], alone["ws-bridge"]
    for service in OURS[:-1]:  # .env is the same for all
        for name in ("COMPOSE_FILE", "WS_BRIDGE_COPIES"):
            services[service]["environment"].pop(name)
    assert services == alone


def test_names_are_official_or_built_here(config: Any):
    images = {name: service.get("image", "built") for name, service in config().items()}
    assert images == {
        "mosquitto": "eclipse-mosquitto:2",
        "docker-proxy": "haproxy:lts",
        **dict.fromkeys(OURS, "built"),
    }


def test_two_hubs_on_one_machine(config: Any):
    """Nothing but the ports is the same for two projects, and these can be set."""
    services = config(
        MQTT_PORT="1",
        MQTT_WEBSOCKETS_PORT="2",
        WS_BRIDGE_STATS_PORT="3",
        PISTAT_PORT="4",
        WS_BRIDGE_CONTENTS_PORT="5",
        WS_BRIDGE_CLOCK_PORT="6",
        WS_BRIDGE_RELAY_PORT="10",
        WS_BRIDGE_HTTP_PORT="7",
        MEDIA_HTTP_PORT="8",
        MEDIA_DISCOVERY_PORT="9",
    )
    names = ("MQTT_HOST", "MQTT_PORT", "MEDIA_HTTP_PORT", "MEDIA_DISCOVERY_PORT")
    assert environment(services, "media", *names) == ["127.0.0.1", "1", "8", "9"]
    assert not any("container_name" in service for service in services.values())
    assert published(services) == {
        "mosquitto": ["1:1883", "2:9001"],
        "docker-proxy": [],
        "stats": ["4:8585"],
        "alarms": [],
        "media": [],
        "serial-bridge": [],
        "ws-bridge": ["3:8765", "5:8766", "6:8901", "10:8764", "7:8080"],
    }


def test_published_port_is_not_the_services_port(config: Any):
    services = config("MQTT_PORT=1884\nWS_BRIDGE_STATS_PORT=80\nWS_BRIDGE_HOST=127.0.0.1\n")
    assert published(services)["mosquitto"][0] == "1884:1883"
    assert published(services)["ws-bridge"] == [
        "127.0.0.1:80:8765", "127.0.0.1:8766:8766", "127.0.0.1:8901:8901", "127.0.0.1:8764:8764",
        "127.0.0.1:8080:8080",
    ]  # fmt: skip
    for service in OURS:
        broker = ["127.0.0.1", "1884"] if service == "media" else ["mosquitto", ""]
        assert environment(services, service, "MQTT_HOST", "MQTT_PORT") == broker
    listens = environment(services, "ws-bridge", "WS_BRIDGE_HOST", "WS_BRIDGE_STATS_PORT")
    assert listens == ["0.0.0.0", "8765"]
    services = config("PISTAT_PORT=80\nPISTAT_HOST=127.0.0.1\n")
    assert published(services)["stats"] == ["127.0.0.1:80:8585"]
    assert environment(services, "stats", "PISTAT_HOST", "PISTAT_PORT") == ["0.0.0.0", "8585"]


def test_broker_elsewhere(config: Any):
    file = "MQTT_HOST=broker.lan\nMQTT_USERNAME=me\nMQTT_PASSWORD='p$x'\nMQTT_TLS=true\n"
    names = ("MQTT_HOST", "MQTT_PORT", "MQTT_USERNAME", "MQTT_PASSWORD", "MQTT_TLS")
    for port, settings in (("1883", file), ("8883", file + "MQTT_PORT=8883\n")):
        services = config(settings)
        for service in OURS:
            got = environment(services, service, *names)
            assert [text and text.replace("$$", "$") for text in got] == [
                "broker.lan", port, "me", "p$x", "true",
            ]  # fmt: skip


def test_settings_of_the_user_reach_the_services(config: Any):
    """From .env all of them; from the environment those that several containers must agree on."""
    services = config(
        "STATS_INTERVAL_SECONDS=5\nSTATS_CONTAINERS_CONTROLLED=a\nHA_DISCOVERY_PREFIX=\nTZ=UTC\n",
        STATS_CONTAINERS_CONTROLLED="b, c",
        MQTT_ROOT="home",
        MANTEL_NODE="pi",
    )
    for service in OURS:
        names = ("STATS_INTERVAL_SECONDS", "TZ", "MQTT_ROOT", "MANTEL_NODE", "HA_DISCOVERY_PREFIX")
        assert environment(services, service, *names) == ["5", "UTC", "home", "pi", ""]
    for service in ("stats", "docker-proxy"):
        assert environment(services, service, "STATS_CONTAINERS_CONTROLLED") == ["b, c"]
    assert environment(services, "mosquitto", "MQTT_ROOT", "HA_DISCOVERY_PREFIX") == ["home", ""]


def test_what_the_containers_need_is_not_the_users_to_set(config: Any):
    services = config(
        "MANTEL_HEARTBEAT=\nDOCKER_HOST=unix:///x\nSTATS_HOST_ROOT=\nMQTT_PASSWORD_FILE=x\n",
        DOCKER_HOST="unix:///y",
    )
    assert environment(services, "stats", "DOCKER_HOST", "STATS_HOST_ROOT") == [
        "tcp://docker-proxy:2375",
        "/host",
    ]
    for service in OURS:
        names = ("MANTEL_HEARTBEAT", "MQTT_PASSWORD_FILE")
        assert environment(services, service, *names) == [
            "/tmp/heartbeat",  # noqa: S108
            "/run/credentials/password",
        ]
