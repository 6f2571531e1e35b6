"""Users, passwords and files that mosquitto/entrypoint makes, and what survives what."""

import os
import pwd
import re
import signal
import socket
import stat
import tempfile
import time
from pathlib import Path

import pytest

from shared.testing import TESTER, TIMEOUT_SECONDS, Broker, eventually
from shared.users import USERS

pytestmark = pytest.mark.broker

SHELLS = {"dash": "/bin/dash", "bash": "/bin/bash --posix", "busybox": "/bin/busybox sh"}


# The first start and the next


def test_first_start_makes_a_password_for_each_user(broker):
    passwords = [broker.password(user) for user in USERS]
    assert all(re.fullmatch("[A-Za-z0-9]{24}", password) for password in passwords)
    assert len(set(passwords)) == len(passwords)
    assert all(broker.admits(user) for user in USERS)


def test_group_reads_and_the_rest_sees_nothing(broker):
    assert broker.run("device", "clock").returncode == 0
    for kind in ("credentials", "devices"):
        for folder in [broker.data / kind, *(broker.data / kind).iterdir()]:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    for file in broker.data.rglob("*"):
        assert not file.is_file() or not file.stat().st_mode & 0o137, file
    for file in broker.data.glob("*/*/password"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_second_start_keeps_passwords_and_does_not_hash_again(broker):
    before = {user: broker.password(user) for user in USERS}
    hashed = (broker.data / "passwords").read_bytes()
    broker.restart()
    assert {user: broker.password(user) for user in USERS} == before
    assert (broker.data / "passwords").read_bytes() == hashed


def test_user_of_a_later_version_gets_a_password_at_the_next_start(broker):
    before = broker.password("stats")
    with (broker.config / "acl").open("a") as rights:
        rights.write("\nuser later\ntopic read mantel/#\n")
    broker.restart()
    assert broker.admits("later")
    assert broker.admits("stats", before)


def test_user_that_a_later_version_lacks_stays_outside(broker):
    rights = broker.config / "acl"
    rights.write_text(rights.read_text().replace("user homeassistant\n", "user somebody\n"))
    broker.restart()
    assert not broker.admits("homeassistant")
    assert broker.admits("operator")


@pytest.mark.parametrize("new", ["correct horse", "%s\\n$1'\"&|#", "ünïcode"])
def test_password_changed_by_hand_counts_after_a_restart(broker, new):
    old = broker.password("homeassistant")
    (broker.data / "credentials/homeassistant/password").write_text(f"{new}\n")
    broker.restart()
    assert broker.admits("homeassistant", new)
    assert not broker.admits("homeassistant", old)


def test_password_that_cannot_be_hashed_is_named_by_its_user(broker):
    broker.stop()
    (broker.data / "credentials/stats/password").write_text("a:b")
    with pytest.raises(RuntimeError, match="password of stats holds a colon"):
        broker.start()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_does(tmp_path, shell):
    if not Path(SHELLS[shell].split()[0]).exists():
        pytest.skip(f"{shell} is not installed")
    broker = Broker(tmp_path / "a place & more", websockets=True)
    script = broker.config / "entrypoint"
    script.write_text(script.read_text().replace("#!/bin/sh", f"#!{SHELLS[shell]}", 1))
    with broker:
        assert broker.run("device", "clock").returncode == 0
        eventually(lambda: broker.admits("clock"))
        assert broker.run("forget", "clock").returncode == 0
        eventually(lambda: not broker.admits("clock", "any"))
        assert len(broker.run("credentials").stdout.splitlines()) == len(USERS) + 1


def test_signal_to_reload_does_not_end_a_broker_that_is_about_to_start(tmp_path, put_before):
    broker = Broker(tmp_path)
    put_before(broker, "mosquitto", 'kill -HUP $$\nexec "$REAL" "$@"')
    with broker:
        assert broker.admits("stats")


# What is told, and what is not


def test_credentials_are_a_table_of_users_and_passwords(broker):
    broker.run("device", "clock")
    users = (*USERS, TESTER, "clock")
    expected = [[user, broker.password(user)] for user in users]
    for _ in range(2):
        result = broker.run("credentials")
        assert [line.split() for line in result.stdout.splitlines()] == expected
        broker.stop()


def test_no_credentials_before_the_first_start(tmp_path):
    result = Broker(tmp_path).run("credentials")
    assert result.returncode == 1
    assert "was the broker started?" in result.stderr


def test_no_password_in_logs_processes_or_environments(tmp_path, put_before):
    seen = tmp_path / "seen"
    broker = Broker(tmp_path)
    for program in ("mosquitto_passwd", "mosquitto", "sha256sum", "mv", "sed", "grep", "cat"):
        script = f'{{ echo "$@"; env; }} >>{seen}\nexec "$REAL" "$@"'
        put_before(broker, program, script)
    with broker:
        assert broker.run("device", "clock").returncode == 0
        assert broker.admits("stats")
        process = Path(f"/proc/{broker.pid}")
        told = broker.log + seen.read_text()
        told += (process / "cmdline").read_text() + (process / "environ").read_text()
        passwords = [broker.password(user) for user in (*USERS, TESTER, "clock")]
    assert "mosquitto.conf" in told
    assert not [password for password in passwords if password in told]


# Settings and the machine


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MQTT_PORT", "soon"),
        ("MQTT_PORT", "70000"),
        ("MQTT_WEBSOCKETS_PORT", "-1"),
        ("MQTT_ROOT", "a b"),
        ("MQTT_ROOT", "+"),
        ("HA_DISCOVERY_PREFIX", "a|b"),
        ("MOSQUITTO_BIND", "a b"),
    ],
)
def test_bad_setting_ends_with_code_2_and_its_name(tmp_path, name, value):
    result = Broker(tmp_path, settings={name: value}).run()
    assert result.returncode == 2
    assert result.stderr.startswith(f"mosquitto: {name} is '{value}'")


