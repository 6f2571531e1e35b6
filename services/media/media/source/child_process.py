"""Asks the child that gets a source (`child.py`)."""

import msgspec

from media.child_process import ChildError, ask
from media.source.job import Job, Outcome

_MOST_SECONDS = 120.0
_TOO_LONG = "takes too long to be understood"


async def get(job: Job, *, most_seconds: float = _MOST_SECONDS) -> Outcome:
    """Return what becomes of a job; whatever happens, as an Outcome."""
    try:
        answer = await ask(
            "media.source.child", msgspec.json.encode(job), most_seconds=most_seconds
        )
        return msgspec.json.decode(answer, type=Outcome)
    except ChildError as error:
        told = _TOO_LONG if error.late else f"cannot be understood ({error})"
    except msgspec.MsgspecError:
        told = "cannot be understood (half an answer)"
    return Outcome(status="error", error=told)
