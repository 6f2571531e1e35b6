"""What may be asked of the registry by topic: by the operator and Home Assistant."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from media.asking import Verb
from media.bitmap.picture import PictureError
from media.bitmap.profiles import PROFILES
from media.database import StoreError
from media.display.display import Display
from media.display.orders import added, profile_told, show
from media.display.registry import Registry
from media.display.state import state_of
from media.display.takeover import read_takeover, taken
from media.display.wish import changed, read_changes, read_policy, written, written_quiet
from media.showing import Showing
from shared.errors import MantelError, PayloadError

Fields = dict[str, Any]

_log = logging.getLogger("media")


def display_verbs(showing: Showing, theme: Callable[[str], object]) -> dict[str, Verb]:
    """Return what may be asked; `theme` blocks, and raises MantelError when there is none."""
    registry = showing.registry

    async def check_theme(name: object) -> None:
        if isinstance(name, str) and name:
            try:
                await asyncio.to_thread(theme, name)
            except MantelError as error:
                raise PayloadError(f"theme: {error}") from None

    async def list_displays(_: Fields) -> object:
        return [shown(each, registry) for each in sorted(registry.roster, key=lambda one: one.id)]

    async def join(fields: Fields) -> object:
        registry.policy = read_policy(fields)
        _log.info("new displays: MEDIA_JOIN is %s until the next start", registry.policy)
        return {"policy": registry.policy}

    async def profiles(_: Fields) -> object:
        return [profile_told(name) for name in PROFILES]

    async def take_over(fields: Fields) -> object:
        return await _take_over(fields, registry)

    async def add(fields: Fields) -> object:
        display = added(_id(fields), fields, registry.now())
        await check_theme(display.theme)
        return shown(await registry.add(display), registry)

    async def update(fields: Fields) -> object:
        id_ = _id(fields)
        registry.get(id_)
        asked = read_changes(fields)
        await check_theme(asked.get("theme"))
        return shown(await registry.update(id_, **changed(registry.get(id_), asked)), registry)

    async def approve(fields: Fields) -> object:
        return shown(await registry.approve(_id(fields)), registry)

    async def rotate(fields: Fields) -> object:
        id_ = _id(fields)
        if registry.get(id_).kind == "topic":
            raise PayloadError(f"{id_} gets its pictures by topic and has no token")
        return shown(await registry.rotate(id_), registry)

    async def forget(fields: Fields) -> object:
        return {"id": (await registry.forget(_id(fields))).id}

    async def log(fields: Fields) -> object:
        return registry.reports.of(registry.get(_id(fields)).id)

    async def show_picture(fields: Fields) -> object:
        try:
            return await show(_id(fields), fields, showing)
        except PictureError as error:
            raise PayloadError(f"the picture {error}") from None

    async def hide(fields: Fields) -> object:
        id_ = _id(fields)
        await registry.override(id_, Display.unpushed)
        return shown(registry.get(id_), registry)

    return {
        "list": list_displays, "approve": approve, "rotate": rotate, "forget": forget,
        "update": update, "join": join, "log": log, "import": take_over, "add": add,
        "profiles": profiles, "show": show_picture, "hide": hide,
    }  # fmt: skip


def _id(fields: Fields) -> str:
    """Take the id out of what was asked; PayloadError."""
    id_ = fields.pop("id", None)
    if not isinstance(id_, str):
        raise PayloadError("id: is missing; which display is it about?")
    return id_


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
        "shows_battery": display.shows_battery,
        "calibration": display.calibration,
        "pushed": display.pushed_at(registry.now()) is not None,
        "schedule": msgspec.to_builtins(written(display.schedule)),
        "quiet": msgspec.to_builtins(written_quiet(display.quiet)),
        "made_at": display.made_at,
    }
    state = state_of(display, registry.now(), registry.zone(display))
    return facts | msgspec.structs.asdict(state)
