"""The proxy before the Docker socket: what passes it, and what does not."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.docker.stack import Stack

pytestmark = pytest.mark.docker

ASK = """
import json, socket, sys
told = []
for method, target, header in json.loads({wishes!r}):
    with socket.create_connection(("docker-proxy", 2375), {seconds}) as proxy:
        lines = (f"{{method}} {{target}} HTTP/1.1", "Host: docker", f"Connection: {{header}}")
        proxy.sendall("\\r\\n".join(lines).encode() + b"\\r\\n\\r\\n")
        head = b""
        while b"\\r\\n\\r\\n" not in head and (part := proxy.recv(4096)):
            head += part
    told.append([int(head.split()[1]), b"docker/" in head.lower()])
print(json.dumps(told))
"""

PASSES = [
    ("GET", "/_ping"),
    ("GET", "/v1.45/_ping"),
    ("GET", "/version"),
    ("GET", "/version?x=/info"),
    ("GET", "/v1.45/version"),
    ("GET", "/events"),
    ("GET", "/v1.45/events?filters=%7B%7D"),
    ("GET", "/containers/json"),
    ("GET", "/v1.45/containers/json?all=1&limit=-1"),
    ("GET", "/containers/{guest}/json"),
    ("GET", "/containers/{other}/json"),
    ("GET", "/v1.45/containers/{id}/json?size=0"),
    ("POST", "/containers/{guest}/start"),
    ("POST", "/v1.45/containers/{guest}/start"),
    ("POST", "/v1.45/containers/{guest}/restart?t=0"),
    ("POST", "/containers/nobody/stop?t=1"),
]
"""The proxy lets these pass; the engine then knows the guest, and no container `nobody`."""

REFUSED = [
    # what may be read tells nothing else
    ("GET", "/"), ("GET", "/info"), ("GET", "/images/json"), ("GET", "/volumes"),
    ("GET", "/networks"), ("GET", "/secrets"), ("GET", "/system/df"), ("GET", "/exec/1/json"),
    ("GET", "/containers/{guest}/logs?stdout=1"), ("GET", "/containers/{guest}/top"),
    ("GET", "/containers/{guest}/archive?path=/"), ("GET", "/containers/{guest}/export"),
    ("GET", "/containers/{guest}/stats"), ("GET", "/containers/{guest}/attach/ws"),
    ("GET", "/images/haproxy:lts/json"), ("GET", "/containers/"), ("GET", "/containers"),
    # other verbs
    ("HEAD", "/_ping"), ("HEAD", "/containers/json"), ("OPTIONS", "/version"), ("get", "/version"),
    ("PUT", "/containers/{guest}/archive"), ("DELETE", "/containers/{guest}"),
    ("PATCH", "/containers/{guest}/start"), ("CONNECT", "/version"),
    ("POST", "/_ping"), ("POST", "/events"), ("POST", "/containers/json"),
    ("GET", "/containers/{guest}/start"), ("PUT", "/containers/{guest}/start"),
    # what may be done is three things
    ("POST", "/containers/create"), ("POST", "/build"), ("POST", "/images/create?fromImage=x"),
    ("POST", "/containers/{guest}/exec"), ("POST", "/exec/1/start"),
    ("POST", "/containers/{guest}/kill"), ("POST", "/containers/{guest}/pause"),
    ("POST", "/containers/{guest}/update"), ("POST", "/containers/{guest}/rename?name=x"),
    ("POST", "/containers/{guest}/attach"), ("POST", "/containers/{guest}/wait"),
    ("POST", "/containers/{guest}/json"), ("POST", "/containers/prune"),
    ("POST", "/commit?container={guest}"), ("POST", "/session"), ("POST", "/grpc"),
    # to the containers that are named, by their names
    ("POST", "/containers/{other}/start"), ("POST", "/containers/{other}/stop"),
    ("POST", "/v1.45/containers/{other}/restart?t=0"), ("POST", "/containers/{id}/stop"),
    ("POST", "/containers/{guest}x/stop"), ("POST", "/containers/x{guest}/stop"),
    ("POST", "/containers/{GUEST}/stop"), ("POST", "/containers//stop"),
    ("POST", "/containers/start"), ("POST", "/containers/,/start"),
    # and no other spelling of the same leads around
    ("GET", "//containers/json"), ("GET", "/containers//json"), ("GET", "/./version"),
    ("GET", "/containers/../info"), ("GET", "/v1.45/../info"), ("GET", "/%5fping"),
    ("GET", "/containers/%2e%2e/json"), ("GET", "/containers/../json"),
    ("GET", "/containers/{guest}%2fjson"), ("GET", "/containers/json/"), ("GET", "/version/"),
    ("GET", "/Version"), ("GET", "/info?/version"), ("GET", "/info#/version"),
    ("GET", "/info;/version"), ("GET", "http://docker/info"),
    ("GET", "/vx/version"), ("GET", "version"), ("GET", "*"),
    ("POST", "/containers/{other}/../{guest}/start"),
    ("POST", "/containers/{guest}/../{other}/stop"),
    ("POST", "/containers/{other}%2F..%2F{guest}/start"), ("POST", "/containers/{guest}%00/start"),
    ("POST", "/containers/{other}/stop?/containers/{guest}/start"),
    ("POST", "/containers/{other}/containers/{guest}/start"),
    ("POST", "/containers/{guest}/start/"), ("POST", "/containers/{guest}//start"),
    ("POST", "//containers/{guest}/start"), ("POST", "/containers/{guest}/start%3ft=1"),
    ("POST", "/containers/%6d{guest}/start"),
]  # fmt: skip


@pytest.fixture(scope="module")
def names(stack: Stack) -> Iterator[dict[str, str]]:
    """Two containers that do nothing: a guest under control and another."""
    guest, other = stack.guest(stack.controlled), stack.guest(f"{stack.project}-other")
    key = stack.docker("inspect", "-f", "{{.Id}}", guest).strip()
    yield {"guest": guest, "other": other, "id": key, "GUEST": guest.upper()}
    stack.docker("rm", "-f", guest, other)


def ask(stack: Stack, wishes: list[tuple[str, str, str]]) -> list[tuple[int, bool]]:
    """Send requests from inside `stats`; return each status, and whether the engine sent it."""
    program = ASK.format(wishes=json.dumps(wishes), seconds=10)
    return [(code, engine) for code, engine in json.loads(stack.python("stats", program))]


def test_what_passes(stack: Stack, names: dict[str, str]):
    wishes = [(method, target.format(**names), "close") for method, target in PASSES]
    for wish, (code, engine) in zip(wishes, ask(stack, wishes), strict=True):
        assert engine, wish
        assert code in ({404} if "nobody" in wish[1] else {200, 204, 304}), wish


def test_what_is_refused(stack: Stack, names: dict[str, str]):
    """All of it with 403, or 400 where it is no HTTP; nothing of it reaches the engine."""
    wishes = [(method, target.format(**names), "close") for method, target in REFUSED]
    for wish, (code, engine) in zip(wishes, ask(stack, wishes), strict=True):
        assert not engine, wish
        assert code in {400, 403}, wish
    running = stack.docker("ps", "--format", "{{.Names}}").split()
    assert {names["guest"], names["other"]} <= set(running)


def test_no_tunnel_is_opened(stack: Stack, names: dict[str, str]):
    """A connection that changed its protocol would carry anything past the proxy."""
    wishes = [
        ("GET", "/_ping", "Upgrade\r\nUpgrade: tcp"),
        ("GET", "/events", "keep-alive, Upgrade\r\nUpgrade: tcp, x"),
        ("POST", f"/containers/{names['guest']}/start", "upgrade, close\r\nupgrade: tcp"),
    ]
    assert ask(stack, wishes) == [(403, False)] * 3


def test_a_refusal_is_one_line_and_the_rest_is_silent(stack: Stack, names: dict[str, str]):
    before = stack.log("docker-proxy")
    target = f"/containers/{names['other']}/kill"
    ask(stack, [("GET", "/version", "close"), ("POST", target, "close")])
    lines = stack.log("docker-proxy")[len(before) :].splitlines()
    assert len(lines) == 1
    assert re.fullmatch(rf"docker-proxy: refused POST {target} \(from [0-9.]+\)", lines[0])


def test_log_has_no_line_of_an_ordinary_start(stack: Stack):
    assert "WARNING" not in stack.log("docker-proxy")


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("", ""),
        (" , ,", ""),
        ("one", "one\n"),
        (" one,two-2 ,\tthr_e.3 ", "one\ntwo-2\nthr_e.3\n"),
        ("#one,../two,$(id),a b,-x,ok,.y,/z,*", "ok\n"),
    ],
)
def test_list_of_names(stack: Stack, setting: str, names: str):
    """`entrypoint` hands HAProxy what can be a container's name, and nothing else."""
    stub = stack.tree / "stub"
    stub.mkdir(exist_ok=True)
    (stub / "haproxy").write_text("#!/bin/sh\ncat /tmp/controlled\n")
    (stub / "haproxy").chmod(0o755)
    got = stack.docker(
        "run", "--rm", "-u", "0:0", "--cap-drop", "ALL", "-e", "PATH=/stub:/usr/bin:/bin",
        "-e", f"STATS_CONTAINERS_CONTROLLED={setting}", "-v", f"{stub}:/stub:ro",
        "-v", f"{stack.tree}/docker-proxy:/docker-proxy:ro",
        "--entrypoint", "sh", "haproxy:lts", "/docker-proxy/entrypoint",
    )  # fmt: skip
    assert got == names


