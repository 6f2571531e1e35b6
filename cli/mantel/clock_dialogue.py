"""What is said on the clock's port, as its client hears it. Pure."""

from collections import deque
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct


class Reply(NamedTuple):
    """What a command was answered with; `text` is what stands behind `OK:` or `ERR:`."""

    command: str
    ok: bool
    text: str

    def __str__(self) -> str:
        return f"{'OK' if self.ok else 'ERR'}:{self.text}"


class ListedAlarm(Struct, frozen=True):
    """An alarm as `ALARM LIST` tells it."""

    name: str
    time: str = ""
    days: list[str] | None = None
    once: bool = False
    enabled: bool = True
    ringing: bool = False
    next_at: str | None = None


class Dialogue:
    """One connection, as far as it was heard; `ringing` is what was told since the last tick."""

    def __init__(self) -> None:
        self.session = ""
        self.zone = ""
        self.at: datetime | None = None
        self.ringing: list[str] = []
        self._asked: deque[str] = deque()

    def ask(self, command: str) -> None:
        """Note that a command is said; its reply is the first that no earlier one is owed."""
        self._asked.append(command)

    def hear(self, message: str) -> Reply | None:
        """Take a message; return what it answers, None when it answers nothing."""
        tag, _, text = message.partition(":")
        match tag:
            case "SESSION":
                self.session = text
            case "TZN":
                self.zone = text
            case "ALRM":
                self.ringing += _names(text)
            case "OK" | "ERR" if self._asked:
                return Reply(self._asked.popleft(), tag == "OK", text)
            case _ if message[:1].isdigit():
                self._tick(message)
        return None

    def _tick(self, message: str) -> None:
        try:
            self.at = datetime.fromisoformat(message)
        except ValueError:
            return
        self.ringing = []


def listed(text: str) -> list[ListedAlarm] | None:
    """Return the alarms in the reply to `ALARM LIST`; None when it has another form."""
    try:
        return msgspec.json.decode(text, type=list[ListedAlarm])
    except (msgspec.MsgspecError, RecursionError):
        return None


def _names(text: str) -> list[str]:
    """Return what rings: one name, or a JSON array of some."""
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        return [text]
