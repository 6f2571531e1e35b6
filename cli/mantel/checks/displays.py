"""The displays: which have not come for long, and which want to be charged."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mantel.checks.finding import Finding
from mantel.schedule import moment
from shared.payloads import DisplayState

_CHECK = "displays"
_LONG = timedelta(days=1)
_MOST_ROWS = 20


def check(states: Mapping[str, DisplayState], now: datetime) -> list[Finding]:
    """Return a finding for each display that is not well, and one for all others."""
    found = list(_unwell(states, now))
    more = len(found) - _MOST_ROWS
    if more > 0:
        found = found[:_MOST_ROWS]
        found.append(Finding(_CHECK, "warning", f"and {more} more", "mantel display list"))
    asking = [each for each in states.values() if each.availability is not None]
    well = sum(each.availability in {"online", "sleeping"} for each in asking)
    text = f"{well} of {len(asking)} that ask for their pictures come as they should"
    by_topic = len(states) - len(asking)
    if not asking:
        text = "none has joined that asks for its pictures"
    return [Finding(_CHECK, "ok", f"{text}; {by_topic} told by topic"), *found]


def _unwell(states: Mapping[str, DisplayState], now: datetime) -> Iterator[Finding]:
    for id_, state in sorted(states.items()):
        if state.availability == "offline":
            yield _silent(id_, state, now)
        if state.battery_low:
            left = "" if state.battery_percent is None else f", {state.battery_percent} % left"
            yield Finding(_CHECK, "warning", f"{id_}: its battery is low{left}", "charge it")


def _silent(id_: str, state: DisplayState, now: datetime) -> Finding:
    seen = state.last_seen_at
    if seen is None:
        advice = f"is it on, and does it reach port 8000? `mantel display forget {id_}` ends it"
        return Finding(_CHECK, "warning", f"{id_}: has joined and never asked", advice)
    due = state.next_wake_at
    text = f"{id_}: silent since {moment(seen.astimezone(now.tzinfo), now)}"
    if due is not None and now - seen < _LONG:
        text += f", though it should have come {moment(due.astimezone(now.tzinfo), now)}"
    gone = f"; `mantel display forget {id_}` if it is gone" if now - seen >= _LONG else ""
    advice = f"see that it is on, charged, and in reach of the Wi-Fi{gone}"
    return Finding(_CHECK, "warning", text, advice)
