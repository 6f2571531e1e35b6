"""Obeys what comes by topic: commands to an alarm, and requests, each of which is answered."""

import logging
from typing import Any

import msgspec

from alarms.alarm_clock import AlarmClock
from alarms.alarm_file import WriteError
from alarms.alarm_text import AlarmText
from alarms.definition import EntryError
from alarms.edit import add, delete, update
from alarms.requests import Ask, read_request, read_set
from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import AudioFormat, Response
from shared.subscription import Subscription

_log = logging.getLogger("alarms")


async def obey_sets(messages: Subscription[bytes], clock: AlarmClock) -> None:
    """Do what is said to single alarms, until cancelled; a wrong word is said in the log."""
    complaints = Complaints(_log)
    async for received in messages:
        own = received.levels["id"]
        if received.retained:  # would be obeyed again after each restart
            complaints.say(own, "retained command ignored; publish it without retain")
            continue
        try:
            wanted = read_set(received.payload or b"")
            if isinstance(wanted, dict):
                fields = {key: value for key, value in wanted.items() if key != "transaction"}
                await clock.change(lambda text: update(text, own, fields))  # noqa: B023
            else:
                await clock.obey(own, wanted)
        except (PayloadError, EntryError, WriteError) as error:
            complaints.say(own, f"command ignored: {error}")


async def answer_requests(messages: Subscription[bytes], clock: AlarmClock, mqtt: Mqtt) -> None:
    """Answer every request, malformed ones too, until cancelled."""
    complaints = Complaints(_log)
    async for received in messages:
        verb = received.levels["verb"]
        if received.retained:
            complaints.say(verb, "retained request ignored; publish it without retain")
            continue
        ask = read_request(verb, received.payload or b"")
        try:
            if ask.problem:
                raise PayloadError(ask.problem)
            answer = Response(status="ok", data=await _do(verb, ask, clock))
        except (PayloadError, EntryError, WriteError) as error:
            answer = Response(status="error", error=str(error))
        answer = msgspec.structs.replace(answer, transaction=ask.transaction)
        mqtt.publish(topics.ALARM_RESPONSE, answer, verb=verb)


async def _do(verb: str, ask: Ask, clock: AlarmClock) -> object:
    """Return the data of the answer."""
    if verb == "list":
        return [_shown(clock, own) for own in clock.engine.definitions]
    if verb == "add":
        made: list[str] = []

        def adding(text: AlarmText) -> AlarmText:
            after, own = add(text, ask.fields)
            made.append(own)
            return after

        await clock.change(adding)
        return _shown(clock, made[-1])
    own = ask.id()
    if verb == "delete":
        await clock.change(lambda text: delete(text, own))
        return {"id": own}
    await clock.change(lambda text: update(text, own, ask.fields))
    return _shown(clock, own)


def _shown(clock: AlarmClock, own: str) -> dict[str, Any] | None:
    """Return an alarm with how it does; None when somebody has just deleted it."""
    definition = clock.engine.definitions.get(own)
    if definition is None:
        return None
    facts: dict[str, Any] = msgspec.to_builtins(definition)
    facts.update(msgspec.to_builtins(clock.engine.state(own)))
    return facts


async def follow_sound(messages: Subscription[AudioFormat], clock: AlarmClock) -> None:
    """Note what is played, until cancelled."""
    async for received in messages:
        await clock.hear(received.payload)
