"""What is wrong with what a display sends, in the form that its older server has used. Pure.

That server's errors are those of pydantic, whose clients may look at `type` and `loc`.
"""

from collections.abc import Callable, Mapping
from typing import Any

Error = dict[str, Any]
Check = Callable[[str, Any], tuple[Any, Error | None]]

_MOST_CHARACTERS = 255
_ADDRESS = "https://errors.pydantic.dev/2.12/v/"


def problem(
    kind: str,
    field: str,
    message: str,
    given: Any,  # noqa: ANN401
    **context: Any,  # noqa: ANN401
) -> Error:
    """Return one entry of the list of errors; an empty `field` stands for all of the body."""
    error: Error = {
        "type": kind,
        "loc": [field] if field else [],
        "msg": message,
        "input": given,
    }
    if context:
        error["ctx"] = context
    return error | {"url": _ADDRESS + kind}


def text(field: str, value: Any) -> tuple[Any, Error | None]:  # noqa: ANN401
    """Take a text of at most 255 characters."""
    if not isinstance(value, str):
        return None, problem("string_type", field, "Input should be a valid string", value)
    if any("\ud800" <= char <= "\udfff" for char in value):  # half a character, kept nowhere
        message = "Input should be a valid string, unable to parse raw data as a unicode string"
        return None, problem("string_unicode", field, message, value)
    if len(value) > _MOST_CHARACTERS:
        message = f"String should have at most {_MOST_CHARACTERS} characters"
        error = problem("string_too_long", field, message, value, max_length=_MOST_CHARACTERS)
        return None, error
    return value, None


def whole(above: int, below: int) -> Check:
    """Return a check that takes a whole number between two others, or text that is one."""

    def check(field: str, value: Any) -> tuple[Any, Error | None]:  # noqa: ANN401
        number, error = _number(field, value)
        if error is None and number <= above:
            message = f"Input should be greater than {above}"
            error = problem("greater_than", field, message, value, gt=above)
        elif error is None and number >= below:
            message = f"Input should be less than {below}"
            error = problem("less_than", field, message, value, lt=below)
        return number, error

    return check


def _number(field: str, value: Any) -> tuple[int, Error | None]:  # noqa: ANN401
    should = "Input should be a valid integer"
    if isinstance(value, bool | int):
        return int(value), None
    if isinstance(value, float):
        if value.is_integer():
            return int(value), None
        message = f"{should}, got a number with a fractional part"
        return 0, problem("int_from_float", field, message, value)
    if not isinstance(value, str):
        return 0, problem("int_type", field, should, value)
    stripped = value.strip()
    digits = stripped[1:] if stripped[:1] in {"+", "-"} else stripped
    if len(digits) < 100 and digits.isascii() and digits.isdigit():
        return int(stripped), None
    message = f"{should}, unable to parse string as an integer"
    return 0, problem("int_parsing", field, message, value)


def word(*words: str) -> Check:
    """Return a check that takes one of some words."""
    *others, last = (repr(each) for each in words)
    expected = f"{', '.join(others)} or {last}"

    def check(field: str, value: Any) -> tuple[Any, Error | None]:  # noqa: ANN401
        if isinstance(value, str) and value in words:
            return value, None
        message = f"Input should be {expected}"
        return None, problem("literal_error", field, message, value, expected=expected)

    return check


def validated(
    body: Any,  # noqa: ANN401
    checks: Mapping[str, Check],
) -> tuple[dict[str, Any], list[Error]]:
    """Return the wanted fields of a body, and what is wrong with it; other fields are ignored."""
    if not isinstance(body, dict):
        message = "Input should be a valid dictionary"
        return {}, [problem("dict_type", "", message, body)]
    values, errors = {}, []
    for field, check in checks.items():
        if field not in body:
            errors.append(problem("missing", field, "Field required", body))
            continue
        values[field], error = check(field, body[field])
        if error is not None:
            errors.append(error)
    return values, errors
