"""Where browsers and panels meet: what topics, browsers and scripts say is passed on at once."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import msgspec

from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import PanelEvent, PanelState
from shared.subscription import Received
from ws_bridge.media_check import Report, numbers_from_0
from ws_bridge.media_folder import MediaFolder
from ws_bridge.multicast import Outlet
from ws_bridge.panel_frames import Ended, Hello, news_frame, parse_message
from ws_bridge.panel_status import health, parse_number, played, status
from ws_bridge.panels import Act, Order, Panels, Show
from ws_bridge.roles import Roles
from ws_bridge.viewers import Viewers

_STOP_WAITS_SECONDS = 0.002


class Browser(Outlet, Protocol):
    """A connected browser."""

    def abort(self) -> None:
        """Cut the connection."""


class Room:
    """Everything is done in the call that brings it: a queue would lose the order."""

    def __init__(self, mqtt: Mqtt, media: MediaFolder) -> None:
        self._mqtt = mqtt
        self._media = media
        self._panels = Panels()
        self._viewers: Viewers[Browser] = Viewers()
        self._roles: Roles[Browser] = Roles()
        self._log = logging.getLogger("ws-bridge")
        self._complaints = Complaints(self._log)
        self._held_stop: asyncio.TimerHandle | None = None
        self._now = asyncio.get_running_loop().time
        media.changed = self._take_media

    # --- what the topics say ---

    def take_state(self, state: Received[PanelState]) -> None:
        """Take how a panel does."""
        before = self._panels.first, self._panels.count, self._panels.first_media
        self._panels.take_state(state.levels["id"], state.payload, retained=state.retained)
        if before != (self._panels.first, self._panels.count, self._panels.first_media):
            self._take_media()

    def take_availability(self, availability: Received[str]) -> None:
        """Take whether a `serial-bridge` runs."""
        self._panels.take_availability(
            availability.levels["node"], online=availability.payload == "online"
        )

    def take_event(self, event: Received[PanelEvent]) -> None:
        """Pass an event of a panel on."""
        if event.payload is not None and not event.retained:
            self._do(self._panels.take_event(event.levels["id"], event.payload))

    # --- browsers ---

    def join(self, browser: Browser) -> None:
        """Send to a browser from now on."""
        self._viewers.add(browser)

    def leave(self, browser: Browser) -> None:
        """Forget a browser."""
        self._viewers.remove(browser)
        if browser in self._roles:
            self._roles.leave(browser)
            self._tell_roles()

    def fill(self, browser: Browser) -> None:
        """Send no more to a browser that has to read first."""
        self._viewers.fill(browser, self._now())

    def drain(self, browser: Browser) -> None:
        """Tell a browser that has read what it missed."""
        self._viewers.drain(browser)

    def hear(self, browser: Browser, text: bytes) -> None:
        """Do what a browser's message asks for; most of what it may say is nothing."""
        match parse_message(text):
            case Ended(media):
                self._do(self._panels.ended(media))
            case Hello() as hello:
                self._roles.greet(browser, hello)
                self._tell_roles()
            case None:
                pass

    def give_up(self) -> None:
        """Cut off those who have stopped reading."""
        self._cut(self._viewers.give_up(self._now()))

    def close(self) -> None:
        """Tell the panels that no browser is there any more: none would tell them of its end.

        Where there was none, another copy of the bridge may have those that play.
        """
        self._tell_stop()
        if len(self._viewers):
            self._do(self._panels.all_ended())

    # --- scripts ---

    def play(self, text: str) -> tuple[bool, str]:
        """Play the number that `text` is; tell whether it is one, and the answer."""
        number = parse_number(text, self._panels)
        if isinstance(number, str):
            return False, number
        self._do(self._panels.play(number, connected=self._mqtt.connected))
        return True, played(number, self._panels)

    def stop(self) -> None:
        """Stop whatever plays."""
        self._do(self._panels.stop(connected=self._mqtt.connected))

    async def status(self) -> dict[str, object]:
        """Return the body of /status."""
        await self._media.look()
        return status(self._panels, self._report(), len(self._viewers), self._media.version)

    async def health(self) -> dict[str, object]:
        """Return the body of /health."""
        await self._media.look()
        return health(self._panels, self._report())

    # --- inside ---

    def _do(self, acts: Sequence[Act]) -> None:
        for act in acts:
            if isinstance(act, Show):
                self._show(act.media)
            else:
                self._order(act)

    def _show(self, media: int | None) -> None:
        """Tell all browsers; a stop waits a moment for the play that mostly follows it.

        Together they are one write for each of a hundred browsers.
        """
        if media is not None and self._held_stop is not None:
            self._held_stop.cancel()
            self._held_stop = None
            self._cut(self._viewers.show(None, media, now=self._now()))
            return
        self._tell_stop()
        if media is None:
            loop = asyncio.get_running_loop()
            self._held_stop = loop.call_later(_STOP_WAITS_SECONDS, self._tell_stop)
        else:
            self._cut(self._viewers.show(media, now=self._now()))

    def _tell_stop(self) -> None:
        """Send the stop that waits, if one does."""
        if self._held_stop is not None:
            self._held_stop.cancel()
            self._held_stop = None
            self._cut(self._viewers.show(None, now=self._now()))

    def _order(self, order: Order) -> None:
        sent = self._mqtt.publish(
            topics.PANEL_SET, msgspec.json.encode(order.fields), id=order.panel
        )
        if not sent:
            self._complaints.say(f"panel {order.panel}", "not told, the broker is away")
        else:
            self._complaints.settle(f"panel {order.panel}", "told again")
        if sent and "ended" in order.fields:
            self._panels.forget(order.panel)

    def _report(self) -> Report:
        return self._media.report(self._panels.count, self._panels.first_media)

    def _take_media(self) -> None:
        """Take other files, or another panel that wants others."""
        self._panels.numbers_from_0 = numbers_from_0(self._media.found, self._panels.count)
        self._media.complain(self._report())
        news = news_frame(
            "media",
            version=self._media.version,
            count=self._panels.count,
            first=self._panels.first_media,
        )
        for page in self._roles.pages():
            page.write(news)

    def _tell_roles(self) -> None:
        for page, role in self._roles.changes().items():
            page.write(
                news_frame("role", sounds=role.sounds, speaker=role.speaker, pages=role.pages)
            )

    def _cut(self, browsers: list[Browser]) -> None:
        for browser in browsers:
            self._log.warning("panel port: a browser that stopped reading was cut off")
            browser.abort()


def follow_panels(mqtt: Mqtt, room: Room) -> None:
    """Hand the room what the topics say, in the broker's order."""
    mqtt.subscribe(topics.AVAILABILITY, room.take_availability, service="serial-bridge")
    mqtt.subscribe(topics.PANEL_STATE, room.take_state)
    mqtt.subscribe(topics.PANEL_EVENT, room.take_event)
