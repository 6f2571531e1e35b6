"""A measure's own network."""

import contextlib
import socket
import subprocess
import sys

import pytest

from bench.network import own_network
from shared.testing import TIMEOUT_SECONDS, free_port


def interfaces() -> list[str]:
    said = subprocess.check_output(
        [
            sys.executable,
            "-c",
            "import socket; print(*(name for _, name in socket.if_nameindex()))",
        ],
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return said.split()


def test_it_has_loopback_alone_and_ends_with_the_measure() -> None:
    before = interfaces()
    with contextlib.ExitStack() as stack:
        outside = stack.enter_context(socket.create_server(("127.0.0.1", free_port())))
        with own_network() as is_own:
            if not is_own:
                pytest.skip("a network of its own takes rights that this user lacks")
            assert interfaces() == ["lo"]
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(outside.getsockname())
            inside = stack.enter_context(socket.create_server(("127.0.0.1", free_port())))
            socket.create_connection(inside.getsockname(), TIMEOUT_SECONDS).close()
        assert interfaces() == before
        socket.create_connection(outside.getsockname(), TIMEOUT_SECONDS).close()
