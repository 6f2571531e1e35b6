"""`mantel watch`: the messages of the hub, as they pass through its broker."""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from mantel.output import clean, size
from mantel.session import Session

if TYPE_CHECKING:
    from mantel.broker import Message

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@click.command(
    help="""Print messages as they come, until Ctrl-C.

    TOPIC stands below the hub's root, and may have + for one level and # for all the rest, such
    as 'alarm/#' or '+/+/state'. Without it everything is printed. What is no text is told by its
    size.
    """
)
@click.argument("topic", default="#", callback=lambda _ctx, _param, text: check_filter(text))
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after N messages.")
@click.option("--live", is_flag=True, help="Leave out what the broker has kept from before.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a line.")
@click.pass_obj
def watch(session: Session, topic: str, count: int | None, live: bool, as_json: bool) -> None:
    """Print messages of one topic filter."""
    show = _as_json if as_json else _painter()
    with session.hub() as hub:
        root = session.access.settings.mqtt_root
        hub.broker.subscribe(f"{root}/{topic}")
        shown = 0
        try:
            while (message := hub.broker.receive(None)) is not None and shown != count:
                if not (live and message.retained):
                    show(datetime.now().astimezone(), root, message)
                    shown += 1
                if shown == count:
                    break
        except KeyboardInterrupt:
            pass  # the usual end


def check_filter(text: str) -> str:
    """Return a topic filter; click.BadParameter when it is none."""
    levels = text.split("/")
    for number, level in enumerate(levels):
        if level == "":
            raise click.BadParameter(f"'{text}' has an empty level.")
        if "#" in level and (level != "#" or number < len(levels) - 1):
            raise click.BadParameter("# stands for all the rest, so it is a whole last level.")
        if "+" in level and level != "+":
            raise click.BadParameter("+ stands for a whole level.")
    return text


def value(raw: bytes) -> Any:  # noqa: ANN401
    """Return what a payload holds: what its JSON stands for, else text, else the bytes.

    Sound that is silent, or a picture that is white, are good UTF-8: control characters make
    bytes of it.
    """
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        pass
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw
    return text if text and not _CONTROL.search(text) else raw


def _as_json(at: datetime, _root: str, message: "Message") -> None:
    line: dict[str, Any] = {"at": at, "topic": message.topic, "retained": message.retained}
    held = value(message.payload)
    line |= {"bytes": len(held)} if isinstance(held, bytes) else {"payload": held}
    click.echo(msgspec.json.encode(line))


def _painter() -> Callable[[datetime, str, "Message"], None]:
    """Return what prints a message: a line of text, or in colours and pretty on a terminal."""
    if not sys.stdout.isatty():
        return _as_text
    from rich.console import Console
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    console, highlighter = Console(), JSONHighlighter()

    def paint(at: datetime, root: str, message: "Message") -> None:
        head = Text.assemble(
            (f"{at:%H:%M:%S} ", "dim"),
            (clean(message.topic.removeprefix(f"{root}/")), "bold cyan"),
            (" kept" if message.retained else "", "dim"),
        )
        held = value(message.payload)
        if isinstance(held, dict | list):
            body = highlighter(json.dumps(held, indent=2, ensure_ascii=False))
        else:
            body = Text(_plain(held))
        console.print(
            head, body, sep="\n" if isinstance(held, dict | list) else "  ", soft_wrap=True
        )

    return paint


def _as_text(at: datetime, root: str, message: "Message") -> None:
    held = value(message.payload)
    text = json.dumps(held, ensure_ascii=False) if isinstance(held, dict | list) else _plain(held)
    topic = clean(message.topic.removeprefix(f"{root}/"))
    click.echo(f"{at:%H:%M:%S} {topic}  {text}")
    sys.stdout.flush()


def _plain(held: Any) -> str:  # noqa: ANN401
    if isinstance(held, bytes):
        return f"({size(len(held))})" if held else "(cleared)"
    text = held if isinstance(held, str) else json.dumps(held)
    return clean(text).replace("\n", "\\n")
