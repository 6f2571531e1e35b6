"""How the tests are spread over processes: a file in one, all of tests/docker in one.

Most tests of tests/e2e wait for seconds to pass, and most others compute. So a part of the
processes begins with the ones and a part with the others, and neither waits for the other.
"""

from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_WAITING = ("tests/docker/", "tests/e2e/")
_LONGEST = (
    "tests/docker/",
    "tests/e2e/test_clock_alarms.py",
    "tests/e2e/test_alarms.py",
    "tests/e2e/test_make_run.py",
    "tests/e2e/test_clock_sessions.py",
    "tests/e2e/test_contents_schedule.py",
)
"""What takes more than a minute, so that no process is left alone with it at the end."""
_COMPUTING = 3
"""One process of so many begins with what computes."""


class _ByHub(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps together what shares a hub: the fixtures of a file, and the containers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return _WAITING[0] if file.startswith(_WAITING[0]) else file

    def _assign_work_unit(self, node: Any) -> None:
        waits = int(node.gateway.id.removeprefix("gw")) % _COMPUTING != 0
        liked = (each for each in self.workqueue if each.startswith(_WAITING) == waits)
        if (scope := next(liked, None)) is not None:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return _ByHub(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the log of a test have names of another encoding: a report is sent as UTF-8."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: [not item.nodeid.startswith(first) for first in _LONGEST])
