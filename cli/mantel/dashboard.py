"""`mantel dashboard`: what themes there are, and how one looks while it is being written."""

import base64
import contextlib
import re
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mantel.output import Cell, document, json_option, note, table
from mantel.session import Session
from shared import topics
from shared.errors import MantelError

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_COLUMNS = ("name", "title", "for", "made for", "inks", "")
_MOST_BYTES = 4_000_000
_LOOK_SECONDS = 0.2
_FACTS = ("now", "sample", "long", "old", "none")
_HEADER = "theme.toml"

Stamp = tuple[tuple[str, int, int], ...]


@click.group(help="See the themes of dashboards, and check your own.")
def dashboard() -> None:
    """Hold the commands."""


@dashboard.command(help="List the themes: those that come with Mantel, and your own.")
@json_option
@click.pass_obj
def themes(session: Session, as_json: bool) -> None:
    """Print what media knows."""
    with session.hub() as hub:
        told = _ask(hub, "themes", {})
    if as_json:
        document(told)
        return
    table(_COLUMNS, [_row(each) for each in told["themes"]])
    for each in told["faults"]:
        note(f"{told['folder']}/{each['name']}: {each['fault']}")


@dashboard.command(
    short_help="Tell what is wrong with a theme's folder.",
    help="Tell what is wrong with the theme in FOLDER: it is drawn at all its sizes, with facts "
    "that are long, old or missing.",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def check(session: Session, folder: Path, as_json: bool) -> None:
    """Have media draw it; exit code 1 when it fails."""
    with session.hub() as hub:
        told = _ask(hub, "check", _sent(folder, hub.broker.most_bytes))
    if as_json:
        document(told)
        return
    sizes = ", ".join(f"{width}x{height}" for width, height in told["sizes"])
    click.echo(f"{folder}: all right; {told['title']}, drawn {told['drawn']} times at {sizes}")


@dashboard.command(
    short_help="Draw a theme to a PNG file.",
    help="Draw THEME to a PNG file. THEME is a name of `mantel dashboard themes`, a folder with a "
    "theme.toml, or `card`, which small screens get.",
)
@click.argument("theme", required=False, default="")
@click.option("--size", metavar="WxH", help="Size in pixels, such as 800x480.")
@click.option("--profile", metavar="NAME", help="A screen, such as spectra6-800x480: size, inks.")
@click.option(
    "--facts",
    type=click.Choice(_FACTS),
    default="now",
    show_default=True,
    help="What is shown: what the hub knows now, or made-up facts: usual, with long words, old "
    "ones, none.",
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@click.option("--open", "opens", is_flag=True, help="Show it in the usual program for pictures.")
@click.option("--watch", is_flag=True, help="Draw it again whenever a file of the theme changes.")
@click.pass_obj
def preview(
    session: Session,
    theme: str,
    size: str | None,
    profile: str | None,
    facts: str,
    output: Path | None,
    opens: bool,
    watch: bool,
) -> None:
    """Ask media for a picture and write it."""
    fields: dict[str, Any] = {"facts": facts, **_size(size)}
    if profile:
        fields["profile"] = profile
    folder = _folder(theme)
    if watch and folder is None:
        raise click.BadParameter("only a folder can be watched.", param_hint="THEME")
    name = folder.resolve().name if folder else theme or "dashboard"
    file = output or Path(f"{name}.png")
    with session.hub() as hub:
        while True:
            stamp = _stamp(folder) if folder else ()
            try:
                own = _sent(folder, hub.broker.most_bytes) if folder else {"theme": theme}
                _draw(hub, {**fields, **own}, file)
            except MantelError as error:
                if not watch:
                    raise
                note(str(error))
            else:
                if opens:
                    click.launch(str(file))
                    opens = False
            if not watch or folder is None:
                return
            while _stamp(folder) == stamp:
                time.sleep(_LOOK_SECONDS)


def _draw(hub: "Hub", fields: dict[str, Any], file: Path) -> None:
    told = _ask(hub, "preview", fields)
    try:
        # Another name first: a program that shows it never sees half of it
        part = file.with_name(f".{file.name}.part")
        part.write_bytes(base64.b64decode(told["png"]))
        part.replace(file)
    except OSError as error:
        raise MantelError(f"{file}: {error.strerror}") from None
    click.echo(
        f"{file}: {told['theme']}, {told['width']}x{told['height']}, {told['milliseconds']} ms"
    )
    if told["note"]:
        note(told["note"])


def _folder(theme: str) -> Path | None:
    """Return the folder that is meant, None when it is a theme's name."""
    path = Path(theme)
    if theme and (path / _HEADER).is_file():
        return path
    if "/" in theme:
        raise MantelError(f"{theme} has no {_HEADER}, so it is no theme")
    return None


def _sent(folder: Path, most_bytes: int) -> dict[str, Any]:
    """Return what media is sent of a folder; MantelError."""
    files: dict[str, str] = {}
    total = 0
    for path in _files(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MantelError(f"{path}: {error.strerror}") from None
        total += len(content) * 4 // 3 + 100
        if total > min(_MOST_BYTES, most_bytes):
            raise MantelError(
                f"{folder} is larger than what the broker takes in one message: copy it to the "
                "hub's config/themes and name it there"
            )
        files[path.relative_to(folder).as_posix()] = base64.b64encode(content).decode()
    name = re.sub(r"[^a-z0-9_-]", "-", folder.resolve().name.lower())[:40] or "theme"
    return {"theme": name, "files": files}


def _files(folder: Path) -> list[Path]:
    """Return the plain files of a theme; what an editor keeps beside them is left out."""
    return [
        each
        for each in sorted(folder.rglob("*"))
        if _is_plain(each)
        and not any(part.startswith(".") for part in each.relative_to(folder).parts)
        and not each.name.endswith(("~", ".swp", ".tmp"))
    ]


def _is_plain(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def _stamp(folder: Path) -> Stamp:
    """Return what changes when a file does."""
    rows = []
    for path in _files(folder):
        with contextlib.suppress(OSError):
            status = path.stat()
            rows.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(rows)


def _size(text: str | None) -> dict[str, int]:
    if text is None:
        return {}
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text.strip().lower())
    if not found:
        raise click.BadParameter(f"'{text}' is no size; such as 800x480", param_hint="--size")
    return {"width": int(found[1]), "height": int(found[2])}


def _ask(hub: "Hub", verb: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(topics.DASHBOARD_REQUEST, topics.DASHBOARD_RESPONSE, _SERVICE, verb, fields)


def _row(told: dict[str, Any]) -> tuple[Cell, ...]:
    sizes = " ".join(f"{width}x{height}" for width, height in told["sizes"])
    return (
        str(told["name"]),
        str(told["title"]),
        str(told["mode"]) if told["automatic"] else "by name",
        sizes,
        " ".join(told["inks"]),
        "" if told["ours"] else "yours",
    )
