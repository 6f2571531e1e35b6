"""The system monitor's HTTP API on port 8585: rows S01 to S24, as its clients see them."""

import contextlib
import gzip
import http.client
import json
import os
import re
import signal
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from tests.e2e.answer import Answer
from tests.e2e.bound import Stopwatch, within
from tests.e2e.conftest import Hub, Process, running_hub

TREES = Path(__file__).parents[1] / "stats/trees"
BIN = Path(__file__).parents[1] / "stats/bin"

PATHS = (
    "/", "/health", "/stats", "/processes", "/network/interfaces", "/storage/devices",
    "/metrics/history", "/system/config",
)  # fmt: skip
STATS = {
    "clocks", "cpu_freq", "cpu_temp", "cpu_usage", "disk", "disk_io", "gpu", "hardware",
    "load_avg", "memory", "network", "per_cpu_usage", "power", "swap", "timestamp", "uptime",
}  # fmt: skip
DISK_IO = {"read_count", "write_count", "read_bytes", "write_bytes", "read_time", "write_time"}
INTERFACE = {
    "bytes_sent", "bytes_recv", "packets_sent", "packets_recv",
    "errin", "errout", "dropin", "dropout",
}  # fmt: skip
PROCESS = {"pid", "name", "user", "cpu_percent", "memory_percent", "running_time"}
FILE_SYSTEM = {"device", "mountpoint", "filesystem"}
SIZES = {"total", "used", "free", "percent"}


class Api:
    """A client of a running service, by a new connection each time as most are."""

    def __init__(self, hub: Hub, process: Process) -> None:
        self.hub, self.process = hub, process
        self.port = hub.http_port

    def ask(
        self, path: str, method: str = "GET", *, peer: str = "127.0.0.1", **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS, source_address=(peer, 0)
        )
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status == 200, answer
        return answer.json


def start(hub: Hub, **settings: str) -> Api:
    process = hub.start("stats", **({"PISTAT_RATE_LIMIT_ENABLED": "no"} | settings))
    process.wait_for_log("HTTP API on port")
    return Api(hub, process)


def limited(hub: Hub, requests: str = "", **settings: str) -> Api:
    """Start one that limits its clients, as it is by default or to so many requests."""
    return start(hub, PISTAT_RATE_LIMIT_ENABLED="", PISTAT_RATE_LIMIT_REQUESTS=requests, **settings)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service that limits nobody, for tests that only ask."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield start(hub)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_S01_all_paths_answer(api: Api) -> None:
    """All 8 paths answer 200 with exact key sets, as compact alphabetical JSON."""
    for path in PATHS:
        answer = api.ask(path)
        assert answer.status == 200, path
        if path == "/":
            assert answer.headers["content-type"].startswith("text/html")
            continue
        assert answer.headers["content-type"] == "application/json"
        compact = json.dumps(answer.json, separators=(",", ":"), sort_keys=True)
        assert answer.body == compact.encode() + b"\n", path
    keys = {"status", "uptime", "memory_usage", "timestamp", "version"}
    health = api.json("/health")
    assert set(health) == keys
    assert (health["status"], health["version"]) == ("healthy", "1.0.0")
    stats = api.json("/stats")
    assert set(stats) == STATS
    assert set(stats["memory"]) == {"total", "available", "used", "percent"}
    assert set(stats["swap"]) == set(stats["disk"]) == SIZES
    assert set(stats["disk_io"]) in (DISK_IO, set())
    assert set(stats["hardware"]) <= {"model", "serial", "firmware", "usb_devices"}
    processes = api.json("/processes")
    assert set(processes) == {"processes", "timestamp"}
    assert all(set(row) == PROCESS for row in processes["processes"])
    assert set(api.json("/network/interfaces")) == {"interfaces", "timestamp"}
    storage = api.json("/storage/devices")
    assert set(storage) == {"devices", "disk_io", "timestamp"}
    for device in storage["devices"]:
        assert set(device) in (FILE_SYSTEM | SIZES, FILE_SYSTEM | {"access_error"})
    config = api.json("/system/config")
    assert set(config) == {
        "platform", "is_raspberry_pi", "hostname", "python_version", "server", "timestamp",
    }  # fmt: skip
    assert set(config["server"]) == {
        "port", "host", "debug_mode", "cache_seconds", "rate_limiting", "compression",
    }  # fmt: skip
    assert set(config["server"]["rate_limiting"]) == {"enabled", "requests", "window"}
    assert set(config["server"]["compression"]) == {"enabled", "min_size"}


