"""What is asked of the alarms by topic: which request it is, and what is wrong with it. Pure."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from alarms.depth import is_too_deep
from shared.errors import PayloadError

Verb = Literal["add", "update", "delete", "list"]
Word = Literal["enable", "disable", "skip", "unskip", "snooze", "dismiss", "test"]

VERBS: tuple[str, ...] = get_args(Verb)
WORDS: tuple[str, ...] = get_args(Word)


@dataclass(frozen=True)
class Ask:
    """A request: its fields without `transaction`."""

    transaction: str | int | None
    fields: dict[str, Any]
    problem: str | None = None
    """Why it cannot be obeyed."""

    def id(self) -> str:
        """Return the alarm that it is about; PayloadError when it names none."""
        own = self.fields.get("id")
        if not isinstance(own, str):
            raise PayloadError("id: is missing; which alarm is it about?")
        return own


def read_request(verb: str, raw: bytes, verbs: tuple[str, ...] = VERBS) -> Ask:
    """Return what a payload asks for, by one of `verbs`.

    Never an error, since each is to be answered.
    """
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Ask(None, {}, f"the request must be a JSON object ({error})")
    if not isinstance(fields, dict):
        return Ask(None, {}, "the request must be a JSON object")
    if is_too_deep(fields):
        return Ask(None, {}, "the request is nested too deeply")
    transaction = fields.pop("transaction", None)
    if isinstance(transaction, bool) or not isinstance(transaction, str | int | None):
        return Ask(None, fields, "transaction: must be a text or a whole number")
    if verb not in verbs:
        return Ask(transaction, fields, f"there is no request {verb!r}; {', '.join(verbs)}")
    return Ask(transaction, fields)


def read_set(raw: bytes) -> Word | dict[str, Any]:
    """Return the word, or the fields that are to change; PayloadError."""
    text = raw.decode(errors="replace").strip()
    if text.startswith(("{", '"')):
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise PayloadError(str(error)) from None
        if is_too_deep(value):
            raise PayloadError("it is nested too deeply")
        if isinstance(value, dict):
            return value
        text = str(value)
    for word in get_args(Word):
        if text == word:
            return word  # type: ignore[no-any-return]
    raise PayloadError(
        f"{text[:40]!r} is neither one of {', '.join(WORDS)} nor an object of fields"
    )
