"""Settings that an older system would start with, whatever they are set to. Pure."""

from typing import Any, Literal, get_args, get_origin

_TRUE = frozenset({"true", "t", "1", "yes", "y"})


def forgiven(name: str, text: str, annotated: Any, warnings: list[str]) -> str | None:  # noqa: ANN401
    """Return the text that a lenient setting is taken for, None for its default.

    What is out of range is clamped; what is no value is the default; of both `warnings` is told.
    Any word but true, t, 1, yes and y is false.
    """
    plain, *facts = get_args(annotated)
    text = text.strip()
    if plain is bool:
        return str(text.lower() in _TRUE)
    if get_origin(plain) is Literal:
        if text.upper() in get_args(plain):
            return text
        words = ", ".join(get_args(plain))
        warnings.append(f"{name}={text}: must be one of {words}; the default is taken")
        return None
    try:
        number = int(text)
    except ValueError:
        warnings.append(f"{name}={text}: must be a whole number; the default is taken")
        return None
    for meta in facts:
        clamped = min(max(number, meta.ge), meta.le)
        if clamped != number:
            warnings.append(f"{name}={text}: must be {meta.ge} to {meta.le}; {clamped} is taken")
        number = clamped
    return str(number)
