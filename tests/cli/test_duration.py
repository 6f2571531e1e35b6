"""Lengths of time as people type them."""

import click
import pytest

from mantel.duration import DURATION


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("2d", 172_800), ("1 H 5 s", 3605), ("1.5m", 90)],
)
def test_units(text: str, seconds: float) -> None:
    assert DURATION.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "10", "0s", "-5m", "5m1h", "soon", "m"])
def test_what_is_none(text: str) -> None:
    """A number alone may be seconds or minutes."""
    with pytest.raises(click.BadParameter, match="is no length of time, such as 90s"):
        DURATION.convert(text, None, None)
