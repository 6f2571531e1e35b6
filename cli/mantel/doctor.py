"""`mantel doctor`: everything that a hub needs, each with a verdict and what to do."""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from mantel.checks import (
    clock,
    configuration,
    devices,
    displays,
    folders,
    ports,
    presence,
    sources,
)
from mantel.checks.finding import Finding, worst
from mantel.home import AccessError
from mantel.output import Cell, Tell, document, json_option, progress, table
from mantel.session import Session
from shared import topics
from shared.errors import SettingsError
from shared.payloads import DisplayState
from shared.settings import Settings
from shared.users import SERVICES

_MEDIA = "media"
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


@click.command(
    help="""Look at everything that the hub needs: each with a verdict and what to do.

    Settings, broker, services, ports, clock, time zone, folders, photos, sources of dashboards,
    displays and devices. The exit code is 1 when there is a problem; a warning is none.
    """
)
@json_option
@click.pass_obj
@click.pass_context
def doctor(ctx: click.Context, session: Session, as_json: bool) -> None:
    """Print what every check finds."""
    with progress() as tell:
        findings = list(_examine(session, tell))
    verdict = worst(findings)
    if as_json:
        document({"verdict": verdict, "findings": findings})
    else:
        table(("verdict", "of", "what there is, and what to do"), list(_rows(findings)))
    ctx.exit(1 if verdict == "problem" else 0)


def _examine(session: Session, tell: Tell) -> Iterator[Finding]:
    """Yield what every check finds."""
    home, kinds = session.home, configuration.kinds()
    settings: dict[str, Settings] = {}
    here = home is not None and kinds is not None
    if home is not None and kinds is not None:
        tell("looking at settings")
        found, settings = configuration.check(kinds, os.environ, home)
        yield from found
    tell("looking at broker and services")
    states: dict[str, DisplayState] = {}
    media = settings.get(_MEDIA)
    file = home / str(getattr(media, "media_sources", "")) if home and media else None
    found, online = _presence(session, states, file)
    yield from found
    if here:
        tell("looking at ports")
        yield from ports.check(settings, online)
    tell("looking at clock, folders and devices")
    yield clock.synchronised(clock.kernel_state())
    yield from _zone(next((own.tz for own in settings.values()), os.environ.get("TZ", "")))
    if home is not None and here:
        yield from folders.check(settings, home)
        if media:
            folder = home / str(getattr(media, "media_photos", ""))
            yield folders.photos(folder, wanted=bool(states))
        yield from devices.serial_ports(Path("/"))
        yield from devices.firmware(Path("/"))
        stats = settings.get("stats")
        address = getattr(stats, "docker_host", "")
        yield devices.engine(address, bool(address or getattr(stats, "stats_containers", ())))
    else:
        yield Finding(
            "place",
            "warning",
            "not in the folder of the hub: its settings, ports, folders and devices were not seen",
            "on the machine itself type it in that folder, or set MANTEL_HOME",
        )


def _presence(
    session: Session, states: dict[str, DisplayState], file: Path | None
) -> tuple[list[Finding], set[str]]:
    """Return what there is to say of the broker and of those behind it, and who is online.

    The displays that ask for their pictures are put into `states`; `file` names sources.
    """
    from mantel.broker import BrokerError, RefusedError

    try:
        access = session.access
        address = f"{access.settings.mqtt_host}:{access.settings.mqtt_port}"
        with session.hub() as hub:
            first = presence.broker(hub, address, access.origin)
            now = datetime.now().astimezone()
            found, online = presence.services(hub, SERVICES, now)
            if _MEDIA in online:  # else what is retained is of another day
                told = {levels["id"]: state for levels, state in hub.read(topics.DISPLAY_STATE)}
                states |= {id_: each for id_, each in told.items() if each.availability}
                found += [*displays.check(told, now), *sources.check(hub, file, now)]
            return [first, *found], online | {configuration.BROKER}
    except SettingsError as error:
        return [Finding("broker", "problem", str(error), "mend it in .env")], set()
    except AccessError as error:
        return [Finding("broker", "problem", str(error), presence.START)], set()
    except RefusedError as error:
        advice = "make credentials prints users and passwords; give them by MQTT_USERNAME and "
        return [Finding("broker", "problem", str(error), f"{advice}MQTT_PASSWORD")], {
            configuration.BROKER
        }
    except BrokerError as error:
        return [Finding("broker", "problem", str(error), presence.START)], set()


def _zone(named: str) -> Iterator[Finding]:
    """Yield the verdict on the time zone; one that does not exist is a problem of settings."""
    with contextlib.suppress(ValueError, KeyError, OSError):
        now = datetime.now(ZoneInfo(named)) if named else datetime.now().astimezone()
        yield clock.zone(named, now)


def _rows(findings: list[Finding]) -> Iterator[list[Cell]]:
    for finding in findings:
        yield [(finding.verdict, _STYLES[finding.verdict]), finding.check, finding.text]
        if finding.advice:
            yield ["", "", (f"-> {finding.advice}", "italic")]
