"""One panel between its port and its topics."""

import asyncio
import logging
import math
from datetime import UTC, datetime

from serial_bridge.actions import Action, Complain, Happened, Pushed, Send
from serial_bridge.orders import parse_order
from serial_bridge.panel import Panel
from serial_bridge.port import Port, PortError, open_port
from serial_bridge.ports import identity
from serial_bridge.settings import Settings
from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import PanelEvent, PanelState

_log = logging.getLogger("serial-bridge")

_RETRY_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_CALM_SECONDS = 60.0  # one that babbles at the edge of too much would fill the log


class Bridge:
    """`path` None: no port was found for it yet; it may be set later."""

    def __init__(self, mqtt: Mqtt, settings: Settings, name: str, path: str | None) -> None:
        self.name = name
        self.path = path
        self._mqtt = mqtt
        self._node = settings.mantel_node
        self._panel = Panel(
            settings.serial_bridge_profile,
            settings.serial_bridge_buttons,
            settings.serial_bridge_play_timeout_seconds,
        )
        self._complaints = Complaints(_log)
        self._port: Port | None = None
        self._published: PanelState | None = None
        self._armed_at = math.inf
        self._rearm = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._publish_state()

    async def run(self) -> None:
        """Serve the panel, with or without a port, until cancelled; then its LEDs are put out."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_time(), name=f"keep time of {self.name}")
                tasks.create_task(self._keep_port(), name=f"keep port of {self.name}")
        finally:
            self._do(self._panel.close())

    def obey(self, raw: bytes) -> None:
        """Do what a message on the panel's `set` topic asks for."""
        subject = f"panel {self.name}: set"
        try:
            order = parse_order(raw, self._panel.buttons)
        except PayloadError as error:
            self._complaints.say(subject, f"{_shown(raw)} ignored: {error}")
            return
        self._complaints.settle(subject, "understood again")
        self._do(self._panel.obey(order, self._loop.time()))

    async def _keep_port(self) -> None:
        """Open the port whenever it is there."""
        tried: tuple[int, int, int] | None = None
        again_at = 0.0
        while True:
            found = identity(self.path) if self.path else None
            if self.path and not found:
                self._complaints.say(self._subject, "is not there; opened when it comes")
            # After it was plugged in again it is another one, and tried at once
            if not self.path or not found or (found == tried and self._loop.time() < again_at):
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            tried, again_at = found, self._loop.time() + _RETRY_SECONDS
            try:
                async with open_port(self.path) as port:
                    await self._serve(port)
            except PortError as error:
                self._complaints.say(self._subject, f"{error}; trying again")

    async def _serve(self, port: Port) -> None:
        """Speak with the panel until its port is gone."""
        self._port = port
        if not self._complaints.settle(self._subject, "opened"):
            _log.info("%s: opened", self._subject)
        self._do(self._panel.open(self._loop.time()))
        # No task group: when the port fails while we are told to end, Python 3.11's tells only
        # of the port, and the service would live on
        listening = asyncio.create_task(self._listen(port), name=f"listen to {self.name}")
        writing = asyncio.create_task(port.write(), name=f"write to {self.name}")
        try:
            await asyncio.wait({listening, writing}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _end(listening, writing)
            self._do(self._panel.close())
            await port.flush()
            raise
        else:
            # the one that found out first tells why
            await (writing if writing.done() else listening)
        finally:
            self._port = None
            self._panel.lose()
            self._do([])
            await _end(listening, writing)

    async def _listen(self, port: Port) -> None:
        flooded_at = -math.inf
        while True:
            data = await port.read()
            now = self._loop.time()
            if port.flooded:
                flooded_at = now
                self._complaints.say(f"{self._subject} says", "too much, thrown away")
                self._panel.skip()
            elif now > flooded_at + _CALM_SECONDS:
                self._complaints.settle(f"{self._subject} says", "no longer too much")
            self._do(self._panel.receive(data, now))

    async def _keep_time(self) -> None:
        """Let the panel do what is due."""
        while True:
            self._rearm.clear()
            self._armed_at = self._panel.next_at
            try:
                async with asyncio.timeout_at(
                    self._armed_at if self._armed_at < math.inf else None
                ):
                    await self._rearm.wait()
            except TimeoutError:
                self._do(self._panel.tick(self._loop.time()))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(line):
                    if self._port is not None:
                        self._port.send(line)
                        if self._port.dropped:
                            self._complaints.say(f"{self._subject} commands", "it takes none")
                case Happened(event, button, media, sequence):
                    told = PanelEvent(
                        event=event,
                        button=button,
                        media=media,
                        sequence=sequence,
                        at=datetime.now(UTC).astimezone(),
                    )
                    self._mqtt.publish(topics.PANEL_EVENT, told, id=self.name)
                case Pushed(button, what):
                    self._mqtt.publish(topics.PANEL_BUTTON, what, id=self.name, n=str(button))
                case Complain(about, text):
                    self._complaints.say(f"{self._subject} {about}", text)
        self._publish_state()
        # An alarm that rings too early does no harm, and most bytes only put it off
        if self._panel.next_at < self._armed_at:
            self._rearm.set()

    def _publish_state(self) -> None:
        panel = self._panel
        state = PanelState(
            node=self._node,
            connected=panel.connected,
            answering=panel.answering,
            port=self.path,
            firmware=panel.firmware,
            profile=panel.profile.name,
            buttons=panel.buttons,
            first_media=panel.profile.first_media,
            active=panel.active,
            leds=panel.leds,
        )
        if state != self._published:
            self._published = state
            self._mqtt.publish(topics.PANEL_STATE, state, id=self.name)

    @property
    def _subject(self) -> str:
        return f"panel {self.name} on {self.path}"


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # known, or of a port that is gone anyway


def _shown(raw: bytes) -> str:
    """Return a payload as it may stand in a log line."""
    text = raw[:80].decode("ascii", "backslashreplace")
    return repr(text + ("..." if len(raw) > 80 else ""))
