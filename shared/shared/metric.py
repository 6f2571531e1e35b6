"""How Home Assistant shows a field of a payload. Pure."""

from typing import Literal

from msgspec import Meta, Struct


class Metric(Struct, frozen=True):
    """How Home Assistant shows a field: name, unit, class, digits after the point.

    Units and classes are those that Home Assistant accepts together (a wrong pair costs the
    entity). `enabled` False registers the entity switched off: right for the noisy ones.
    """

    name: str
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = "measurement"
    precision: int | None = None
    icon: str | None = None
    enabled: bool = True
    diagnostic: bool = False
    platform: Literal["sensor", "binary_sensor"] = "sensor"


def shown(description: str, metric: Metric) -> Meta:
    """Document a field that Home Assistant shows."""
    return Meta(description=description, extra={"metric": metric})


def flag(name: str) -> Metric:
    """Return a binary sensor that is on when there is a problem."""
    return Metric(
        name, device_class="problem", state_class=None, diagnostic=True, platform="binary_sensor"
    )


def percent(name: str, icon: str, *, enabled: bool = True) -> Metric:
    """Return a share; Home Assistant has no class for it."""
    return Metric(name, "%", precision=1, icon=icon, enabled=enabled)


def size(name: str, *, enabled: bool = True, state_class: str = "measurement") -> Metric:
    """Return a number of bytes."""
    return Metric(name, "B", "data_size", state_class, 0, enabled=enabled)


def rate(name: str, *, enabled: bool = True) -> Metric:
    """Return a number of bytes a second."""
    return Metric(name, "B/s", "data_rate", precision=0, enabled=enabled)
