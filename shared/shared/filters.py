"""Topic filters and names as levels: which is one, what matches, what covers what. Pure.

All stand below the root and are written without it: `host/pi/stats`.
"""

MOST_BYTES = 128
"""Of a filter or a name, without the root."""
MOST_LEVELS = 8

Levels = tuple[str, ...]


def filter_problem(text: str) -> str | None:
    """Return why `text` is no topic filter that we take, None when it is one."""
    if (problem := _problem(text)) is not None:
        return problem
    levels = text.split("/")
    if "#" in levels[:-1]:
        return "# stands at the end alone"
    if any(len(level) > 1 and ("#" in level or "+" in level) for level in levels):
        return "+ and # stand for whole levels"
    return None


def name_problem(text: str) -> str | None:
    """Return why `text` is no topic name that we take, None when it is one."""
    if "#" in text or "+" in text:
        return "a topic has no wildcards"
    return _problem(text)


def _problem(text: str) -> str | None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "half of a surrogate pair is no character"
    if size > MOST_BYTES:
        return f"longer than {MOST_BYTES} bytes"
    if any(char < " " or "\x7f" <= char <= "\x9f" for char in text):
        return "control characters, NUL among them, are not allowed"
    if text.startswith("$"):
        return "$ begins topics of the broker itself"
    levels = text.split("/")
    if "" in levels:
        return "a level is empty"
    if len(levels) > MOST_LEVELS:
        return f"more than {MOST_LEVELS} levels"
    return None


def covers(right: Levels, wanted: Levels) -> bool:
    """Tell whether each topic that the filter (or name) `wanted` matches is matched by `right`."""
    for place, level in enumerate(right):
        if level == "#":
            return True
        if place >= len(wanted) or wanted[place] == "#":
            return False
        if level not in ("+", wanted[place]):
            return False
    # `a` is matched by `a/#`, and `a/#` matches `a` and more
    return len(wanted) == len(right)


def matches(filter_: Levels, name: Levels) -> bool:
    """Tell whether a filter matches a topic's name."""
    return covers(filter_, name)  # a name is a filter that matches itself alone


def meet(filter_: Levels, kind: Levels) -> Levels | None:
    """Return the filter of what both match, None when there is nothing; `kind` has no #."""
    if filter_ and filter_[-1] == "#":
        head = filter_[:-1]
        if len(head) > len(kind):
            return None
        filter_ = head + ("+",) * (len(kind) - len(head))
    if len(filter_) != len(kind):
        return None
    both = []
    for one, other in zip(filter_, kind, strict=True):
        if one != other and "+" not in (one, other):
            return None
        both.append(other if one == "+" else one)
    return tuple(both)


def join(one: Levels, other: Levels) -> Levels:
    """Return the least filter that covers two of the same length."""
    return tuple(a if a == b else "+" for a, b in zip(one, other, strict=True))
