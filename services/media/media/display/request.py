"""Answers what is asked of the registry by topic: by the operator and Home Assistant."""

import logging
from typing import Any

import msgspec

from media.bitmap.picture import PictureError
from media.bitmap.profiles import PROFILES
from media.database import StoreError
from media.display.display import Display
from media.display.orders import added, profile_told, show
from media.display.refusal import RefusedError, UnknownError
from media.display.registry import Registry
from media.display.state import state_of
from media.display.takeover import TakeoverError, read_takeover, taken
from media.display.wish import changed, read_changes, read_policy, written, written_quiet
from media.showing import Showing
from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import Request, Response
from shared.subscription import Subscription

VERBS = (
    "list", "approve", "rotate", "forget", "update", "join", "log", "import", "add", "profiles",
    "show", "hide",
)  # fmt: skip

_log = logging.getLogger("media")


async def answer_requests(messages: Subscription[Request], showing: Showing, mqtt: Mqtt) -> None:
    """Answer every request, wrong ones too, until cancelled."""
    complaints = Complaints(_log)
    async for received in messages:
        verb = received.levels["verb"]
        if received.retained:  # would be obeyed again after each restart
            complaints.say(verb, "retained request ignored; publish it without retain")
            continue
        fields = dict(received.payload or {})
        transaction = fields.pop("transaction", None)
        try:
            answer = Response(status="ok", data=await _do(verb, fields, showing))
        except PictureError as error:
            answer = Response(status="error", error=f"the picture {error}")
        except (PayloadError, UnknownError, RefusedError, TakeoverError, StoreError) as error:
            answer = Response(status="error", error=str(error))
        if isinstance(transaction, str | int):
            answer = msgspec.structs.replace(answer, transaction=transaction)
        if verb in VERBS:
            mqtt.publish(topics.DISPLAY_RESPONSE, answer, verb=verb)
        else:
            complaints.say(f"request {verb[:40]}", f"is not known; {', '.join(VERBS)} are")


async def _do(verb: str, fields: dict[str, Any], showing: Showing) -> object:
    """Return the data of the answer."""
    registry = showing.registry
    if verb not in VERBS:
        return None
    if verb == "list":
        return [shown(each, registry) for each in sorted(registry.roster, key=lambda one: one.id)]
    if verb == "join":
        registry.policy = read_policy(fields)
        _log.info("new displays: MEDIA_JOIN is %s until the next start", registry.policy)
        return {"policy": registry.policy}
    if verb == "import":
        return await _take_over(fields, registry)
    if verb == "profiles":
        return [profile_told(name) for name in PROFILES]
    id_ = fields.pop("id", None)
    if not isinstance(id_, str):
        raise PayloadError("id: is missing; which display is it about?")
    if verb == "forget":
        return {"id": (await registry.forget(id_)).id}
    if verb == "log":
        return registry.reports.of(registry.get(id_).id)
    if verb == "add":
        return shown(await registry.add(added(id_, fields, registry.now())), registry)
    if verb == "update":
        changes = changed(registry.get(id_), read_changes(fields))
        return shown(await registry.update(id_, **changes), registry)
    if verb == "show":
        return await show(id_, fields, showing)
    if verb == "hide":
        await registry.override(id_, Display.unpushed)
        return shown(registry.get(id_), registry)
    if verb == "rotate" and registry.get(id_).kind == "topic":
        raise PayloadError(f"{id_} gets its pictures by topic and has no token")
    done = await (registry.approve if verb == "approve" else registry.rotate)(id_)
    return shown(done, registry)


async def _take_over(fields: dict[str, Any], registry: Registry) -> dict[str, Any]:
    """Return a display that comes from an older server; `known`: it was here before."""
    asked = read_takeover(fields)
    if not registry.readable:
        raise StoreError("what is known of displays cannot be read now")
    before = {each.id for each in registry.roster if each.approved}
    display = await registry.adopt(
        lambda roster, new_id: taken(asked, roster, new_id, registry.now())
    )
    known = display.id in before
    if not known:
        _log.info("display %s taken over: %r", display.id, display.hardware_id)
    return shown(display, registry) | {"known": known}


def shown(display: Display, registry: Registry) -> dict[str, Any]:
    """Return what is told of a display: all but its secret."""
    facts: dict[str, Any] = {
        "id": display.id,
        "hardware_id": display.hardware_id,
        "pairing": display.pairing,
        "width": display.width,
        "height": display.height,
        "kind": display.kind,
        "profile": display.profile or None,
        "timezone": display.timezone or None,
        "default_mode": display.default_mode,
        "rotation": display.rotation,
        "shows_alarms": display.shows_alarms,
        "calibration": display.calibration,
        "pushed": display.pushed_at(registry.now()) is not None,
        "schedule": msgspec.to_builtins(written(display.schedule)),
        "quiet": msgspec.to_builtins(written_quiet(display.quiet)),
        "made_at": display.made_at,
    }
    state = state_of(display, registry.now(), registry.zone(display))
    return facts | msgspec.structs.asdict(state)