def test_S02_types_and_units(api: Api) -> None:
    """Numeric types and units: bytes, MHz, seconds, percent, as psutil has them."""
    stats = api.json("/stats?cache=false")
    assert stats["memory"]["total"] == psutil.virtual_memory().total
    assert stats["swap"]["total"] == psutil.swap_memory().total
    assert stats["disk"]["total"] == psutil.disk_usage("/").total
    assert abs(stats["disk"]["percent"] - psutil.disk_usage("/").percent) < 1
    frequency: Any = psutil.cpu_freq()  # None in some machines, whatever its types say
    if frequency is None:
        assert stats["cpu_freq"] is None
    else:
        assert 10 < stats["cpu_freq"] < 10_000
    assert abs(stats["timestamp"] - time.time()) < TIMEOUT_SECONDS
    assert len(stats["per_cpu_usage"]) == psutil.cpu_count()
    assert all(0 <= percent <= 100 for percent in [stats["cpu_usage"], *stats["per_cpu_usage"]])
    assert len(stats["load_avg"]) == 3
    assert is_number(stats["cpu_usage"])
    assert is_number(stats["uptime"])
    for name, counters in psutil.net_io_counters(pernic=True).items():
        if name != "lo":
            assert abs(stats["network"][name]["bytes_recv"] - counters.bytes_recv) < 100_000_000
    assert all(isinstance(value, int) for value in stats["disk_io"].values())


def test_S03_off_a_pi(hub: Hub, tmp_path: Path) -> None:
    """Off-Pi gpu, power and clocks are {}, and cpu_temp is null where there is no sensor."""
    if Path("/dev/vcio").exists():
        pytest.skip("this is a Raspberry Pi")
    stats = start(hub, STATS_SYS=str(tmp_path)).json("/stats")
    assert (stats["gpu"], stats["power"], stats["clocks"]) == ({}, {}, {})
    assert (stats["cpu_temp"] is None) == (not psutil.sensors_temperatures())


def test_S04_on_a_pi(hub: Hub) -> None:
    """Pi metrics, with `vcgencmd` where nothing else serves, throttled 0x50005 included."""
    path = f"{BIN}:{os.environ['PATH']}"
    stats = start(hub, STATS_SYS=str(TREES / "pi-4/sys"), PATH=path).json("/stats")
    assert set(stats["gpu"]) == {"temperature", "memory", "v3d_clock"}
    assert stats["gpu"]["memory"] == 76 * 1_048_576
    assert stats["gpu"]["v3d_clock"] == 500_000_992
    assert 20 < stats["gpu"]["temperature"] < 100
    assert stats["power"] == {
        "core_voltage": 0.85, "under_voltage": True, "freq_capped": False, "throttled": True,
    }  # fmt: skip
    assert set(stats["clocks"]) == {"arm", "core", "sdram"}
    assert stats["clocks"]["arm"] == 1_500_398_464
    assert stats["hardware"]["firmware"].startswith("Mar 17 2023 10:50:39 \nCopyright")


def test_S05_fields(api: Api) -> None:
    """Fields filter: any order, blanks, unknown names, empty."""
    for fields, keys in (
        ("uptime,cpu_usage", {"cpu_usage", "uptime"}),
        ("%20memory%20,%20swap", {"memory", "swap"}),
        ("uptime,nope,memory.total", {"uptime"}),
        ("nope", set()),
        (",", set()),
        ("", STATS),
        ("timestamp", {"timestamp"}),
    ):
        assert set(api.json(f"/stats?fields={fields}")) == keys, fields


def test_S06_cache(hub: Hub) -> None:
    """Two calls within the cache's time have the same timestamp; cache=false differs and stays."""
    api = start(hub, PISTAT_CACHE_SECONDS="3600")
    first = api.ask("/stats").body
    assert api.ask("/stats").body == first
    for _ in within(0.9):  # a kept answer is not waited for
        assert api.ask("/stats?block=true").body == first
    refreshed = api.ask("/stats?cache=false").body
    assert refreshed != first
    assert api.ask("/stats").body == refreshed


