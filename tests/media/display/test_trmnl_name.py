"""The names of TRMNL's pictures, with clocks of all kinds."""

import re

from media.display.trmnl_name import (
    Name,
    Names,
    file_name,
    of_file,
    of_version,
    spoiled,
    with_name,
)

NOW = 1_795_000_000
HOUR, DAY = 3600, 86_400


def shown(names: Names, version: str, now: int) -> tuple[Names, int]:
    """Show a version; return the names then, and the second of its own."""
    names = with_name(names, version, now)
    name = of_version(names, version, now)
    assert name is not None
    return names, name.at


def test_the_form_of_a_name() -> None:
    """The same for one display, another for others, 24 characters, found again."""
    name = Name("v", NOW)
    file = file_name("pvx-jqr-cef", name)
    assert re.fullmatch(r"plugin-[0-9a-f]{6}-1795000000", file)
    assert file == file_name("pvx-jqr-cef", name) != file_name("pvx-jqr-ceg", name)
    assert of_file((Name("u", 1), name), file) == name
    for other in ("", "setup", file + "0", "plugin-000000-0000000007", "plugin-000000-\u0661" * 2):
        assert of_file((name,), other) is None


def test_a_version_and_its_name_are_one_to_one() -> None:
    """Two in a second have different ones, and one that comes back has its old one."""
    names, a = shown((), "a", NOW)
    names, b = shown(names, "b", NOW)
    names, again = shown(names, "a", NOW + HOUR)
    assert (a, b, again) == (NOW, NOW + 1, NOW)
    assert with_name(names, "b", NOW + HOUR) is names


def test_a_name_is_renewed_after_23_hours() -> None:
    """Before the device deletes its file for its age."""
    names, first = shown((), "a", NOW)
    assert shown(names, "a", NOW + 23 * HOUR - 1)[1] == first
    assert of_version(names, "a", NOW + 23 * HOUR) is None
    names, renewed = shown(names, "a", NOW + 23 * HOUR)
    assert renewed == NOW + 23 * HOUR
    assert len(names) == 1


def test_a_clock_that_is_put_back_by_hours() -> None:
    """What is shown keeps its name, and what is new has one of its own."""
    names, a = shown((), "a", NOW)
    assert shown(names, "a", NOW - 2 * HOUR)[1] == a
    names, b = shown(names, "b", NOW - 2 * HOUR)
    names, c = shown(names, "c", NOW - 2 * HOUR)
    assert (b, c) == (NOW + 1, NOW + 2)
    assert len({each.at for each in names}) == 3


def test_a_clock_that_was_years_ahead() -> None:
    """Its names are given up: a device would take them for files of the future."""
    names, _ = shown((), "a", NOW + 900 * DAY)
    names, a = shown(names, "a", NOW)
    assert a == NOW
    assert [each.version for each in names] == ["a"]
    names, b = shown(names, "b", NOW)
    assert b == NOW + 1


def test_no_clock_at_all() -> None:
    """A Pi just after its start: nothing changes its name, and new ones go on from the newest."""
    names, a = shown((), "a", NOW)
    assert shown(names, "a", 60)[1] == a
    names, b = shown(names, "b", 60)
    assert b == NOW + 1
    assert shown(names, "b", NOW + HOUR)[1] == b
    first, at = shown((), "a", 60)
    assert file_name("x", first[0])[-11:] == f"-{at}"
    assert shown(first, "b", 61)[1] == at + 1


def test_a_name_of_exactly_a_day_ahead() -> None:
    """Each version has a name at once, whatever the clock does."""
    for ahead in range(DAY - 3, DAY + 4):
        names: Names = (Name("a", NOW + ahead),)
        names, b = shown(names, "b", NOW)
        assert b != NOW + ahead
        shown(names, "a", NOW)


def test_few_names_are_kept() -> None:
    """The newest, and each of a second of its own even when the clock stands still."""
    names: Names = ()
    for number in range(40):
        names, _ = shown(names, f"v{number}", NOW)
    assert [each.version for each in names] == [f"v{number}" for number in range(28, 40)]
    assert len({each.at for each in names}) == 12


def test_a_name_that_stands_for_something_else_is_given_up() -> None:
    """Its version gets another, later one, within the same second too."""
    names, first = shown((), "a", NOW)
    names = spoiled(names, Name("a", first))
    assert of_version(names, "a", NOW) is None
    assert shown(names, "a", NOW)[1] == NOW + 1
