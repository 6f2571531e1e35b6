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
    scale: int = 1
    """How many of the payload's unit make one of `unit`."""


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


def size(
    name: str,
    unit: Literal["MiB", "GiB"],
    *,
    enabled: bool = True,
    state_class: str = "measurement",
) -> Metric:
    """Return a number of bytes, shown in larger units."""
    scale = 1 << (30 if unit == "GiB" else 20)
    digits = 1 if unit == "GiB" else 0
    return Metric(name, unit, "data_size", state_class, digits, enabled=enabled, scale=scale)


def clock(name: str, *, diagnostic: bool = False) -> Metric:
    """Return a number of hertz, shown in millions."""
    return Metric(
        name, "MHz", "frequency", precision=0, enabled=False, diagnostic=diagnostic,
        scale=1_000_000,
    )  # fmt: skip


def rate(name: str, *, enabled: bool = True) -> Metric:
    """Return a number of bytes a second, shown in thousands."""
    return Metric(name, "kB/s", "data_rate", precision=1, enabled=enabled, scale=1000)