def test_event_stream_outlives_every_other_timeout(stack: Stack):
    """A copy of the proxy with all timeouts at 300 ms: a stream where nothing happens goes on."""
    folder = stack.tree / "hasty-proxy"
    folder.mkdir()
    (folder / "entrypoint").write_text((stack.tree / "docker-proxy/entrypoint").read_text())
    config = (stack.tree / "docker-proxy/haproxy.cfg").read_text()
    hasty, count = re.subn(r"(?m)^( *timeout \S+) [1-9]\w*$", r"\1 300ms", config)
    assert count >= 5
    (folder / "haproxy.cfg").write_text(hasty)
    proxy = stack.guest(
        f"{stack.project}-hasty", "-u", "0:0", "--network", f"{stack.project}_docker",
        "-v", f"{folder}:/docker-proxy:ro", "-v", "/var/run/docker.sock:/var/run/docker.sock:ro",
        "haproxy:lts", "sh", "/docker-proxy/entrypoint",
    )  # fmt: skip
    program = f"""
import socket, time
def connect(path):
    until = time.monotonic() + 10
    while True:
        try:
            proxy = socket.create_connection(({proxy!r}, 2375), 10)
            break
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
    proxy.sendall(f"GET {{path}} HTTP/1.1\\r\\nHost: docker\\r\\n\\r\\n".encode())
    assert proxy.recv(4096).startswith(b"HTTP/1.1 200 ")
    return proxy

stream = connect("/events?filters=%7B%22type%22%3A%5B%22plugin%22%5D%7D")
idle = connect("/_ping")
while idle.recv(4096):
    pass
stream.settimeout(1)
try:
    print("ended", stream.recv(4096))
except TimeoutError:
    print("goes on")
"""
    try:
        assert stack.python("stats", program).strip() == "goes on"
    finally:
        stack.docker("rm", "-f", proxy)
