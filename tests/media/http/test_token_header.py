"""The token in a header."""

import pytest

from media.http.token_header import NOT_GIVEN, read


@pytest.mark.parametrize("header", ["Token abc", "token abc", "TOKEN  abc "])
def test_a_token(header: str) -> None:
    """The word before it in any case."""
    assert read(header) == ("abc", "")


@pytest.mark.parametrize("header", [None, "", " ", "Bearer abc", "abc"])
def test_none(header: str | None) -> None:
    """Another kind of authorization is none."""
    assert read(header) == ("", NOT_GIVEN)


@pytest.mark.parametrize(
    ("header", "problem"),
    [("Token", "No credentials"), ("Token a b", "spaces"), ("Token ä", "inv")],
)
def test_a_wrong_one(header: str, problem: str) -> None:
    """It is told what is wrong with it."""
    token, said = read(header)
    assert token == ""
    assert problem in said
