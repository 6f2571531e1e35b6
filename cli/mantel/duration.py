"""A length of time as people type it: 90s, 10m, 1h30m, 2d."""

import re
from typing import Any

import click

_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_SHAPE = re.compile("".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in _UNITS))


class Duration(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Becomes seconds."""

    name = "duration"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the seconds."""
        text = str(value).strip().lower().replace(" ", "")
        found = _SHAPE.fullmatch(text)
        seconds = 0.0
        if found is not None:
            parts = zip(found.groups(), _UNITS.values(), strict=True)
            seconds = sum(float(number) * unit for number, unit in parts if number)
        if not seconds:
            self.fail(f"'{value}' is no length of time, such as 90s, 10m, 1h30m or 2d", param, ctx)
        return seconds


DURATION = Duration()
