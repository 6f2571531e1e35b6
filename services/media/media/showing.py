"""What the display of port 8766 shows: an alarm's picture, one that was pushed, or the idle one."""

import asyncio
from datetime import datetime
from pathlib import Path

from media.bitmap.prepared import Prepared, prepare
from media.bitmap.screen import RLCD, Screen
from media.gallery import Gallery
from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, DisplayFrame

DISPLAY = "rlcd"
"""The display's id, built in."""

_ALARM, _IDLE = "on_alarm", "idle"
_FILES = {_ALARM: "img/on_alarm.png", _IDLE: "img/idle.png"}


class Showing:
    """Publishes what `display` shows, and nothing while that stays the same.

    Its calls may overlap: the last one wins, and bitmap, frame and preview of one picture are
    published together. A pushed picture is shown until the next alarm; one that comes while an
    alarm rings is shown when that is over.
    """

    def __init__(
        self, mqtt: Mqtt, assets: Path, screen: Screen = RLCD, display: str = DISPLAY
    ) -> None:
        self._mqtt = mqtt
        self._screen = screen
        self._display = display
        self._gallery = Gallery(assets, screen)
        self._calls = 0
        self._ringing = False
        self._pushed: Prepared | None = None
        self._shown: tuple[str, str] | None = None

    async def alarm(self, definition: AlarmDefinition) -> None:
        """Show the picture of an alarm that rings; return when it is published."""
        if not self._ringing:
            self._ringing, self._pushed = True, None
        call = self._next_call()
        picture = await self._of_alarm(definition)
        self._show(call, picture, f"alarm:{definition.id}")

    async def prepare(self, definition: AlarmDefinition) -> None:
        """Make an alarm's picture ready, so that it is there at once when the alarm rings."""
        await self._of_alarm(definition)

    async def idle(self) -> None:
        """Show what is shown while nothing rings; return when it is published."""
        self._ringing = False
        call = self._next_call()
        if self._pushed is not None:
            self._show(call, self._pushed, "pushed")
        else:
            self._show(call, await self._gallery.picture([_FILES[_IDLE]], _IDLE), _IDLE)

    async def push(self, picture: bytes) -> None:
        """Show a picture that somebody sent; PictureError when that is not possible."""
        self._pushed = await asyncio.to_thread(prepare, picture, self._screen)
        if not self._ringing:
            await self.idle()

    async def withdraw(self) -> None:
        """Show no pushed picture any more."""
        self._pushed = None
        if not self._ringing:
            await self.idle()

    async def _of_alarm(self, definition: AlarmDefinition) -> Prepared:
        files = [definition.alarm_image] if definition.alarm_image else []
        return await self._gallery.picture([*files, _FILES[_ALARM], _FILES[_IDLE]], _ALARM)

    def _next_call(self) -> int:
        self._calls += 1
        return self._calls

    def _show(self, call: int, picture: Prepared, source: str) -> None:
        """Publish, unless this is no news or a later call has been made since."""
        frame = picture.frame
        if call != self._calls or self._shown == (frame.version, source):
            return
        self._shown = (frame.version, source)
        told = DisplayFrame(
            version=frame.version,
            width=frame.width,
            height=frame.height,
            format=frame.format,
            bytes=len(frame.packed),
            source=source,
            at=datetime.now().astimezone(),
        )
        self._mqtt.publish(topics.DISPLAY_BITMAP, frame.packed, id=self._display)
        self._mqtt.publish(topics.DISPLAY_FRAME, told, id=self._display)
        self._mqtt.publish(topics.DISPLAY_PREVIEW, picture.preview, id=self._display)


async def prepare_alarms(mqtt: Mqtt, showing: Showing) -> None:
    """Make the picture of each alarm ready when it is defined, not when it rings."""
    async for received in mqtt.subscribe(topics.ALARM_CONFIG):
        if received.payload is not None:
            await showing.prepare(received.payload)
