"""What a display shows when, on port 8000: rows E12 to E15, E35, E36 and E38; joining policies."""

import json
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.testing import Client
from tests.e2e.conftest import Hub, running_hub
from tests.e2e.eink import BOOTSTRAP, Device, Eink
from tests.e2e.shifted_clock import ShiftedClock

STATE = "/api/display/state"


class House:
    """A media whose clock the test sets."""

    def __init__(self, hub: Hub, now: str) -> None:
        self.hub = hub
        self.clock = ShiftedClock(hub.directory, datetime.fromisoformat(now))
        self.eink = Eink(hub, **self.clock.environment, TZ="Europe/Brussels")

    def at(self, now: str | datetime) -> None:
        """Make it this time."""
        self.clock.set(datetime.fromisoformat(now) if isinstance(now, str) else now)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for tests that bring displays of their own."""
    with running_hub(tmp_path_factory.mktemp("house")) as hub:
        yield House(hub, "2026-01-01T00:00:00+01:00")


def ask(hub: Hub, verb: str, **fields: Any) -> dict[str, Any]:
    """Ask media by topic, as the operator does, and return the answer."""
    with Client(hub.broker, "operator") as operator:
        operator.subscribe(f"mantel/display/response/{verb}")
        request = json.dumps({**fields, "transaction": 1})
        operator.publish(f"mantel/display/request/{verb}", request)
        return dict(json.loads(operator.receive().payload))


@pytest.mark.parametrize(
    ("before", "after", "modes"),
    [
        ("2026-07-01T05:59:45+02:00", "2026-07-01T06:00:00+02:00", ["photo", "dashboard"]),
        ("2026-01-10T08:59:45+01:00", "2026-01-10T09:00:00+01:00", ["dashboard", "photo"]),
        ("2026-01-10T11:59:45+01:00", "2026-01-10T12:00:00+01:00", ["photo", "dashboard"]),
        ("2026-01-10T13:59:45+01:00", "2026-01-10T14:00:00+01:00", ["dashboard", "photo"]),
    ],
)
def test_E12_the_mode_follows_the_schedule(
    house: House, before: str, after: str, modes: list[str]
) -> None:
    """The mode follows the default schedule in the display's time zone, to the second."""
    house.at(before)
    device = house.eink.join(f"row 12 at {before}")
    assert device.mode == modes[0]
    assert house.eink.mode(device) == modes[0]
    house.at(after)
    assert house.eink.mode(device) == modes[1]


@pytest.mark.parametrize("now", ["2026-07-01T05:30:00+02:00", "2026-07-01T06:30:00+02:00"])
def test_E13_bootstrap_and_poll_agree(house: House, now: str) -> None:
    """Bootstrap, poll and state tell the same mode at one instant."""
    house.at(now)
    device = house.eink.join(f"row 13 at {now}")
    polled = house.eink.mode(device)
    told = house.eink.get(STATE, device.token).json["mode"]
    assert device.mode == polled == told == ("photo" if "05:30" in now else "dashboard")


def expiry(eink: Eink, device: Device) -> datetime | None:
    told = eink.get(STATE, device.token).json["override_expires_at"]
    return datetime.fromisoformat(told).astimezone(UTC) if told else None


def test_E15_a_button_overrides_for_a_while(house: House) -> None:
    """A button sets an override; when it expires the schedule is back."""
    house.at("2026-07-01T10:00:00+02:00")
    eink, device = house.eink, house.eink.join("E15_a_button_overrides_for_a_while")
    assert (eink.mode(device), expiry(eink, device)) == ("photo", None)
    eink.press(device, "B")
    assert eink.mode(device) == "dashboard"
    until = expiry(eink, device)
    assert until
    assert timedelta(minutes=29) < until - house.clock.now() <= timedelta(minutes=30)
    house.at(until - timedelta(seconds=20))
    assert eink.mode(device) == "dashboard"
    house.at(until)
    assert (eink.mode(device), expiry(eink, device)) == ("photo", None)


