"""`mantel image`: pictures on displays."""

from typing import TYPE_CHECKING, BinaryIO

import click

from mantel.output import document, json_option, progress, size
from mantel.session import Session
from shared import topics
from shared.errors import MantelError
from shared.payloads import DisplayFrame
from shared.topic import ID

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
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
    "the hub makes it fit."
)
@click.argument("file", type=click.File("rb"))
@click.option("--display", required=True, metavar="NAME", help="The display, such as rlcd.")
@json_option
@click.pass_obj
def show(session: Session, file: BinaryIO, display: str, as_json: bool) -> None:
    """Send a picture, and wait until the display tells of it."""
    if not ID.fullmatch(display):
        raise click.BadParameter(f"'{display}' cannot be a display's name.", param_hint="--display")
    with session.hub() as hub:
        picture = _read(file, hub.broker.most_bytes)
        _check_display(hub, display)
        with progress() as tell:
            tell(f"waiting for {display}")
            hub.send(topics.DISPLAY_SET, picture, id=display)
            frame = _shown(hub, display)
    if as_json:
        document({"display": display, "bytes_sent": len(picture), "frame": frame})
    elif frame:
        click.echo(f"{display}: shows {file.name}, {frame.width} x {frame.height} pixels")
    else:
        click.echo(
            f"{display}: sent, and shows nothing new so far: it is the same picture, an alarm "
            "rings, or media could not read it (its log says so)"
        )


def _read(file: BinaryIO, most: int) -> bytes:
    """Return the picture; MantelError when it is none, or larger than `most` bytes."""
    picture = file.read(most + 1)
    kind = next((name for start, name in _KINDS.items() if picture.startswith(start)), None)
    if kind is None or (kind == "WebP" and picture[8:12] != b"WEBP"):
        raise MantelError(f"{file.name} is no PNG, JPEG, GIF or WebP")
    if len(picture) > most:
        raise MantelError(
            f"{file.name} is larger than the {size(most)} that the broker takes in one message: "
            "make it smaller, 1000 pixels wide are more than a display shows"
        )
    return picture


def _check_display(hub: "Hub", display: str) -> None:
    """Raise MantelError when no display of that name has ever shown anything."""
    known = [levels["id"] for levels, _ in hub.read(topics.DISPLAY_FRAME)]
    if display not in known:
        there = f"there are: {', '.join(known)}" if known else "media has not told of any"
        raise MantelError(f"no display {display}; {there}. See `mantel doctor`")


def _shown(hub: "Hub", display: str) -> DisplayFrame | None:
    """Return what the display shows next; None when media runs and tells of nothing new."""
    from mantel.hub import NoAnswerError

    for frame in hub.follow(topics.DISPLAY_FRAME, _SHOW_SECONDS, id=display):
        return frame
    if hub.online(_SERVICE):
        return None
    raise NoAnswerError(_SERVICE, _SHOW_SECONDS)
