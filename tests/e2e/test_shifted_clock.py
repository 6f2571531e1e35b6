"""The clock that other tests rely on."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.testing import TIMEOUT_SECONDS
from tests.e2e.shifted_clock import ShiftedClock

_PROGRAM = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""


def test_a_running_process_sees_the_time_that_is_set(tmp_path: Path):
    spring = datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC)
    clock = ShiftedClock(tmp_path, spring)
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=clock.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def told() -> tuple[datetime, float]:
            asked.write("\n")
            asked.flush()
            wall, monotonic = answers.readline().split()
            return datetime.fromtimestamp(float(wall), UTC), float(monotonic)

        wall, before = told()
        assert abs(wall - spring) < timedelta(seconds=2)
        clock.set(spring + timedelta(days=200))
        wall, after = told()
        assert abs(wall - spring - timedelta(days=200)) < timedelta(seconds=2)
        assert after - before < TIMEOUT_SECONDS
        asked.close()
