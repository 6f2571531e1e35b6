"""`mantel photo`: the photos that displays show, and what you think of them."""

from typing import TYPE_CHECKING, Any

import click

from mantel.output import Cell, document, json_option, note, progress, table
from mantel.photo_art import art
from mantel.session import Session
from shared import topics

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_COLUMNS = ("number", "path", "size", "")
_PAGE = 500

_WORDS = {
    "favourite": "Have photos shown twice as often.",
    "unfavourite": "Undo favourite.",
    "like": "Have photos shown more often, a little each time.",
    "dislike": "Have photos shown half as often; a second time hides them.",
    "hide": "Show photos no more. Their files stay where they are.",
    "show": "Show photos again that were hidden or disliked.",
}


@click.group(help="See the photos that displays show, and say what you think of them.")
def photo() -> None:
    """Hold the commands."""


@photo.command("list", help="List the photos.")
@click.option("--favourites", "only", flag_value="favourites", help="Favourites alone.")
@click.option("--hidden", "only", flag_value="hidden", help="Those that are not shown alone.")
@json_option
@click.pass_obj
def list_photos(session: Session, only: str | None, as_json: bool) -> None:
    """Print all of them."""
    found: list[dict[str, Any]] = []
    with session.hub() as hub:
        while True:
            told = _ask(hub, "list", offset=len(found), limit=_PAGE, only=only)
            found += told["photos"]
            if not told["photos"] or len(found) >= told["count"]:
                break
    if as_json:
        document(found)
    elif found:
        table(_COLUMNS, [_row(each) for each in found])
    else:
        note("there are no such photos" if only else "there are no photos; see MEDIA_PHOTOS")


@photo.command(help="Look for new photos now, and for those that have gone.")
@click.pass_obj
def scan(session: Session) -> None:
    """Ask for the folder to be read."""
    with session.hub() as hub, progress() as tell:
        tell("looking at the photos")
        told = _ask(hub, "scan")
    click.echo(f"{told['count']} photos; {told['came']} came, {told['went']} went")


def _rating(word: str, about: str) -> click.Command:
    """Return the command of one word."""

    @click.command(word, help=f"{about} NUMBER is as in `mantel photo list`.")
    @click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=click.IntRange(min=1))
    @click.option("--on", "display", metavar="DISPLAY", help="What this display shows now.")
    @click.pass_obj
    def rate(session: Session, numbers: tuple[int, ...], display: str | None) -> None:
        if bool(numbers) == (display is not None):
            raise click.UsageError("give numbers of photos, or --on DISPLAY")
        with session.hub() as hub:
            meant: list[dict[str, Any]] = [{"number": each} for each in numbers]
            for which in meant or [{"display": display}]:
                told = _ask(hub, "rate", opinion=word, **which)
                click.echo(f"{told['number']} {told['path']}: {_opinion(told) or 'as any other'}")

    return rate


photo.add_command(art)
for _word, _about in _WORDS.items():
    photo.add_command(_rating(_word, _about))


def _ask(hub: "Hub", verb: str, **fields: Any) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(topics.PHOTO_REQUEST, topics.PHOTO_RESPONSE, _SERVICE, verb, fields)


def _row(told: dict[str, Any]) -> tuple[Cell, ...]:
    size = f"{told['width']} x {told['height']}"
    return (str(told["number"]), str(told["path"]), size, _opinion(told))


def _opinion(told: dict[str, Any]) -> str:
    words = []
    if told["favourite"]:
        words.append("favourite")
    if told["likes"]:
        words.append(f"liked {told['likes']}")
    if told["dislikes"]:
        words.append(f"disliked {told['dislikes']}")
    if not told["shows"]:
        words.append("not shown")
    return ", ".join(words)
