"""`mantel image`: pictures on displays."""

import base64
from datetime import datetime
from typing import BinaryIO

import click

from mantel.display_screen import ask
from mantel.duration import DURATION
from mantel.output import document, json_option, progress, size
from mantel.session import Session
from shared.errors import MantelError
from shared.topic import ID

_ENVELOPE_BYTES = 300  # of the request around a picture
_SHOW_SECONDS = 10.0  # a large picture on a small machine
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "WebP",
}


@click.group(help="Show pictures on displays.")
def image() -> None:
    """Hold the command."""


@image.command(
    help="Show a picture on a display. FILE is a PNG, JPEG, GIF or WebP, - is stdin; "
    "the hub makes it fit. Without --for it stays until `mantel image hide`, another picture, "
    "a mode that is set, or an alarm that the display shows."
)
@click.argument("file", type=click.File("rb"))
@click.option("--display", required=True, metavar="NAME", help="The display, such as rlcd.")
@click.option("--for", "seconds", type=DURATION, metavar="TIME",
              help="For how long, such as 90s, 10m or 2h.")  # fmt: skip
@json_option
@click.pass_obj
def show(
    session: Session,
    file: BinaryIO,
    display: str,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Send a picture, and wait until media has taken it."""
    _check_name(display)
    with session.hub() as hub:
        picture = _read(file, (hub.broker.most_bytes - _ENVELOPE_BYTES) * 3 // 4)
        with progress() as tell:
            tell(f"waiting for {display}")
            encoded = base64.b64encode(picture).decode()
            fields = {"picture": encoded} | ({"for_seconds": seconds} if seconds else {})
            told = ask(hub, "show", _SHOW_SECONDS, id=display, **fields)
    if as_json:
        document({"display": display, "bytes_sent": len(picture), **told})
        return
    size_told = f"{told['width']} x {told['height']} pixels"
    until = f" until {_time(told['until_at'])}" if told["until_at"] else ""
    if told["rings"]:
        click.echo(f"{display}: an alarm rings; {file.name} is shown when it is over{until}")
    elif told["asks"]:
        click.echo(f"{display}: gets {file.name} when it asks next, {size_told}{until}")
    else:
        click.echo(f"{display}: shows {file.name}, {size_told}{until}")


@image.command(help="Take back the picture that was shown on a display.")
@click.option("--display", required=True, metavar="NAME", help="The display, such as rlcd.")
@json_option
@click.pass_obj
def hide(session: Session, display: str, as_json: bool) -> None:
    """Ask for it to be taken back."""
    _check_name(display)
    with session.hub() as hub:
        told = ask(hub, "hide", _SHOW_SECONDS, id=display)
    if as_json:
        document(told)
    else:
        click.echo(f"{display}: shows what it would without")


def _check_name(display: str) -> None:
    if not ID.fullmatch(display):
        raise click.BadParameter(f"'{display}' cannot be a display's name.", param_hint="--display")


def _time(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S")


def _read(file: BinaryIO, most: int) -> bytes:
    """Return the picture; MantelError when it is none, or larger than `most` bytes."""
    picture = file.read(most + 1)
    kind = next((name for start, name in _KINDS.items() if picture.startswith(start)), None)
    if kind is None or (kind == "WebP" and picture[8:12] != b"WEBP"):
        raise MantelError(f"{file.name} is no PNG, JPEG, GIF or WebP")
    if len(picture) > most:
        raise MantelError(
            f"{file.name} is larger than the {size(most)} that fit into a message of the broker: "
            "make it smaller, 1000 pixels wide are more than a display shows"
        )
    return picture
