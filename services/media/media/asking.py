"""Answers what is asked by topic, one verb a function."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from shared.complaints import Complaints
from shared.errors import MantelError, PayloadError
from shared.mqtt import Mqtt
from shared.payloads import Request, Response
from shared.subscription import Subscription
from shared.topic import Topic

Verb = Callable[[dict[str, Any]], Awaitable[object]]
"""Does what is asked with these fields, and returns the data of the answer; MantelError."""

T = TypeVar("T", bound=msgspec.Struct)

_log = logging.getLogger("media")


async def answer(
    messages: Subscription[Request],
    mqtt: Mqtt,
    topic: Topic[Response],
    verbs: Mapping[str, Verb],
) -> None:
    """Answer every request on `topic`, wrong ones too, until cancelled."""
    complaints = Complaints(_log)
    async for received in messages:
        verb = received.levels["verb"]
        if received.retained:  # would be obeyed again after each restart
            complaints.say(verb, "retained request ignored; publish it without retain")
            continue
        if verb not in verbs:
            complaints.say(f"request {verb[:40]}", f"is not known; {', '.join(verbs)} are")
            continue
        fields = dict(received.payload or {})
        transaction = fields.pop("transaction", None)
        try:
            response = Response(status="ok", data=await verbs[verb](fields))
        except MantelError as error:
            response = Response(status="error", error=str(error))
        if isinstance(transaction, str | int):
            response = msgspec.structs.replace(response, transaction=transaction)
        mqtt.publish(topic, response, verb=verb)


def read_fields(fields: dict[str, Any], model: type[T]) -> T:
    """Return the fields of a request as a struct; PayloadError, by name."""
    try:
        return msgspec.convert(fields, model)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error).replace("`$.", "`")) from None
