"""Rings alarms, one after the other: picture, sound, and at the end what is shown when idle."""

import asyncio
import logging
from collections.abc import Iterator
from math import inf
from typing import Protocol

from media.audio.level import Loudness, levelled
from media.audio.sound import Form, Sound
from media.audio.speaker import Speaker
from media.audio.stream import Stream
from media.rings import Rings
from media.sound_file import SoundFiles
from media.turns import Ring
from shared.complaints import Complaints
from shared.payloads import AlarmDefinition

_PICTURE_SECONDS = 2.0  # a sound waits no longer for its picture
_MOST_AHEAD_SECONDS = 2.0  # of what repeats: the pause after a pass is no longer than that
_LEAST_PASS_SECONDS = 1.0  # a click that is repeated is not to be a flood of messages

_complaints = Complaints(logging.getLogger("media"))


class Showing(Protocol):
    """Where the pictures of alarms are shown."""

    async def alarm(self, definition: AlarmDefinition) -> None:
        """Show the picture of an alarm; return when it is published."""

    async def prepare(self, definition: AlarmDefinition) -> None:
        """Make that picture ready, so that it is there at once."""

    async def idle(self) -> None:
        """Show what is shown when nothing rings."""


async def prepare_pictures(rings: Rings, showing: Showing) -> None:
    """Make each alarm's picture ready when the alarm is defined."""
    while True:
        await showing.prepare(await rings.unprepared.get())


async def ring_alarms(
    rings: Rings, stream: Stream, sounds: SoundFiles, showing: Showing, *, speaks: bool
) -> None:
    """Show and play whose turn it is; `speaks`: the own speaker plays what nobody hears."""
    await rings.replayed.wait()  # in the middle of a ring there is no idle picture before it
    idle = False
    while True:
        ring = rings.next()
        if ring is None and idle:
            await rings.wait()
        elif ring is None:
            await showing.idle()
            idle = True
        else:
            await _show(showing, ring.definition)
            idle = False
            await _Playing(ring, rings, stream, sounds).until_over(speaks=speaks)


async def _show(showing: Showing, definition: AlarmDefinition) -> None:
    subject = f"picture of alarm {definition.id}"
    try:
        async with asyncio.timeout(_PICTURE_SECONDS):
            await showing.alarm(definition)
    except TimeoutError:
        _complaints.say(subject, "takes too long; the sound begins without it")
    else:
        _complaints.settle(subject)


class _Playing:
    """One ring on the stream, until it is over or another has its turn."""

    def __init__(self, ring: Ring, rings: Rings, stream: Stream, sounds: SoundFiles) -> None:
        self._ring = ring
        self._rings = rings
        self._stream = stream
        self._sounds = sounds
        self._form: Form | None = None

    async def until_over(self, *, speaks: bool) -> None:
        """Play pass after pass; the stream is idle afterwards, also when this is cancelled."""
        rings, over = self._rings, False
        rings.play(self._ring)
        try:
            while (ring := rings.next()) == self._ring:
                await self._pass(ring, speaks=speaks)
            # where another has its turn this ring is not over, and must not be told to be
            over = ring is None or not rings.turns.rings(self._ring)
        finally:
            rings.play(None)
            if self._form is not None:
                self._stream.end(*((self._ring.alarm, self._ring.number) if over else ()))

    async def _pass(self, ring: Ring, *, speaks: bool) -> None:
        rings = self._rings
        sound = await self._sounds.open(ring.definition.alarm_audio)
        if not rings.turns.rings(ring):
            return
        if sound.form != self._form:  # the file may be another since the last pass
            if self._form is not None:
                self._stream.end()
            self._stream.begin(sound.form, ring.alarm, ring.number)
            self._form = sound.form
        clock = asyncio.get_running_loop().time
        heard, began = rings.heard, clock()
        try:
            whole, seconds = await self._stream.play(
                loud(sound, ring.definition, rings.turns.played_seconds(ring)),
                sound.form,
                lambda: rings.turns.rings(ring),
                _MOST_AHEAD_SECONDS if ring.definition.repeat else inf,
            )
        except TimeoutError:
            _complaints.say(f"sound {sound.name}", "its disk does not answer any more")
            return  # it rings on, with what can be had
        if not whole:
            return
        if ring.definition.repeat:
            # a client's buffer must not grow with each pass
            real = max(seconds, _LEAST_PASS_SECONDS)
            while rings.turns.rings(ring) and clock() < began + real:
                await rings.wait(began + real)
        elif speaks:
            await self._spoken(ring, heard=heard + rings.heard > 0)
        rings.turns.passed(ring, seconds)

    async def _spoken(self, ring: Ring, *, heard: bool) -> None:
        """Wait until the own speaker has played what nobody heard."""
        rings = self._rings
        if not heard:
            rings.turns.miss(ring)
            rings.changed.set()
        while rings.turns.unheard(ring) and rings.spoken != ring:
            await rings.wait()


def loud(sound: Sound, definition: AlarmDefinition, played_seconds: float) -> Iterator[bytes]:
    """Return the sound's PCM as loud as the alarm is to be."""
    played = round(played_seconds * sound.form.sample_rate)
    loudness = Loudness(definition.volume_percent, definition.volume_ramp_seconds)
    return levelled(sound.blocks, sound.form, sound.peak, loudness, played)


async def speak_unheard(rings: Rings, sounds: SoundFiles, speaker: Speaker) -> None:
    """Play on the own speaker each ring that nobody hears, for as long as it is on the stream."""
    while True:
        ring = rings.playing
        if ring is None or ring == rings.spoken or not rings.turns.unheard(ring):
            await rings.wait()
            continue
        sound = await sounds.open(ring.definition.alarm_audio)
        rings.speak(speaking=True)
        played = await speaker.play(
            loud(sound, ring.definition, rings.turns.played_seconds(ring)),
            sound.form,
            lambda ring=ring: rings.playing == ring,  # type: ignore[misc]
        )
        again = played and ring.definition.repeat
        rings.speak(speaking=False, spoken=None if again else ring)
