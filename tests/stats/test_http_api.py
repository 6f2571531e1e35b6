"""What the paths answer, over a machine that fails or waits."""

import asyncio
import gzip
import json
import logging

import pytest

from shared.testing import eventually
from stats.http_api import HttpApi
from stats.monitor import Monitor
from stats.openapi import document
from stats.settings import Settings
from tests.stats.http_client import Machine, api


def test_all_paths_are_described() -> None:
    """/openapi.json and the routes name the same."""
    settings = Settings()
    api = HttpApi(Monitor(Machine(), settings), settings)
    assert set(api.paths) == set(document()["paths"])


@pytest.mark.parametrize(
    ("path", "error", "keys"),
    [
        ("/stats", "Failed to collect system statistics", {"error", "details", "timestamp"}),
        ("/processes", "Failed to get process information", {"error", "details"}),
        ("/network/interfaces", "Failed to get network interface information",
         {"error", "details"}),
        ("/storage/devices", "Failed to get storage device information", {"error", "details"}),
        ("/system/config", "Failed to get system configuration", {"error", "details"}),
    ],
)  # fmt: skip
async def test_a_machine_that_cannot_be_read_is_500(
    path: str, error: str, keys: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """With the older system's words and headers, and one line in the log for many requests."""
    async with api() as client:
        client.machine.fault = OSError("the card is out")
        for _ in range(3):
            status, headers, body = await client.ask(path)
            told = json.loads(body)
            assert status == 500
            assert set(told) == keys
            assert (told["error"], told["details"]) == (error, "the card is out")
            assert headers["content-type"] == "application/json"
            assert headers["x-frame-options"] == "DENY"
        client.machine.fault = None
        assert (await client.ask(path))[0] == 200
    assert sum(record.levelno == logging.WARNING for record in caplog.records) == 1


async def test_health_that_cannot_be_read_is_unhealthy() -> None:
    async with api() as client:
        client.machine.fault = ValueError("no memory")
        status, _, body = await client.ask("/health")
        told = json.loads(body)
        assert status == 500
        assert set(told) == {"status", "error", "timestamp"}
        assert (told["status"], told["error"]) == ("unhealthy", "no memory")


async def test_many_that_ask_at_once_share_one_reading() -> None:
    """And one that leaves does not take it from the others."""
    async with api() as client:
        client.machine.go.clear()
        asked = [asyncio.create_task(client.ask("/stats")) for _ in range(3)]
        await asyncio.to_thread(eventually, lambda: client.machine.readings)
        other = await client.ask("/health")
        assert other[0] == 200, "not delayed"
        client.machine.go.set()
        bodies = {body for _, _, body in await asyncio.gather(*asked)}
        assert len(bodies) == 1
        assert client.machine.readings == 1


async def test_the_cache_lives_as_long_as_it_is_set_to() -> None:
    async with api(pistat_cache_seconds=0) as client:
        for _ in range(3):
            assert (await client.ask("/stats"))[0] == 200
        assert client.machine.readings == 3
    async with api(pistat_cache_seconds=3600) as client:
        for path in ("/stats", "/stats?block=true", "/stats?fields=uptime", "/stats?cache=TRUE"):
            assert (await client.ask(path))[0] == 200
        assert client.machine.readings == 1
        for path in ("/stats?cache=false", "/stats?cache=1", "/stats?cache="):
            assert (await client.ask(path))[0] == 200
        assert client.machine.readings == 4


async def test_gzip_of_the_kept_answer_and_of_others() -> None:
    """The same bytes as without."""
    async with api(pistat_cache_seconds=60) as client:
        for path in ("/stats", "/stats", "/openapi.json"):
            plain = await client.ask(path)
            zipped = await client.ask(path, **{"Accept-Encoding": "br, gzip;q=0.5"})
            assert "content-encoding" not in plain[1]
            assert zipped[1]["content-encoding"] == "gzip"
            assert gzip.decompress(zipped[2]) == plain[2]
            assert len(zipped[2]) == int(zipped[1]["content-length"]) < len(plain[2])


@pytest.mark.parametrize(
    ("accepted", "is_zipped"),
    [
        ("gzip", True), ("deflate , GZIP", True), ("x-gzip", True), ("gzip; q=1, br", True),
        ("gzip;q=0.001", True), ("gzip;q=0", False), ("br, gzip ; q = 0.000 , *", False),
        ("gzip;q=0., br", False), ("gzipped", False), ("identity", False), ("", False),
    ],
)  # fmt: skip
async def test_gzip_is_for_those_who_take_it(accepted: str, is_zipped: bool) -> None:
    """A weight of 0 says no."""
    async with api(pistat_cache_seconds=60) as client:
        for _ in range(2):
            headers = (await client.ask("/stats", **{"Accept-Encoding": accepted}))[1]
            assert ("content-encoding" in headers) == is_zipped


@pytest.mark.parametrize("query", ["a" * 3000, "&" * 3000, "fields=%ff%00&fields=x", "limit=%zz"])
async def test_absurd_parameters(query: str) -> None:
    """Are passed over, or refused in words."""
    async with api(pistat_rate_limit_enabled=False) as client:
        for path in document()["paths"]:
            assert (await client.ask(f"{path}?{query}"))[0] in {200, 400}


async def test_the_first_of_repeated_parameters_counts() -> None:
    async with api() as client:
        assert set(await client.json("/stats?fields=uptime&fields=swap")) == {"uptime"}


async def test_the_kept_answer_is_limited_too() -> None:
    async with api(pistat_cache_seconds=60, pistat_rate_limit_requests=3) as client:
        assert [(await client.ask("/stats"))[0] for _ in range(4)] == [200, 200, 200, 429]
