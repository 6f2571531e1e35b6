"""What a container may not do, looked at from inside and from the engine."""

import json
import re

import pytest

from tests.docker.stack import OURS, SERVICES, Stack

pytestmark = pytest.mark.docker

UIDS = {
    "mosquitto": 1883,
    "docker-proxy": 0,
    "stats": 10001,
    "alarms": 1000,
    "media": 1000,
    "serial-bridge": 10003,
    "ws-bridge": 1000,
    "balancer": 99,
}


@pytest.mark.parametrize("service", SERVICES)
def test_user_has_no_rights(stack: Stack, service: str):
    status = dict(
        line.split(":\t", 1)
        for line in stack.execute(service, "cat", "/proc/self/status").splitlines()
    )
    assert status["Uid"].split() == [str(UIDS[service])] * 4
    sets = {name: status[name] for name in status if name.startswith("Cap")}
    assert len(sets) >= 5
    assert {int(value, 16) for value in sets.values()} == {0}, sets
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_can_be_written(stack: Stack, service: str):
    """Not even by root; /tmp is what is left."""
    said = stack.execute(
        service, "sh", "-c", "touch /x /usr/x /etc/x 2>&1; touch /tmp/x && rm /tmp/x && echo done"
    )
    assert said.count("Read-only file system") == 3, said
    assert said.endswith("done\n")
    assert "Read-only" in stack.docker(
        "exec", "-u", "0", stack.name(service), "touch", "/x", check=False
    )


@pytest.mark.parametrize("service", SERVICES)
def test_limits(stack: Stack, service: str):
    inspected = stack.inspect(service)
    host = inspected["HostConfig"]
    assert 0 < host["Memory"] <= (256 if service == "media" else 128) << 20
    assert 0 < host["PidsLimit"] <= 64
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert host["LogConfig"] == {
        "Type": "json-file",
        "Config": {"max-size": "1m", "max-file": "3"},
    }
    assert not host["Privileged"]
    assert host["PidMode"] == ("host" if service == "stats" else "")
    probe = " ".join(inspected["Config"]["Healthcheck"]["Test"])
    assert not re.search(r"python|mosquitto_|curl|wget", probe)


def test_what_is_mounted(stack: Stack):
    """Each writes to its own volume, if any, and only the proxy has the Docker socket."""
    mounts = {
        service: {
            mount["Destination"]: mount["RW"]
            for mount in stack.inspect(service)["Mounts"]
            if mount["Type"] != "tmpfs"
        }
        for service in SERVICES
    }
    of_host = {"/run/host/hostname": False, "/etc/localtime": False}
    assert mounts == {
        "mosquitto": {"/mosquitto/config": False, "/mosquitto/data": True},
        "docker-proxy": {"/docker-proxy": False, "/var/run/docker.sock": False},
        "stats": {**of_host, "/host": False, "/run/credentials": False},
        "alarms": {
            **of_host,
            "/run/credentials": False,
            "/mantel/config": True,
            "/mantel/data": True,
        },
        "media": {
            **of_host,
            "/run/credentials": False,
            "/mantel/assets": False,
            "/mantel/config": False,
            "/mantel/photos": False,
            "/mantel/data": True,
            "/dev/snd": True,
        },
        "serial-bridge": {**of_host, "/run/credentials": False, "/dev": False},
        "ws-bridge": {**of_host, "/run/credentials": False, "/mantel/assets": False},
    }


def test_stats_reaches_no_socket_of_the_host(stack: Stack):
    """`/host` is the whole file system, and a socket does not care that it is read-only."""
    program = """
import os, socket, stat
opened = []
for folder in ("/host/run", "/host/var/run", "/host/var/lib/docker", "/var/run", "/run"):
    for path, _, files in os.walk(folder):
        for name in files:
            file = os.path.join(path, name)
            if stat.S_ISSOCK(os.lstat(file).st_mode):
                opened.append(file)
for file in ("/host/run/docker.sock", "/host/var/run/docker.sock"):
    try:
        socket.socket(socket.AF_UNIX).connect(file)
        opened.append(file)
    except OSError:
        pass
print(opened)
"""
    assert stack.python("stats", program).strip() == "[]"


def test_stats_cannot_touch_the_other_services(stack: Stack):
    """It sees all processes of the machine; those of the hub are as closed to it as any."""
    pids = [
        stack.inspect(service)["State"]["Pid"] for service in ("mosquitto", "alarms", "ws-bridge")
    ]
    program = f"""
import os
for pid in {[*pids, 1]}:
    for file in ("environ", "root/run/credentials/password", "root/mosquitto/data/passwords"):
        try:
            print("read", open(f"/proc/{{pid}}/{{file}}").read())
        except OSError:
            pass
    try:
        os.kill(pid, 0)
        print("may end", pid)
    except PermissionError:
        pass
for path in ("/host/etc/shadow", "/host/root", "/host/var/lib/docker/volumes"):
    if os.access(path, os.R_OK):
        print("may read", path)
"""
    assert stack.python("stats", program) == ""


def test_a_service_has_its_own_password_only(stack: Stack):
    for service in OURS:
        found = stack.execute(service, "sh", "-c", "cd /run/credentials && grep -r .")
        assert found.strip() == f"password:{stack.password(service)}"


def test_no_secret_is_told(stack: Stack):
    """Neither to who may inspect containers and images nor to who may read logs."""
    users = (*OURS, "homeassistant", "operator")
    told = [stack.docker("inspect", stack.name(service)) for service in SERVICES]
    told += [stack.log(service) for service in SERVICES]
    told += [
        stack.docker("history", "--no-trunc", f"{stack.project}-{service}") for service in OURS
    ]
    for user in users:
        password = stack.password(user)
        assert len(password) == 24
        assert not any(password in text for text in told), user


def test_networks(stack: Stack):
    """The proxy hears of `stats` alone, and reaches nothing."""
    of = {
        service: {
            name.removeprefix(f"{stack.project}_")
            for name in stack.inspect(service)["NetworkSettings"]["Networks"]
        }
        for service in SERVICES
    }
    assert of == {
        "mosquitto": {"default"},
        "docker-proxy": {"docker"},
        "stats": {"default", "docker"},
        "alarms": {"default"},
        "media": {"host"},
        "serial-bridge": {"default"},
        "ws-bridge": {"default"},
    }
    internal = stack.docker("network", "inspect", "-f", "{{.Internal}}", f"{stack.project}_docker")
    assert internal.strip() == "true"
    assert not stack.inspect("docker-proxy")["HostConfig"]["PortBindings"]


def test_images_are_small(stack: Stack):
    """A service is its packages on what all share: base, bytecode of the library, `mantel`."""
    stack.compose("build", "mantel")

    def size(image: str) -> int:
        return int(stack.docker("image", "inspect", "-f", "{{.Size}}", image))

    command = size(f"{stack.project}-mantel")
    du = ("run", "--rm", "--entrypoint", "du", f"{stack.project}-mantel", "-sm", "/command")
    assert int(stack.docker(*du).split()[0]) < 12
    for service in OURS:
        # typst takes 81 MB of that of `media`, aplay 10, letters and zeroconf 4 each
        most = 160_000_000 if service == "media" else 35_000_000
        assert size(f"{stack.project}-{service}") - command < most
        own, shared = (
            json.loads(stack.docker("image", "inspect", "-f", "{{json .RootFS.Layers}}", image))
            for image in (f"{stack.project}-{service}", f"{stack.project}-mantel")
        )
        assert own[: len(shared)] == shared, "bytes of the command are stored once"
