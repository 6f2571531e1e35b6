"""Services are measured as they are run."""

import re

from bench.process import ROOT, deployed


def test_the_image_and_make_run_start_services_alike() -> None:
    """Without docstrings, which take a megabyte of each service."""
    image = (ROOT / "services/Dockerfile").read_text("utf-8")
    assert deployed() == {"PYTHONOPTIMIZE": "2"}
    assert re.findall(r"^ENV (PYTHONOPTIMIZE=.*)$", image, re.MULTILINE) == ["PYTHONOPTIMIZE=2"]
