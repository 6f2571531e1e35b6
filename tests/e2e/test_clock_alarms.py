"""What rings on port 8901: rows C11, C15 to C20 and C22, with both services as they are."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from websockets.asyncio.client import connect

from shared.testing import TIMEOUT_SECONDS
from tests.e2e.bound import Stopwatch, within
from tests.e2e.clock_client import (
    TICK,
    alarms,
    done,
    due_in,
    enter,
    hush,
    message,
    rings,
    say,
    seconds,
)
from tests.e2e.conftest import Hub
from tests.e2e.shifted_clock import ShiftedClock

LATE = timedelta(seconds=8)
"""By so much a machine that stands still may be late; an alarm that is forgotten is later."""
SWITCHES = [
    ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC), "CET", "CEST"),
    ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC), "CEST", "CET"),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC), "EST", "EDT"),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC), "EDT", "EST"),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), "+1030", "+11"),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), "+11", "+1030"),
]


@pytest.mark.parametrize(("zone", "moment", "before", "after"), SWITCHES)
async def test_C11_daylight_saving_switches(
    hub: Hub, tmp_path: Path, zone: str, moment: datetime, before: str, after: str
) -> None:
    """TZN comes before the first tick in the new offset, with the clock set over the switch."""
    shifted = ShiftedClock(tmp_path, moment - timedelta(hours=2))
    for service in ("alarms", "ws-bridge"):
        hub.start(service, **shifted.environment).wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        await enter(client)
        assert await done(client, f"TZ {zone}") == "OK:"
        shifted.set(moment - timedelta(seconds=3))
        got: list[str] = []
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while f"TZN:{after}" not in got:
                got.append(await message(client))
        assert f"TZN:{before}" in got
        last = datetime.fromisoformat(got[-2])
        first = datetime.fromisoformat(await message(client))
        assert last < moment <= first
        assert first - last < LATE
        assert first.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()
        assert first.utcoffset() != last.utcoffset()
        assert TICK.fullmatch(await message(client)), "and it is told once"


async def test_C15_an_alarm_rings_at_its_time(clock: Hub) -> None:
    """From the very second on, with each tick, and not before."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        at = await due_in(client, "work")
        heard = await rings(client, "work")
        assert timedelta(0) <= datetime.fromisoformat(heard[0]) - at < LATE
        for second in await seconds(client, 3):
            assert second[1:] == ["ALRM:work"]
        assert [alarm["ringing"] for alarm in await alarms(client)] == [True]


async def test_C16_what_rings_follows_the_tick(clock: Hub) -> None:
    """Tick, then ALRM at once, in this order, each second."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        await due_in(client, "work")
        await rings(client, "work")
        for watch in within(0.1):
            while not TICK.fullmatch(await message(client)):
                pass
            watch.start()
            assert await message(client) == "ALRM:work"
            watch.stop()
            assert TICK.fullmatch(await message(client))


async def test_C17_several_alarms(clock: Hub) -> None:
    """A message each in name form, one array in JSON form, for each connection as it chose."""
    async with connect(clock.clock_url) as one, connect(clock.clock_url) as two:
        identifier = await enter(one)
        assert await enter(two, identifier) == identifier
        assert await say(two, "ALRMFMT json") == "OK:"
        for name in ("first", "the second"):
            await due_in(one, name)
        await rings(one, "the second")
        (heard,) = await seconds(one, 1)
        assert heard[1:] == ["ALRM:first", "ALRM:the second"]
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (heard := (await seconds(two, 1))[0])[1:] != ['ALRM:["first","the second"]']:
                assert not [each for each in heard if each.startswith("ALRM:first")]


async def test_C17_the_form_is_a_setting(hub: Hub) -> None:
    """WS_BRIDGE_ALARM_FORMAT, until a connection chooses the other."""
    hub.start("alarms").wait_for_log("connected")
    hub.start("ws-bridge", WS_BRIDGE_ALARM_FORMAT="json").wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        await enter(client)
        await due_in(client, "work")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await message(client) != 'ALRM:["work"]':
                pass
        assert await say(client, "ALRMFMT name") == "OK:"
        await rings(client, "work")


async def test_C18_an_end_of_the_ringing(clock: Hub) -> None:
    """STOP tells how many; from the next tick on there is no ALRM of these."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        for name in ("one", "two", "three"):
            await due_in(client, name)
        await rings(client, "three")
        assert await say(client, "STOP two") == "OK:1"
        (heard,) = await seconds(client, 1)
        assert heard[1:] == ["ALRM:one", "ALRM:three"]
        assert await say(client, "STOP") == "OK:2"
        for second in await seconds(client, 2):
            assert len(second) == 1
        assert (await say(client, "STOP")).startswith("ERR:nothing ringing")
        await due_in(client, "four")
        await rings(client, "four")
        assert await say(client, "ALARM DEL four") == "OK:"
        (heard,) = await seconds(client, 1)
        assert len(heard) == 1, "one that is deleted rings no more"


