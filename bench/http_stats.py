"""How fast a kept /stats is answered, against Flask's development server with the same body.

The servers have the first core, the load has the last, so that it never takes the server's time.
They answer in turn, window by window. Microseconds are those of the wall clock: 1 000 000 of
them by the number of whole answers a second.
"""

import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.meter import cpu_seconds
from bench.peers import python_with
from bench.process import (
    NO_ENGINE,
    ROOT,
    Process,
    SkipError,
    need_broker,
    pinned,
    running,
    service,
    wait,
)
from bench.verdict import Outcome
from shared.testing import TIMEOUT_SECONDS, Broker, free_port

_PATH = "/stats"
_CONNECTIONS = 16
_WARM_UP_SECONDS = 1
_SETTINGS = {
    "DOCKER_HOST": NO_ENGINE,
    "PISTAT_HOST": "127.0.0.1",
    "PISTAT_RATE_LIMIT_ENABLED": "false",
    "PISTAT_CACHE_SECONDS": "3600",
}


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Load both servers in turn; return time a request, memory afterwards, and CPU a request."""
    need_broker()
    python = python_with("flask", "flask>=3")
    windows, seconds = (3, 2) if quick else (7, 3)
    ports = free_port(), free_port()
    settings = _SETTINGS | {"PISTAT_PORT": str(ports[0])}
    with (
        Broker(directory) as broker,
        service("stats", broker, directory, settings) as ours,
    ):
        body = directory / "body.json"
        body.write_bytes(_answer(ours, ports[0]))
        size = body.stat().st_size
        command = [str(python), str(ROOT / "bench/peer_flask.py"), str(ports[1]), str(body)]
        with running(command, directory / "flask") as peer:
            try:
                same = _answer(peer, ports[1]) == body.read_bytes()
            except RuntimeError as error:
                raise SkipError(f"Flask does not start: {error}") from None
            if not same:
                raise SkipError("Flask answers with another body")
            servers = list(zip((ours, peer), ports, strict=True))
            with pinned([ours.pid, peer.pid]):
                for _, port in servers:
                    _load(port, _WARM_UP_SECONDS)
                taken = [
                    [_window(process, port, seconds) for process, port in servers]
                    for _ in range(windows)
                ]
            memory = [_resident_megabytes(process.pid) for process, _ in servers]
    lost = sum(failed for window in taken for _, _, failed in window)
    wall, cpu = (
        [tuple(window[of][number] for window in taken) for of in range(2)] for number in range(2)
    )
    tool = "wrk" if shutil.which("wrk") else "our own load, which may be the limit"
    note = f"{1e6 / min(wall[0]):.0f} requests/s at best, {size} bytes, by {tool}"
    told = f"{lost} requests failed" if lost else ""
    return [
        Outcome("http-stats", wall[0], wall[1], note=note, lost=told),
        Outcome("http-stats-cpu", cpu[0], cpu[1], lost=told),
        Outcome("http-stats-memory", (memory[0],), (memory[1],), lost=told),
    ]


def _window(server: Process, port: int, seconds: int) -> tuple[float, float, int]:
    """Return the microseconds a request by the wall and of the CPU, and how many failed."""
    before = cpu_seconds(server.pid)
    answered, failed = _load(port, seconds)
    spent = cpu_seconds(server.pid) - before
    if not answered:
        raise RuntimeError(f"port {port} answered nothing")
    return 1e6 * seconds / answered, 1e6 * spent / answered, failed


def _load(port: int, seconds: int) -> tuple[int, int]:
    """Ask for so long from another process; return how many answers came, and what failed."""
    if not shutil.which("wrk"):
        said = _output([sys.executable, "-m", "bench.http_load", str(port), _PATH, str(seconds)])
        answers, faults = said.split()
        return int(answers), int(faults)
    url = f"http://127.0.0.1:{port}{_PATH}"
    said = _output(["wrk", "-t", "1", "-c", str(_CONNECTIONS), "-d", f"{seconds}s", url])
    whole = re.search(r"(\d+) requests in", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.findall(r"(?:connect|read|write|timeout) (\d+)", said)
    failed = (int(bad[1]) if bad else 0) + sum(map(int, errors))
    return int(whole[1]) if whole else 0, failed


def _output(command: list[str]) -> str:
    """Return what a program prints that inherits this thread's core."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def _answer(server: Process, port: int) -> bytes:
    """Return the body that a server answers as soon as it does."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server of port {port} ended with {server.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", _PATH)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == http.client.OK:
                return body
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        wait(0.1)
    raise RuntimeError(f"nobody answers {_PATH} on port {port}")


def _resident_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
