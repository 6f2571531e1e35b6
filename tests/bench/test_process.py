"""Services are measured as they are run."""

import os
import re
import sys
from pathlib import Path

from bench.process import ROOT, deployed, pinned, running


def test_the_image_and_make_run_start_services_alike() -> None:
    """Without docstrings, which take a megabyte of each service."""
    image = (ROOT / "services/Dockerfile").read_text("utf-8")
    assert deployed() == {"PYTHONOPTIMIZE": "2"}
    assert re.findall(r"^ENV (PYTHONOPTIMIZE=.*)$", image, re.MULTILINE) == ["PYTHONOPTIMIZE=2"]


def test_all_that_serve_are_on_one_core_and_the_load_on_another(tmp_path: Path) -> None:
    """Also those that are pinned while others are."""
    cores = os.sched_getaffinity(0)
    wait = [sys.executable, "-c", "import signal; signal.pause()"]
    with running(wait, tmp_path) as one, running(wait, tmp_path) as two:
        with pinned([one.pid]), pinned([two.pid]):
            assert os.sched_getaffinity(one.pid) == os.sched_getaffinity(two.pid) == {min(cores)}
            assert os.sched_getaffinity(0) == {max(cores)}
        assert os.sched_getaffinity(0) == cores