def test_E15_each_button(house: House) -> None:
    house.at("2026-07-01T08:50:00+02:00")
    eink, device = house.eink, house.eink.join("E15_each_button")
    eink.press(device, "A")
    assert eink.mode(device) == "photo"
    eink.press(device, "B")
    assert eink.mode(device) == "dashboard"
    eink.press(device, "C")
    assert expiry(eink, device) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    eink.press(device, "B")
    assert eink.mode(device) == "photo"
    eink.press(device, "D")
    assert (eink.mode(device), expiry(eink, device)) == ("dashboard", None)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_E15_an_override_survives_a_restart(house: House, end: signal.Signals) -> None:
    house.at("2026-07-01T10:00:00+02:00")
    eink, device = house.eink, house.eink.join(f"survives {end}")
    eink.press(device, "B")
    until = expiry(eink, device)
    eink.media.stop(end)
    eink.start()
    assert (eink.mode(device), expiry(eink, device)) == ("dashboard", until)


def test_E36_displays_with_schedules_of_their_own(house: House) -> None:
    """Several displays have independent schedules, zones and overrides."""
    house.at("2026-07-01T10:00:00+02:00")
    eink = house.eink
    one, two, three = (eink.join(name) for name in ("1", "2", "3"))
    rules = [
        {"start": "09:30", "end": "10:30", "mode": "news", "days": ["Wed"]},
        {"start": "22:00", "end": "00:00", "mode": "boot"},
    ]
    assert (
        ask(house.hub, "update", id=one.id, schedule=rules, default_mode="dashboard")["status"]
        == "ok"
    )
    assert ask(house.hub, "update", id=two.id, timezone="America/New_York")["status"] == "ok"
    assert [eink.mode(each) for each in (one, two, three)] == ["news", "photo", "photo"]
    house.at("2026-07-01T12:30:00+02:00")
    eink.press(three, "B")
    assert [eink.mode(each) for each in (one, two, three)] == ["dashboard", "dashboard", "photo"]
    house.at("2026-07-01T23:59:30+02:00")
    assert [eink.mode(each) for each in (one, two, three)] == ["boot", "photo", "photo"]
    eink.media.stop(signal.SIGKILL)
    eink.start()
    house.at("2026-07-01T23:59:30+02:00")
    assert [eink.mode(each) for each in (one, two)] == ["boot", "photo"]


def test_E35_the_last_contact_is_noted(house: House) -> None:
    """Each call with a token is noted as the display's last contact; one without is not."""
    house.at("2026-07-01T10:00:00+02:00")
    eink, device = house.eink, house.eink.join("E35_the_last_contact_is_noted")

    def seen() -> datetime | None:
        (display,) = (each for each in ask(house.hub, "list")["data"] if each["id"] == device.id)
        told = display["last_seen_at"]
        return datetime.fromisoformat(told) if told else None

    assert seen() is None
    begin = datetime.fromisoformat("2026-07-01T11:00:00+02:00")
    calls: list[Callable[[], Any]] = [
        lambda: eink.mode(device),
        lambda: eink.press(device, "D"),
        lambda: eink.get(STATE, device.token),
        lambda: eink.get("/api/display/image", device.token),
        lambda: eink.get("/api/display/variant", device.token),
    ]
    for hour, call in enumerate(calls):
        house.at(begin + timedelta(hours=hour))
        call()
        eink.get(STATE, "0" * 40)
        now = seen()
        assert now
        assert timedelta(0) <= now - begin - timedelta(hours=hour) < timedelta(minutes=1)
    before = seen()
    eink.media.stop()
    eink.start()
    assert seen() == before


def test_E38_a_wiped_device_comes_back(house: House) -> None:
    """After `rotate` the old token is gone, and the next bootstrap gets another for the same id."""
    house.at("2026-07-01T10:00:00+02:00")
    eink = house.eink
    device = eink.join("E38_a_wiped_device_comes_back")
    eink.press(device, "B")
    assert ask(house.hub, "rotate", id=device.id)["status"] == "ok"
    assert eink.get(STATE, device.token).status == 401
    again = eink.join("E38_a_wiped_device_comes_back")
    assert (again.id, again.mode) == (device.id, "dashboard")
    assert again.token != device.token
    assert eink.get(STATE, device.token).status == 401
    assert eink.bootstrap("E38_a_wiped_device_comes_back").status == 409


