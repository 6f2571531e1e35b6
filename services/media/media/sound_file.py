"""The sound of an alarm: its file, else the usual one, else the built-in tone. Never silent."""

import asyncio
import itertools
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from media.audio.decoder import open_sound
from media.audio.peak import Peaks, lower_priority
from media.audio.sound import Sound, SoundError
from media.audio.tone import tone
from media.places import places
from shared.complaints import Complaints

T = TypeVar("T")

_USUAL = "alarm_test.wav"
_MOST_TRIED = 20  # files of a folder in which all are broken
_OPEN_SECONDS = 2.0  # a network mount that is gone does not answer at all
_LOOK_AGAIN_SECONDS = 15.0


def usual_files(assets: Path) -> list[Path]:
    """Return what is played where an alarm's own file is not to be had."""
    try:
        found = sorted((assets / "alarm").iterdir())
    except OSError:
        found = []
    found.sort(key=lambda file: (file.name != _USUAL, file.suffix.lower() != ".wav"))
    return found[:_MOST_TRIED]


class SoundFiles:
    """Opens sounds and learns how loud they are, both in threads."""

    def __init__(self, assets: Path, peaks: Peaks, executor: Executor) -> None:
        self._assets = assets
        self._peaks = peaks
        self._executor = executor
        self._hanging: asyncio.Future[Sound] | None = None
        self._log = logging.getLogger("media")
        self._complaints = Complaints(self._log)

    async def open(self, name: str | None) -> Sound:
        """Return the sound of an alarm whose `alarm_audio` is `name`; at last the tone."""
        if self._hanging is None or self._hanging.done():
            loop = asyncio.get_running_loop()
            opening = loop.run_in_executor(self._executor, self._first, name)
            answered, _ = await asyncio.wait([opening], timeout=_OPEN_SECONDS)
            if answered:
                return opening.result()
            # its thread stays in the dead mount, and no other follows it there
            self._hanging = opening
        self._complaints.say(f"sound {name}", "its disk does not answer; the built-in tone plays")
        return tone()

    def _first(self, name: str | None) -> Sound:
        """Return the first sound that can be opened; blocks."""
        for file in self._files(name):
            peak, subject = self._known(file), f"sound {file}"
            try:
                sound = open_sound(file, peak)
            except SoundError as error:
                self._complaints.say(subject, str(error))
                continue
            if peak == 0:
                self._complaints.say(subject, "is silent from beginning to end")
                continue
            self._complaints.settle(subject)
            return sound
        self._complaints.say("sounds", f"no file in {self._assets / 'alarm'}; the tone plays")
        return tone()

    def _files(self, name: str | None) -> Iterator[Path]:
        """Yield the files to try, those that are there; say it when the alarm's own is not."""
        own = places(name, self._assets) if name else []
        there = [file for file in own if os.path.lexists(file)]
        subject = f"alarm_audio {name}"
        if name and not there:
            self._complaints.say(subject, "there is no such file; the usual one plays")
        elif name:
            self._complaints.settle(subject)
        yield from itertools.chain(there, usual_files(self._assets))

    def _known(self, file: Path) -> int | None:
        return self._with_database(lambda: self._peaks.known(file))

    def learn(self, name: str | None) -> None:
        """Measure the file that `open` would play unless that was done; blocks."""
        for file in self._files(name):
            if self._known(file):
                return
            try:
                peak = self._with_database(lambda file=file: self._peaks.measure(file))  # type: ignore[misc]
            except SoundError as error:
                self._complaints.say(f"sound {file}", str(error))
                continue
            if peak is not None:
                self._log.info("sound %s: peak %d of 32768", file, peak)
            if peak != 0:
                return

    def _with_database(self, action: Callable[[], T]) -> T | None:
        try:
            result = action()
        except (sqlite3.Error, OSError) as error:
            self._complaints.say("MEDIA_STATE", f"sounds keep their own level ({error})")
            return None
        self._complaints.settle("MEDIA_STATE")
        return result


async def learn_peaks(
    sounds: SoundFiles, names: Callable[[], set[str | None]], changed: asyncio.Event
) -> None:
    """Measure the sound of each alarm when it is loaded and when its file changes."""
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(1, "peaks", initializer=lower_priority)
    while True:
        changed.clear()
        for name in names():
            await loop.run_in_executor(executor, sounds.learn, name)
        try:
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await changed.wait()
        except TimeoutError:
            continue
