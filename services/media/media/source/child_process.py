"""Runs the child that gets a source (`child.py`), and ends it when it takes too long."""

import asyncio
import contextlib
import os
import signal
import sys

import msgspec

from media.source.job import Job, Outcome
from media.source.plain_text import plain

_MOST_SECONDS = 120.0
_SECRET = ("MQTT_", "MEDIA_", "MANTEL_")
_TOO_LONG = "takes too long to be understood"


async def get(job: Job, *, most_seconds: float = _MOST_SECONDS) -> Outcome:
    """Return what becomes of a job; whatever happens, as an Outcome."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "media.source.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # What it reads comes from outside: it need not know what we know
            env={name: text for name, text in os.environ.items() if not name.startswith(_SECRET)},
        )
    except OSError as error:
        return _failed(f"no process can be started for it ({error.strerror})")
    try:
        async with asyncio.timeout(most_seconds):
            answer, complaint = await child.communicate(msgspec.json.encode(job))
    except TimeoutError:
        return _failed(_TOO_LONG)
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return _failed(_TOO_LONG)
    try:
        return msgspec.json.decode(answer, type=Outcome)
    except msgspec.MsgspecError:
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return _failed(f"cannot be understood ({plain(last, 150) or child.returncode})")


def _failed(error: str) -> Outcome:
    return Outcome(status="error", error=error)
