"""`mantel device` on a real broker, and on the broker's own users."""

import json
import os
from pathlib import Path

import pytest

from shared import topics
from shared.payloads import DeviceConfig, hash_token
from shared.testing import Broker, Client, eventually
from tests.cli.conftest import Run


def kept(client: Client) -> dict[str, DeviceConfig]:
    """Return the rights as the broker keeps them."""
    client.subscribe("mantel/device/+/config")
    found = {m.topic.split("/")[2]: m.payload for m in client.drain() if m.retain}
    return {name: topics.DEVICE_CONFIG.decode(bytes(raw)) for name, raw in found.items() if raw}


def test_add(run: Run, client: Client) -> None:
    done = run("device", "add", "kitchen", "--read", "host/+/stats", "--read", "display/#",
               "--write", "panel/+/set")  # fmt: skip
    assert done.exit_code == 0
    name, token = done.stdout.strip().split(": token ")
    assert (name, len(token)) == ("kitchen", 32)
    assert kept(client)["kitchen"] == DeviceConfig(
        token_hash=hash_token(token), read=["host/+/stats", "display/#"], write=["panel/+/set"]
    )
    again = run("device", "add", "kitchen")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "revoke or forget it first" in again.stderr


def test_add_as_json_and_without_rights(run: Run, client: Client) -> None:
    done = run("device", "add", "kitchen", "--json")
    told = json.loads(done.stdout)
    assert kept(client)["kitchen"].token_hash == hash_token(told["token"])
    assert "its own topics alone" in done.stderr


@pytest.mark.parametrize(
    "name", ["", "Kitchen", "a b", "a/b", "next", "request", "stats", "x" * 65]
)
def test_bad_names(run: Run, client: Client, name: str) -> None:
    assert run("device", "add", name).exit_code == 2
    assert run("device", "add", name, "--mqtt").exit_code == 2
    assert kept(client) == {}


@pytest.mark.parametrize(
    "text", ["", "a//b", "a#", "$SYS/#", "mantel/host/+/stats", "a/#/b", "x" * 129]
)
def test_bad_filters(run: Run, client: Client, text: str) -> None:
    for option in ("--read", "--write"):
        assert run("device", "add", "kitchen", option, text).exit_code == 2
    assert kept(client) == {}


def test_revoke_and_another_token(run: Run, client: Client) -> None:
    run("device", "add", "kitchen", "--read", "host/+/stats")
    done = run("device", "revoke", "kitchen")
    assert (done.exit_code, done.stdout) == (0, "kitchen: its token is void\n")
    assert kept(client)["kitchen"] == DeviceConfig(read=["host/+/stats"])
    token = run("device", "add", "kitchen").stdout.split()[-1]
    assert kept(client)["kitchen"] == DeviceConfig(
        token_hash=hash_token(token), read=["host/+/stats"]
    )


def test_forget(run: Run, client: Client) -> None:
    run("device", "add", "kitchen")
    run("device", "add", "attic")
    client.publish("mantel/device/kitchen/reading", b"1", retain=True)
    client.publish("mantel/device/kitchen/state", b"1", retain=True)
    done = run("device", "forget", "kitchen", "nobody")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: no device nobody; there are: attic, kitchen\n"
    assert run("device", "forget", "kitchen").exit_code == 0
    assert set(kept(client)) == {"attic"}
    client.subscribe("mantel/device/kitchen/#")
    assert client.drain() == []


def test_list(run: Run, client: Client) -> None:
    empty = run("device", "list")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "there are no devices" in empty.stderr
    run("device", "add", "kitchen", "--read", "host/+/stats", "--write", "panel/+/set")
    run("device", "add", "attic", "--read", "#")
    run("device", "add", "cellar")
    run("device", "revoke", "cellar")
    state = {"connected": True, "since_at": "2026-07-01T10:00:00Z", "bridge": "pi/ws-bridge",
             "connection": "x", "dropped": 7}  # fmt: skip
    client.publish("mantel/device/kitchen/state", json.dumps(state), retain=True)
    head, *rows = [line.split() for line in run("device", "list").stdout.splitlines()]
    assert head[0] == "DEVICE"
    assert rows == [
        ["attic", "away", "#"],
        ["cellar", "revoked"],
        ["kitchen", "connected", "host/+/stats", "panel/+/set", "7"],
    ]
    told = {each["name"]: each for each in json.loads(run("device", "list", "--json").stdout)}
    assert told["kitchen"]["state"]["dropped"] == 7
    assert (told["cellar"]["revoked"], told["attic"]["state"]) == (True, None)


def test_users_of_the_broker(run: Run, broker: Broker, home: Path) -> None:
    """In the folder of the hub; elsewhere it is said what to type there."""
    script = home / "deploy" / "broker"
    script.parent.mkdir()
    environment = broker._environment() | {"PATH": os.environ["PATH"]}
    settings = " ".join(f"{name}='{value}'" for name, value in environment.items())
    script.write_text(f'#!/bin/sh\n{settings} exec {broker.config}/entrypoint "$@"\n')
    script.chmod(0o755)
    done = run("device", "add", "sensor", "--mqtt")
    assert done.exit_code == 0
    name, password = done.stdout.strip().split(": password ")
    assert name == "sensor"
    eventually(lambda: broker.admits("sensor", password))
    assert run("device", "add", "sensor", "--mqtt", "--read", "#").exit_code == 2
    assert run("device", "forget", "sensor", "--mqtt").exit_code == 0
    eventually(lambda: not broker.admits("sensor", password))
    again = run("device", "forget", "sensor", "--mqtt")
    assert (again.exit_code, "there is no device 'sensor'" in again.stderr) == (1, True)
