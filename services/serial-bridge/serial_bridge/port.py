"""A serial port on the event loop; the only module that knows pyserial.

pyserial opens and sets up the port; reading and writing is done on its file descriptor, since
its own calls wait. Every fault of a port is a PortError.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import termios
from collections import deque
from collections.abc import AsyncIterator, Callable

import serial

from serial_bridge.flood import Bucket

LOCK_FILE = "/var/lock/esp32-serial.lock"
"""What the program before this one holds while it has a panel."""

_BAUD = 115200
_READ_BYTES = 4096
_PACE_SECONDS = 0.002  # firmware queues eight LED commands, and drops more without a word
_MOST_WAITING = 64
_FLUSH_SECONDS = 0.3
# A line of 115200 baud carries 11.5 kB a second; USB is faster, and what breaks there is too
_MOST_BYTES, _BYTES_A_SECOND = 16384, 16384
_REST_SECONDS = 0.25
_FAULTS = (OSError, termios.error)  # the latter is none; pyserial's SerialException is one


class PortError(Exception):
    """The port cannot be opened, or is gone; the message says why."""


class _Serial(serial.Serial):
    """Leaves DTR and RTS as the kernel sets them: an ESP32's USB restarts the chip by them."""

    def _update_dtr_state(self) -> None:
        pass

    def _update_rts_state(self) -> None:
        pass


@contextlib.asynccontextmanager
async def open_port(path: str, lock_file: str = LOCK_FILE) -> "AsyncIterator[Port]":
    """Have a port for ourselves; PortError when it is not there, or another program has it."""
    lock = _lock(lock_file)
    try:
        try:
            # USB may take its time
            opened = await asyncio.to_thread(_open, path)
        except _FAULTS as error:
            raise PortError(_reason(error)) from None
        port = Port(opened)
        try:
            yield port
        finally:
            port.close()
    finally:
        if lock is not None:
            os.close(lock)


def _open(path: str) -> serial.Serial:
    opened = _Serial(path, _BAUD, timeout=0, write_timeout=0, exclusive=True)
    try:
        attributes = termios.tcgetattr(opened)
        attributes[2] &= ~termios.HUPCL  # closing leaves DTR and RTS alone, too
        attributes[6][termios.VMIN] = 1  # so that reading nothing means: it is gone
        termios.tcsetattr(opened, termios.TCSANOW, attributes)
    except _FAULTS:
        opened.close()
        raise
    return opened


def _lock(path: str) -> int | None:
    """Hold the lock file as one of several, so that the older program keeps away and vice versa.

    None where it cannot be had: it is a courtesy, the port itself is locked anyway.
    """
    try:
        try:
            # A pipe of that name would be waited for
            lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            lock = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise PortError(f"another program holds {path}") from None
    return lock


def _reason(error: BaseException) -> str:
    number = error.args[0] if isinstance(error, termios.error) else getattr(error, "errno", None)
    if number == errno.EIO:
        return "unplugged"
    if number in (errno.EAGAIN, errno.EBUSY):
        return "another program has it"
    if number == errno.EACCES:
        return "permission denied; see docs/panel.md for the udev rule"
    return os.strerror(number) if number else str(error)


class Port:
    """An open port. One task reads, one writes; `send` may be called by anybody."""

    def __init__(self, opened: serial.Serial) -> None:
        self._serial = opened
        self._fd = opened.fileno()
        self._loop = asyncio.get_running_loop()
        self._bytes = Bucket(_MOST_BYTES, _BYTES_A_SECOND)
        self._waiting: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self.dropped = 0
        """How many lines were not sent because the panel took none."""
        self.flooded = False
        """Whether bytes were thrown away before those that `read` returned last."""

    def send(self, line: str) -> None:
        """Queue a line; when 64 wait the oldest is dropped, its LED has changed since."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(line.encode("ascii") + b"\n")
        self._filled.set()

    async def read(self) -> bytes:
        """Return what has come, at most 4096 bytes; PortError when the port is gone.

        When it says more than 16 kB a second, what has come is thrown away, `flooded` is set,
        and it is left alone for a quarter of a second.
        """
        self.flooded = False
        while True:
            try:
                data = os.read(self._fd, _READ_BYTES)
            except BlockingIOError:
                await self._ready(self._loop.add_reader, self._loop.remove_reader)
                continue
            except OSError as error:
                raise PortError(_reason(error)) from None
            if not data:
                raise PortError("unplugged")
            if self._bytes.take(len(data), self._loop.time()):
                return data
            self.flooded = True
            await asyncio.sleep(_REST_SECONDS)
            try:
                self._serial.reset_input_buffer()
            except _FAULTS as error:
                raise PortError(_reason(error)) from None

    async def write(self) -> None:
        """Send the queued lines, 2 ms apart, until cancelled; PortError when the port is gone."""
        while True:
            while self._waiting:
                await self._write(self._waiting.popleft())
                await asyncio.sleep(_PACE_SECONDS)
            self._filled.clear()
            await self._filled.wait()

    async def flush(self) -> None:
        """Send what is queued and see it leave, as far as that goes in 0.3 s."""
        with contextlib.suppress(PortError, TimeoutError, *_FAULTS):
            async with asyncio.timeout(_FLUSH_SECONDS):
                while self._waiting:
                    await self._write(self._waiting.popleft())
                    await asyncio.sleep(_PACE_SECONDS)
                while self._serial.out_waiting:  # noqa: ASYNC110 - the kernel tells nobody
                    await asyncio.sleep(_PACE_SECONDS)

    def close(self) -> None:
        """Close it; what was not sent is thrown away, for closing would wait half a minute."""
        for remove in (self._loop.remove_reader, self._loop.remove_writer):
            remove(self._fd)
        with contextlib.suppress(*_FAULTS):
            if self._serial.out_waiting:
                self._serial.reset_output_buffer()
        with contextlib.suppress(*_FAULTS):
            self._serial.close()

    async def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                await self._ready(self._loop.add_writer, self._loop.remove_writer)
            except OSError as error:
                raise PortError(_reason(error)) from None

    async def _ready(self, add: Callable[..., None], remove: Callable[[int], bool]) -> None:
        """Wait until the port can be read or written, whichever `add` is for."""
        woken: asyncio.Future[None] = self._loop.create_future()
        add(self._fd, _wake, woken)
        try:
            await woken
        finally:
            remove(self._fd)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
