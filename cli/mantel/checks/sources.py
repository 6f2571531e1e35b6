"""The sources of dashboards: how old each is, and why it is not newer."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantel.checks.finding import Finding
from mantel.schedule import moment
from shared import topics
from shared.errors import MantelError

if TYPE_CHECKING:
    from mantel.hub import Hub

_CHECK = "sources"
_SERVICE = "media"
_STALE = {"old", "empty"}
_ADVICE = (
    (("(401)", "(403)"), "look at its key in {file}; the provider may want a subscription"),
    (("(404)", "(410)", "is no ", "cannot be read", "not of the web"), "look at its url in {file}"),
    (("(429)",), "give it a longer interval_minutes in {file}"),
    (("cannot be reached", "does not answer"), "see that this hub reaches the internet"),
)
"""What to do, by words of a fault."""


def check(hub: "Hub", file: Path | None, now: datetime) -> list[Finding]:
    """Return a finding for each fault of the file and for each source, as `media` tells of them.

    `file` is the one of this machine, None where it is not seen from here. Without it there are
    no sources, and `media` is not asked: it would load what it has no use for.
    """
    if file is not None and not file.exists():
        text = f"none, for there is no {file}; dashboards show what that names"
        return [Finding(_CHECK, "ok", text)]
    try:
        told = hub.request(topics.SOURCE_REQUEST, topics.SOURCE_RESPONSE, _SERVICE, "list", {})
    except MantelError as error:
        return [Finding(_CHECK, "warning", str(error), "its log may say more")]
    return list(judge(told, now))


def judge(told: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """Yield the verdict on what `media` told."""
    file = told["file"]
    for problem in told["problems"]:
        text = f"{file}: {problem}; the sources stay as they were"
        yield Finding(_CHECK, "problem", text, "mend it; `mantel source check` looks again")
    for source in told["sources"]:
        yield _of_source(source, file, now)
    if not (told["problems"] or told["sources"]):
        yield Finding(_CHECK, "ok", f"none; dashboards show those that {file} names")


def _of_source(source: dict[str, Any], file: str, now: datetime) -> Finding:
    had, failing = (_moment(source.get(name), now) for name in ("had_at", "failing_since_at"))
    name = f"{source['kind']} {source['name']}"
    if source["kind"] in {source["name"], *source["name"].split()[:1]}:
        name = source["name"]  # "weather", "host pi"
    age = f"had {had}" if had else "never had"
    if error := source["error"]:
        since = f"failing since {failing}: " if failing else ""
        text = f"{name}: {since}{error}; {f'shown as {age}' if had else age}"
        return Finding(_CHECK, "warning", text, _advice(source, error, file, now))
    if source["freshness"] in _STALE and not source["refreshing"]:
        fetched = source["interval_minutes"] is not None
        text = f"{name}: {age if fetched or not had else f'heard of last {had}'}"
        advice = "it is asked next in a moment" if fetched else _unheard(source)
        return Finding(_CHECK, "warning", text, advice)
    known = "; ".join(filter(None, (source["text"], source["note"])))
    return Finding(_CHECK, "ok", f"{name}: {age}" + (f", {known}" if known else ""))


def _advice(source: dict[str, Any], error: str, file: str, now: datetime) -> str:
    """Return what to do, and when it is asked again without that."""
    if source["interval_minutes"] is None:
        return f"look at its path in {file}"
    what = next((do for words, do in _ADVICE if any(each in error for each in words)), "")
    again = f'`mantel source refresh "{source["name"]}"` asks at once'
    if following := _moment(source.get("next_at"), now):
        again = f"it is asked again {following}; {again}"
    return "; ".join(filter(None, (what.format(file=file), again)))


def _unheard(source: dict[str, Any]) -> str:
    if source["kind"] == "host":
        return "is `stats` online on that host?"
    return "does somebody publish it? `mantel watch` shows what is said"


def _moment(at: str | None, now: datetime) -> str:
    return moment(datetime.fromisoformat(at).astimezone(now.tzinfo), now) if at else ""
