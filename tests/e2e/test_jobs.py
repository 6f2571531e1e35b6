"""Jobs on a running hub: rows E27 to E29 of the e-ink contract."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mantel.command import main
from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, Process
from tests.e2e.shifted_clock import ShiftedClock


class Jobs:
    """A media whose clock the test sets, and what the broker keeps of its jobs."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.clock = ShiftedClock(hub.directory, datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC))
        self.operator = Client(hub.broker, "operator")
        self.operator.__enter__()
        self.operator.subscribe("mantel/job/dummy/state")
        self.state: dict[str, dict[str, Any]] = {}
        self.media = self.start()

    def start(self) -> Process:
        """Start media, once more with what it has kept."""
        self.media = self.hub.start("media", **self.clock.environment, TZ="UTC")
        self.media.wait_for_log(": connected")
        return self.media

    def mantel(self, *arguments: str) -> Result:
        """Run `mantel job`."""
        environment = {**self.hub.broker.environment("operator"), "TERM": "dumb"}
        return CliRunner().invoke(main, ["job", *arguments], env=environment)

    def wait(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the heartbeat has these fields."""

        def has() -> bool:
            for message in self.operator.drain():
                self.state = json.loads(message.payload)
            return all(self.state.get(name) == value for name, value in wanted.items())

        eventually(has, times=3)
        return self.state


@pytest.fixture
def jobs(hub: Hub) -> Iterator[Jobs]:
    """A hub that has jobs."""
    found = Jobs(hub)
    yield found
    found.operator.__exit__()


def test_E27_jobs_run_on_their_minute_and_by_hand(jobs: Jobs) -> None:
    """Jobs run on cron minute; manual `job` CLI; exit code != 0 on failure."""
    assert "off" in jobs.mantel("list").output
    jobs.wait(status="idle", enabled=False, next_run_at=None)
    assert "next 2026-07-01 12:01:00" in jobs.mantel("enable", "dummy").output
    jobs.clock.set(datetime(2026, 7, 1, 12, 0, 59, tzinfo=UTC))
    # it looks again at the full minute of the clock that it knew when it looked last
    jobs.media.stop()
    jobs.start()
    began = jobs.wait(status="success", run=1)["last_run_at"]
    assert datetime.fromisoformat(began).replace(second=0, microsecond=0) == datetime(
        2026, 7, 1, 12, 1, tzinfo=UTC
    )
    jobs.mantel("disable", "dummy")

    done = jobs.mantel("run", "dummy", "--param", "message=good day", "--param", "wait_time_ms=1")
    assert (done.exit_code, done.output.split(" (")[0]) == (0, "dummy: good day")
    for wrong, text in {
        ("run", "dummy", "--param", "wait_time_ms=-1"): "wait_time_ms",
        ("run", "dummy", "--param", "x"): "--param must be KEY=VALUE (got: 'x')",
        ("run", "dummy", "--params-json", "{"): "--params-json is not valid JSON",
        ("run", "dummy", "--params-json", '{"a":' + "[" * 20_000): "--params-json is not",
        ("run", "nothing"): "there is no job 'nothing'; there are: dummy",
        ("set", "dummy", "--cron", "61 * * * *"): "'61 * * * *' is not a cron line",
    }.items():
        failed = jobs.mantel(*wrong)
        assert failed.exit_code != 0
        assert text in failed.output + failed.stderr
    assert jobs.wait(run=2)["message"] == "good day"


def test_E28_one_at_a_time_and_a_crash_blocks_nothing(jobs: Jobs) -> None:
    """Single runner; kill -9 mid-run; the next minute's run comes."""
    jobs.mantel("run", "dummy", "--no-wait", "--param", "wait_time_ms=600000")
    jobs.mantel("run", "dummy", "--no-wait", "--param", "message=second")
    jobs.wait(status="running", run=1, queued=1)
    jobs.media.stop(signal.SIGKILL)
    jobs.start()
    assert jobs.wait(run=2, status="success")["message"] == "second"
    log = jobs.mantel("log", "dummy", "--runs").output
    assert "cut short: the service ended while it ran" in log
    jobs.mantel("enable", "dummy")
    jobs.clock.set(jobs.clock.now() + timedelta(hours=5))
    jobs.media.stop(signal.SIGKILL)
    jobs.start()
    jobs.wait(run=3, status="success", message="Daemon heartbeat", queued=0)
    jobs.mantel("run", "dummy", "--no-wait", "--param", "wait_time_ms=600000")
    jobs.wait(run=4, status="running")
    assert "1 cancelled" in jobs.mantel("cancel", "dummy").output
    jobs.wait(run=4, status="skipped", message="cancelled")


def test_E29_what_a_run_logs_is_kept_in_order(jobs: Jobs, hub: Hub) -> None:
    """Job log lines recorded per execution, ordered, capped; also over a restart."""
    for number in (1, 2):
        jobs.mantel("run", "dummy", "--param", f"message=line {number}\n\x1b[2J")
    jobs.media.stop()
    with sqlite3.connect(hub.directory / "data/media.sqlite") as base:
        assert base.execute("SELECT run, number FROM job_line").fetchall() == [(1, 1), (2, 1)]
    base.close()
    jobs.start()
    told = jobs.mantel("log", "dummy", "--run", "1").output
    assert "INFO   line 1  [2J" in told
    assert "line 2" not in told
    assert "run 1: success" in told
    assert "line 2" in jobs.mantel("log", "dummy").output
    assert "has no run 9" in jobs.mantel("log", "dummy", "--run", "9").stderr
    told_json = json.loads(jobs.mantel("log", "dummy", "--json").output)
    assert [each["id"] for each in told_json["runs"]] == [1, 2]


def test_home_assistant_runs_a_job(jobs: Jobs, hub: Hub) -> None:
    """By a button; a retained command is not obeyed; unknown jobs are said once."""
    with Client(hub.broker, "homeassistant") as home:
        home.publish("mantel/job/dummy/set", "run")
        jobs.wait(run=1, status="success")
        home.publish("mantel/job/nothing/set", "run")
        home.publish("mantel/job/dummy/set", "jump")
        jobs.media.wait_for_log("job nothing: is not known")
        home.publish("mantel/job/dummy/set", "enable")
        jobs.wait(enabled=True)
        home.publish("mantel/job/dummy/set", "disable")
        jobs.wait(enabled=False)
        home.subscribe("homeassistant/device/mantel-media/pi/config")
        components = json.loads(home.receive().payload)["cmps"]
        assert {"job:dummy:state", "job:dummy:run", "job:dummy:enabled"} <= set(components)


def test_a_job_that_is_no_more_leaves_nothing(hub: Hub, tmp_path: Path) -> None:
    """What an older version has left on the broker is cleared."""
    with Client(hub.broker, "media") as media:
        media.publish("mantel/job/old/state", b'{"status":"idle"}', retain=True)
    jobs = Jobs(hub)
    jobs.wait(status="idle")
    with Client(hub.broker, "operator") as operator:
        eventually(lambda: not _kept(operator, "mantel/job/old/state"))
    jobs.operator.__exit__()


def _kept(client: Client, topic: str) -> list[Any]:
    client.subscribe(topic)
    client.subscribe("mantel/-/nothing")
    return [each for each in client.drain() if each.payload]
