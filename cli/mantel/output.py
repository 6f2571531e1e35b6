"""What the command prints: tables and colours on a terminal, plain columns elsewhere, or JSON."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

Cell = str | tuple[str, str]
"""A text, or a text and its style (a colour in rich's words)."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


Tell = Callable[[str], None]
"""Says what is being done now."""


@contextmanager
def progress() -> Iterator[Tell]:
    """Show on a terminal what is being done, while it is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda what: status.update(f"{what} ...")


def document(value: Any) -> None:  # noqa: ANN401
    """Print a value as one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows below their columns; all but the first are wrapped where a terminal is narrow."""
    if sys.stdout.isatty():
        _rich_table(columns, rows)
        return
    texts = [[clean(_text(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    for row in ([name.upper() for name in columns], *texts):
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    # rich takes 0.1 s to import and is of no use where nobody looks
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        drawn.add_column(name, no_wrap=name == columns[0], overflow="fold")
    for row in rows:
        drawn.add_row(
            *(
                Text(clean(_text(cell)), style=cell[1] if isinstance(cell, tuple) else "")
                for cell in row
            )
        )
    Console().print(drawn)


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def note(text: str) -> None:
    """Tell something beside the result, on stderr."""
    click.echo(f"mantel: {clean(text)}", err=True)


def clean(text: str) -> str:
    """Return a text from outside with its control characters made visible.

    A name or a payload that holds a terminal's escape codes would be obeyed by it.
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def size(count: int) -> str:
    """Return a number of bytes as people read it: 812 B, 3.2 MB."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
