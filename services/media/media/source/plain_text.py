"""Text from outside as plain words: without control characters and marks of direction. Pure.

What cannot be drawn must not get into a picture.
"""

import unicodedata

# Left out: control characters, marks that turn the direction of what follows, private ones
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = frozenset("\u200c\u200d")  # they make letters and emoji what they are


def plain(text: str, most: int) -> str:
    """Return one line of at most `most` characters, cut at a word and with an ellipsis."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text[: 20 * most]
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in _UNSEEN
    )
    line = " ".join(kept.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    words, _, rest = cut.rpartition(" ")
    return f"{words if words and len(rest) < 30 else cut}…"