def test_S06_cache_ends(hub: Hub) -> None:
    """After its time an answer is made anew."""
    api = start(hub, PISTAT_CACHE_SECONDS="1")
    first = api.json("/stats")["timestamp"]
    eventually(lambda: api.json("/stats")["timestamp"] != first)
    assert 0.9 < api.json("/stats")["timestamp"] - first < TIMEOUT_SECONDS / 2


def test_S07_block_delays_no_other(hub: Hub) -> None:
    """block=true with a cold cache takes about 1 s, and others are not delayed meanwhile."""
    api = start(hub, PISTAT_CACHE_SECONDS="0")
    took: list[float] = []

    def block() -> None:
        began = time.monotonic()
        api.json("/stats?block=true")
        took.append(time.monotonic() - began)

    for watch in within(2):
        blocking = threading.Thread(target=block)
        blocking.start()
        others = []
        while blocking.is_alive():
            for path in ("/stats", "/health", "/processes", "/storage/devices"):
                began = time.monotonic()
                api.json(path)
                others.append(time.monotonic() - began)
        blocking.join()
        assert took[-1] >= 1.0
        # The others took less than 0.3 s each, and were more than those of two rounds
        quick = statistics.median(others) < 0.3 and len(others) > 8
        watch.stop(took[-1] if quick else 9)


def test_S08_processes(api: Api) -> None:
    """Processes: five orders, limits 0, 1, 100 and 101, an unknown order is cpu."""
    api.json("/processes")
    orders: dict[str, Any] = {
        "cpu": lambda row: -row["cpu_percent"],
        "memory": lambda row: -row["memory_percent"],
        "time": lambda row: -row["running_time"],
        "name": lambda row: row["name"].casefold(),
        "pid": lambda row: row["pid"],
        "NAME": lambda row: row["name"].casefold(),
        "colour": lambda row: -row["cpu_percent"],
        "": lambda row: -row["cpu_percent"],
    }
    for sort, key in orders.items():
        rows = api.json(f"/processes?limit=100&sort={sort}")["processes"]
        assert [key(row) for row in rows] == sorted(key(row) for row in rows), sort
    running = len(psutil.pids())
    for limit, count in (("0", 0), ("1", 1), ("100", min(100, running)), ("101", 100)):
        rows = api.json(f"/processes?limit={limit}")["processes"]
        assert len(rows) == count or count < 100 == len(rows) or running < 102
    assert len(api.json("/processes")["processes"]) == min(10, running)
    own = [
        row for row in api.json("/processes?limit=100&sort=time")["processes"] if row["pid"] == 1
    ]
    assert [row["user"] for row in own] == [psutil.Process(1).username()]


def test_S09_limits_that_are_none(api: Api) -> None:
    """limit=abc and negative never crash: 400 in the documented shape, and nothing."""
    for limit in ("abc", "", "1.5", "9" * 5000):
        answer = api.ask(f"/processes?limit={limit}")
        assert answer.status == 400
        assert set(answer.json) == {"error", "details"}
        assert answer.json["error"] == "Failed to get process information"
    for limit in ("-1", "-999999999999999999999"):
        assert api.json(f"/processes?limit={limit}")["processes"] == []
    assert len(api.json("/processes?limit=999999999999999999999")["processes"]) <= 100


def test_S10_rate_limit(hub: Hub) -> None:
    """60 pass, the 61st is 429 with the exact body; all paths count; per address."""
    api = limited(hub)
    for number in range(60):
        path = ("/health", "/nope", "/stats")[number % 3]
        assert api.ask(path).status in {200, 404}
    for method in ("GET", "POST", "OPTIONS"):
        answer = api.ask("/health", method)
        assert answer.status == 429
        assert answer.body == (
            b'{"error":"Rate limit exceeded","message":"Maximum 60 requests per 60 seconds"}\n'
        )
        assert answer.headers["content-type"] == "application/json"
    assert api.ask("/health", **{"X-Forwarded-For": "10.0.0.1"}).status == 429
    assert api.ask("/health", peer="127.0.0.2").status == 200


def test_S10_the_window_slides(hub: Hub) -> None:
    """Refused requests do not count, so that who goes on asking is let in in time."""
    api = limited(hub, "2", PISTAT_RATE_LIMIT_WINDOW="5")
    watch = Stopwatch()
    assert [api.ask("/health").status for _ in range(3)] == [200, 200, 429]
    eventually(lambda: api.ask("/health").status == 200)
    assert 4.9 < watch.seconds < TIMEOUT_SECONDS / 2


