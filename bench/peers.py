"""Programs that we are measured against, in a virtual environment of their own."""

import subprocess
import sys
from pathlib import Path

from bench.process import SkipError

_FOLDER = Path(__file__).parent / ".venv-peers"
_PYTHON = _FOLDER / "bin/python"


def python_with(package: str, requirement: str) -> Path:
    """Return a Python that has `package`, installing it at first; SkipError where it cannot."""
    if not _PYTHON.exists():
        _run([sys.executable, "-m", "venv", str(_FOLDER)], package)
    if not any(_FOLDER.glob(f"lib/*/site-packages/{package}")):
        print(f"installing {package} into bench/.venv-peers ...", file=sys.stderr)
        _run([str(_PYTHON), "-m", "pip", "install", "-q", "--retries", "1", requirement], package)
    return _PYTHON


def _run(command: list[str], package: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise SkipError(f"{package} cannot be installed: {(said or ['?'])[-1]}") from None
    except subprocess.TimeoutExpired:
        raise SkipError(f"{package} cannot be installed in 5 minutes") from None
