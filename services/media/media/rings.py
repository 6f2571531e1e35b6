"""What rings and who listens, as the broker tells it.

Everything is taken from retained states, so that a ring goes on where this service is restarted
in the middle of it.
"""

import asyncio

from media.audio.stream import Stream
from media.listeners import Listeners
from media.turns import Ring, Turns
from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, AlarmState, AudioListeners
from shared.subscription import Received

STREAM = "alarm"
"""The stream that carries the sound of alarms."""

_MOST_UNPREPARED = 100


class Rings:
    """What rings, as the broker tells it; `changed` is set whenever that may be another."""

    def __init__(self, mqtt: Mqtt, node: str, stream: Stream) -> None:
        """Follow the alarms and the listeners from the next connection on."""
        self.turns = Turns()
        self.changed = asyncio.Event()
        self.defined = asyncio.Event()
        self.unprepared: asyncio.Queue[AlarmDefinition] = asyncio.Queue(_MOST_UNPREPARED)
        self.replayed = asyncio.Event()
        self.playing: Ring | None = None
        self.spoken: Ring | None = None
        self._speaking = False
        self._clock = asyncio.get_running_loop().time
        self._listeners = Listeners()
        self._own = (node, "media")
        self._stream = stream
        # In this order the broker retells it: who is there, then what alarms are, then their state
        mqtt.subscribe(topics.AVAILABILITY, self._available)
        mqtt.subscribe(topics.AUDIO_LISTENERS, self._listen, stream=STREAM)
        mqtt.subscribe(topics.ALARM_CONFIG, self._define)
        mqtt.subscribe(topics.ALARM_STATE, self._report)

    def next(self) -> Ring | None:
        """Return the ring whose turn it is now."""
        return self.turns.next(self._clock())

    def play(self, ring: Ring | None) -> None:
        """Note which ring is on the stream now."""
        self.playing = ring
        self.changed.set()

    def speak(self, *, speaking: bool, spoken: Ring | None = None) -> None:
        """Note whether the own speaker plays, one more listener, and which ring it has played."""
        self._speaking = speaking
        self.spoken = spoken or self.spoken
        self.changed.set()
        self._count()

    @property
    def heard(self) -> int:
        """How many get the sound now."""
        return self._listeners.total + self._speaking

    async def wait(self, until: float | None = None) -> None:
        """Wait until something is another, or until this time of the loop's clock."""
        self.changed.clear()
        try:
            async with asyncio.timeout_at(until):
                await self.changed.wait()
        except TimeoutError:
            return

    def _available(self, message: Received[str]) -> None:
        node, service = message.levels["node"], message.levels["service"]
        self._listeners.available(node, service, message.payload)
        self._count()
        if (node, service) == self._own and message.retained:
            self.turns.begin_replay()
        elif (node, service) == self._own:  # we say `online` after we have asked for everything
            self.turns.end_replay()
            self.replayed.set()
            self.changed.set()

    def _listen(self, message: Received[AudioListeners]) -> None:
        count = message.payload.count if message.payload else None
        self._listeners.count(message.levels["node"], message.levels["service"], count)
        self._count()

    def _count(self) -> None:
        self._stream.listen(self.heard)

    def _define(self, message: Received[AlarmDefinition]) -> None:
        self.turns.define(message.levels["id"], message.payload)
        self.changed.set()
        self.defined.set()
        if message.payload and not self.unprepared.full():  # else its picture is made when it rings
            self.unprepared.put_nowait(message.payload)

    def _report(self, message: Received[AlarmState]) -> None:
        self.turns.report(message.levels["id"], message.payload, self._clock())
        self.changed.set()
