"""The registry of displays: the roster, what is kept of it, and what comes from outside of both.

What matters to a device or its owner is on the disk before it is answered. When a display was
seen last is not: that is written now and then.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from media.database import StoreError
from media.display.button import Button, pressed
from media.display.contact import Contact, Kind
from media.display.display import BUILT_IN, Display, built_in
from media.display.identity import ID_COUNT, TOKEN_BYTES, readable_id, token_hash
from media.display.refresh import Shown
from media.display.refusal import RefusedError, UnknownError
from media.display.roster import MOST_DISPLAYS, Policy, Roster
from media.display.store import DisplayStore
from media.display.trmnl_log import Reports

_log = logging.getLogger("media")


class Paired(NamedTuple):
    """A display that has just joined, and its token, which nobody can ask for again."""

    display: Display
    token: str


class Registry:
    """All displays; `zone` is the house's, `clock` returns the time of day in any zone."""

    def __init__(
        self,
        store: DisplayStore,
        policy: Policy,
        zone: tzinfo,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._store = store
        self.policy = policy
        self._zone = zone
        self.now = clock
        self.roster = Roster([built_in(clock())])
        # One change after the other: each is made of what the one before has left
        self._changes = asyncio.Lock()
        self._seen: set[str] = set()
        self.readable = False
        self.touched: set[str] = set()
        """The displays that have changed, for who tells of them."""
        self.changed = asyncio.Event()
        self.reports = Reports()
        self.loaded = asyncio.Event()
        """Set when what was kept has been read, or could not be."""
        self.altered: Callable[[str], None] = lambda _: None
        """Called with the id of a display that may have to show something else."""

    async def load(self) -> None:
        """Read what was kept; where that fails it is tried again before anybody may join."""
        try:
            self.roster = Roster([built_in(self.now()), *await self._store.read()])
        except StoreError:
            return
        finally:
            self.loaded.set()
        self.readable = True
        self._touch(*(each.id for each in self.roster))

    def _touch(self, *ids: str) -> None:
        self._tell(*ids)
        for id_ in ids:
            self.altered(id_)

    def _tell(self, *ids: str) -> None:
        self.touched.update(ids)
        self.changed.set()

    def zone(self, display: Display) -> tzinfo:
        """Return the zone of a display."""
        return ZoneInfo(display.timezone) if display.timezone else self._zone

    def get(self, id_: str) -> Display:
        """Return a display by its id; UnknownError."""
        display = self.roster.get(id_)
        if display is None:
            raise UnknownError(f"there is no display {id_!r}")
        return display

    async def join(
        self, hardware_id: str, width: int, height: int, host: str, kind: Kind = "eink"
    ) -> Paired:
        """Pair a device; RefusedError when it may not, StoreError when that cannot be kept."""
        async with self._changes:
            if not self.readable:
                await self.load()
            if not self.readable:
                raise StoreError("what is known of displays cannot be read now")
            admission = self.roster.admission(hardware_id, self.policy, kind)
            if admission == "known":
                raise RefusedError("it has joined already", known=True)
            old = self.roster.of_hardware(hardware_id) if admission != "refuse" else None
            if old is not None and old.hardware_id != hardware_id:
                old = None
            if admission == "refuse" or (admission == "wait" and old is not None):
                raise RefusedError("it waits for its owner")
            seen = replace(
                old or Display(
                    id=self._new_id(), hardware_id=hardware_id, width=width, height=height,
                    made_at=self.now(),
                ),
                width=width, height=height, host=host, kind=kind,
            )  # fmt: skip
            if admission == "wait":
                self.roster.put(replace(seen, approved=False))
                _log.info("display %s waits to be approved: %r", seen.id, hardware_id)
                self._touch(seen.id)
                raise RefusedError("it waits for its owner")
            token = secrets.token_hex(TOKEN_BYTES)
            former = seen.former_token_hash or seen.token_hash  # a device may still have it
            seen = replace(seen, token_hash=token_hash(token), former_token_hash=former)
            display = await self._put(replace(seen, approved=True))
            _log.info("display %s joined: %r, %d x %d", display.id, hardware_id, width, height)
            return Paired(display, token)

    def _new_id(self) -> str:
        while (id_ := readable_id(secrets.randbelow(ID_COUNT))) in self.roster:
            pass
        return id_

    def authenticate(self, token: str) -> Display | None:
        """Return the display of a token, None when there is none."""
        return self.roster.of_token(token_hash(token))

    def see(
        self, display: Display, wakes_after_seconds: int, contact: Contact | None = None
    ) -> Display:
        """Note that a display has asked, what it told of itself, and when it will ask again."""
        current = self.roster.get(display.id)
        if current is None:
            return display
        now = self.now().replace(microsecond=0)
        seen = current.seen(now, wakes_after_seconds, contact)
        if seen != current:
            self.roster.put(seen)
            self._seen.add(seen.id)
            self._tell(seen.id)
            if seen.battery_low != current.battery_low:
                self.altered(seen.id)  # its pictures have a mark then
        return seen

    def show(self, id_: str, shown: Shown | None) -> None:
        """Note what a display has taken."""
        current = self.roster.get(id_)
        if current is not None and current.shown != shown:
            self.roster.put(replace(current, shown=shown))
            self._seen.add(id_)

    async def press(self, id_: str, button: Button) -> None:
        """Do what a button does; UnknownError."""
        await self.override(id_, lambda each: pressed(each, button, self.now(), self.zone(each)))

    async def override(self, id_: str, change: Callable[[Display], Display]) -> None:
        """Change a display, as by what beats its schedule; UnknownError.

        Where it cannot be kept it lasts until a restart.
        """
        async with self._changes:
            display = change(self.get(id_))
            self.roster.put(display)
            self._touch(id_)
            if display.approved:
                try:
                    await self._store.save([display])
                except StoreError:  # which has been said
                    self._seen.add(id_)

    async def add(self, display: Display) -> Display:
        """Add a display that is told by topic; RefusedError, StoreError."""
        async with self._changes:
            if display.id in self.roster:
                raise RefusedError(f"there is a display {display.id!r} already", known=True)
            if len(list(self.roster)) >= MOST_DISPLAYS:
                raise RefusedError(f"there are {MOST_DISPLAYS} displays, and no room for more")
            return await self._put(display)

    async def update(self, id_: str, **fields: Any) -> Display:  # noqa: ANN401
        """Change fields of a display; UnknownError, StoreError."""
        async with self._changes:
            return await self._put(replace(self.get(id_), **fields))

    async def approve(self, id_: str) -> Display:
        """Let a device join at its next try; UnknownError, StoreError."""
        return await self.update(id_, approved=True)

    async def adopt(self, make: Callable[[Roster, Callable[[], str]], Display]) -> Display:
        """Keep what `make` returns of the displays and a new id; StoreError, and what it raises."""
        async with self._changes:
            display = make(self.roster, self._new_id)
            return display if display == self.roster.get(display.id) else await self._put(display)

    async def rotate(self, id_: str) -> Display:
        """Take a display's token back: its next bootstrap gets a new one. As `approve`."""
        return await self.update(id_, token_hash="", former_token_hash="", approved=True)

    async def forget(self, id_: str) -> Display:
        """Remove a display and all that is known of it. UnknownError, RefusedError, StoreError."""
        async with self._changes:
            display = self.get(id_)
            if id_ == BUILT_IN:
                raise RefusedError(f"{id_} is built in: port 8766 shows it")
            await self._store.save([], forget=[id_])
            self.roster.drop(id_)
            self._seen.discard(id_)
            self._touch(id_)
            return display

    async def _put(self, display: Display) -> Display:
        """Keep a display, then show it to others; StoreError."""
        await self._store.save([display])
        # It may have called meanwhile
        current = self.roster.get(display.id)
        if current is not None:
            display = display.with_calls_of(current)
        self.roster.put(display)
        self._touch(display.id)
        return display

    async def write_seen(self) -> None:
        """Keep what has gathered since the last time."""
        async with self._changes:
            if not self.readable:
                await self.load()
            ids, self._seen = self._seen, set()
            displays = [each for id_ in ids if (each := self.roster.get(id_)) and each.approved]
            if displays:
                try:
                    await self._store.save(displays)
                except StoreError:
                    self._seen |= ids
