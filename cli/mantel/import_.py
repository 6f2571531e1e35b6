"""`mantel import`: what an older server has kept becomes the hub's."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mantel.import_eink import eink
from mantel.output import clean, note, progress, table
from mantel.session import Session
from shared.errors import MantelError

if TYPE_CHECKING:
    from mantel.hub import Hub
    from mantel.old_clock import OldSession

_MOST_BYTES = 1 << 20  # of a session's file; 64 alarms are a few kB


@click.group(help="Take over what an older server has kept.")
def import_() -> None:
    """Hold the commands."""


@import_.command(
    help="""Take over the sessions of an older clock server from its INI file.

    Its session_directory holds a file for each session, whose name is its identifier: clients
    resume with it here. Called again it does the same again, and nothing twice.
    """
)
@click.argument("ini", metavar="INI", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be taken, and do nothing.")
@click.pass_obj
def clock(session: Session, ini: Path, dry_run: bool) -> None:
    """Read the files, then ask alarms for each session."""
    found, left_out = _read(ini)
    if dry_run:
        table(
            ("session", "zone", "alarms"),
            [(each.identifier, each.timezone or "the hub's", _alarms(each)) for each in found],
        )
        for each in found:
            _tell(each)
        return
    taken = 0
    new = 0
    with session.hub() as hub, progress() as tell:
        holder = f"{session.access.settings.mantel_node}/mantel"
        for number, each in enumerate(found, 1):
            tell(f"session {number} of {len(found)}")
            known = _take(hub, holder, each)
            if known is not None:
                taken += 1
                new += not known
            _tell(each)
    alarms = sum(len(each.alarms) for each in found)
    left_out += len(found) - taken
    click.echo(
        f"sessions: {taken} taken over, {new} of them new; alarms: {alarms}; "
        f"files left out: {left_out}"
    )


def _read(ini: Path) -> tuple[list["OldSession"], int]:
    """Return what the files hold, and how many were left out."""
    from mantel.old_clock import OldClockError, is_identifier, read_session, session_folder

    try:
        folder = ini.parent / session_folder(ini.read_text("utf-8"))
        files = sorted(folder.iterdir())
    except OldClockError as error:
        raise MantelError(f"{ini} {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MantelError(f"{ini}: {error}") from None
    found = []
    left_out = 0
    for file in files:
        try:
            if not is_identifier(file.name):
                raise OldClockError("its name is no identifier (16 to 128 of A-Z a-z 0-9 _ -)")
            if not file.is_file():
                raise OldClockError("is no file")
            with file.open("rb") as opened:
                raw = opened.read(_MOST_BYTES + 1)
            if len(raw) > _MOST_BYTES:
                raise OldClockError(f"is larger than {_MOST_BYTES} bytes")
            found.append(read_session(file.name, raw))
        except (OldClockError, OSError) as error:
            left_out += 1
            note(f"{file} is left out: {error}")
    return found, left_out


def _take(hub: "Hub", holder: str, old: "OldSession") -> bool | None:
    """Have one session made; return whether it was there before, None when it is left out."""
    from mantel.hub import RequestError
    from shared import topics

    # As the bridge makes it of what a client says: identifiers do not go over the broker
    own = {"session": hashlib.sha256(old.identifier.encode()).hexdigest()[:32], "holder": holder}

    def ask(verb: str, **fields: object) -> object:
        return hub.request(
            topics.CLOCK_REQUEST, topics.CLOCK_RESPONSE, "alarms", verb, {**own, **fields}
        )

    try:
        data = ask("open", resume=False)
    except RequestError as error:
        old.problems.append(f"is left out: {error}")
        old.alarms.clear()
        return None
    try:
        if old.timezone is not None:
            try:
                ask("zone", timezone=old.timezone)
            except RequestError as error:
                old.problems.append(f"time zone is left out: {error}")
        for alarm in list(old.alarms):
            try:
                ask("add", **alarm)
            except RequestError as error:
                old.alarms.remove(alarm)
                old.problems.append(f"alarm {alarm['name']} is left out: {error}")
    finally:
        ask("close")
    return isinstance(data, dict) and bool(data.get("known"))


def _alarms(old: "OldSession") -> str:
    told = (
        f"{alarm['time']} {alarm['name']}"
        + (f" {','.join(alarm['days'])}" if alarm["days"] else "")
        + (" once" if alarm["once"] else "")
        for alarm in old.alarms
    )
    return clean("; ".join(told)) or "none"


def _tell(old: "OldSession") -> None:
    for problem in old.problems:
        note(f"{old.identifier}: {problem}")


import_.add_command(eink)
