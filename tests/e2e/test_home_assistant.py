"""What Home Assistant finds by itself, with the password of its own user."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import psutil

from shared.testing import Client
from tests.e2e.conftest import Hub
from tests.e2e.engine import Engine, inspected
from tests.e2e.household import Household
from tests.e2e.test_faults import receive

CONFIG = "homeassistant/device/mantel-stats/pi/config"


def test_the_host_is_one_device_with_real_numbers(hub: Hub) -> None:
    """Every entity's value is in its state topic, and equals psutil's of the same second."""
    hub.start("stats")
    hub.start("ws-bridge")
    with Client(hub.broker, "homeassistant") as home:
        home.subscribe("homeassistant/#", "mantel/#")
        found: dict[str, Any] = {}
        while not {CONFIG, CONFIG.replace("stats", "ws-bridge"), "mantel/host/pi/stats"} <= set(
            found
        ):
            message = home.receive()
            found[message.topic] = message.payload
        stats = json.loads(receive(home, "mantel/host/pi/stats"))
        came = datetime.now().astimezone()
        memory, disk = psutil.virtual_memory(), psutil.disk_usage("/")
    config = json.loads(found[CONFIG])
    other = json.loads(found[CONFIG.replace("stats", "ws-bridge")])
    assert config["dev"]["ids"] == other["dev"]["ids"] == ["mantel_pi"]
    components = config["cmps"]
    for key in ("cpu_percent", "memory_percent", "load_1_minute", "disk:/:used_percent"):
        assert components[key]["state_topic"] == "mantel/host/pi/stats"
    assert components["connectivity"]["state_topic"] in found
    assert found[components["connectivity"]["state_topic"]] == b"online"
    assert stats["memory_total_bytes"] == memory.total
    assert abs(stats["memory_available_bytes"] - memory.available) < 0.02 * memory.total
    assert stats["disks"]["/"]["total_bytes"] == disk.total
    assert abs(stats["disks"]["/"]["used_percent"] - disk.percent) < 0.5
    assert len(stats["cpu_core_percents"]) == psutil.cpu_count()
    assert datetime.fromisoformat(stats["booted_at"]).timestamp() == psutil.boot_time()
    age = came - datetime.fromisoformat(stats["at"])
    assert age.total_seconds() < 5, "an hour off is another zone"


def test_what_has_gone_is_removed_after_a_restart_too(hub: Hub, tmp_path: Path) -> None:
    """A container that was deleted while the service was down leaves no ghost."""
    engine = Engine(tmp_path / "docker.sock")
    engine.change(inspected("gitea", "running"))
    engine.change(inspected("samba", "running"))
    first = hub.start("stats", DOCKER_HOST=engine.address)
    with Client(hub.broker, "homeassistant") as home:
        home.subscribe(CONFIG)
        while "container:samba" not in json.loads(receive(home, CONFIG))["cmps"]:
            pass
        first.stop()
        del engine.containers["id-samba"]
        hub.start("stats", DOCKER_HOST=engine.address)
        while "container:samba" in (farewell := json.loads(receive(home, CONFIG))["cmps"]):
            if farewell["container:samba"] == {"p": "binary_sensor"}:
                break
        else:
            raise AssertionError("left out without a farewell: it would stay for ever")
        final = json.loads(receive(home, CONFIG))["cmps"]
    assert "container:samba" not in final
    assert "container:gitea" in final
    engine.close()


def test_containers_outlive_their_engine(hub: Hub, tmp_path: Path) -> None:
    """While it is updated they are stopped, and what the user made of their entities stays."""
    engine = Engine(tmp_path / "docker.sock")
    engine.change(inspected("gitea", "running"))
    first = hub.start("stats", DOCKER_HOST=engine.address)
    topic = "mantel/host/pi/containers"
    with Client(hub.broker, "homeassistant") as home:
        home.subscribe(CONFIG, topic)
        while "container:gitea" not in json.loads(receive(home, CONFIG))["cmps"]:
            pass
        engine.die()
        (tmp_path / "docker.sock").unlink()
        while (got := json.loads(receive(home, topic))[0])["status"] != "stopped":
            pass
        assert got["name"] == "gitea"
        first.stop()
        hub.start("stats", DOCKER_HOST=engine.address).wait_for_log("shown as stopped")
        assert "container:gitea" in json.loads(receive(home, CONFIG))["cmps"]
        left = [json.loads(m.payload)["cmps"] for m in home.drain() if m.topic == CONFIG]
        assert all("name" in each["container:gitea"] for each in left)


def test_a_deleted_alarm_is_taken_back(hub: Hub) -> None:
    """Its entities go with it, before another alarm changes anything."""
    home = Household(hub)
    alarms = [{"id": own, "alarm_time": "0630"} for own in ("work", "tea")]
    home.set_alarms(alarms)
    config = CONFIG.replace("stats", "alarms")
    with Client(hub.broker, "homeassistant") as client:
        client.subscribe(config)
        hub.start("alarms")
        while "tea:state" not in json.loads(receive(client, config))["cmps"]:
            pass
        home.set_alarms(alarms[:1])
        farewell = json.loads(receive(client, config))["cmps"]
        assert farewell["tea:state"] == {"p": "sensor"}
        final = json.loads(receive(client, config))["cmps"]
    assert "tea:state" not in final
    assert "work:state" in final


def test_no_template_fails_when_a_thing_goes(hub: Hub) -> None:
    """Its topic is cleared before Home Assistant hears that its entity goes; none logs an error."""
    Household(hub).set_alarms([{"id": "work", "alarm_time": "0630"}])
    found: dict[str, Any] = {}
    with Client(hub.broker, "homeassistant") as client:
        client.subscribe("homeassistant/device/+/+/config")
        for service in ("alarms", "media", "serial-bridge"):
            hub.start(service, SERIAL_BRIDGE_PORTS="panel=/nonexistent/port")
        while not {"work:state", "display:rlcd:mode", "panel:panel:led:1"} <= set(found):
            found |= json.loads(client.receive().payload)["cmps"]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    environment.filters["tojson"] = json.dumps
    templates = [
        template
        for entity in found.values()
        if entity["p"] not in {"event", "device_automation"} and "state_topic" in entity
        for each in (entity, *entity.get("availability", ()))
        if (template := each.get("value_template"))
    ]
    assert len(templates) > 20
    shown = {
        environment.from_string(template).render(value="")
        for template in templates
        if template != found["next"]["value_template"]  # its topic is never cleared
    }
    assert shown == {"None", "offline"}


def test_without_a_prefix_nothing_is_announced(hub: Hub) -> None:
    """`HA_DISCOVERY_PREFIX=` turns discovery off, and nothing else."""
    hub.start("stats", HA_DISCOVERY_PREFIX="")
    with Client(hub.broker) as tester:
        tester.subscribe("#")
        seen: set[str] = set()
        while len([topic for topic in seen if topic == "mantel/host/pi/stats"]) < 1:
            seen.add(tester.receive().topic)
        for _ in range(3):
            seen.add(tester.receive().topic)
    assert not [topic for topic in seen if topic.startswith("homeassistant/")]
