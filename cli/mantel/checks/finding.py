"""What a check found: a verdict, in words, and what to do. Pure."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Verdict = Literal["ok", "warning", "problem"]

_ORDER: tuple[Verdict, ...] = ("ok", "warning", "problem")


class Finding(Struct, frozen=True):
    """One thing that was looked at; `advice` says what to do where it is not well."""

    check: str
    verdict: Verdict
    text: str
    advice: str | None = None


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict on all together."""
    return max((finding.verdict for finding in findings), key=_ORDER.index, default="ok")
