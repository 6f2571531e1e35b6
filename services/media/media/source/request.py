"""Answers what is asked of the sources by topic."""

import logging
from typing import Any

import msgspec

from media.source.opening import Opening
from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import Request, Response
from shared.subscription import Subscription

VERBS = ("list", "refresh")

_log = logging.getLogger("media")


async def answer_source_requests(
    messages: Subscription[Request], opening: Opening, mqtt: Mqtt
) -> None:
    """Answer every request, wrong ones too, until cancelled."""
    complaints = Complaints(_log)
    async for received in messages:
        verb = received.levels["verb"]
        if received.retained:  # would be obeyed again after each restart
            complaints.say(verb, "retained request ignored; publish it without retain")
            continue
        fields = dict(received.payload or {})
        transaction = fields.pop("transaction", None)
        if verb not in VERBS:
            complaints.say(f"request {verb[:40]}", f"is not known; {', '.join(VERBS)} are")
            continue
        try:
            answer = Response(status="ok", data=_do(verb, fields, opening))
        except PayloadError as error:
            answer = Response(status="error", error=str(error))
        if isinstance(transaction, str | int):
            answer = msgspec.structs.replace(answer, transaction=transaction)
        mqtt.publish(topics.SOURCE_RESPONSE, answer, verb=verb)


def _do(verb: str, fields: dict[str, Any], opening: Opening) -> object:
    """Return the data of the answer; PayloadError."""
    sources = opening.get()
    if verb == "list":
        return {
            "file": str(sources.file.path),
            "problems": sources.file.problems,
            "sources": sources.listed(),
        }
    name = fields.get("name")
    if not isinstance(name, str):
        raise PayloadError("name: is missing; which source is it about?")
    return sources.refresh(name)
