"""What is wrong with what a display sends; the rest is in tests/e2e/test_eink_joining.py."""

import pytest

from media.http.validation import text, validated, whole, word

CHECKS = {"name": text, "pixels": whole(0, 5000), "button": word("A", "B", "C")}
GOOD = {"name": "x", "pixels": 1, "button": "C"}


@pytest.mark.parametrize("given", [4999, 4999.0, "4999", " +4999 "])
def test_a_whole_number_in_many_spellings(given: object) -> None:
    """As pydantic takes it where it is not strict."""
    assert validated(GOOD | {"pixels": given}, CHECKS)[0]["pixels"] == 4999


def test_true_is_one() -> None:
    """There too."""
    assert validated(GOOD | {"pixels": True}, CHECKS) == (GOOD, [])


@pytest.mark.parametrize("given", ["1e3", "1.0", "\u0663", "--1", "", "9" * 200, None, {}])
def test_no_number(given: object) -> None:
    """One error each."""
    (error,) = validated(GOOD | {"pixels": given}, CHECKS)[1]
    assert error["type"] in {"int_parsing", "int_type"}
    assert error["input"] == given


def test_errors_come_in_the_order_of_the_fields() -> None:
    """Each with what was given."""
    errors = validated({"button": "D", "name": 1}, CHECKS)[1]
    assert [(error["type"], error["loc"]) for error in errors] == [
        ("string_type", ["name"]),
        ("missing", ["pixels"]),
        ("literal_error", ["button"]),
    ]
    assert errors[2]["msg"] == "Input should be 'A', 'B' or 'C'"
