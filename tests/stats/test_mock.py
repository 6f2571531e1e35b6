"""The invented host."""

import random
import subprocess
import sys
from datetime import UTC, datetime

from stats.mock import mock_containers, mock_stats

NOW = datetime(2026, 2, 17, tzinfo=UTC)


def test_values_differ_and_stay_in_range() -> None:
    """A thousand readings."""
    chance = random.Random(1).random
    got = [mock_stats(NOW, NOW, chance) for _ in range(1000)]
    assert all(stats.mock for stats in got)
    assert all(0 <= (stats.cpu_percent or 0) <= 100 for stats in got)
    assert all(0 <= stats.memory_percent <= 100 for stats in got)
    assert len({stats.cpu_percent for stats in got}) > 100


def test_containers_bear_the_wanted_names() -> None:
    """Or three invented ones."""
    chance = random.Random(1).random
    assert [c.name for c in mock_containers(["Git=gitea", "b"], NOW, chance)] == ["Git", "b"]
    assert len(mock_containers([], NOW, chance)) == 3


def test_mock_mode_needs_no_psutil_and_no_docker() -> None:
    """Neither is imported by the service itself, only by what reads real hardware."""
    code = (
        "import sys; import stats.service; "
        "print([name for name in ('psutil', 'docker', 'requests') if name in sys.modules])"
    )
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert got.stdout.strip() == "[]"
