"""What each service takes when it idles, and what its start costs."""

import resource
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.meter import alone_bytes, pss_bytes
from bench.process import need_broker, packages, service, wait
from bench.verdict import Outcome
from shared.testing import Broker, Client

_ALL_SERVICES = 5
_MEGABYTE = 1_000_000


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run everything that there is, let it idle, and weigh it."""
    need_broker()
    with Broker(directory) as broker, Client(broker) as client, ExitStack() as stack:
        # with the Docker engine where there is one, as at a user's
        pids = {
            name: stack.enter_context(service(name, broker, directory, {})).pid
            for name in packages()
        }
        client.subscribe("mantel/host/+/stats", qos=0)
        client.receive()
        wait(2 if quick else 20)
        pids["mosquitto"] = broker.pid
        weights = {name: pss_bytes(pid) / _MEGABYTE for name, pid in pids.items()}
        alone = alone_bytes(list(pids.values())) / _MEGABYTE
    each = ", ".join(f"{name} {weight:.1f}" for name, weight in weights.items())
    counted = len(packages())
    partial = "" if counted >= _ALL_SERVICES else f"only {counted} of {_ALL_SERVICES} services yet"
    return [
        Outcome("stack-memory", (sum(weights.values()),), note=each, partial=partial),
        Outcome("stack-memory-alone", (alone,), partial=partial),
        _imports(directory, repeats=2 if quick else 7),
    ]


def _imports(directory: Path, repeats: int) -> Outcome:
    """Return what each service's imports cost beyond a bare interpreter.

    The peer is what no asyncio service that can speak TLS is without.
    """
    bare = _cpu_ms(directory, "", repeats)
    peer = _cpu_ms(directory, "import asyncio, ssl", repeats) - bare
    ours = {}
    for name, package in packages().items():
        code = f"import {package}.service, {package}.settings, shared.lifecycle"
        ours[name] = _cpu_ms(directory, code, repeats) - bare
    note = ", ".join(f"{name} {cost:.0f}" for name, cost in ours.items())
    return Outcome("import-cpu", tuple(ours.values()), (peer,) * len(ours), note=note)


def _cpu_ms(directory: Path, code: str, repeats: int) -> float:
    """Return the CPU time of a fresh interpreter that runs `code`, in ms; median of repeats."""
    spent = []
    for _ in range(repeats + 1):  # the first writes the .pyc files
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], cwd=directory, check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return 1000 * median(spent[1:])