def test_E38_a_display_that_is_forgotten_is_a_new_one(house: House) -> None:
    house.at("2026-07-01T10:00:00+02:00")
    eink = house.eink
    device = eink.join("E38_a_display_that_is_forgotten_is_a_new_one")
    assert ask(house.hub, "forget", id=device.id)["status"] == "ok"
    assert eink.get(STATE, device.token).status == 401
    assert eink.join("E38_a_display_that_is_forgotten_is_a_new_one").id != device.id
    answer = ask(house.hub, "forget", id="pvx-jqr-cef")
    assert (answer["status"], answer["transaction"]) == ("error", 1)
    assert "pvx-jqr-cef" in answer["error"]


@pytest.fixture
def guarded(hub: Hub) -> Eink:
    """A media that asks the owner."""
    return Eink(hub, MEDIA_JOIN="approve")


def joined(hub: Hub) -> list[Any]:
    """Return all displays but the built-in one."""
    return [each for each in ask(hub, "list")["data"] if each["id"] != "rlcd"]


def test_a_new_device_waits_for_its_owner(guarded: Eink, hub: Hub) -> None:
    for _ in range(2):
        answer = guarded.bootstrap("1")
        assert answer.status == 403
        assert answer.json["code"] == "awaiting_approval"
        assert set(answer.json) == {"detail", "code"}
    (listed,) = joined(hub)
    assert (listed["pairing"], listed["hardware_id"]) == ("waiting", "1")
    assert ask(hub, "approve", id=listed["id"])["status"] == "ok"
    assert guarded.bootstrap("2").status == 403
    guarded.media.stop(signal.SIGKILL)
    guarded.start()
    device = guarded.join("1")
    assert device.id == listed["id"]
    assert [each["pairing"] for each in joined(hub)] == ["paired"]


def test_a_closed_house_lists_nobody(hub: Hub) -> None:
    eink = Eink(hub, MEDIA_JOIN="closed")
    assert eink.bootstrap("1").json["code"] == "awaiting_approval"
    assert joined(hub) == []
    assert ask(hub, "join", policy="open")["status"] == "ok"
    device = eink.join("1")
    assert ask(hub, "join", policy="closed")["status"] == "ok"
    assert eink.bootstrap("2").status == 403
    assert eink.mode(device)


def test_what_was_told_is_on_the_disk(hub: Hub) -> None:
    """Each display that got a token is known after a kill in the middle of many."""
    eink = Eink(hub)
    devices = []
    for number in range(20):
        devices.append(eink.join(f"{number}"))
        if number % 5 == 4:
            eink.media.stop(signal.SIGKILL)
            eink.start()
    assert all(eink.mode(device) for device in devices)


def test_a_database_that_cannot_be_written(hub: Hub) -> None:
    """Nobody gets a token that would be forgotten; one line says so."""
    (hub.directory / "in the way").write_text("")
    eink = Eink(hub, MEDIA_STATE="in the way/media.sqlite")
    for _ in range(3):
        answer = eink.bootstrap("1")
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert eink.get(STATE, "0" * 40).status == 503
    assert eink.media.log.count("displays: they cannot be kept") == 1
    assert "Traceback" not in eink.media.log
    assert eink.ask("POST", BOOTSTRAP, {}).status == 400


def test_a_broken_database_is_put_aside(hub: Hub) -> None:
    data = Path(hub.directory / "data")
    data.mkdir()
    (data / "media.sqlite").write_bytes(b"SQLite format 3\0" + b"no database at all" * 100)
    eink = Eink(hub)
    assert eink.mode(eink.join("1"))
    assert (data / "media.sqlite.broken").exists()
    assert "Traceback" not in eink.media.log
