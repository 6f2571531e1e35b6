"""The page that our theme draws, as HTML for a browser: the same texts, icons, graphs and bars."""

import html
from typing import Any

_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { font: %(size)spx "DejaVu Sans"; width: %(width)spx; height: %(height)spx; overflow: hidden;
  display: flex; flex-direction: column; background: white; color: black }
header, footer { display: flex; justify-content: space-between; padding: .6em 2em }
header { background: #00f; color: white; font-size: 1.6em }
main { flex: 1; display: grid; grid-template-columns: %(columns)s; gap: 1.4em; padding: 1em 2em;
  overflow: hidden }
h2 { font-size: 1.2em; border-bottom: 2px solid; margin-bottom: .3em }
.now { font-size: 3em; font-weight: bold; display: flex; align-items: center }
.days, .rings, footer { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr;
  text-align: center }
.event { display: grid; grid-template-columns: 5em 1fr; border-left: 4px solid; padding-left: .4em;
  margin-bottom: .3em; hyphens: auto }
.bar { border: 1px solid; height: .7em } .bar div { background: #00f; height: 100%% }
svg { display: inline-block } .wide { grid-column: 1 / -1 }
"""

_CLOUD = (
    "<path d='M18 41 a10.5 10.5 0 0 1 -1 -21 a14 14 0 0 1 26.5 -4.5 a11.5 11.5 0 0 1 4.5 25.5 z' "
    "fill='white'/>"
)
_ICON = (
    "<svg width='{size}' height='{size}' viewBox='0 0 64 64'><g stroke='black' stroke-width='3.5' "
    "stroke-linecap='round'><circle cx='22' cy='18' r='9' fill='#ff0'/>" + _CLOUD + "<path d='M20 "
    "47 l-5 12 M33 47 l-5 12 M46 47 l-5 12' stroke='#00f'/></g></svg>"
)


def as_html(page: dict[str, Any], width: int, height: int) -> str:
    """Return a page of facts as one HTML document without anything from elsewhere."""
    large = height > width
    style = _STYLE % {
        "width": width,
        "height": height,
        "size": 24 if large else 14,
        "columns": "1.28fr 1fr" if large else "1fr 1.5fr 1.2fr",
    }
    parts = [_weather(page["weather"], large), _agenda(page["agenda"]), _host(page["host"])]
    values = "".join(f"<div>{_text(each['name'])}<br><b>{_text(each['text'])}</b></div>"
                     for each in page["values"])  # fmt: skip
    date = page["date"]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><style>{style}</style><body>"
        f"<header><b>{_text(date['weekday'])}</b><span>{_text(date['day_month'])}</span>"
        f"<span>{_text(page['alarm']['time'])}</span></header><main>{''.join(parts)}</main>"
        f"<footer>{values}</footer>"
    )


def _weather(weather: dict[str, Any], large: bool) -> str:
    now = weather["now"]
    days = "".join(
        f"<div><b>{_text(day['name'])}</b><br>{_ICON.format(size=92 if large else 32)}<br>"
        f"<b>{_text(day['high'])}</b> {_text(day['low'])}<br>{_text(day['rain'])}<br>"
        f"{_text(day['wind']['text'])}</div>"
        for day in weather["days"][: 6 if large else 4]
    )
    return (
        f"<section class={'wide' if large else 'narrow'}><h2>{_text(weather['place'])}</h2>"
        f"<div class=now>{_ICON.format(size=150 if large else 82)}{_text(now['temperature'])}</div>"
        f"<p>{_text(now['description'])}, {_text(now['feels'])}, {_text(now['wind']['text'])}</p>"
        f"<div class=days>{days}</div></section>"
    )


def _agenda(agenda: dict[str, Any]) -> str:
    rows = "".join(
        f"<h3>{_text(day['name'])}</h3>"
        + "".join(
            f"<div class=event style='border-color:{event['colour']}'><b>{_text(event['when'])}</b>"
            f"<span>{_text(event['title'])} <small>{_text(event['location'])}</small></span></div>"
            for event in day["events"]
        )
        for day in agenda["days"]
    )
    return f"<section><h2>Calendar</h2>{rows}</section>"


def _host(host: dict[str, Any]) -> str:
    graphs = "".join(
        f"<div><b>{_text(graph['title'])}</b> {_text(graph['now'])}</div>{_graph(graph)}"
        for graph in host["graphs"]
    )
    disks = "".join(
        f"<div>{_text(disk['name'])} {disk['percent']} %</div>"
        f"<div class=bar><div style='width:{disk['percent']}%'></div></div>"
        for disk in host["disks"]
    )
    return f"<section><h2>{_text(host['node'])}</h2>{graphs}{disks}</section>"


def _graph(graph: dict[str, Any]) -> str:
    lines = "".join(
        "<polyline fill=none stroke-width=2 vector-effect='non-scaling-stroke' "
        f"stroke={'blue' if number == 0 else 'red'} points='"
        + " ".join(
            f"{place},{1 - value:.3f}"
            for place, value in enumerate(line["points"])
            if value is not None
        )
        + "'/>"
        for number, line in enumerate(graph["lines"])
    )
    return (
        f"<svg width='100%' height='60' viewBox='0 0 59 1' preserveAspectRatio='none'>{lines}</svg>"
    )


def _text(text: str) -> str:
    return html.escape(text)
