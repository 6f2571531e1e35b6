"""A port on the event loop, with real ptys."""

import asyncio
import contextlib
import fcntl
import os
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from serial_bridge.port import Port, PortError, open_port
from shared.testing import TIMEOUT_SECONDS


class Pty:
    """The device's end, and the path of ours."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._slave)
        with contextlib.suppress(OSError):
            os.close(self.master)


@pytest.fixture
def pty() -> Iterator[Pty]:
    pty = Pty()
    yield pty
    pty.close()


@pytest.fixture
def lock(tmp_path: Path) -> str:
    return str(tmp_path / "esp32-serial.lock")


async def read(port: Port) -> bytes:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await port.read()


async def test_bytes_come_and_lines_go(pty: Pty, lock: str) -> None:
    """As they are, both ways."""
    async with open_port(pty.path, lock) as port:
        os.write(pty.master, b"\0PRESS 0")
        assert await read(port) == b"\0PRESS 0"
        writing = asyncio.create_task(port.write())
        port.send("VERSION")
        port.send("LEDCLR")
        got = b""
        while len(got) < len(b"VERSION\nLEDCLR\n"):
            got += await asyncio.to_thread(os.read, pty.master, 100)
        assert got == b"VERSION\nLEDCLR\n"
        writing.cancel()


async def test_reading_waits_without_work(pty: Pty, lock: str) -> None:
    """Nothing there is not the same as unplugged."""
    async with open_port(pty.path, lock) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.wait({reading}, timeout=0.1)
        assert not reading.done()
        os.write(pty.master, b"x")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await reading == b"x"


async def test_unplugged(pty: Pty, lock: str) -> None:
    """Reader and writer both find out."""
    async with open_port(pty.path, lock) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        pty.close()
        with pytest.raises(PortError):
            await asyncio.wait_for(reading, TIMEOUT_SECONDS)
        port.send("PING")
        with pytest.raises(PortError):
            await asyncio.wait_for(port.write(), TIMEOUT_SECONDS)
        await port.flush()
    with pytest.raises(PortError, match="No such file"):
        async with open_port(pty.path, lock):
            pass


async def test_a_port_is_had_by_one(pty: Pty, lock: str) -> None:
    """Whoever comes second is told, and may have it afterwards."""
    async with open_port(pty.path, lock):
        with pytest.raises(PortError, match="another program has it"):
            async with open_port(pty.path, lock):
                pass
    async with open_port(pty.path, lock):
        pass


async def test_what_is_no_port_is_told(tmp_path: Path, lock: str) -> None:
    """A file, a folder: an error that names it, and no traceback."""
    (tmp_path / "file").touch()
    for name in ("file", "."):
        with pytest.raises(PortError):
            async with open_port(str(tmp_path / name), lock):
                pass


async def test_the_lock_file_keeps_the_older_program_away(pty: Pty, lock: str) -> None:
    """Two of ours share it; where it cannot be made it is done without."""
    other = Pty()
    async with open_port(pty.path, lock), open_port(other.path, lock):
        with Path(lock).open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with Path(lock).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(PortError, match="another program holds"):
            async with open_port(pty.path, lock):
                pass
    async with open_port(pty.path, "/proc/no/such/lock"):
        pass
    other.close()


async def test_the_port_is_raw_and_hangs_nothing_up(pty: Pty, lock: str) -> None:
    """No echo, no line discipline; closing it leaves DTR alone (HUPCL)."""
    probe = os.open(pty.path, os.O_RDONLY | os.O_NOCTTY)
    attributes = termios.tcgetattr(probe)
    attributes[2] |= termios.HUPCL  # as a real port begins
    attributes[3] |= termios.ECHO
    termios.tcsetattr(probe, termios.TCSANOW, attributes)
    os.close(probe)
    async with open_port(pty.path, lock):
        probe = os.open(pty.path, os.O_RDONLY | os.O_NOCTTY)
        _, output, control, local, *_ = termios.tcgetattr(probe)
        os.close(probe)
    assert not control & termios.HUPCL
    assert not local & (termios.ECHO | termios.ICANON)
    assert not output & termios.OPOST


async def test_a_device_that_takes_nothing_costs_no_memory(pty: Pty, lock: str) -> None:
    """The newest 64 lines wait, the others are counted; closing does not wait for it."""
    async with open_port(pty.path, lock) as port:
        for _ in range(5000):
            port.send("LEDSET 001" + " " * 200)
        assert port.dropped == 5000 - 64
    async with asyncio.timeout(1):
        async with open_port(pty.path, lock) as port:
            port.send("PING")
            await port.flush()


async def test_lines_go_2_ms_apart(pty: Pty, lock: str) -> None:
    """The firmware drops LED commands that come faster."""
    async with open_port(pty.path, lock) as port:
        for _ in range(20):
            port.send("LEDALL")
        started = asyncio.get_running_loop().time()
        writing = asyncio.create_task(port.write())
        got = b""
        while got.count(b"\n") < 20:
            got += await asyncio.to_thread(os.read, pty.master, 1000)
        assert asyncio.get_running_loop().time() - started >= 19 * 0.002
        writing.cancel()


async def flood(master: int) -> None:
    """Write as fast as it goes."""
    os.set_blocking(master, False)
    while True:
        with contextlib.suppress(BlockingIOError):
            os.write(master, b"x" * 4000)
        await asyncio.sleep(0.001)


async def test_a_flood_is_thrown_away(pty: Pty, lock: str) -> None:
    """What is too much is not read, and said so; afterwards all is well."""
    async with open_port(pty.path, lock) as port:
        loop = asyncio.get_running_loop()
        flooding = asyncio.create_task(flood(pty.master))
        taken = flooded = 0
        until = loop.time() + 1.0
        while loop.time() < until:
            taken += len(await read(port))
            flooded += port.flooded
        flooding.cancel()
        assert flooded
        assert taken < 60_000
        got = b""
        while b"PRESS 001" not in got or port.flooded:
            with contextlib.suppress(BlockingIOError):
                os.write(pty.master, b"\nPRESS 001\n")
            got = await read(port)