async def test_C19_a_snooze(hub: Hub, tmp_path: Path) -> None:
    """Silence until the moment that the reply tells, a restart in between, then it rings again."""
    shifted = ShiftedClock(tmp_path, datetime(2026, 5, 5, 6, 30, tzinfo=UTC))
    starting = Stopwatch()
    service = hub.start("alarms", **shifted.environment)
    service.wait_for_log("connected")
    starting.stop()
    hub.start("ws-bridge", **shifted.environment).wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        await enter(client)
        await due_in(client, "work")
        await rings(client, "work")
        assert (await say(client, "SNOOZE 1 nothing")).startswith("ERR:")
        asked = shifted.now()
        reply = await say(client, "SNOOZE 1")
        until = datetime.fromisoformat(reply.removeprefix("OK:"))
        assert asked + timedelta(seconds=59) < until < shifted.now() + timedelta(seconds=61)
        for second in await seconds(client, 2):
            assert len(second) == 1
        assert service.stop() == 0
        # A snooze lasts as long when the clock is set while it runs
        shifted.set(until - timedelta(seconds=4 + 3 * starting.seconds))
        hub.start("alarms", **shifted.environment).wait_for_log("connected")
        heard = await rings(client, "work")
        assert timedelta(0) <= datetime.fromisoformat(heard[0]) - until < LATE


@pytest.mark.parametrize("gone", ["nothing", "alarms", "ws-bridge", "broker", "broker killed"])
async def test_C20_alarms_stay_in_the_session(hub: Hub, gone: str) -> None:
    """They ring for who comes back.

    Whatever was restarted between the command and the ring.
    """
    services = {name: hub.start(name) for name in ("alarms", "ws-bridge")}
    for service in services.values():
        service.wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        identifier = await enter(client)
        at = await due_in(client, "work", ahead=6)
    if gone in services:
        assert services[gone].stop() == 0
        hub.start(gone).wait_for_log("connected")
    elif gone == "broker":
        await asyncio.to_thread(hub.broker.restart)
    elif gone == "broker killed":
        await asyncio.to_thread(hub.broker.kill)
        await asyncio.to_thread(hub.broker.start)
    back = datetime.now(UTC)
    async with connect(hub.clock_url) as client:
        assert await enter(client, identifier) == identifier
        heard = datetime.fromisoformat((await rings(client, "work"))[0])
        assert at <= heard < max(at, back) + LATE
    await asyncio.sleep(1.1)
    async with connect(hub.clock_url) as client:
        assert await enter(client, identifier) == identifier
        await rings(client, "work")
        await hush(client)


@pytest.mark.parametrize(("zone", "moment", "before", "after"), SWITCHES)
async def test_C22_wall_clock_time_through_a_switch(
    hub: Hub, tmp_path: Path, zone: str, moment: datetime, before: str, after: str
) -> None:
    """An alarm of the session's zone rings at noon on the day before the switch and after it."""
    days = [
        (moment.astimezone(ZoneInfo(zone)) + timedelta(days=away)).replace(hour=12, minute=0)
        for away in (-1, 1)
    ]
    shifted = ShiftedClock(tmp_path, days[0] - timedelta(hours=1))
    for service in ("alarms", "ws-bridge"):
        hub.start(service, **shifted.environment).wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        await enter(client)
        assert await done(client, f"TZ {zone}") == "OK:"
        assert await say(client, "ALARM ADD 12:00 noon") == "OK:noon"
        offsets = []
        for noon in days:
            shifted.set(noon - timedelta(seconds=4))
            heard = datetime.fromisoformat((await rings(client, "noon"))[0])
            assert timedelta(0) <= heard - noon < LATE
            assert f"{heard:%H:%M}" == "12:00"
            offsets.append(heard.utcoffset())
            await hush(client)
        assert offsets[0] != offsets[1]


async def test_commands_while_alarms_is_away(hub: Hub) -> None:
    """The clock goes on, and a command is refused in clear words within a second."""
    hub.start("ws-bridge").wait_for_log("connected")
    service = hub.start("alarms")
    service.wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        identifier = await enter(client)
        assert await say(client, "ALARM ADD 06:30 work") == "OK:work"
        assert service.stop() == 0
        await asyncio.to_thread(hub.broker.stop)
        for command in ("ALARM ADD 07:00 a", "TZ UTC", "STOP", "SNOOZE", "SESSION END"):
            for _ in within(1):
                assert (await say(client, command)).startswith("ERR:the alarm service ")
        assert len(await seconds(client, 2)) == 2
        assert (
            json.loads((await say(client, "ALARM LIST")).removeprefix("OK:"))[0]["name"] == "work"
        )
        async with connect(hub.clock_url) as second:
            assert await enter(second, identifier) == identifier
            assert len(await seconds(second, 1)) == 1
        await asyncio.to_thread(hub.broker.start)
        hub.start("alarms").wait_for_log("connected")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await say(client, "ALARM ADD 07:00 a") != "OK:a":
                await asyncio.sleep(0.1)
