"""The host of a page: graphs of the last hour, disks and containers. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from media.dashboard.letters import tidy
from media.dashboard.words import Words
from media.source.facts import Host, HostDisk

_MOST_DISKS, _MOST_CONTAINERS = 8, 24
_FULL_PERCENT = 90
_LEAST_NETWORK = 100_000  # bytes a second: below it a graph is a flat line, not a mountain range
_STEPS = (1, 2, 5)

Numbers = Sequence[float | None]


def host(known: Host, now: datetime, words: Words) -> dict[str, Any]:  # noqa: ARG001
    """Return a host's last hour."""
    reading, minutes, label = known.reading, known.minutes, words.labels
    memory = [each.memory_used_bytes for each in minutes]
    swap = [each.swap_used_bytes for each in minutes]
    total = max(reading.memory_total_bytes, reading.swap_total_bytes, 1)
    received = [each.rx_bytes_per_second for each in minutes]
    sent = [each.tx_bytes_per_second for each in minutes]
    rate = _round_top(_most([*received, *sent], _LEAST_NETWORK))
    lines = [(label["memory"], memory)]
    if reading.swap_total_bytes:
        lines.append((label["swap"], swap))
    return {
        "node": tidy(known.node, 40),
        "uptime": _uptime(reading.uptime_seconds, words),
        "temperature": words.degrees(reading.cpu_temperature_celsius),
        "graphs": [
            _graph(
                label["cpu"],
                words.percent(_last([each.cpu_percent for each in minutes], reading.cpu_percent)),
                words.percent(100),
                100,
                [("", [each.cpu_percent for each in minutes])],
            ),
            _graph(
                " + ".join(name for name, _ in lines),
                words.amount(_last(memory, reading.memory_used_bytes) or 0),
                words.amount(total),
                total,
                lines,
            ),
            _graph(
                label["network"],
                "  ".join(
                    f"{arrow} {words.amount(value, 'B/s')}"
                    for arrow, value in (
                        ("↓", _last(received, reading.rx_bytes_per_second)),
                        ("↑", _last(sent, reading.tx_bytes_per_second)),
                    )
                    if value is not None
                ),
                words.amount(rate, "B/s"),
                rate,
                [(label["received"], received), (label["sent"], sent)],
            ),
        ],
        "disks": [_disk(each, words) for each in reading.disks[:_MOST_DISKS]],
        "containers": [
            {
                "name": tidy(each.name, 32),
                "status": each.status,
                "good": each.status == "running",
            }
            for each in known.containers[:_MOST_CONTAINERS]
        ],
        "running": sum(each.status == "running" for each in known.containers),
        "containers_total": len(known.containers),
    }


def _graph(
    title: str, now: str, top: str, most: float, lines: Iterable[tuple[str, Numbers]]
) -> dict[str, Any]:
    """Return a graph; its points are 0 to 1 of `top`, None where nothing is known."""
    return {
        "title": title,
        "now": now,
        "top": top,
        "lines": [
            {"name": name, "points": [_share(each, most) for each in values]}
            for name, values in lines
        ],
    }


def _share(value: float | None, most: float) -> float | None:
    return None if value is None else round(min(max(value / most, 0.0), 1.0), 3)


def _last(minutes: Numbers, now: float | None) -> float | None:
    """Return the newest that the graph shows, so that number and line tell the same."""
    known = [each for each in minutes if each is not None]
    return known[-1] if known else now


def _most(values: Numbers, least: float) -> float:
    return max([least, *(each for each in values if each is not None)])


def _round_top(most: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not below `most`."""
    power = 1.0
    while power * 10 < most:
        power *= 10
    return next((step * power for step in _STEPS if step * power >= most), 10 * power)


def _disk(disk: HostDisk, words: Words) -> dict[str, Any]:
    used, total = words.amount(disk.used_bytes), words.amount(disk.total_bytes)
    return {
        "name": tidy(disk.mount, 40),
        "used": used,
        "total": total,
        "text": f"{used} {words.labels['of']} {total}",
        "percent": round(disk.used_percent),
        "full": disk.used_percent >= _FULL_PERCENT,
    }


def _uptime(seconds: float, words: Words) -> str:
    """Return "12 d", or "5 h" on the first day."""
    hours = int(seconds // 3600)
    if hours < 24:
        return f"{hours}\N{NO-BREAK SPACE}{words.labels['hour']}"
    return f"{hours // 24}\N{NO-BREAK SPACE}{words.labels['day']}"
