"""Which of several open pages sounds; the others are mute. Pure."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ws_bridge.panel_frames import Hello

C = TypeVar("C")


@dataclass(frozen=True)
class Role:
    """What a page is told: whether it sounds, who else does, and how many pages there are."""

    sounds: bool
    speaker: str
    pages: int


class Roles(Generic[C]):
    """The pages that have said hello, in that order.

    The one that asked for it last sounds, or else the first that can. A page whose mode is `on`
    sounds whatever the others do, and then none is chosen.
    """

    def __init__(self) -> None:
        self._pages: dict[C, Hello] = {}
        self._chosen: C | None = None
        self._told: dict[C, Role] = {}

    def __contains__(self, page: C) -> bool:
        return page in self._pages

    def greet(self, page: C, hello: Hello) -> None:
        """Take what a page says of itself; it may say it again."""
        self._pages[page] = hello
        if hello.claims and hello.mode == "auto":
            self._chosen = page

    def leave(self, page: C) -> None:
        """Forget a page."""
        self._pages.pop(page, None)
        self._told.pop(page, None)

    def pages(self) -> list[C]:
        """Return all pages."""
        return list(self._pages)

    def changes(self) -> dict[C, Role]:
        """Return what is to be told to those whose role is another than they were told."""
        self._choose()
        always = [hello.name for hello in self._pages.values() if hello.mode == "on"]
        chosen = self._pages[self._chosen].name if self._chosen in self._pages else ""
        new = {}
        for page, hello in self._pages.items():
            sounds = hello.mode == "on" or (hello.mode == "auto" and page == self._chosen)
            role = Role(sounds, chosen or ", ".join(always[:3]), len(self._pages))
            if self._told.get(page) != role:
                self._told[page] = new[page] = role
        return new

    def _choose(self) -> None:
        """Let the one that sounds go on; else the first that its browser lets sound."""
        if any(hello.mode == "on" and hello.is_unlocked for hello in self._pages.values()):
            self._chosen = None
            return
        willing = [page for page, hello in self._pages.items() if hello.mode == "auto"]
        able = [page for page in willing if self._pages[page].is_unlocked]
        if self._chosen in (able or willing):
            return
        self._chosen = next(iter(able or willing), None)
