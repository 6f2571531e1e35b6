"""Devices that speak MQTT: added, forgotten, and kept out."""

import subprocess

import pytest

from shared.testing import TIMEOUT_SECONDS, Broker, Client, eventually
from shared.users import USERS

pytestmark = pytest.mark.broker


def test_device_is_added_beside_a_running_broker_and_nobody_notices(broker):
    with Client(broker) as watcher:
        watcher.subscribe("#")
        first = broker.run("device", "kitchen-clock")
        again = broker.run("device", "kitchen-clock")
        eventually(lambda: broker.admits("kitchen-clock"))
        watcher.publish("still/here")
        assert watcher.receive().topic == "still/here"
        assert not watcher.disconnected.is_set()
    assert first.returncode == 0
    assert first.stdout.split() == ["kitchen-clock", broker.password("kitchen-clock")]
    assert again.stdout == first.stdout


def test_device_survives_a_restart(broker):
    broker.run("device", "kitchen-clock")
    broker.restart()
    assert broker.admits("kitchen-clock")


def test_device_may_be_added_before_the_first_start(tmp_path):
    broker = Broker(tmp_path)
    assert broker.run("device", "kitchen-clock").returncode == 0
    with broker:
        assert broker.admits("kitchen-clock")


def test_forgotten_device_is_shut_out_at_once_and_alone(broker):
    broker.run("device", "kitchen-clock")
    broker.run("device", "attic-clock")
    eventually(lambda: broker.admits("attic-clock"))
    password = broker.password("kitchen-clock")
    with Client(broker, "kitchen-clock") as gone, Client(broker, "attic-clock") as stays:
        assert broker.run("forget", "kitchen-clock").returncode == 0
        assert gone.disconnected.wait(TIMEOUT_SECONDS)
        stays.drain()
        assert not stays.disconnected.is_set()
    assert not broker.admits("kitchen-clock", password)
    assert broker.run("forget", "kitchen-clock").returncode == 1


@pytest.mark.parametrize(
    "name", ["", "Clock", "a b", "a/b", "../stats", "a:b", "ü", "x" * 65, *USERS, "a\nb", "*"]
)
@pytest.mark.parametrize("verb", ["device", "forget"])
def test_bad_device_name_is_refused(tmp_path, verb, name):
    broker = Broker(tmp_path)
    result = broker.run(verb, name)
    assert result.returncode == 2
    assert result.stderr.startswith("mosquitto: ")
    assert not broker.data.exists()


@pytest.mark.parametrize("name", ["a", "x" * 64, "-h", "0_-"])
def test_good_device_name_is_taken(tmp_path, name):
    broker = Broker(tmp_path)
    assert broker.run("device", name).returncode == 0
    assert broker.run("forget", name).returncode == 0


def test_device_under_the_name_of_a_later_service_stays_outside(broker):
    broker.run("device", "later")
    password = broker.password("later")
    with (broker.config / "acl").open("a") as rights:
        rights.write("\nuser later\ntopic readwrite mantel/#\n")
    broker.restart()
    assert not broker.admits("later", password)


def test_device_is_added_under_the_names_that_the_broker_was_started_with(tmp_path):
    broker = Broker(tmp_path, settings={"MQTT_ROOT": "home", "HA_DISCOVERY_PREFIX": "ha"})
    with broker:
        broker.settings.clear()
        assert broker.run("device", "kitchen-clock").returncode == 0
        rules = (broker.data / "acl").read_text()
    assert "topic read home/host/+/stats" in rules
    assert " mantel/" not in rules
    assert " homeassistant/" not in rules


@pytest.mark.parametrize("number", ["999999999", "1", "no number", ""])
def test_process_of_another_program_is_never_told_to_reload(broker, number):
    """The number in the file may belong to anybody after a crash."""
    bystander = subprocess.Popen(["sleep", str(TIMEOUT_SECONDS)])
    try:
        broker.stop()
        (broker.data / "mosquitto.pid").write_text(number)
        assert broker.run("device", "one").returncode == 0
        (broker.data / "mosquitto.pid").write_text(str(bystander.pid))
        assert broker.run("device", "two").stderr == ""
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
