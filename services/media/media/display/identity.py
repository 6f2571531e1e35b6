"""The names and secrets of displays: readable ids, and tokens that are kept as hashes. Pure.

Who makes an id or a token brings the randomness.
"""

import hashlib
import hmac

# Without i, l and o: they are read as 1 and 0 on a small screen
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 3, 3

ID_COUNT = len(_LETTERS) ** (_GROUPS * _GROUP)
"""How many readable ids there are."""

TOKEN_BYTES = 20
"""A token is so many bytes, written as hex digits."""


def readable_id(number: int) -> str:
    """Return the id of a number from 0 to ID_COUNT - 1, such as `pvx-jqr-cef`."""
    letters = []
    for _ in range(_GROUPS * _GROUP):
        number, digit = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[digit])
    text = "".join(letters)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def token_hash(token: str) -> str:
    """Return what is kept of a token; 160 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare two hashes in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one, other)
