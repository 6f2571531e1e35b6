"""`mantel display`: all displays, which of them may join, and what each is."""

import re
from typing import Any

import click

from mantel.display_screen import add, ask, calibrate, edit, profiles
from mantel.output import Cell, document, json_option, note, table
from mantel.session import Session
from shared.errors import MantelError

_COLUMNS = (
    "id", "hardware id", "size", "pairing", "mode", "battery", "signal", "firmware",
    "last contact", "next wake", "",
)  # fmt: skip
_LOW_STYLE = "bold red"
_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_STYLES = {"online": "green", "sleeping": "cyan", "offline": "red"}


@click.group(help="See the displays, let them in, add and change them.")
def display() -> None:
    """Hold the commands."""


for _command in (add, edit, profiles, calibrate):
    display.add_command(_command)


@display.command("list", help="List all displays, and those that wait to be let in.")
@json_option
@click.pass_obj
def list_displays(session: Session, as_json: bool) -> None:
    """Print what the registry holds."""
    with session.hub() as hub:
        displays = ask(hub, "list")
    if as_json:
        document(displays)
    elif displays:
        table(_COLUMNS, [_row(each) for each in displays])
    else:
        note("there are no displays; each joins by itself when it finds the hub")


@display.command(help="Let displays in that wait. Each gets its token when it tries again.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@json_option
@click.pass_obj
def approve(session: Session, ids: tuple[str, ...], as_json: bool) -> None:
    """Ask for each to be approved."""
    _each(session, "approve", ids, as_json, "approved; it joins at its next try")


@display.command(
    help="Take the tokens of displays back, as when one was wiped or lost. "
    "Each gets another when it joins again, and keeps its id and its schedule."
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@json_option
@click.pass_obj
def rotate(session: Session, ids: tuple[str, ...], as_json: bool) -> None:
    """Ask for each token to be taken back."""
    _each(session, "rotate", ids, as_json, "its token is void; it gets another when it joins again")


@display.command(help="Forget displays for good.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@json_option
@click.pass_obj
def forget(session: Session, ids: tuple[str, ...], as_json: bool) -> None:
    """Ask for each to be forgotten."""
    _each(session, "forget", ids, as_json, "forgotten")


@display.command(help="Print what a TRMNL device has reported. Since the start of the hub.")
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def log(session: Session, id_: str, as_json: bool) -> None:
    """Print its newest lines, the oldest first."""
    with session.hub() as hub:
        lines = ask(hub, "log", id=id_)
    if as_json:
        document(lines)
        return
    for line in lines:
        click.echo(line)
    if not lines:
        note("it has reported nothing")


@display.command(
    short_help="Set the hours that a display sleeps through.",
    help="Set the hours of a day that a display sleeps through, in its own zone: "
    "HOURS are such as 23:00-06:30, one or more, or none. It wakes half a minute after them, "
    "and a coloured panel does not flicker in them.",
)
@click.argument("id_", metavar="ID")
@click.argument("hours", metavar="HOURS...", nargs=-1, required=True)
@json_option
@click.pass_obj
def quiet(session: Session, id_: str, hours: tuple[str, ...], as_json: bool) -> None:
    """Ask for quiet hours."""
    spans = _spans(hours)
    with session.hub() as hub:
        _check(id_, {str(each["id"]) for each in ask(hub, "list")})
        told = ask(hub, "update", id=id_, quiet=spans)
    if as_json:
        document(told)
        return
    written = ", ".join(f"{each['start']} to {each['end']}" for each in told["quiet"])
    click.echo(f"{id_}: sleeps through {written}" if written else f"{id_}: has no quiet hours")


def _spans(hours: tuple[str, ...]) -> list[dict[str, str]]:
    """Return hours as they are asked for; BadParameter."""
    if [each.lower() for each in hours] == ["none"]:
        return []
    spans = []
    for each in hours:
        found = _HOURS.fullmatch(each)
        if found is None:
            raise click.BadParameter(
                f"'{each}' is neither hours such as 23:00-06:30 nor none.", param_hint="HOURS"
            )
        spans.append({"start": found[1], "end": found[2]})
    return spans


def _check(id_: str, known: set[str]) -> None:
    if id_ not in known:
        there = f"there are: {', '.join(sorted(known))}" if known else "there is none"
        raise MantelError(f"no display {id_}; {there}")


def _each(session: Session, verb: str, ids: tuple[str, ...], as_json: bool, done: str) -> None:
    """Ask the same for each display, none when one is not known."""
    told = []
    with session.hub() as hub:
        known = {str(each["id"]) for each in ask(hub, "list")}
        for id_ in ids:
            _check(id_, known)
        for id_ in ids:
            told.append(ask(hub, verb, id=id_))
            if not as_json:
                click.echo(f"{id_}: {done}")
    if as_json:
        document(told)


def _row(display: dict[str, Any]) -> tuple[Cell, ...]:
    """Return what a table says of a display."""
    availability = str(display["availability"] or "") if display["pairing"] == "paired" else ""
    percent, rssi = display.get("battery_percent"), display.get("rssi_dbm")
    return (
        str(display["id"]),
        str(display["hardware_id"]),
        f"{display['width']} x {display['height']}",
        str(display["pairing"]),
        str(display["mode"]),
        (_percent(percent), _LOW_STYLE if display.get("battery_low") else ""),
        f"{rssi} dBm" if rssi is not None else "",
        str(display.get("firmware") or ""),
        _moment(display["last_seen_at"]) or "never",
        _moment(display.get("next_wake_at")) if availability != "offline" else "",
        (availability, _STYLES.get(availability, "")),
    )


def _percent(percent: Any) -> str:  # noqa: ANN401
    return f"{percent} %" if percent is not None else ""


def _moment(at: Any) -> str:  # noqa: ANN401
    """Return a moment as media has told it, to the second; "" for none."""
    return str(at).replace("T", " ")[:19] if at else ""
