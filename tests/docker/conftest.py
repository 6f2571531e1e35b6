"""One hub for all tests, made by `docker compose up` of what a fresh clone holds."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import settings
from shared.testing import TIMEOUT_SECONDS
from tests.docker.stack import BUILD_SECONDS, ROOT, Stack

HERE = Path(__file__).parent
OLDEST_ENGINE = 26  # the first that mounts a part of a volume


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with the base images: this machine's, or one that is installed now."""
    host = os.environ.get("DOCKER_HOST", "unix://")
    if not host.startswith("unix://"):
        pytest.skip(f"the Docker engine at {host} is not on this machine")
    for tool in ("engine-up", "base-images"):
        done = subprocess.run(
            [HERE / tool],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if done.returncode:
            pytest.skip((done.stderr or done.stdout).strip().rpartition("\n")[2])
    version = subprocess.check_output(
        ["docker", "version", "--format", "{{.Server.Version}}"], text=True, timeout=TIMEOUT_SECONDS
    ).strip()
    if int(version.split(".")[0]) < OLDEST_ENGINE:
        pytest.skip(f"Docker {version} is older than {OLDEST_ENGINE}")


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone would hold, were everything committed."""
    listed = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    names = subprocess.check_output([*listed, "--exclude-standard"], cwd=ROOT, text=True)
    tree = tmp_path_factory.mktemp("clone")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    return tree


@pytest.fixture(scope="session")
def stack(engine: None, tree: Path) -> Iterator[Stack]:
    """The running hub: made by nothing but `up`, thrown away, and timed when made again."""
    stack = Stack(tree)
    stack.clear_broken_off()
    try:
        stack.compose("up", "-d", "--wait")
        stack.compose("down", "-v")
        stack.first_reading_seconds = stack.up_to_first_reading()
        yield stack
    except AssertionError:
        print(stack.compose("logs"))  # why `up` failed
        raise
    finally:
        stack.close()


@pytest.fixture(scope="session", autouse=True)
def host_name_file() -> Iterator[None]:
    """Let `host_name` read this machine's name where the containers read it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HOST_NAME_FILE", Path("/etc/hostname"))
        yield
