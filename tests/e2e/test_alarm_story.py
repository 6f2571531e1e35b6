"""One morning: an alarm that Home Assistant sets, and everything that can die dies."""

import asyncio
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import jinja2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from shared import topics
from shared.testing import TIMEOUT_SECONDS, Client
from tests.e2e.display import picture, sound
from tests.e2e.household import Household, household
from tests.e2e.wall_clock import same_clock, soon, wall_clock

_SNOOZE_SECONDS = 60.0
_SERVICES = ("ws-bridge", "media", "alarms")


class HomeAssistant:
    """What Home Assistant does with the alarm's entities: by its user, topics and templates."""

    def __init__(self, home: Household) -> None:
        self._client = Client(home.hub.broker, "homeassistant")
        self._templates = jinja2.Environment()  # noqa: S701 - Home Assistant's are no HTML either

    def __enter__(self) -> Self:
        self._client.__enter__()
        self._client.subscribe(
            topics.DISCOVERY.name("homeassistant", root="mantel", service="alarms", node="pi")
        )
        components: dict[str, Any] = {}
        while "work:time" not in components:
            components = json.loads(self._client.receive().payload)["cmps"]
        self._components = components
        self._client.subscribe(components["work:state"]["state_topic"])
        return self

    def __exit__(self, *error: object) -> None:
        self._client.__exit__(*error)

    def type(self, entity: str, text: str) -> None:
        """Set a text entity."""
        component = self._components[entity]
        self._templates.filters.setdefault("tojson", json.dumps)
        rendered = self._templates.from_string(component["command_template"]).render(value=text)
        self._client.publish(component["command_topic"], rendered)

    def press(self, entity: str) -> None:
        """Press a button, or turn a switch on."""
        component = self._components[entity]
        payload = component.get("payload_press") or component["payload_on"]
        self._client.publish(component["command_topic"], payload)

    def wait_for(self, state: str) -> dict[str, Any]:
        """Wait until the state's entity shows this."""
        template = self._templates.from_string(self._components["work:state"]["value_template"])
        while True:
            value = json.loads(self._client.receive().payload)
            if template.render(value_json=value) == state:
                return dict(value)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Household]:
    with household(tmp_path) as home:
        home.set_alarms(
            [
                {
                    "id": "work",
                    "name": "Work",
                    "alarm_time": "2300",
                    "enabled": False,
                    "repeat": True,
                    "snooze_minutes": 1,
                }
            ]
        )
        yield home


async def test_set_by_home_assistant_snoozed_killed_and_dismissed(home: Household) -> None:
    """It rings at a display, is snoozed, outlives kill -9 of each service, and rings on time."""
    begun = datetime.now(UTC)
    processes = home.start(**wall_clock(home.hub.directory, soon("0630", 6.0)))
    clock = same_clock(home.hub.directory)
    with HomeAssistant(home) as assistant:
        async with connect(home.hub.contents_url) as display:
            await picture(display)
            late = datetime.now(UTC) > begun + timedelta(seconds=3)  # on a busy machine
            assistant.type("work:time", "06:31" if late else "06:30")
            assistant.press("work:enabled")
            alarm = await picture(display, 3 * TIMEOUT_SECONDS)
            assert (await sound(display, 3)).start["sample_rate"] == 8000
        assert await asyncio.to_thread(assistant.wait_for, "ringing")

        assistant.press("work:snooze")
        snoozed = await asyncio.to_thread(assistant.wait_for, "snoozed")
        until = datetime.fromisoformat(snoozed["next_at"])
        assert _SNOOZE_SECONDS - 15 < (until - datetime.now(UTC)).total_seconds() <= _SNOOZE_SECONDS
        for service in _SERVICES:
            processes[service].stop(signal.SIGKILL)
            processes[service] = home.hub.start(service, **clock)
            await asyncio.to_thread(processes[service].wait_for_log, ": connected")

        async with connect(home.hub.contents_url) as display:
            assert await picture(display) != alarm
            left = (until - datetime.now(UTC)).total_seconds()
            assert left > 0, "the services took longer than the snooze"
            assert await picture(display, left + TIMEOUT_SECONDS) == alarm
            await sound(display, 1)
            assert 0 <= (datetime.now(UTC) - until).total_seconds() < TIMEOUT_SECONDS / 2

        # In the middle of the ring, each once more; a display comes back and still hears it
        for service in _SERVICES:
            processes[service].stop(signal.SIGKILL)
            processes[service] = home.hub.start(service, **clock)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await hears(home, alarm)
            # Without `alarms` it is heard as well, and who is not there yet obeys nobody
            await asyncio.to_thread(processes[service].wait_for_log, ": connected")

        async with connect(home.hub.contents_url) as display, asyncio.timeout(TIMEOUT_SECONDS):
            assert await picture(display) == alarm
            assistant.press("work:dismiss")
            await sound(display)
            assert await picture(display) != alarm
        assert (await asyncio.to_thread(assistant.wait_for, "waiting"))["ring"] is None


async def hears(home: Household, alarm: bytes) -> None:
    """Connect as a display that tries again, until the alarm is seen and heard."""
    while True:
        try:
            async with connect(home.hub.contents_url) as display:
                seen: list[str | bytes] = []
                async for message in display:
                    sounds = any("alarm_start" in each for each in seen if isinstance(each, str))
                    if sounds and alarm in seen and isinstance(message, bytes):
                        return
                    seen.append(message)
        except (ConnectionError, ConnectionClosed):
            pass
        await asyncio.sleep(0.05)
