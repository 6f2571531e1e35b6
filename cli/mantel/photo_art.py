"""`mantel photo art`: the art that was made of photos, and what you think of it."""

from typing import TYPE_CHECKING, Any

import click

from mantel.output import Cell, document, json_option, note, table
from mantel.session import Session
from shared import topics

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_COLUMNS = ("variant", "style", "of", "")
_PAGE = 500
_OPINIONS = ("favourite", "unfavourite", "hide", "show")


@click.command(
    short_help="List art that was made of photos, or rate it.",
    help="List the art that was made of photos, and how often a model was asked today. With an "
    "OPINION, say what you think of it: `mantel photo art hide 12` has it drawn no more.",
)
@click.argument("opinion", required=False, type=click.Choice(_OPINIONS))
@click.argument("variants", metavar="[VARIANT]...", nargs=-1, type=click.IntRange(min=1))
@json_option
@click.pass_obj
def art(session: Session, opinion: str | None, variants: tuple[int, ...], as_json: bool) -> None:
    """Print all of it, or what was changed."""
    if opinion is not None and not variants:
        raise click.UsageError(f"give numbers of variants: mantel photo art {opinion} 12")
    with session.hub() as hub:
        if opinion is not None:
            found = [_ask(hub, "rate_art", variant=each, opinion=opinion) for each in variants]
            told: dict[str, Any] = {"art": found}
        else:
            told = _ask(hub, "list_art", limit=_PAGE)
            while len(told["art"]) < told["count"]:
                further = _ask(hub, "list_art", offset=len(told["art"]), limit=_PAGE)["art"]
                if not further:
                    break
                told["art"] += further
    if as_json:
        document(told)
        return
    if told["art"]:
        table(_COLUMNS, [_row(each) for each in told["art"]])
    else:
        note("there is no art yet; docs/art.md tells how it is made")
    if opinion is None:
        vain = f", {told['failures_today']} in vain" if told["failures_today"] else ""
        click.echo(f"{told['calls_today']} calls today{vain}")


def _row(told: dict[str, Any]) -> tuple[Cell, ...]:
    words = [word for word in ("favourite", "hidden") if told[word]]
    of = told["path"] or f"photo {told['photo']}, which is gone"
    return (str(told["variant"]), str(told["style"]), str(of), ", ".join(words))


def _ask(hub: "Hub", verb: str, **fields: Any) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(topics.PHOTO_REQUEST, topics.PHOTO_RESPONSE, _SERVICE, verb, fields)
