"""A value in a JSON document by a path such as `sensors[0].value`. Pure."""

import re
from typing import Any

from shared.errors import MantelError

_STEP = re.compile(
    r"""(?:^|\.)(?P<name>[^.\[\]"]+)|\[(?P<index>-?\d{1,6})\]|\["(?P<quoted>[^"]+)"\]"""
)


class PathError(MantelError):
    """A path is none, or leads nowhere."""


def steps(path: str) -> list[str | int]:
    """Return the names and indexes that a path is made of, none for ""; PathError.

    A leading `$.` is left out; a name with dots stands as ["its.name"], and an index counts from
    the end where it is negative.
    """
    rest = path.strip()
    if rest.startswith("$"):
        rest = rest[1:].removeprefix(".")
    found: list[str | int] = []
    place = 0
    while place < len(rest):
        step = _STEP.match(rest, place)
        if step is None or (place == 0 and rest.startswith(".")):
            raise PathError(
                f"is no path at '{rest[place:][:20]}'; such as sensors[0].value or "
                'device["its.name"]'
            )
        if step["index"] is not None:
            found.append(int(step["index"]))
        else:
            found.append(step["name"] or step["quoted"])
        place = step.end()
    return found


def pick(document: Any, path: list[str | int]) -> Any:  # noqa: ANN401
    """Return what stands there; PathError, which says how far the path led."""
    value = document
    for number, step in enumerate(path):
        try:
            if isinstance(step, str) and not isinstance(value, dict):
                raise KeyError(step)
            value = value[step]
        except (KeyError, IndexError, TypeError):
            there = written(path[:number]) or "the payload"
            raise PathError(f"there is no {written([step])} in {there}") from None
    return value


def written(path: list[str | int]) -> str:
    """Return a path as text."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).strip(".")
