"""`make bench`: take every measure, print a line for each goal, tell whether all are met.

    .venv/bin/python -m bench.run [--quick] [--only MEASURE ...]

Exit code 1 when a goal is missed or deliveries were lost, else 0.
"""

import argparse
import importlib
import json
import os
import platform
import queue
import signal
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import containers, readings
from bench.meter import machine_ticks
from bench.process import ROOT, SkipError, StopError, stop
from bench.verdict import HEADINGS, Goal, Outcome, cells, judge, line, ratios

_STEPS = (
    ("readings", "containers", "recovery"),
    ("memory",),
    ("crowd",),
    ("stalled",),
    ("ring",),
    ("audio",),
    ("listeners",),
    ("clock",),
    ("clock_sessions",),
    ("processes",),
    ("panel",),
    ("press",),
    ("http_stats",),
    ("pictures",),
    ("dither",),
    ("polling",),
    ("day",),
    ("relay_fan",),
    ("relay_crowd",),
    ("relay_stalled",),
    ("relay_refused",),
    ("photos",),
    ("dashboards",),
    ("dashboards_text",),
)
"""The measures, in order; those of one step run side by side: they wait most of their time."""


def main() -> int:
    """Run what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure Mantel against its goals.")
    parser.add_argument("--quick", action="store_true", help="within a minute, with fewer windows")
    parser.add_argument("--only", nargs="+", choices=sum(_STEPS, ()), help="these measures alone")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    goals = load_goals()
    started, ticks = datetime.now(UTC), machine_ticks()
    print(line(HEADINGS), flush=True)
    outcomes: list[Outcome] = []
    for step in _STEPS:
        chosen = [name for name in step if not options.only or name in options.only]
        with ThreadPoolExecutor(len(step)) as pool:
            taken = [pool.submit(take, name, goals, quick=options.quick) for name in chosen]
        for each in taken:
            for outcome in each.result():
                outcomes.append(outcome)
                print(line(cells(goals[outcome.goal], outcome)), flush=True)
    facts = machine(started, ticks)
    print(*(f"{key}: {value}" for key, value in facts.items()), sep="\n")
    _keep(goals, outcomes, facts, started)
    return int(any(judge(goals[outcome.goal], outcome) == "FAIL" for outcome in outcomes))


def load_goals() -> dict[str, Goal]:
    """Return the goals, in the order of goals.toml."""
    tables = tomllib.loads((Path(__file__).parent / "goals.toml").read_text())
    return {name: Goal(name, **table) for name, table in tables.items()}


def take(measure: str, goals: dict[str, Goal], *, quick: bool) -> list[Outcome]:
    """Take one measure in a folder of its own, which is removed afterwards.

    One that cannot be taken here is skipped; one that breaks off has missed all its goals.
    """
    own = [name for name, goal in goals.items() if goal.measure == measure]
    try:
        with tempfile.TemporaryDirectory(prefix=f"bench-{measure}-") as folder:
            module = importlib.import_module(f"bench.{measure}")
            result: list[Outcome] = module.measure(Path(folder), quick=quick)
            return result
    except SkipError as reason:
        return [Outcome(goal, skipped=str(reason)) for goal in own]
    except (OSError, RuntimeError, queue.Empty, subprocess.SubprocessError) as error:
        text = f"{type(error).__name__} {error}".strip()
        return [Outcome(goal, lost=f"broke off: {text}") for goal in own]


def machine(started: datetime, ticks: tuple[int, int]) -> dict[str, str]:
    """Return what the numbers depend on."""
    total, stolen = (now - then for now, then in zip(machine_ticks(), ticks, strict=True))
    seconds = (datetime.now(UTC) - started).total_seconds()
    libraries = ("aiomqtt", "paho-mqtt", "websockets", "psutil", "msgspec")
    return {
        "machine": f"{os.cpu_count()} cores {_processor()}, {platform.system()} "
        f"{platform.release()}, steal {100 * stolen / max(total, 1):.1f} %, "
        f"load {' '.join(f'{load:.2f}' for load in os.getloadavg())}",
        "versions": f"Python {platform.python_version()}, {_mosquitto()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
        + f", glances {readings.version()}, {containers.versions()}",
        "commit": _commit(),
        "run": f"{started:%Y-%m-%d %H:%M} UTC, {seconds:.0f} s, {' '.join(sys.argv[1:]) or 'full'}",
    }


def _processor() -> str:
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith(("model name", "Model")):
            return text.partition(":")[2].strip()
    return platform.machine()


def _mosquitto() -> str:
    said = _say(["mosquitto", "-h"]).splitlines()
    return said[0].replace(" version", "") if said else "no mosquitto"


def _commit() -> str:
    commit = _say(["git", "rev-parse", "--short", "HEAD"]).strip() or "none yet"
    changed = _say(["git", "status", "--porcelain"]).strip()
    return commit + (", with changes" if changed else "")


def _say(command: list[str]) -> str:
    """Return what a command prints, nothing when it fails or is not there."""
    paths = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=paths, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    # `mosquitto -h` ends with 3
    return done.stdout if done.returncode in {0, 3} else ""


def _keep(
    goals: dict[str, Goal], outcomes: list[Outcome], facts: dict[str, str], started: datetime
) -> None:
    """Add the run to results/, which git ignores, so that two runs can be compared."""
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    lines = [
        asdict(outcome)
        | {
            "verdict": judge(goals[outcome.goal], outcome),
            "ratio": median(ratios(outcome)) if ratios(outcome) else None,
        }
        for outcome in outcomes
    ]
    file = folder / f"{started:%Y-%m-%d-%H%M%S}.json"
    file.write_text(json.dumps({"facts": facts, "lines": lines}, indent=1) + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StopError:
        sys.exit(130)