def test_S10_switched_off(api: Api) -> None:
    """Without the limit nobody is refused."""
    assert {api.ask("/nope").status for _ in range(70)} == {404}


def test_S11_retry_after(hub: Hub) -> None:
    """429 carries Retry-After: the seconds until the next request passes."""
    api = limited(hub, "1")
    api.ask("/health")
    assert 55 <= int(api.ask("/health").headers["retry-after"]) <= 60


def test_S12_gzip(api: Api) -> None:
    """Gzip only with Accept-Encoding and more than 500 bytes; Vary added."""
    for path in ("/stats", "/processes", "/", "/openapi.json"):
        plain = api.ask(path)
        assert "content-encoding" not in plain.headers
        assert len(plain.body) > 500
        zipped = api.ask(path, **{"Accept-Encoding": "deflate, gzip"})
        assert zipped.headers["content-encoding"] == "gzip"
        assert gzip.decompress(zipped.body)[:10] == plain.body[:10]
        assert "Accept-Encoding" in plain.headers["vary"]
        assert "Accept-Encoding" in zipped.headers["vary"]
    for path in ("/health", "/stats?fields=uptime", "/nope"):
        small = api.ask(path, **{"Accept-Encoding": "gzip"})
        assert "content-encoding" not in small.headers
        assert "Accept-Encoding" in small.headers["vary"]


