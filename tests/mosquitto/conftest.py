"""A broker for each test that asks for one, and programs of ours before the real ones."""

import os
import shutil

import pytest

from shared.testing import Broker


@pytest.fixture(scope="module", autouse=True)
def makes_users():
    """Let each broker here make its users itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Broker, "makes_users", True)
        yield


@pytest.fixture
def broker(tmp_path):
    """Yield a running broker of our own configuration, with no device."""
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
def put_before(tmp_path):
    """Return a function that lets a broker's entrypoint find our script before program `name`.

    The script is POSIX shell and knows the real program as $REAL.
    """
    directory = tmp_path / "programs"
    directory.mkdir()

    def put(broker, name, script):
        real = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        program = directory / name
        program.write_text(f"#!/bin/sh\nREAL={real}\n{script}\n")
        program.chmod(0o755)
        broker.settings["PATH"] = f"{directory}:{os.environ['PATH']}"

    return put
