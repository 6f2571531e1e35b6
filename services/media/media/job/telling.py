"""Tells the broker how jobs do, and obeys what it sends them."""

import asyncio
import logging

from media.database import StoreError
from media.job.request import state_of
from media.job.runner import QueueFullError, Runner
from shared import topics
from shared.complaints import Complaints
from shared.discovery import Component, picked
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import JobState
from shared.subscription import Received

_log = logging.getLogger("media")

_GATHER_SECONDS = 0.25  # progress is for people


async def tell_jobs(mqtt: Mqtt, runner: Runner) -> None:
    """Publish each change of a job, at most four a second, until cancelled."""
    roster = runner.roster
    told: dict[str, JobState] = {}

    def notice(received: Received[bytes]) -> None:
        """Remove what the broker keeps of a job that there is no more."""
        name = received.levels["name"]
        if received.payload and name not in roster.jobs:
            mqtt.clear(topics.JOB_STATE, name=name)

    mqtt.subscribe(topics.JOB_STATE.unread(), notice)
    while True:
        await roster.changed.wait()
        roster.changed.clear()
        names, roster.touched = roster.touched, set()
        for name in sorted(names):
            state = state_of(name, runner)
            if told.get(name) != state:
                told[name] = state
                mqtt.publish(topics.JOB_STATE, state, name=name)
        await asyncio.sleep(_GATHER_SECONDS)


async def obey_jobs(mqtt: Mqtt, runner: Runner) -> None:
    """Do what is sent to jobs in one word, until cancelled."""
    complaints = Complaints(_log)
    async for received in mqtt.subscribe(topics.JOB_SET):
        name = received.levels["name"]
        subject = f"job {name}"
        if name not in runner.roster.jobs:
            complaints.say(subject, "is not known; what is sent to it is lost")
            continue
        if received.retained:  # would be obeyed again after each restart
            complaints.say(subject, "retained command ignored; publish it without retain")
            continue
        try:
            if received.payload == "run":
                await runner.order(name)
            elif received.payload == "cancel":
                await runner.cancel(name)
            else:
                await runner.roster.update(name, enabled=received.payload == "enable")
            complaints.settle(subject)
        except (PayloadError, QueueFullError, StoreError) as error:
            complaints.say(subject, str(error))


def job_entities(mqtt: Mqtt, runner: Runner) -> dict[str, Component]:
    """Return what Home Assistant shows of each job."""
    found: dict[str, Component] = {}
    for name in runner.roster.jobs:
        plain = name.replace("_", " ").replace("-", " ")
        state, command = (
            mqtt.name(topics.JOB_STATE, name=name),
            mqtt.name(topics.JOB_SET, name=name),
        )
        found[f"job:{name}:state"] = {
            "p": "sensor",
            "name": f"{plain} job",
            "icon": "mdi:cog-play",
            "device_class": "enum",
            "options": ["idle", "running", "success", "skipped", "error"],
            "state_topic": state,
            "value_template": picked("value_json.status"),
            "json_attributes_topic": state,
            "json_attributes_template": "{{ value or '{}' }}",
            "entity_category": "diagnostic",
        }
        found[f"job:{name}:run"] = {
            "p": "button",
            "name": f"{plain} run",
            "icon": "mdi:play",
            "command_topic": command,
            "payload_press": "run",
            "qos": 1,
        }
        found[f"job:{name}:enabled"] = {
            "p": "switch",
            "name": f"{plain} by schedule",
            "icon": "mdi:calendar-clock",
            "state_topic": state,
            "value_template": picked("value_json.enabled"),
            "state_on": "True",
            "state_off": "False",
            "command_topic": command,
            "payload_on": "enable",
            "payload_off": "disable",
            "entity_category": "config",
            "qos": 1,
        }
    return found
