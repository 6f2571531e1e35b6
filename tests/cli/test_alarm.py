"""`mantel alarm` on a real broker, with an engine of a few lines behind it."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared import topics
from shared.payloads import AlarmState
from shared.testing import TIMEOUT_SECONDS
from tests.cli.conftest import MANTEL, Engine, Run


def test_list(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630", alarm_days=["Mon", "Tue", "Wed", "Thu", "Fri"])
    engine.have("nap", "disabled", alarm_time="1400")
    done = run("alarm", "list")
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["ID", "NAME", "RINGS", "STATE", "NEXT"]
    assert [row.split()[:2] for row in rows] == [["work", "Work"], ["nap", "Nap"]]
    assert "06:30 Mon-Fri  waiting" in rows[0]
    assert rows[0].endswith("(in 16 h)") or rows[0].endswith("(in 15 h 59 min)")
    assert rows[1].endswith("disabled")
    assert done.stderr == ""


def test_list_as_json_has_all_fields_and_the_state(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630", volume_percent=60)
    (alarm,) = json.loads(run("alarm", "list", "--json").stdout)
    assert alarm["id"] == "work"
    assert alarm["volume_percent"] == 60
    assert alarm["state"] == "waiting"
    assert alarm["next_at"]


def test_list_of_a_service_that_is_away_is_the_last_known(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    engine.say(topics.AVAILABILITY, "offline", node="pi", service="alarms")
    done = run("alarm", "list")
    assert "work" in done.stdout
    assert "alarms does not run" in done.stderr
    assert done.exit_code == 0


def test_moments_are_in_the_alarms_zone_else_the_readers(
    environment: dict[str, str], engine: Engine, home: Path
) -> None:
    """TZ counts in .env too; an alarm elsewhere shows its offset."""
    (home / ".env").write_text("TZ=Asia/Tokyo\n")
    engine.have("here", alarm_time="0630")
    engine.have("there", alarm_time="0630", timezone="Asia/Kolkata")
    for id_ in ("here", "there"):
        at = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
        engine.say(topics.ALARM_STATE, AlarmState(state="waiting", since_at=at, next_at=at), id=id_)
    listed = subprocess.run(
        [MANTEL, "alarm", "list"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    ).stdout
    assert re.search(r"here .* Wed 1 Jul( 2026)? 09:00 \(", listed)
    assert re.search(r"there .* Wed 1 Jul( 2026)? 05:30 \+0530 \(", listed)


def test_list_leaves_out_what_it_cannot_read(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    engine.client.publish("mantel/alarm/bad/config", b'{"name": 5}', retain=True)
    done = run("alarm", "list")
    assert "work" in done.stdout
    assert "topic mantel/alarm/bad/config: payload not understood" in done.stderr


def test_escape_codes_in_a_name_do_not_reach_the_terminal(run: Run, engine: Engine) -> None:
    engine.have("work", name="\x1b[2Jgone", alarm_time="0630")
    assert "\\x1b[2Jgone" in run("alarm", "list").stdout
    assert "\\x1b[2Jgone" in run("alarm", "edit", "work", "--time", "07:00").stdout
    assert run("alarm", "skip", "\x1b[2J").stderr.startswith("Error: no alarm \\x1b[2J; ")


def test_add(run: Run, engine: Engine) -> None:
    done = run(
        "alarm", "add", "6:30", "--days", "Mon-Fri", "--name", "Work", "--audio", "alarm/birds.wav",
        "--timezone", "Europe/Paris", "--volume", "60", "--ramp", "30", "--skip-holidays", "DE-BY",
        "--once", "--id", "work", "--snooze", "5",
    )  # fmt: skip
    assert done.stdout.startswith("work: Work, 06:30 Mon-Fri Europe/Paris not on holidays of DE-BY")
    assert "waiting, next ring " in done.stdout
    ((topic, payload),) = engine.heard
    assert topic == "mantel/alarm/request/add"
    sent = json.loads(payload)
    assert sent.pop("transaction")
    assert sent == {
        "id": "work", "name": "Work", "alarm_time": "0630",
        "alarm_days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "alarm_audio": "alarm/birds.wav",
        "timezone": "Europe/Paris", "volume_percent": 60, "volume_ramp_seconds": 30,
        "skip_holidays": "DE-BY", "once": True, "snooze_minutes": 5, "repeat": True,
    }  # fmt: skip


def test_add_without_an_id_tells_the_one_that_was_made(run: Run, engine: Engine) -> None:
    made = json.loads(run("alarm", "add", "0630", "--json").stdout)
    assert made["id"] == "alarm-0630"
    assert made["state"] == "waiting"


def test_add_that_is_refused_says_why(run: Run, engine: Engine) -> None:
    done = run("alarm", "add", "0630", "--timezone", "Mars/Olympus")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: alarms: timezone: no such zone Mars/Olympus\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "TIME"),
        (("06:30", "--cron", "0 7 * * *"), "TIME"),
        (("25:00",), "'25:00' is no time of day"),
        (("06:30", "--days", "Mon-Foo"), "'Foo' is no day"),
        (("06:30", "--days", "Mon", "--dates", "12/24"), "exclude each other"),
        (("06:30", "--volume", "101"), "101"),
    ],
)
def test_add_wrongly_typed(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("alarm", "add", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_edit_sends_what_changed_and_takes_back_what_would_beat_it(
    run: Run, engine: Engine
) -> None:
    engine.have("work", cron="0 7 * * *", timezone="Europe/Paris")
    done = run("alarm", "edit", "work", "--time", "06:45", "--timezone", "", "--not-once")
    assert done.stdout.startswith("work: Work, 06:45 daily; waiting")
    sent = json.loads(engine.heard[0][1])
    del sent["transaction"]
    assert sent == {
        "id": "work", "alarm_time": "0645", "cron": None, "timezone": None, "once": False,
    }  # fmt: skip


def test_edit_of_nothing(run: Run) -> None:
    done = run("alarm", "edit", "work")
    assert (done.exit_code, "nothing to change" in done.stderr) == (2, True)


def test_remove(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    engine.have("nap", alarm_time="1400")
    assert run("alarm", "remove", "work", "nope").stderr == (
        "Error: no alarm nope; there are: nap, work\n"
    )
    assert run("alarm", "remove", "work").stdout == "work: removed\n"
    assert [each["id"] for each in json.loads(run("alarm", "list", "--json").stdout)] == ["nap"]


@pytest.mark.parametrize(
    ("word", "before", "after"),
    [
        ("enable", "disabled", "waiting"),
        ("disable", "waiting", "disabled"),
        ("skip", "waiting", "skipped"),
        ("unskip", "skipped", "waiting"),
        ("snooze", "ringing", "snoozed"),
        ("dismiss", "snoozed", "waiting"),
        ("test", "waiting", "ringing"),
    ],
)
def test_word(run: Run, engine: Engine, word: str, before: str, after: str) -> None:
    engine.have("nap", before, alarm_time="0630")
    done = run("alarm", word, "nap")
    assert done.stdout.startswith(f"nap: {after}")
    assert engine.heard == [("mantel/alarm/nap/set", word.encode())]


def test_word_that_holds_already_is_not_sent(run: Run, engine: Engine) -> None:
    engine.have("work", "disabled", alarm_time="0630")
    assert run("alarm", "disable", "work").stdout == "work: disabled\n"
    assert engine.heard == []


def test_word_without_sense(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    done = run("alarm", "snooze", "work")
    assert (done.exit_code, done.stderr) == (1, "Error: work does not ring\n")
    done = run("alarm", "dismiss")
    assert (done.exit_code, done.stderr) == (1, "Error: no alarm rings now\n")


def test_dismiss_without_a_name_ends_all_that_ring(run: Run, engine: Engine) -> None:
    engine.have("one", "ringing", alarm_time="0630")
    engine.have("two", "snoozed", alarm_time="0630")
    engine.have("three", alarm_time="0630")
    told = json.loads(run("alarm", "dismiss", "--json").stdout)
    assert {each["id"]: each["state"] for each in told} == {
        "one": "waiting",
        "two": "waiting",
    }


@pytest.mark.usefixtures("impatient")
def test_no_answer(run: Run, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    engine.deaf = True
    done = run("alarm", "skip", "work")
    assert done.exit_code == 1
    assert done.stderr == "Error: alarms did not skip work, which is waiting; its log says why\n"
    engine.say(topics.AVAILABILITY, "offline", node="pi", service="alarms")
    for arguments in (("skip", "work"), ("add", "0630")):
        done = run("alarm", *arguments)
        assert done.exit_code == 1
        assert done.stderr == (
            "Error: no answer from alarms within 0.5 s: is it running? see `mantel doctor`\n"
        )
