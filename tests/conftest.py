"""How the tests are spread over processes: a file in one, all of tests/docker in one."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_FIRST = ("tests/docker/", "tests/e2e/")
"""What takes longest, so that no process is left alone with it at the end."""


class _ByHub(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps together what shares a hub: the fixtures of a file, and the containers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return _FIRST[0] if file.startswith(_FIRST[0]) else file


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return _ByHub(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: [not item.nodeid.startswith(first) for first in _FIRST])
