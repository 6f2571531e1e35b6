"""Containers of this machine by topic, from a real engine through the proxy."""

import time
from collections.abc import Callable, Iterator

import pytest

from shared import topics
from shared.payloads import Container
from shared.testing import Client, eventually
from tests.docker.stack import Stack

pytestmark = pytest.mark.docker

# As slow as a person notices; it takes 0.1 s
AT_ONCE_SECONDS = 1.0


@pytest.fixture
def guest(stack: Stack) -> Iterator[str]:
    """A container under control."""
    yield stack.guest(stack.controlled)
    stack.docker("rm", "-f", stack.controlled)


@pytest.fixture
def stranger(stack: Stack) -> Iterator[str]:
    """A container that nobody may command."""
    name = stack.guest(f"{stack.project}-stranger")
    yield name
    stack.docker("rm", "-f", name)


@pytest.fixture
def operator(stack: Stack) -> Iterator[Client]:
    """The operator, who hears of all containers."""
    with stack.client("operator") as client:
        client.subscribe(stack.topic(topics.HOST_CONTAINERS))
        yield client


def heard(client: Client, name: str, wanted: Callable[[Container], bool]) -> Container:
    """Return what is told of a container as soon as it is `wanted`."""
    while True:
        message = client.receive()
        for container in topics.HOST_CONTAINERS.decode(bytes(message.payload)):
            if container.name == name and wanted(container):
                return container


def runs(container: Container) -> bool:
    return container.status == "running"


def stopped(container: Container) -> bool:
    return container.status == "stopped"


def command(stack: Stack, client: Client, name: str, verb: str) -> None:
    client.publish(stack.topic(topics.CONTAINER_SET, name=name), verb)


def test_change_is_told_at_once(stack: Stack, operator: Client, guest: str):
    container = heard(operator, guest, runs)
    assert container.image == "python:3.13-slim"
    assert container.health is None
    assert container.since_at is not None
    stack.docker("kill", guest)
    ended = time.monotonic()
    container = heard(operator, guest, stopped)
    assert time.monotonic() - ended < AT_ONCE_SECONDS
    assert container.memory_bytes is None
    stack.docker("start", guest)
    started = time.monotonic()
    heard(operator, guest, runs)
    assert time.monotonic() - started < AT_ONCE_SECONDS


def test_health_is_told(stack: Stack, operator: Client):
    assert heard(operator, stack.name("mosquitto"), runs).health == "healthy"
    name = stack.guest(
        f"{stack.project}-ailing", "--health-cmd", "false", "--health-interval", "1s",
        "--health-retries", "1", "python:3.13-slim", "sleep", "infinity",
    )  # fmt: skip
    try:
        unhealthy = heard(operator, name, lambda told: told.health == "unhealthy")
        assert unhealthy.status == "warning"
    finally:
        stack.docker("rm", "-f", name)


def test_controlled_container_obeys(stack: Stack, operator: Client, guest: str):
    def state() -> tuple[str, str]:
        told = stack.docker("inspect", "-f", "{{.State.Status}} {{.State.StartedAt}}", guest)
        status, started_at = told.split()
        return status, started_at

    heard(operator, guest, runs)
    _, first = state()
    command(stack, operator, guest, "restart")
    eventually(lambda: state()[0] == "running" and state()[1] > first)
    command(stack, operator, guest, "stop")
    eventually(lambda: state()[0] == "exited")
    heard(operator, guest, stopped)
    command(stack, operator, guest, "start")
    eventually(lambda: state()[0] == "running")
    heard(operator, guest, runs)


def test_home_assistant_may_command(stack: Stack, operator: Client, guest: str):
    heard(operator, guest, runs)
    with stack.client("homeassistant") as client:
        command(stack, client, guest, "stop")
    heard(operator, guest, stopped)


def test_container_that_is_not_named_is_left_alone(stack: Stack, operator: Client, stranger: str):
    heard(operator, stranger, runs)
    operator.subscribe(stack.topic(topics.LOG, service="stats"))
    command(stack, operator, stranger, "stop")
    while b"does not name it" not in (line := operator.receive().payload):
        pass
    assert stranger.encode() in line
    state = stack.docker("inspect", "-f", "{{.State.Running}}", stranger)
    assert state.strip() == "true"


def test_memory_is_a_number_or_not_told(stack: Stack, operator: Client, guest: str):
    """Where the kernel does not count it (a Raspberry Pi as delivered) one line says so."""
    memory = heard(operator, guest, runs).memory_bytes
    if memory is None:
        assert stack.log("stats").count("cgroup_enable=memory") == 1
    else:
        assert 100_000 < memory < 100_000_000


def test_memory_that_is_not_counted(stack: Stack, guest: str):
    """The control groups are hidden from `stats`, as if the kernel had none for memory."""
    override = stack.tree / "no-memory.yaml"
    override.write_text(
        "services: {stats: {volumes: [{type: tmpfs, target: /host/sys/fs/cgroup}]}}\n"
    )
    stack.compose("-f", "compose.yaml", "-f", override.name, "up", "-d", "--wait", "stats")
    try:
        with stack.client("operator") as client:
            client.subscribe(stack.topic(topics.HOST_CONTAINERS))
            own = stack.inspect("stats")["State"]["StartedAt"]
            told = heard(client, stack.name("stats"), lambda told: started(told) >= own[:19])
            assert told.memory_bytes is None
            stack.docker("kill", guest)
            stack.docker("start", guest)
            assert heard(client, guest, runs).memory_bytes is None
        assert stack.log("stats").count("cgroup_enable=memory") == 1
    finally:
        stack.compose("up", "-d", "--wait", "stats")


def started(container: Container) -> str:
    return container.since_at.isoformat()[:19] if container.since_at else ""
