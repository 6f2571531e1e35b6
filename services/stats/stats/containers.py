"""What a container's state means, and in which order containers are told. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.payloads import Container, ContainerStatus

_CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_FRACTION = re.compile(r"\.\d+")


@dataclass(frozen=True)
class Found:
    """A container as the engine has it."""

    id: str
    name: str
    state: str
    health: str | None
    image: str | None
    since_at: datetime | None
    memory_bytes: int | None = None


def parse_wanted(entry: str) -> tuple[str, str]:
    """Return (shown name, container) of an entry of `STATS_CONTAINERS`; ValueError if it is bad."""
    shown, separator, container = entry.rpartition("=")
    shown, container = shown.strip(), container.strip()
    if shown.encode("utf-8", "replace").decode() != shown:
        raise ValueError("must be UTF-8")
    if not _CONTAINER_NAME.fullmatch(container) or (separator and not shown):
        raise ValueError("must be `container` or `shown name=container`")
    return shown or container, container


def found(inspected: dict[str, Any]) -> Found:
    """Return a container from the engine's answer to GET /containers/{id}/json."""
    state = inspected["State"]
    running = state["Status"] in {"running", "paused", "restarting"}
    health = (state.get("Health") or {}).get("Status")
    return Found(
        id=inspected["Id"],
        name=inspected["Name"].lstrip("/"),
        state=state["Status"],
        health=health if health not in {"", "none"} else None,
        image=(inspected.get("Config") or {}).get("Image"),
        since_at=_time(state.get("StartedAt" if running else "FinishedAt")),
    )


def _time(text: str | None) -> datetime | None:
    """Parse the engine's time; its year 1 means never."""
    if not text or text.startswith("0001-"):
        return None
    try:
        return datetime.fromisoformat(_FRACTION.sub("", text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def status(state: str, health: str | None) -> ContainerStatus:
    """Map the engine's state and health to one of three words."""
    if state == "running" and health in {None, "healthy"}:
        return "running"
    if state in {"running", "restarting", "paused"}:
        return "warning"
    return "stopped"


def told(wanted: Sequence[str], containers: Sequence[Found]) -> list[Container]:
    """Return the containers to publish: those of `STATS_CONTAINERS` in its order, or all by name.

    A wanted one that the engine does not have is stopped, and null for the rest.
    """
    by_name = {container.name: container for container in containers}
    entries = [parse_wanted(entry) for entry in wanted] or [
        (name, name) for name in sorted(by_name)
    ]
    return [_told(shown, by_name.get(name)) for shown, name in entries]


def _told(shown: str, container: Found | None) -> Container:
    if container is None:
        return Container(name=shown, status="stopped", health=None, image=None, since_at=None)
    return Container(
        name=shown,
        status=status(container.state, container.health),
        health=container.health,
        image=container.image,
        since_at=container.since_at,
        memory_bytes=container.memory_bytes,
    )
