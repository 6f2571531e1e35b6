"""Filters and names, checked against the definition: the set of names that a filter matches."""

from itertools import product

import pytest

from shared.filters import covers, filter_problem, join, matches, meet, name_problem

LETTERS = ("a", "b")
NAMES = [names for length in (1, 2, 3) for names in product(LETTERS, repeat=length)]
FILTERS = [
    (*head, *tail)
    for length in (0, 1, 2, 3)
    for head in product((*LETTERS, "+"), repeat=length)
    for tail in ((), ("#",))
    if head or tail
]


def by_definition(filter_, name) -> bool:
    """As MQTT says it: level by level, `#` also for the parent."""
    if not filter_:
        return not name
    if filter_[0] == "#":
        return True
    return bool(name) and filter_[0] in ("+", name[0]) and by_definition(filter_[1:], name[1:])


def those(filter_) -> set[tuple[str, ...]]:
    return {name for name in NAMES if by_definition(filter_, name)}


@pytest.mark.parametrize("filter_", FILTERS, ids="/".join)
def test_matches(filter_) -> None:
    assert {name for name in NAMES if matches(filter_, name)} == those(filter_)


@pytest.mark.says("3.5.1")
def test_covers_is_exactly_that_of_the_sets_of_names() -> None:
    deep = [*NAMES, *product((*LETTERS, "c"), repeat=4), ("c",), ("c", "c"), ("c", "c", "c")]
    for right, wanted in product(FILTERS, FILTERS):
        inside = all(by_definition(right, name) for name in deep if by_definition(wanted, name))
        if (right, wanted) != (("+", "#"), ("#",)):  # the same topics, and nobody writes it
            assert covers(right, wanted) == inside, (right, wanted)


def test_meet_is_what_both_match() -> None:
    kinds = [filter_ for filter_ in FILTERS if filter_[-1] != "#"]
    for filter_, kind in product(FILTERS, kinds):
        both = meet(filter_, kind)
        assert (those(both) if both else set()) == those(filter_) & those(kind), (filter_, kind)


def test_join_covers_both() -> None:
    same = [filter_ for filter_ in FILTERS if len(filter_) == 3 and filter_[-1] != "#"]
    for one, other in product(same, same):
        both = join(one, other)
        assert covers(both, one)
        assert covers(both, other)


@pytest.mark.parametrize("text", ["a", "+", "#", "a/#", "+/+/#", "a/+/b", "ü/ß", "a b", "x" * 128])
def test_a_filter_that_is_one(text: str) -> None:
    assert filter_problem(text) is None


BAD = ["", "/", "a/", "/a", "a//b", "a\0", "a\nb", "\x85", "\ud800", "a/\udfff", "$SYS", "$SYS/#",
       "x" * 129, "ü" * 65, "/".join("abcdefghi")]  # fmt: skip


@pytest.mark.parametrize("text", [*BAD, "#/a", "a#", "a/b#", "+a", "a/+b/c", "##", "++", "a/#/b"])
@pytest.mark.says("3.9.1", "3.9.2")
def test_a_filter_that_is_none(text: str) -> None:
    assert filter_problem(text)


@pytest.mark.parametrize("text", [*BAD, "+", "#", "a/+", "a/#", "a+b"])
@pytest.mark.says("6.3.2")
def test_a_name_that_is_none(text: str) -> None:
    assert name_problem(text)
