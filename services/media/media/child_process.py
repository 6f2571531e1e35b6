"""Asks a child of `media`: a module of its own process, one question on stdin, one answer.

What takes much memory for a while is done so: a Pi gets it back when the child ends.
"""

import asyncio
import contextlib
import os
import signal
import sys

from media.source.plain_text import plain
from shared.errors import MantelError

_SECRET = ("MQTT_", "MEDIA_", "MANTEL_")


class ChildError(MantelError):
    """The child has not answered; the message says why, `late` whether it took too long."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


async def ask(module: str, question: bytes, *, most_seconds: float) -> bytes:
    """Return what `python -m module` answers; ChildError. It is ended when it takes too long."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # What it reads comes from outside: it need not know what we know
            env={name: text for name, text in os.environ.items() if not name.startswith(_SECRET)},
        )
    except OSError as error:
        raise ChildError(f"no process can be started for it ({error.strerror})") from None
    try:
        async with asyncio.timeout(most_seconds):
            answer, complaint = await child.communicate(question)
    except TimeoutError:
        raise ChildError("takes too long", late=True) from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise ChildError("takes too long", late=True)
    if child.returncode or not answer:
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ChildError(plain(last, 150) or str(child.returncode))
    return answer
