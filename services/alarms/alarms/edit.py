"""Changes of alarms.json that come by topic: an alarm is added, changed or taken out. Pure.

No change gives another alarm another id; where one would, that id is written into the file.
"""

from collections.abc import Mapping
from typing import Any

from alarms.alarm_text import AlarmText
from alarms.definition import EntryError, check_own
from alarms.roster import MOST_ALARMS, free_id, read_roster


def add(text: AlarmText, fields: Mapping[str, Any]) -> tuple[AlarmText, str]:
    """Return the text with one more alarm, and its id; EntryError when it cannot be one."""
    check_own(fields)
    entry = {key: value for key, value in fields.items() if value is not None}
    entry.setdefault("repeat", True)
    before = read_roster(text.entries)
    _check(entry)
    if len(before.definitions) >= MOST_ALARMS:
        raise EntryError(f"there are {MOST_ALARMS} alarms already")
    own = entry.get("id") or free_id(entry, before.places)
    if own in before.places:
        raise EntryError(f"id: {own!r} is that of another alarm")
    wanted = before.ids() | {len(text.entries): own}
    return _with_ids(text.appended(entry), wanted, first=len(text.entries)), own


def update(text: AlarmText, own: str, fields: Mapping[str, Any]) -> AlarmText:
    """Return the text with some fields of an alarm changed; null takes a field out; EntryError."""
    check_own(fields)
    before = read_roster(text.entries)
    if own not in before.places:
        raise EntryError(f"id: there is no alarm {own!r}")
    if fields.get("id", own) != own:
        raise EntryError("id: cannot be changed; delete the alarm and add another")
    place = before.places[own]
    changed = text.entries[place] | {key: value for key, value in fields.items() if key != "id"}
    entry = {key: value for key, value in changed.items() if fields.get(key, "") is not None}
    _check(entry)
    if entry == text.entries[place]:
        return text
    return _with_ids(text.replaced(place, entry), before.ids(), first=place)


def delete(text: AlarmText, own: str) -> AlarmText:
    """Return the text without an alarm; EntryError when there is none of that id."""
    before = read_roster(text.entries)
    if own not in before.places:
        raise EntryError(f"id: there is no alarm {own!r}")
    gone = before.places[own]
    wanted = {place - (place > gone): each for place, each in before.ids().items() if place != gone}
    return _with_ids(text.removed(gone), wanted, first=0)


def _check(entry: dict[str, Any]) -> None:
    """EntryError when the entry would be refused."""
    for problem in read_roster([entry]).refused.values():
        raise EntryError(problem)


def _with_ids(text: AlarmText, wanted: dict[int, str], *, first: int) -> AlarmText:
    """Return the text with ids written where they would come out differently, `first` first."""
    ids = read_roster(text.entries).ids()
    for place in sorted(wanted, key=lambda place: (place != first, place)):
        if ids.get(place) != wanted[place]:
            text = text.replaced(place, {"id": wanted[place], **text.entries[place]})
            ids = read_roster(text.entries).ids()
    return text
