"""`mantel source`: what dashboards show, how old it is, and whether its file is right."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mantel.output import Cell, document, json_option, note, progress, table
from mantel.session import Session
from shared import topics
from shared.errors import MantelError

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_COLUMNS = ("name", "kind", "from", "next", "holds", "")
_STYLES = {"fresh": "green", "aged": "yellow", "old": "yellow", "empty": "red"}
_WAIT_SECONDS = 150.0  # media gives up on one after 120
_LOOK_SECONDS = 0.5
_DEFAULT = "config/sources.toml"


@click.group(help="See what dashboards get their data from, and check config/sources.toml.")
def source() -> None:
    """Hold the commands."""


@source.command("list", help="List all sources, with their age and faults.")
@json_option
@click.pass_obj
def list_sources(session: Session, as_json: bool) -> None:
    """Print what media knows."""
    with session.hub() as hub:
        told = _ask(hub, "list")
    if as_json:
        document(told)
        return
    for problem in told["problems"]:
        note(f"{told['file']}: {problem}; the sources stay as they were")
    if told["sources"]:
        table(_COLUMNS, [_row(each) for each in told["sources"]])
    else:
        note(f"there are no sources; {told['file']} names them, see config/sources.example.toml")


@source.command(
    short_help="Get sources now, and wait for them.",
    help="Get sources now, and wait for them. Without NAME: all that are fetched.",
)
@click.argument("names", metavar="NAME...", nargs=-1)
@json_option
@click.pass_context
def refresh(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Ask for each, and print how it does then; exit code 1 when one failed."""
    with ctx.obj.hub() as hub:
        known = [each for each in _ask(hub, "list")["sources"] if each["interval_minutes"]]
        for name in names:
            if name not in {each["name"] for each in known}:
                there = ", ".join(each["name"] for each in known) or "none"
                raise MantelError(f"no source {name} that is fetched; there are: {there}")
        wanted = [each["name"] for each in known if not names or each["name"] in names]
        for name in wanted:
            _ask(hub, "refresh", name=name)
        done = _awaited(hub, wanted)
    if as_json:
        document(done)
    else:
        for each in done:
            click.echo(f"{each['name']}: {each['error'] or each['text']}")
    if any(each["error"] for each in done):
        ctx.exit(1)


def _awaited(hub: "Hub", names: list[str]) -> list[dict[str, Any]]:
    """Return how these do when none is being got any more."""
    ends = time.monotonic() + _WAIT_SECONDS
    with progress() as tell:
        while True:
            rows = [each for each in _ask(hub, "list")["sources"] if each["name"] in names]
            waiting = [each["name"] for each in rows if each["refreshing"]]
            if not waiting or time.monotonic() > ends:
                return rows
            tell(f"getting {', '.join(waiting)}")
            time.sleep(_LOOK_SECONDS)


@source.command(
    short_help="Tell what is wrong with the file of sources.",
    help="Tell what is wrong with a file of sources: without FILE config/sources.toml, with - "
    "what comes on standard input. No hub is needed.",
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@click.pass_obj
def check(session: Session, file: str | None) -> None:
    """Read the file as media does; every fault is told with its line."""
    from shared.source_file import SourceFileError, read_sources

    path = Path(file) if file else _usual(session.home)
    try:
        raw = sys.stdin.buffer.read() if file == "-" else path.read_bytes()
        found = read_sources(raw)
    except OSError as error:
        raise MantelError(f"{path}: {error.strerror}") from None
    except SourceFileError as error:
        for line, problem in error.problems:
            click.echo(f"{path}:{line}: {problem}", err=True)
        raise click.exceptions.Exit(1) from None
    counts = {
        "weather": int(found.weather is not None),
        "calendars": len(found.calendar),
        "feeds": len(found.news),
        "topics": len(found.topic),
        "host": int(found.host is not None),
    }
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    click.echo(f"{path}: all right; {told or 'no sources'}")


def _usual(home: Path | None) -> Path:
    """Return the file that `media` reads: of MEDIA_SOURCES in the environment or .env."""
    import os

    from dotenv import dotenv_values

    folder = home or Path()
    kept = dotenv_values(folder / ".env", interpolate=False) if home else {}
    return folder / (os.environ.get("MEDIA_SOURCES") or kept.get("MEDIA_SOURCES") or _DEFAULT)


def _ask(hub: "Hub", verb: str, **fields: Any) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(topics.SOURCE_REQUEST, topics.SOURCE_RESPONSE, _SERVICE, verb, fields)


def _row(told: dict[str, Any]) -> tuple[Cell, ...]:
    """Return what a table says of a source."""
    freshness = str(told["freshness"])
    state = told["error"] or told["note"] or freshness
    if told["refreshing"]:
        state = "being got"
    return (
        str(told["name"]),
        str(told["kind"]),
        _moment(told["had_at"]) or "never",
        _moment(told["next_at"]),
        str(told["text"]),
        (str(state), _STYLES.get(freshness, "") if not told["error"] else "red"),
    )


def _moment(at: str | None) -> str:
    return str(at).replace("T", " ")[:16] if at else ""