def test_S12_gzip_is_a_setting(hub: Hub) -> None:
    """Not at all, or from another size on."""
    api = start(hub, PISTAT_COMPRESSION="no")
    assert "content-encoding" not in api.ask("/", **{"Accept-Encoding": "gzip"}).headers
    api.process.stop()
    api = start(hub, PISTAT_MIN_COMPRESS_SIZE="10")
    eventually(lambda: api.ask("/health").status == 200)
    zipped = api.ask("/health", **{"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"


def test_S13_headers_on_all_replies(hub: Hub) -> None:
    """Five security and cache headers on all replies, 404, 405, 400 and 429 included."""
    api = limited(hub, "15", PISTAT_CACHE_SECONDS="7")
    asked = [(path, "GET") for path in (*PATHS, "/nope", "/processes?limit=x")]
    asked += [("/stats", "POST"), ("/stats", "HEAD"), ("/stats", "OPTIONS"), ("/stats", "GET")]
    asked += [("/health", "GET")] * 3
    statuses = set()
    for path, method in asked:
        status, headers, _ = api.ask(path, method)
        statuses.add(status)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-xss-protection"] == "1; mode=block"
        assert headers["cache-control"] == "public, max-age=7"
        told = headers["x-response-time"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+", told)
        seconds = (datetime.now(UTC) - datetime.fromisoformat(told).replace(tzinfo=UTC)).seconds
        assert seconds < TIMEOUT_SECONDS
    assert statuses == {200, 400, 404, 405, 429}


def test_S14_methods_and_unknown_paths(api: Api) -> None:
    """HEAD, OPTIONS with Allow, 405 and 404 as HTML, no trailing slash."""
    for path in PATHS:
        head = api.ask(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        assert int(head.headers["content-length"]) > 0
        options = api.ask(path, "OPTIONS")
        assert (options.status, options.body) == (200, b"")
        assert set(options.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            refused = api.ask(path, method)
            assert refused.status == 405
            assert refused.headers["content-type"].startswith("text/html")
            assert "allow" in refused.headers
    for path in ("/nope", "/stats/", "/health/", "//", "/network", "/%00", "/../etc/passwd"):
        answer = api.ask(path)
        assert answer.status == 404, path
        assert answer.headers["content-type"].startswith("text/html")


def test_S15_settings(hub: Hub) -> None:
    """Validation, clamping and defaults with a warning each; .env; the environment wins."""
    (hub.directory / ".env").write_text(
        "PISTAT_CACHE_SECONDS=9999\nPISTAT_RATE_LIMIT_WINDOW=5\nPISTAT_COMPRESSION=y\n"
        f"PISTAT_PORT={hub.http_port + 1}\n"
    )
    api = start(
        hub,
        PISTAT_RATE_LIMIT_WINDOW="7",
        PISTAT_RATE_LIMIT_REQUESTS="many",
        PISTAT_MIN_COMPRESS_SIZE="-1",
        PISTAT_LOG_LEVEL="LOUD",
        PISTAT_DEBUG="t",
    )
    server = api.json("/system/config")["server"]
    assert server == {
        "port": hub.http_port,
        "host": "127.0.0.1",
        "debug_mode": True,
        "cache_seconds": 3600,
        "rate_limiting": {"enabled": False, "requests": 60, "window": 7},
        "compression": {"enabled": True, "min_size": 0},
    }
    warnings = re.findall(r"WARNING stats: (PISTAT_\w+)", api.process.log)
    assert sorted(warnings) == [
        "PISTAT_CACHE_SECONDS", "PISTAT_LOG_LEVEL", "PISTAT_MIN_COMPRESS_SIZE",
        "PISTAT_RATE_LIMIT_REQUESTS",
    ]  # fmt: skip
    assert "127.0.0.1 GET '/system/config'" in api.process.log, "at DEBUG requests are logged"


def test_S16_network(hub: Hub, tmp_path: Path) -> None:
    """Lo is absent, active_connections an int, a signal only where there is one."""
    names = [name for name in psutil.net_io_counters(pernic=True) if name != "lo"]
    program = tmp_path / "iw"
    program.write_text(
        '#!/bin/sh\ncase "$*" in\n'
        f'dev) echo "	Interface {names[0]}" ;;\n'
        "*) echo '	signal: -52 dBm' ;;\nesac\n"
    )
    program.chmod(0o755)
    api = start(hub, PATH=f"{tmp_path}:{os.environ['PATH']}")
    network = api.json("/stats")["network"]
    interfaces = api.json("/network/interfaces")["interfaces"]
    for told in (network, interfaces):
        assert "lo" not in told
        assert isinstance(told.pop("active_connections"), int)
        assert set(names) <= set(told)
        for name, counters in told.items():
            assert INTERFACE <= set(counters) <= INTERFACE | {"signal_strength"}, name
            assert all(isinstance(value, int) for value in counters.values())
    if not Path("/proc/net/wireless").exists():
        signals = {n: c["signal_strength"] for n, c in network.items() if "signal_strength" in c}
        assert signals == {names[0]: -52}


def test_S17_unreadable_mount(hub: Hub, tmp_path: Path) -> None:
    """A mount that cannot be read has access_error in place of its sizes."""
    devices = start(hub, STATS_HOST_ROOT=str(tmp_path / "missing")).json("/storage/devices")
    assert devices["devices"]
    for device in devices["devices"]:
        assert set(device) == FILE_SYSTEM | {"access_error"}
        assert device["access_error"] is True


def test_S17_readable_mounts(api: Api) -> None:
    """Others have the sizes that df has."""
    root = [d for d in api.json("/storage/devices")["devices"] if d["mountpoint"] == "/"]
    assert len(root) == 1
    assert root[0]["total"] == psutil.disk_usage("/").total
    assert abs(root[0]["percent"] - psutil.disk_usage("/").percent) < 1


def test_S18_health(api: Api) -> None:
    """/health uptime equals /proc/uptime within 1 s and keeps its extra keys."""
    health = api.json("/health")
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert abs(health["uptime"] - uptime) < 1
    assert abs(health["memory_usage"] - psutil.virtual_memory().percent) < 20
    assert abs(health["timestamp"] - time.time()) < TIMEOUT_SECONDS


def test_S19_page(api: Api) -> None:
    """/ is HTML with the known title and lists every endpoint."""
    text = api.ask("/").body.decode()
    assert "<title>Raspberry Pi System Monitor API</title>" in text
    for path in PATHS:
        assert path in text


def test_S20_the_test_program(hub: Hub) -> None:
    """What test_api.py asks for: 200 and JSON, each in less than 5 s, 200 on /."""
    api = limited(hub)
    for path in (
        "/stats", "/stats?fields=cpu_usage,memory,uptime&block=true", "/health", "/processes",
        "/processes?sort=memory&limit=5", "/network/interfaces", "/storage/devices", "/",
    ):  # fmt: skip
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{api.port}{path}", timeout=5) as answer:
            assert answer.status == 200
            if path == "/":
                continue
            told = json.load(answer)
        assert time.monotonic() - began < 5
        assert isinstance(told, dict)
        if "fields" in path:
            assert set(told) == {"cpu_usage", "memory", "uptime"}


def test_S20_the_load_test(hub: Hub) -> None:
    """Its load test: 100 requests, 10 at a time; all are answered, 200 or 429."""
    api = limited(hub)
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(api.ask("/stats").status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(200) == 60
    assert statuses.count(429) == 40


def test_S21_a_python_client(api: Api) -> None:
    """A client as a README has it: one call, then numbers printed by their keys."""
    with urllib.request.urlopen(f"http://127.0.0.1:{api.port}/stats") as answer:
        stats = json.loads(answer.read().decode("utf-8"))
    line = (
        f"CPU {stats['cpu_usage']:.1f}% of {len(stats['per_cpu_usage'])} cores, "
        f"memory {stats['memory']['used'] / stats['memory']['total']:.1%}, "
        f"disk {stats['disk']['percent']}%, up {stats['uptime'] / 3600:.1f} h"
    )
    assert re.fullmatch(
        r"CPU \d+\.\d% of \d+ cores, memory \d+\.\d%, disk [\d.]+%, up [\d.]+ h", line
    )


def test_S22_missing_programs(hub: Hub, tmp_path: Path) -> None:
    """Missing vcgencmd, iwconfig and lsusb never slow a request by 100 ms after the first."""
    api = start(hub, PATH=str(tmp_path))
    api.json("/stats")
    for watch in within(0.1):
        took = []
        for _ in range(9):
            other = Stopwatch()
            api.json("/health")  # takes as long to ask, and looks for no program
            other.stop()
            one = Stopwatch()
            api.json("/stats?cache=false")
            took.append(one.seconds - other.seconds)
        watch.stop(statistics.quantiles(took)[0])  # a quarter: others want the machine too


def test_S23_history(hub: Hub) -> None:
    """/metrics/history keeps its two keys, and adds real series where they are asked for."""
    api = start(hub, STATS_INTERVAL_SECONDS="0.5")
    plain = api.json("/metrics/history")
    assert plain["message"].startswith("Historical metrics not implemented yet.")
    assert abs(plain["timestamp"] - time.time()) < TIMEOUT_SECONDS
    assert "series" not in plain

    def last() -> list[Any]:
        told = api.json("/metrics/history?metric=memory_percent,%20nope&duration=30s")
        assert set(told["series"]) == {"memory_percent"}
        assert told["series"]["memory_percent"]["step_seconds"] == 1
        return [value for _, value in told["series"]["memory_percent"]["points"] if value]

    eventually(lambda: len(last()) >= 2)
    assert abs(last()[-1] - psutil.virtual_memory().percent) < 20
    assert set(plain["metrics"]) == set(
        api.json(f"/metrics/history?metric={','.join(plain['metrics'])}")["series"]
    )
    for query in ("metric=", "metric=nope&duration=soon", "duration=-1", "metric=cpu_percent"):
        assert api.ask(f"/metrics/history?{query}").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_S24_stopping(hub: Hub, number: signal.Signals) -> None:
    """SIGTERM exits 0, within a second, also while a request waits."""

    def ask(api: Api) -> None:
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            api.ask("/stats?block=true")

    for watch in within(1):
        api = start(hub, PISTAT_CACHE_SECONDS="0")
        waiting = threading.Thread(target=ask, args=[api])
        waiting.start()
        api.json("/health")
        watch.start()
        assert api.process.stop(number) == 0
        watch.stop()
        waiting.join()


def test_mock_mode(hub: Hub) -> None:
    """Every path answers from invented readings."""
    api = start(hub, STATS_MOCK="true")
    for path in PATHS:
        assert api.ask(path).status == 200, path
    stats = api.json("/stats")
    assert set(stats) == STATS
    assert stats["power"]["throttled"] is False
    assert stats["network"]["eth0"].keys() == INTERFACE
    assert api.json("/storage/devices")["devices"][0]["total"] == 32 << 30
    eventually(lambda: b"mantel_host_mock 1" in api.ask("/metrics").body)


def test_a_taken_port_ends_the_service(hub: Hub) -> None:
    """With exit code 1 and one line that names the setting."""
    start(hub)
    second = hub.start("stats")
    assert second.exit_code() == 1
    assert "PISTAT_PORT" in second.log
    assert "Traceback" not in second.log
