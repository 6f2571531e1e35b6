"""All displays, found by id, by hardware id and by token; and who may join. Pure."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec.structs import replace

from media.display.contact import Kind
from media.display.display import Display
from media.display.identity import is_same

Policy = Literal["open", "approve", "closed"]
Admission = Literal["pair", "wait", "known", "refuse"]

POLICIES: tuple[Policy, ...] = ("open", "approve", "closed")
MOST_DISPLAYS = 2000
"""More than a home has; a stranger who invents devices fills no disk."""
MOST_WAITING = 50
"""The one that has waited longest makes room for the next."""


class Roster:
    """The displays as they are now."""

    def __init__(self, displays: Iterable[Display] = ()) -> None:
        self._by_id: dict[str, Display] = {}
        self._by_hardware: dict[str, str] = {}
        self._by_token: dict[str, str] = {}
        for display in displays:
            self.put(display)

    def __iter__(self) -> Iterator[Display]:
        return iter(list(self._by_id.values()))

    def __contains__(self, id_: str) -> bool:
        return id_ in self._by_id

    def get(self, id_: str) -> Display | None:
        """Return the display of an id."""
        return self._by_id.get(id_)

    def put(self, display: Display) -> list[Display]:
        """Add a display or change it; return those that had to make room for it.

        A hardware id has one display: one that waited goes when its device has come otherwise.
        """
        self.drop(display.id)
        self.drop(self._by_hardware.get(display.hardware_id, ""))
        self._by_id[display.id] = display
        self._by_hardware[display.hardware_id] = display.id
        for hash_ in (display.token_hash, display.former_token_hash):
            if hash_:
                self._by_token[hash_] = display.id
        if display.approved:
            return []
        waiting = [each for each in self if not each.approved]
        gone = waiting[: max(0, len(waiting) - MOST_WAITING)]
        for each in gone:
            self.drop(each.id)
        return gone

    def drop(self, id_: str) -> Display | None:
        """Remove a display, and return it."""
        display = self._by_id.pop(id_, None)
        if display is not None:
            del self._by_hardware[display.hardware_id]
            self._by_token.pop(display.token_hash, None)
            self._by_token.pop(display.former_token_hash, None)
        return display

    def of_token(self, hash_: str) -> Display | None:
        """Return the display whose token has this hash; with a new one the former is void."""
        display = self._by_id.get(self._by_token.get(hash_, ""))
        if display is None:
            return None
        if not is_same(display.token_hash, hash_):
            return display if is_same(display.former_token_hash, hash_) else None
        if display.former_token_hash:
            display = replace(display, former_token_hash="")
            self.put(display)
        return display

    def of_hardware(self, hardware_id: str) -> Display | None:
        """Return the display of a hardware id: the same text, else the same whole number.

        Older clients ask by number, and leave out the zeros in front.
        """
        own = self._by_hardware.get(hardware_id)
        if own is not None:
            return self._by_id[own]
        number = _number(hardware_id)
        if number is None:
            return None
        return next((each for each in self if _number(each.hardware_id) == number), None)

    def admission(self, hardware_id: str, policy: Policy, kind: Kind = "eink") -> Admission:
        """Return what becomes of a device that wants to join, or to join again.

        A TRMNL device asks for that only when it has no token, and has no other way back.
        """
        own = self._by_hardware.get(hardware_id)
        if own is not None:
            display = self._by_id[own]
            if display.kind == "topic":
                return "refuse"  # it asks for nothing, whoever takes its name
            if display.pairing == "waiting":
                # An open house has no waiting room
                return "pair" if policy == "open" else "wait"
            lost = display.kind == kind == "trmnl" and (
                policy == "open" or display.last_seen_at is None  # the answer never reached it
            )
            return "known" if display.token_hash and not lost else "pair"
        if policy == "closed" or len(self._by_id) >= MOST_DISPLAYS:
            return "refuse"
        return "pair" if policy == "open" else "wait"


def _number(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 64:
        return None
    return int(text)
