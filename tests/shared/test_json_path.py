"""Paths into JSON."""

from typing import Any

import pytest

from shared.json_path import PathError, pick, steps, written


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", []), ("$", []), ("$.a", ["a"]), ("a.b", ["a", "b"]), ("a[0].b[-1]", ["a", 0, "b", -1]),
        ("[2]", [2]), ('a["b.c"].d', ["a", "b.c", "d"]), ("a b.c-d", ["a b", "c-d"]),
    ],
)  # fmt: skip
def test_steps(path: str, expected: list[Any]) -> None:
    assert steps(path) == expected


@pytest.mark.parametrize("path", ["a.", ".", "..a", "a[", "a[x]", "a]", "a..b", 'a["b]', "a[1.5]"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(PathError, match="is no path"):
        steps(path)


def test_pick() -> None:
    document = {"a": [{"b": 1}, "text"], "0": 2}
    assert pick(document, ["a", 0, "b"]) == 1
    assert pick(document, []) is document
    for wrong in (["a", "b"], ["a", 5], ["a", 1, 0, "x"], [0], ["a", 0, "b", "c"]):
        with pytest.raises(PathError, match="there is no"):
            pick(document, wrong)  # type: ignore[arg-type]


def test_written() -> None:
    assert written(["a", 0, "b"]) == "a[0].b"
