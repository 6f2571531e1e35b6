"""All alarms of alarms.json: which entries are good, and the id of each. Pure.

An entry without `id` gets one from its name, else from its time; where two would get the same,
what they are decides, not where they stand, so that moving lines moves no ids.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alarms.definition import Entry, EntryError, check_id, read_definition
from shared.payloads import AlarmDefinition
from shared.topic import RESERVED_IDS

MOST_ALARMS = 200
"""Each has two retained topics, and some clients ask for all of them."""

_LONGEST_BASE = 56  # leaves room for a number
_FIRST_FIELDS = ("alarm_time", "cron", "alarm_days", "alarm_dates", "timezone")


@dataclass(frozen=True)
class Roster:
    """The good entries as alarms, in order, and what is wrong with the others."""

    definitions: tuple[AlarmDefinition, ...]
    places: dict[str, int]
    """Where in the file each id stands, counted from 0."""
    refused: dict[str, str]
    """What is wrong, by how people would call the entry."""

    def ids(self) -> dict[int, str]:
        """Return the ids by their places."""
        return {place: own for own, place in self.places.items()}


def read_roster(entries: Sequence[Any]) -> Roster:
    """Read all entries of a file."""
    refused: dict[str, str] = {}
    good: dict[int, AlarmDefinition] = {}
    for place, entry in enumerate(entries):
        try:
            good[place] = _read(entry)
            if len(good) > MOST_ALARMS:
                del good[place]
                raise EntryError(f"there are more than {MOST_ALARMS} alarms")
        except EntryError as error:
            refused[_called(entry, place)] = str(error)
    places: dict[str, int] = {}
    for place in list(good):
        own = entries[place].get("id")
        if own is None:
            continue
        if own in places:
            del good[place]
            refused[_called(entries[place], place)] = f"id: {own!r} is that of another alarm"
        else:
            places[own] = place
    for place in sorted(good, key=lambda place: (_content(entries[place]), place)):
        if entries[place].get("id") is None:
            places[free_id(entries[place], places)] = place
    ids = {place: own for own, place in places.items()}
    definitions = tuple(
        read_definition(entries[place], _name(entries[place]), ids[place]) for place in sorted(good)
    )
    return Roster(definitions, places, refused)


def free_id(entry: Entry, taken: dict[str, int]) -> str:
    """Return the id that an entry gets beside those that are taken."""
    base = _slug(entry.get("name") or "")
    if not base:
        base = "alarm-" + _slug(str(entry.get("alarm_time") or entry.get("cron")).replace("*", "x"))
    elif base in RESERVED_IDS:
        base = f"alarm-{base}"
    own, number = base, 1
    while own in taken:
        number += 1
        own = f"{base}-{number}"
    return own


def _read(entry: object) -> AlarmDefinition:
    if not isinstance(entry, dict):
        raise EntryError("it must be an object, {...}")
    if entry.get("id") is not None:
        try:
            check_id(entry["id"])
        except EntryError as error:
            raise EntryError(f"id: {error}") from None
    return read_definition(entry, "-", "-")


def _name(entry: Entry) -> str:
    """Return how people would call an alarm that has no name."""
    if entry.get("cron") is not None:
        return f"Alarm {entry['cron']}"
    text = entry["alarm_time"]
    return f"Alarm {text[:2]}:{text[2:]}"


def _called(entry: object, place: int) -> str:
    number = f"alarm {place + 1}"
    if isinstance(entry, dict):
        for field in ("name", "id", "alarm_time", "cron"):
            if isinstance(entry.get(field), str):
                return f"{number} ({entry[field][:64]!r})"
    return number


def _content(entry: Entry) -> str:
    """Return what decides over ids: when it rings first, and never whether it is enabled."""
    rest = {key: value for key, value in entry.items() if key != "enabled"}
    return json.dumps([[rest.pop(key, None) for key in _FIRST_FIELDS], rest], sort_keys=True)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_BASE].strip("-")
