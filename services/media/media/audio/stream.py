"""One stream of sound on the broker: its format, its chunks, each at its time.

One ticker serves everybody: the bridges pass on what they get, so that fifty clients cost this
service what one does.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import aclosing
from itertools import islice
from math import inf

from msgspec.structs import replace

from media.audio.pacing import Timeline, chunks
from media.audio.sound import BITS, Form
from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import AudioFormat

_AHEAD = 8  # chunks that are read from disk and decoded at a time, 0.2 s of a CD's sound
_READ_SECONDS = 5.0


class Stream:
    """The stream `name`: silent, or playing in one form for one ring of an alarm."""

    def __init__(self, mqtt: Mqtt, name: str, executor: Executor) -> None:
        self._mqtt = mqtt
        self._name = name
        self._executor = executor
        self._format = AudioFormat(state="idle")

    def listen(self, count: int) -> None:
        """Tell how many clients get the stream now."""
        if count != self._format.listeners:
            self._tell(self._format, count)

    def begin(self, form: Form, alarm: str, ring: int | None) -> None:
        """Announce the form of the chunks that come next."""
        playing = AudioFormat(
            state="playing",
            sample_rate=form.sample_rate,
            channels=form.channels,
            bits=BITS,
            alarm=alarm,
            ring=ring,
        )
        self._tell(playing, self._format.listeners)

    def end(self, alarm: str | None = None, ring: int | None = None) -> None:
        """Announce silence, and the ring that is over with it, if one is."""
        self._tell(AudioFormat(state="idle", alarm=alarm, ring=ring), self._format.listeners)

    def _tell(self, new: AudioFormat, listeners: int) -> None:
        self._format = replace(new, listeners=listeners)
        self._mqtt.publish(topics.AUDIO_FORMAT, self._format, stream=self._name)

    async def play(
        self,
        blocks: Iterator[bytes],
        form: Form,
        still: Callable[[], bool],
        most_ahead: float = inf,
    ) -> tuple[bool, float]:
        """Send a sound as long as `still()`, never more than `most_ahead` seconds too early.

        Return whether all of it was sent, and how many seconds of sound that was, in real time.
        TimeoutError when the file gives nothing for 5 s.
        """
        loop, count = asyncio.get_running_loop(), 0
        timeline: Timeline | None = None
        async with aclosing(read_ahead(chunks(blocks), self._executor)) as ahead:
            async for chunk in ahead:
                timeline = timeline or Timeline(loop.time(), form.bytes_per_second, most_ahead)
                await _until(timeline.due)
                if not still():
                    return False, count / form.bytes_per_second
                self._mqtt.publish(topics.AUDIO_PCM, chunk, stream=self._name)
                timeline.sent(len(chunk), loop.time())
                count += len(chunk)
        if timeline:
            await _until(timeline.due)
        return still(), count / form.bytes_per_second


async def read_ahead(pieces: Iterator[bytes], executor: Executor) -> AsyncGenerator[bytes, None]:
    """Yield the pieces; the next few are made in a thread while these are used.

    TimeoutError when that takes 5 s: the disk or the network mount is gone.
    """
    loop = asyncio.get_running_loop()

    def take() -> list[bytes]:
        return list(islice(pieces, _AHEAD))

    coming = loop.run_in_executor(executor, take)
    while True:
        async with asyncio.timeout(_READ_SECONDS):
            batch = await coming
        if not batch:
            return
        coming = loop.run_in_executor(executor, take)
        for piece in batch:
            yield piece


async def _until(when: float) -> None:
    await asyncio.sleep(max(0.0, when - asyncio.get_running_loop().time()))
