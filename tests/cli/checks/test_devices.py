"""Devices, in trees of files like those of machines."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mantel.checks import devices
from shared.testing import TIMEOUT_SECONDS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    return tmp_path


def test_serial_ports(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = devices.serial_ports(root)
    assert (found.verdict, found.text[:4]) == ("ok", "none")
    for name in ("ttyACM0", "ttyUSB1"):
        (root / "dev" / name).touch()
    (found,) = devices.serial_ports(root)
    assert (found.verdict, found.text) == ("ok", "/dev/ttyACM0, /dev/ttyUSB1")
    monkeypatch.setattr(os, "access", lambda path, _: path.name != "ttyUSB1")
    (found,) = devices.serial_ports(root)
    assert (found.verdict, found.text) == ("warning", "/dev/ttyUSB1: not open to this user")
    assert found.advice is not None
    assert "dialout" in found.advice


def test_firmware(root: Path) -> None:
    assert "no Raspberry Pi" in devices.firmware(root)[0].text
    (root / "proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    (found,) = devices.firmware(root)
    assert found.verdict == "warning"
    (root / "dev/vcio").touch()
    (found,) = devices.firmware(root)
    assert (found.verdict, found.text) == (
        "ok",
        "Raspberry Pi 4 Model B Rev 1.4, /dev/vcio can be read",
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Path]:
    """Yield a socket that answers one request as the engine does."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                asked = connection.recv(4096)
                status = b"200 OK" if asked.startswith(b"GET /_ping HTTP/1.1\r\n") else b"400 No"
                connection.sendall(
                    b"HTTP/1.1 " + status + b"\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK"
                )

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield path
        thread.join(TIMEOUT_SECONDS)


def test_engine_that_answers(engine: Path) -> None:
    found = devices.engine(f"unix://{engine}", wanted=True)
    assert (found.verdict, found.text) == (
        "ok",
        f"engine at unix://{engine} answers (API 1.45)",
    )


def test_engine_that_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = devices.engine(f"unix://{tmp_path}/none.sock", wanted=True)
    assert (found.verdict, "no engine answers" in found.text) == ("warning", True)
    found = devices.engine("tcp://127.0.0.1:1", wanted=True)
    assert (found.verdict, "Connection refused" in found.text) == ("warning", True)
    monkeypatch.setattr(devices, "ENGINE", tmp_path / "none.sock")
    assert devices.engine("", wanted=False).verdict == "ok"
    assert devices.engine("", wanted=True).verdict == "warning"
