"""What a reading of the host costs, against Glances, which publishes its own to the same broker.

All run at the same time at the same interval, so that a window of one is a window of all.
Glances lists the processes too, so its cost grows with their number, which is told.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.meter import cpu_seconds, process_count
from bench.process import NO_ENGINE, Process, SkipError, need_broker, running, service, wait
from bench.verdict import Outcome
from shared.testing import TESTER, Broker, Client

_INTERVAL_SECONDS = 2.0
_WARM_UP_SECONDS = 3.0
_TRIES = 8
_PEERS = Path(__file__).parent / ".venv-peers"
_REQUIREMENTS = ["glances>=4.5", "paho-mqtt>=2", "certifi"]  # glances[export] brings 40 more

_CONF = """\
[mqtt]
host={host}
port={port}
tls=false
user={user}
password={password}
topic=glances
devicename={name}
"""
_ALIKE = "cpu,percpu,mem,memswap,load,fs,diskio,network,sensors,uptime"
_VARIANTS = {
    "all": [],
    "alike": ["--disable-plugin", "all", "--enable-plugin", _ALIKE],
}


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run stats and two Glances side by side; return both comparisons."""
    need_broker()
    glances = _glances()
    windows, seconds = (3, 6.0) if quick else (8, 12.0)
    with (
        Broker(directory) as broker,
        Client(broker) as client,
        service("stats", broker, directory, {"DOCKER_HOST": NO_ENGINE}) as ours,
        _running_glances(glances, broker, directory, "all") as every,
        _running_glances(glances, broker, directory, "alike") as alike,
    ):
        client.subscribe("mantel/host/+/stats", "glances/+/load/min1", qos=0)
        wait(_WARM_UP_SECONDS)
        client.drain()
        spent: list[list[float]] = []
        heard: list[dict[str, int]] = []
        for _ in range(windows):
            before = _cpu(ours, every, alike)
            wait(seconds)
            after = _cpu(ours, every, alike)
            spent.append([now - then for now, then in zip(after, before, strict=True)])
            heard.append(_count(client))
    return _outcomes(spent, heard, seconds)


def _outcomes(
    spent: list[list[float]], heard: list[dict[str, int]], seconds: float
) -> list[Outcome]:
    """Return both comparisons, in CPU ms a reading.

    That is a reading of its own: their beats are not ours, and a window of three intervals may
    hold two cycles of Glances or four.
    """
    due = seconds / _INTERVAL_SECONDS
    total = {key: sum(window[key] for window in heard) for key in heard[0]}
    lost = ""
    if total["stats"] < due * len(heard) - 1:
        lost = f"{total['stats']} of {due * len(heard):.0f} readings came"
    ours, every, alike = (
        tuple(1000 * cpu[of] / max(count[key], 1) for cpu, count in zip(spent, heard, strict=True))
        for of, key in enumerate(("stats", "all", "alike"))
    )
    result = []
    for goal, peer, key in (("stats-base", every, "all"), ("stats-base-alike", alike, "alike")):
        if total[key] < due * len(heard) * 0.8:
            told = f"glances told {total[key]} of {due * len(heard):.0f}"
            result.append(Outcome(goal, skipped=told))
            continue
        note = f"{total['stats']} readings, {total[key]} of glances, {process_count()} processes"
        result.append(Outcome(goal, ours, peer, note=note, lost=lost))
    return result


def _cpu(*processes: Process) -> list[float]:
    return [cpu_seconds(process.pid) for process in processes]


def _count(client: Client) -> dict[str, int]:
    """Count the readings since the last time: ours, and the cycles of each Glances."""
    counts = {"stats": 0, "all": 0, "alike": 0}
    for message in client.drain():
        levels = message.topic.split("/")
        counts["stats" if levels[0] == "mantel" else levels[1]] += 1
    return counts


@contextlib.contextmanager
def _running_glances(
    program: Path, broker: Broker, directory: Path, name: str
) -> Iterator[Process]:
    """Run one Glances as it comes, but for where the broker is."""
    folder = directory / f"glances-{name}"
    conf, log = folder / "glances.conf", folder / "output.log"
    folder.mkdir()
    conf.write_text(
        _CONF.format(
            host=broker.host,
            port=broker.port,
            user=TESTER,
            password=broker.password(TESTER),
            name=name,
        )
    )
    command = [
        str(program), "-C", str(conf), "-q", "--export", "mqtt", "-t", "2",
        "--disable-check-update", *_VARIANTS[name],
    ]  # fmt: skip
    # Its MQTT thread dies when the broker answers before it has noted its own client
    for _ in range(_TRIES):
        log.unlink(missing_ok=True)
        with running(command, folder) as process:
            wait(1.5)
            if b"AttributeError" not in log.read_bytes() and process.poll() is None:
                yield process
                return
    raise SkipError(f"glances does not start: {log.read_text()[-200:]}")


def _glances() -> Path:
    """Return Glances, installed into a virtual environment of its own; SkipError without it."""
    program = _PEERS / "bin/glances"
    if program.exists():
        return program
    print("installing glances into bench/.venv-peers ...", file=sys.stderr)
    pip = [str(_PEERS / "bin/python"), "-m", "pip", "install", "-q", "--retries", "1"]
    for command in ([sys.executable, "-m", "venv", str(_PEERS)], [*pip, *_REQUIREMENTS]):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            raise SkipError(f"glances cannot be installed: {(said or ['?'])[-1]}") from None
        except subprocess.TimeoutExpired:
            raise SkipError("glances cannot be installed in 5 minutes") from None
    return program


def version() -> str:
    """Return the version of the installed Glances, for the footer."""
    found = sorted(_PEERS.glob("lib/*/site-packages/[Gg]lances-*.dist-info"))
    return found[0].name.split("-")[1].removesuffix(".dist") if found else "none"
