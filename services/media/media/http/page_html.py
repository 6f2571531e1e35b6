"""The pages of port 8000 as HTML: no script, nothing from elsewhere. Pure."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple
from urllib.parse import quote

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --faint: #777; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0; }
ul { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
  list-style: none; padding: 0; }
li { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
img { background: #8882; display: block; height: 10rem; object-fit: contain; width: 100%; }
li p, li h2 { margin: .4rem .8rem; }
h2 { font-size: 1.1rem; }
dt, small, .faint { color: var(--faint); }
dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
nav a { margin-right: 1rem; }
"""
_DASHBOARD_STYLE = """
body { background: #fff; height: 1600px; margin: 0; overflow: hidden; position: relative;
  width: 1200px; }
img { height: 1200px; left: 1200px; position: absolute; top: 0; transform: rotate(90deg);
  transform-origin: 0 0; width: 1600px; }
"""


class Card(NamedTuple):
    """What the home page tells of a display; `number` is that of its page."""

    id: str
    number: int
    about: str
    mode: str
    seen: str
    battery: str


def allowed(style: str) -> str:
    """Return the Content-Security-Policy of a page with this style and our pictures, no more."""
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{hashed}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


POLICY, DASHBOARD_POLICY = allowed(_STYLE), allowed(_DASHBOARD_STYLE)


def home(node: str, cards: Sequence[Card], more: int, waiting: int) -> str:
    """Return the home page: `more` displays are not among the cards, `waiting` not approved."""
    notes = []
    if waiting:
        these = "A display waits" if waiting == 1 else f"{waiting} displays wait"
        notes.append(f"{these} to be approved: <code>mantel display approve</code>.")
    if more:
        notes.append(f"{more} more: <code>mantel display list</code>.")
    if not cards:
        notes.append("No display has joined yet.")
    body = (
        f"<h1>Mantel on {escape(node)}</h1>\n"
        '<nav><a href="/dashboard">Dashboard</a><a href="/photo">A photo</a>'
        '<a href="/openapi.json">API</a></nav>\n'
        + "".join(f"<p>{note}</p>\n" for note in notes)
        + "<ul>\n"
        + "".join(map(_card, cards))
        + "</ul>"
    )
    return _document(f"Mantel on {node}", body, _STYLE, '<meta http-equiv="refresh" content="60">')


def _card(card: Card) -> str:
    name = escape(card.id)
    battery = f"<br>{escape(card.battery)}" if card.battery else ""
    return (
        f"<li>{_preview(card.id)}"
        f'<h2><a href="/bootstrap?pk={card.number}">{name}</a></h2>'
        f"<p>{escape(card.mode)}<br>{escape(card.seen)}{battery}<br>"
        f"<small>{escape(card.about)}</small></p></li>\n"
    )


def _preview(id_: str) -> str:
    asked = quote(id_, safe="")
    return f'<img src="/preview?display={asked}" alt="What {escape(id_)} shows" loading="lazy">'


def device(id_: str, facts: Sequence[tuple[str, str]]) -> str:
    """Return the page of a display: what it shows, and what it is, each with its name."""
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>\n" for name, told in facts)
    body = (
        f"<h1>{escape(id_)}</h1>\n{_preview(id_)}\n<dl>\n{listed}</dl>\n"
        '<nav><a href="/">All displays</a></nav>'
    )
    return _document(id_, body, _STYLE)


def dashboard() -> str:
    """Return a page of 1200 x 1600 pixels with the dashboard, whose picture lies on its side."""
    body = '<img src="/dashboard.png" alt="Dashboard">'
    fresh = '<meta http-equiv="refresh" content="300">'
    return _document("Dashboard", body, _DASHBOARD_STYLE, fresh, "width=1200")


def _document(
    title: str, body: str, style: str, head: str = "", viewport: str = "width=device-width"
) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="{viewport}">\n{head}\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in whole numbers that a person would say."""
    seconds = max(0, int((now - then).total_seconds()))
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if (count := seconds // length) > 0:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
