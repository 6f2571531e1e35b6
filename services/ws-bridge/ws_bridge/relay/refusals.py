"""How often each address was refused of late; who is let in is not counted. Pure."""

from collections import OrderedDict

MOST_A_MINUTE = 100
_MOST_ADDRESSES = 4096


class Refusals:
    """Counts in constant memory: the address that was refused longest ago is forgotten first."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def note(self, address: str, now: float) -> float | None:
        """Count a refusal; return in how many seconds to try again when they are too many."""
        since, count = self._counts.pop(address, (now, 0))
        if now - since >= 60:
            since, count = now, 0
        self._counts[address] = since, count + 1
        if len(self._counts) > _MOST_ADDRESSES:
            self._counts.popitem(last=False)
        return since + 60 - now if count >= MOST_A_MINUTE else None
