"""`mantel clock`: a client of the clock's port, for a terminal and for scripts."""

import asyncio
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from mantel.output import clean, note

if TYPE_CHECKING:
    from mantel.clock_conversation import View
    from mantel.clock_port import Address
    from mantel.clock_session import KeptSession
    from mantel.interactive import Keyboard
    from mantel.typed_line import TypedLine

_HELP = """Show a clock and its alarms, and take its commands, until Ctrl-C or Ctrl-D.

HOST[:PORT] is where it listens, localhost and 8901 if not given; the broker is not asked. Its
session is that of the call before, kept in $XDG_STATE_HOME/mantel.

\b
  mantel clock raspberrypi
  mantel clock -c "TZ Asia/Tokyo" -c "ALARM ADD 06:30 work days=Mon,Fri"
  mantel clock -L
"""


@click.command(help=_HELP)
@click.argument("address", metavar="[HOST[:PORT]]", default="localhost",
                callback=lambda _ctx, _param, text: read_address(text))  # fmt: skip
@click.option("-c", "--command", "commands", multiple=True, metavar="COMMAND",
              help="Run it, print its reply and end; may be given several times.")  # fmt: skip
@click.option("-L", "--list-commands", is_flag=True, help="Print the clock's commands and end.")
@click.option("--session", "identifier", metavar="ID", help="Resume this session.")
@click.option("--new", is_flag=True, help="Begin a new session.")
def clock(
    address: "Address",
    commands: tuple[str, ...],
    list_commands: bool,
    identifier: str | None,
    new: bool,
) -> None:
    """Talk to a clock."""
    from mantel.clock_conversation import ask_all

    if new and identifier is not None:
        raise click.UsageError("--new and --session are two wishes.")
    if list_commands and commands:
        raise click.UsageError("-L and -c are two wishes.")
    kept = _kept(address, identifier, new)
    if list_commands:
        asyncio.run(_print_commands(address, kept))
    elif commands:
        asyncio.run(
            ask_all(
                address, kept, list(commands), lambda reply: click.echo(clean(str(reply))), note
            )
        )
    else:
        _show(address, kept)


def read_address(text: str) -> "Address":
    """Return host and port; click.BadParameter when it is none."""
    from mantel.clock_port import DEFAULT_PORT, Address

    try:
        bare = text.count(":") > 1 and not text.startswith("[")  # an IPv6 address
        parts = urlsplit(f"//[{text}]" if bare else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.path or parts.query or parts.username is not None:
        raise click.BadParameter(f"'{text}' is no HOST or HOST:PORT.")
    return Address(host, port or DEFAULT_PORT)


def _kept(address: "Address", identifier: str | None, new: bool) -> "KeptSession":
    from mantel.clock_session import KeptSession, file_of

    kept = KeptSession(file_of(address, os.environ.get("XDG_STATE_HOME", "")), identifier or "")
    if not new and identifier is None:
        kept.read()
    return kept


async def _print_commands(address: "Address", kept: "KeptSession") -> None:
    """Print what HELP tells of each command."""
    from mantel.clock_conversation import ask_all

    names: list[str] = []
    await ask_all(address, kept, ["HELP"], lambda reply: names.extend(reply.text.split()), note)
    await ask_all(
        address,
        kept,
        [f"HELP {name}" for name in names],
        lambda reply: click.echo(clean(reply.text)),
        note,
    )


def _show(address: "Address", kept: "KeptSession") -> None:
    from mantel.clock_view import Lines, Screen
    from mantel.interactive import Keyboard, run
    from mantel.typed_line import TypedLine

    with Keyboard() as keyboard:
        line = TypedLine()
        if not keyboard.is_live:
            run(_talk(address, kept, Lines(), keyboard, line))
            return
        with Screen(str(address), line) as screen:
            run(_talk(address, kept, screen, keyboard, line))


async def _talk(
    address: "Address",
    kept: "KeptSession",
    view: "View",
    keyboard: "Keyboard",
    line: "TypedLine",
) -> None:
    """Talk until the end of what is typed, and until the last of it has its reply."""
    from mantel.clock_conversation import Conversation

    conversation = Conversation(address, kept, view)

    async def take_keys() -> None:
        while keys := await keyboard.read():
            for typed in line.take(keys):
                await conversation.type(typed)
            view.draw()
            if line.ended:
                return
        for typed in line.take("\n"):  # a pipe may end without one
            await conversation.type(typed)
        await conversation.answered()

    tasks = [asyncio.create_task(conversation.hold()), asyncio.create_task(take_keys())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
