"""How many clients get the alarm's sound. Pure."""


class Listeners:
    """What the bridges say, of those that are online."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._online: set[tuple[str, str]] = set()

    def count(self, node: str, service: str, clients: int | None) -> None:
        """Note how many clients a bridge has; None: it takes that back."""
        if clients:
            self._counts[node, service] = clients
        else:
            self._counts.pop((node, service), None)

    def available(self, node: str, service: str, availability: str | None) -> None:
        """Note whether a service runs: what one that is gone has said is no longer so."""
        if availability == "online":
            self._online.add((node, service))
        else:
            self._online.discard((node, service))

    @property
    def total(self) -> int:
        """All clients of bridges that run."""
        return sum(count for bridge, count in self._counts.items() if bridge in self._online)
