"""Whether the broker lets us in, and which services are there."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mantel.checks.finding import Finding, Verdict
from mantel.schedule import moment
from shared import topics
from shared.payloads import Health

if TYPE_CHECKING:
    from mantel.hub import Hub

_ELSEWHERE = "start it there; nothing is to do if that host is gone, or has another name now"
START = "start it: make run, make install, or docker compose up -d; its log says why it ended"


def broker(hub: "Hub", address: str, origin: str) -> Finding:
    """Return what there is to say of a broker that let us in."""
    kept = hub.broker.retained("$SYS/broker/version")
    version = next(iter(kept.values()), b"a broker").decode("utf-8", "replace")
    return Finding("broker", "ok", f"{version} at {address} lets us in (password from {origin})")


def services(
    hub: "Hub", expected: Collection[str], now: datetime
) -> tuple[list[Finding], set[str]]:
    """Return a finding for each service on each host, and the services that are online.

    `expected` are those of a whole hub.
    """
    healths = {
        (levels["node"], levels["service"]): health for levels, health in hub.read(topics.HEALTH)
    }
    seen = {
        (levels["node"], levels["service"]): word for levels, word in hub.read(topics.AVAILABILITY)
    }
    online = {service for (_, service), word in seen.items() if word == "online"}
    found = [
        Finding(name, "problem", "was never there", START)
        for name in expected
        if name not in {service for _, service in seen}
    ]
    for (node, name), word in sorted(seen.items(), key=lambda item: (item[0][1], item[0][0])):
        if word == "online":
            text = f"online on {node}{_condition(healths.get((node, name)), now)}"
            found.append(Finding(name, "ok", text))
        else:
            # Once here and now elsewhere, or a copy that is not needed now, is no fault
            missing = name in expected and name not in online
            text = f"offline on {node}"
            verdict: Verdict
            verdict, advice = ("problem", START) if missing else ("warning", _ELSEWHERE)
            found.append(Finding(name, verdict, text, advice))
    return found, online


def _condition(health: Health | None, now: datetime) -> str:
    """Return since when a service runs, and its last complaint.

    Its health comes each minute, so that the moment is right to the minute.
    """
    if health is None:
        return ""
    since = moment(now - timedelta(seconds=health.uptime_seconds), now)
    dropped = f"; {health.dropped} messages dropped" if health.dropped else ""
    complaint = f"; last warning: {health.last_error}" if health.last_error else ""
    return f" since about {since}{dropped}{complaint}"
