"""Names and secrets of displays."""

import hashlib
import re

from media.display.identity import ID_COUNT, is_same, readable_id, token_hash


def test_every_number_is_an_id_of_its_own() -> None:
    """Three groups of three letters, none of which is i, l or o."""
    numbers = [0, 1, 22, 23, 23**3, 23**8, ID_COUNT // 2, ID_COUNT - 1]
    ids = [readable_id(number) for number in numbers]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-hjkmnp-z]{3}(-[a-hjkmnp-z]{3}){2}", each) for each in ids)
    assert (ids[0], ids[-1]) == ("aaa-aaa-aaa", "zzz-zzz-zzz")


def test_a_token_is_kept_as_its_hash() -> None:
    """SHA-256, in hex."""
    assert token_hash("ab" * 20) == hashlib.sha256(b"ab" * 20).hexdigest()
    assert is_same(token_hash("a"), token_hash("a"))
    assert not is_same(token_hash("a"), token_hash("b"))