@pytest.mark.parametrize("arguments", [["fly"], ["device"], ["device", "a", "b"], ["run", "now"]])
def test_bad_arguments_end_with_code_2(tmp_path, arguments):
    assert Broker(tmp_path).run(*arguments).returncode == 2


def test_help_names_every_setting(tmp_path):
    result = Broker(tmp_path).run("-h")
    assert result.returncode == 0
    script = (Broker(tmp_path).config / "entrypoint").read_text()
    for setting in re.findall(r"=\$\{([A-Z_]+):-", script):
        assert f"\n  {setting} " in result.stdout


def test_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").touch()
    result = Broker(tmp_path, settings={"MOSQUITTO_DATA": f"{tmp_path}/file/data"}).run()
    assert result.returncode == 1
    assert re.fullmatch("mosquitto: cannot write in .*\n", result.stderr)


def test_websocket_port_answers_where_mosquitto_can(tmp_path):
    with Broker(tmp_path, websockets=True) as broker:
        if "is not served" in broker.log:
            pytest.skip("this mosquitto was built without WebSocket")
        with socket.create_connection((broker.host, broker.websockets_port)) as connection:
            connection.settimeout(TIMEOUT_SECONDS)
            connection.sendall(
                b"GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 101 ")


def test_mosquitto_without_websocket_serves_the_rest_and_says_so(tmp_path, put_before):
    broker = Broker(tmp_path, websockets=True)
    script = (
        'case $2 in *probe*) echo "Error: Websockets support not available." >&2; exit 3;; esac\n'
        'exec "$REAL" "$@"'
    )
    put_before(broker, "mosquitto", script)
    with broker:
        assert f"port {broker.websockets_port} is not served" in broker.log
        assert "protocol websockets" not in (broker.data / "mosquitto.conf").read_text()
        assert broker.admits("stats")


def test_sigterm_ends_it_at_once(broker):
    os.kill(broker.pid, signal.SIGTERM)
    began = time.monotonic()
    broker.stop()
    assert time.monotonic() - began < TIMEOUT_SECONDS / 10


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_hands_over_to_the_user_mosquitto():
    names = {user.pw_name: user.pw_uid for user in pwd.getpwall()}
    if "mosquitto" not in names:
        pytest.skip("there is no user mosquitto")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        with Broker(Path(directory)) as broker:
            assert broker.run("device", "clock").returncode == 0
            status = Path(f"/proc/{broker.pid}/status").read_text()
            owners = {file.stat().st_uid for file in [broker.data, *broker.data.rglob("*")]}
            eventually(lambda: broker.admits("clock"))
            broker.restart()
            assert broker.admits("clock")
    assert re.search(rf"^Uid:\t{names['mosquitto']}\t", status, re.MULTILINE)
    assert owners == {names["mosquitto"]}
