"""Puts `alarms` together: the file, the clock, what is remembered, what is told."""

import asyncio
from datetime import timedelta
from pathlib import Path

from alarms.alarm_clock import AlarmClock
from alarms.alarm_file import AlarmFile
from alarms.answers import answer_requests, follow_sound, obey_sets
from alarms.clock import Clock
from alarms.engine import Engine
from alarms.notices import Notices
from alarms.session_store import SessionStore
from alarms.sessions import Sessions
from alarms.settings import Settings
from alarms.store import Store
from shared import topics
from shared.mqtt import Mqtt
from shared.zone import HubZone

_LOOK_SECONDS = 1.0
_MOST_SESSIONS = 100_000


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    zone = HubZone(settings.tz)
    async with (
        Store(Path(settings.alarms_state)) as store,
        Mqtt(settings, "alarms") as mqtt,
        asyncio.TaskGroup() as tasks,
    ):
        # First of all, so that nothing is lost that is said as soon as it says `online`
        sets = mqtt.subscribe(topics.ALARM_SET)
        requests = mqtt.subscribe(topics.ALARM_REQUEST.unread())
        sound = mqtt.subscribe(topics.AUDIO_FORMAT, stream="alarm")
        sessions = Sessions(
            mqtt,
            SessionStore(store, Path(settings.alarms_state), _MOST_SESSIONS),
            clock=Clock(),
            zone=zone,
            days=settings.alarms_session_days,
        )
        sessions.follow()
        memories, last_good = await store.read()
        untold = {own: each.ring for own, each in memories.items() if each.ring is not None}
        engine = Engine(memories, timedelta(seconds=settings.alarms_grace_seconds), zone.read())
        notices = Notices(mqtt, engine, untold)
        clock = AlarmClock(
            engine,
            notices,
            store,
            AlarmFile(Path(settings.alarms_config), last_good),
            clock=Clock(),
            zone=zone,
            reachable=lambda: mqtt.connected,
        )
        await clock.begin()
        notices.follow_ledger()
        mqtt.subscribe(
            topics.AVAILABILITY,
            lambda told: clock.see_media(told.levels["node"], online=told.payload == "online"),
            service="media",
        )
        for name, work in {
            "keep time": clock.keep_time(),
            "follow file": follow_file(clock),
            "obey sets": obey_sets(sets, clock),
            "answer requests": answer_requests(requests, clock, mqtt),
            "keep sessions": sessions.keep(),
            "expire sessions": sessions.expire(),
            "follow sound": follow_sound(sound, clock),
        }.items():
            tasks.create_task(work, name=name)


async def follow_file(clock: AlarmClock) -> None:
    """Take over what people write into their file, until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await clock.look()
