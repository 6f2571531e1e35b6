"""Ports for tests: no two processes of the tests are given the same one."""

import socket
import subprocess
import sys

from shared.testing import TIMEOUT_SECONDS, free_port

MANY = 400
FIND = f"from shared.testing import free_port\nfor _ in range({MANY}): print(free_port())"


def given(worker: int, workers: int) -> set[int]:
    environment = {
        "PYTEST_XDIST_WORKER": f"gw{worker}",
        "PYTEST_XDIST_WORKER_COUNT": str(workers),
    }
    said = subprocess.check_output(
        [sys.executable, "-c", FIND], env=environment, text=True, timeout=TIMEOUT_SECONDS
    )
    return {int(line) for line in said.split()}


def test_each_process_of_the_tests_has_ports_of_its_own():
    all_given = [given(worker, 3) for worker in range(3)]
    assert [len(ports) for ports in all_given] == [MANY] * 3  # none twice, too
    assert len(set.union(*all_given)) == 3 * MANY


def test_where_somebody_listens_is_not_given():
    taken = socket.create_server(("127.0.0.1", free_port()))
    with taken:
        # all of this process's ports come by once
        assert taken.getsockname()[1] not in {free_port() for _ in range(32_768 - 10_000)}
