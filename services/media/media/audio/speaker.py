"""This machine's own speaker, by ALSA's `aplay`: for a ring that nobody hears.

A program of its own and not a library: nothing of it is in memory before it is needed, and a
driver that crashes or hangs takes nothing with it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from media.audio.sound import Form
from media.audio.stream import read_ahead
from shared.complaints import Complaints

_PLAYER = "aplay"
_SUBJECT = "speaker"
_LOOK_SECONDS = 0.05  # how soon a ring that is over is silent


class Speaker:
    """Plays one sound at a time."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._complaints = Complaints(logging.getLogger("media"))

    async def play(self, blocks: Iterator[bytes], form: Form, still: Callable[[], bool]) -> bool:
        """Play a sound as long as `still()`; False, with one warning, when it cannot be played."""
        command = (
            _PLAYER, "-q", "-t", "raw", "-f", "S16_LE",
            "-r", str(form.sample_rate), "-c", str(form.channels),
        )  # fmt: skip
        pipe = asyncio.subprocess.PIPE
        try:
            player = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=asyncio.subprocess.DEVNULL, stderr=pipe
            )
        except OSError as error:
            self._complaints.say(_SUBJECT, f"{_PLAYER} cannot be started ({error.strerror})")
            return False
        feeding = asyncio.create_task(self._feed(player, blocks))
        try:
            while still() and not feeding.done():
                await asyncio.wait([feeding], timeout=_LOOK_SECONDS)
            if not feeding.done():
                return True
            said = feeding.result().decode(errors="replace").strip()
        finally:
            feeding.cancel()
            if player.returncode is None:
                player.kill()
            await player.wait()
        if player.returncode:
            self._complaints.say(_SUBJECT, (said or f"{_PLAYER} failed").splitlines()[0])
            return False
        self._complaints.settle(_SUBJECT)
        return True

    async def _feed(self, player: asyncio.subprocess.Process, blocks: Iterator[bytes]) -> bytes:
        """Hand over all PCM as fast as it is played; when it has ended return its complaint."""
        assert player.stdin is not None  # noqa: S101 - it was asked for
        assert player.stderr is not None  # noqa: S101
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with contextlib.aclosing(read_ahead(blocks, self._executor)) as ahead:
                async for block in ahead:
                    player.stdin.write(block)
                    await player.stdin.drain()
        player.stdin.close()
        said = await player.stderr.read(4096)
        await player.wait()
        return said
