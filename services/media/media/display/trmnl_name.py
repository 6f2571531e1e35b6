"""The names by which TRMNL devices know pictures: a device keeps the file of each name. Pure.

A name is `plugin-`, six hex digits of the display's id, `-`, and the second at which the display
first showed this version. The device fetches nothing while it has the name, so a name stands for
one version only, and a version has one name. By the second it also sees how old a file is, and
deletes what is older than a day: hence a name is renewed shortly before.
"""

import re
from hashlib import blake2b

from msgspec import Struct

_KEEP_SECONDS = 23 * 3600
_DAY_SECONDS = 24 * 3600
_MOST_NAMES = 12
"""A picture that comes back sooner has its old name."""
_UNSET_BEFORE = 1_577_836_800
"""2020: a clock that shows less has not been set since the machine started."""

_NAME = re.compile(r"plugin-[0-9a-f]{6}-(\d{10})")


class Name(Struct, frozen=True):
    """A version that a display has shown, and the second since when: its name."""

    version: str
    at: int


Names = tuple[Name, ...]


def file_name(display_id: str, name: Name) -> str:
    """Return the name as the device has it: 24 characters, of which it keeps up to 31."""
    digits = blake2b(display_id.encode(), digest_size=3).hexdigest()
    return f"plugin-{digits}-{name.at:010}"


def of_version(names: Names, version: str, now: int) -> Name | None:
    """Return the name that a version has; None when it needs one.

    `now` is in seconds since 1970. While the clock is not set nothing is taken to be too old.
    """
    found = next((each for each in names if each.version == version), None)
    if found is None or now < _UNSET_BEFORE:
        return found
    # One of tomorrow was made by a clock that has been put back since
    return found if -_DAY_SECONDS < now - found.at < _KEEP_SECONDS else None


def of_file(names: Names, file: str) -> Name | None:
    """Return the name that a device means, None when it is not known any more."""
    found = _NAME.fullmatch(file)
    return next((each for each in names if found and each.at == int(found[1])), None)


def with_name(names: Names, version: str, now: int) -> Names:
    """Return the names with one for a version; the last is the newest.

    No two are of one second. A clock that is not set, or was put back by less than a day, goes on
    from the newest name; after more than that it is the newest name that was wrong.
    """
    if of_version(names, version, now) is not None:
        return names
    newest = max((each.at for each in names), default=0)
    unset = now < _UNSET_BEFORE
    at = max(now, _UNSET_BEFORE)
    if unset or newest < now + _DAY_SECONDS - 1:
        at = max(at, newest + 1)
    taken = {each.at for each in names}
    while at in taken:
        at += 1
    others = tuple(each for each in names if each.version != version)
    return (*others[1 - _MOST_NAMES :], Name(version, at))


def spoiled(names: Names, name: Name) -> Names:
    """Return the names with one that stands for nothing any more.

    Its version gets another when it is shown again, and its second stays taken.
    """
    return tuple(Name("", each.at) if each == name else each for each in names)
