"""Texts from outside, made so that they can be set in any column. Pure."""

import re
import unicodedata

_LONGEST = 18  # letters without a place to break, in the narrowest column
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
_SEAMS = re.compile(r"(?<=[/_.,:;=&?\-])(?=\w)")
_PLAIN = re.compile(r"[\s\u200b]+")


def tidy(text: str, most: int) -> str:
    """Return one line of at most `most` letters, with places to break in what has none.

    Pictures among the letters are left out: no font of ours has them.
    """
    kept = "".join(each for each in text if _can_be_drawn(each))
    line = _PLAIN.sub(" ", kept).strip()
    if len(line) > most:
        line = line[: most - 1].rstrip(" ,;:-") + "…"
    return " ".join(map(_breakable, line.split(" ")))


def plain(text: str) -> str:
    """Return a tidy text without its places to break, for painters that break by themselves."""
    return text.replace(_ZERO_WIDTH, "")


def _can_be_drawn(letter: str) -> bool:
    code = ord(letter)
    if code >= 0x1F000 or 0xFE00 <= code <= 0xFE0F or 0xE000 <= code <= 0xF8FF:
        return False
    return unicodedata.category(letter) not in {"Cc", "Cs", "Cn"} or letter in "\t\n"


def _breakable(word: str) -> str:
    if len(word) <= _LONGEST:
        return word
    parts = _SEAMS.split(word)
    return _ZERO_WIDTH.join(map(_cut, parts))


def _cut(part: str) -> str:
    """Return it with breaks, unless it is a word, which a language breaks by its rules."""
    if part.isalpha() and len(part) <= 48:
        return part
    cuts = range(0, len(part), _LONGEST)
    return _ZERO_WIDTH.join(part[at : at + _LONGEST] for at in cuts)
