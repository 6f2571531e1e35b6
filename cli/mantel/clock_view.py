"""How the clock is shown: line by line, or live on a terminal with what is typed beneath."""

import asyncio
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Self

import click

from mantel.clock_dialogue import Dialogue, ListedAlarm, Reply
from mantel.output import clean, note
from mantel.typed_line import TypedLine

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

_LINES = 6  # of replies
_TOGETHER_SECONDS = 0.05  # what rings is told right after its tick


class Lines:
    """Every message as a line, for a pipe; the identifier is left out, which is a secret."""

    lists = False

    def heard(self, message: str, dialogue: Dialogue) -> None:  # noqa: ARG002
        """Print it."""
        if message:
            click.echo(clean(message))

    def answered(self, reply: Reply) -> None:
        """Print it."""
        click.echo(clean(str(reply)))

    def alarms(self, alarms: list[ListedAlarm]) -> None:
        """Never asked for."""

    def told(self, text: str) -> None:
        """Tell it beside the messages."""
        if text:
            note(text)

    def noted(self, text: str) -> None:
        """Tell it beside the messages."""
        note(text)

    def draw(self) -> None:
        """Show what is typed, which no terminal asks for."""


class Screen:
    """A context manager: time, zone, what rings and the alarms, and `line` as it is typed."""

    lists = True

    def __init__(self, name: str, line: TypedLine) -> None:
        # rich takes 0.1 s to import and is of no use where nobody looks
        from rich.console import Console
        from rich.live import Live

        self._name = name
        self._line = line
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False)
        self._dialogue = Dialogue()
        self._alarms: list[ListedAlarm] = []
        self._trouble = ""
        self._said: deque[str] = deque(maxlen=_LINES)
        self._due: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._due is not None:
            self._due.cancel()
        self._live.update(self._drawn(), refresh=True)
        self._live.__exit__(None, None, None)

    def heard(self, message: str, dialogue: Dialogue) -> None:
        """Show the time and what rings."""
        self._dialogue = dialogue
        if message.startswith("ALRM:"):
            self._console.bell()
        self._soon()

    def answered(self, reply: Reply) -> None:
        """Show it below the alarms."""
        self._said.append(f"{reply.command}  {reply}")
        self._soon()

    def alarms(self, alarms: list[ListedAlarm]) -> None:
        """Show them; what was stopped is not told to ring until the next tick."""
        self._alarms = alarms
        rings = {alarm.name for alarm in alarms if alarm.ringing}
        self._dialogue.ringing = [name for name in self._dialogue.ringing if name in rings]
        self._soon()

    def told(self, text: str) -> None:
        """Show what is wrong until it is well."""
        self._trouble = text
        self._soon()

    def noted(self, text: str) -> None:
        """Show it among the replies."""
        self._said.append(text)
        self._soon()

    def draw(self) -> None:
        """Draw it now."""
        self._due = None
        self._live.update(self._drawn(), refresh=True)

    def _soon(self) -> None:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self.draw)

    def _drawn(self) -> "Group":
        from rich.console import Group
        from rich.text import Text

        heard = self._dialogue
        time = f"{heard.at:%a %d %b %Y  %H:%M:%S}" if heard.at else "--:--:--"
        parts = [
            Text.assemble(
                (time, "bold"), f"  {clean(heard.zone)}  ", (f"clock {self._name}", "dim")
            )
        ]
        if heard.ringing:
            names = ", ".join(clean(name) for name in heard.ringing)
            parts.append(Text(f" RINGS: {names} ", "bold white on red"))
        parts += [_alarm(each) for each in self._alarms]
        if not self._alarms:
            parts.append(Text("no alarms; ALARM ADD 06:30 work makes one", "dim"))
        parts += [Text(clean(said)) for said in self._said]
        if self._trouble:
            parts.append(Text(clean(self._trouble), "yellow"))
        parts.append(Text.assemble(("> ", "bold cyan"), clean(self._line.text), ("_", "blink")))
        return Group(*parts)


def _alarm(alarm: ListedAlarm) -> "Text":
    from rich.text import Text

    style = "bold red" if alarm.ringing else "" if alarm.enabled else "dim"
    days = " ".join(alarm.days) if alarm.days else "daily"
    return Text(
        clean(
            f"  {alarm.time:8}  {alarm.name}  {'once' if alarm.once else days}"
            f"  {_next(alarm) if alarm.enabled else 'off'}"
        ),
        style,
    )


def _next(alarm: ListedAlarm) -> str:
    try:
        return f"next {datetime.fromisoformat(alarm.next_at or ''):%a %d %b %H:%M:%S}"
    except ValueError:
        return ""
