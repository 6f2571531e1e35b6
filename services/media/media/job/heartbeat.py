"""The job `dummy`: it says something, and so shows that jobs run."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from media.job.job import Job, Run

_STEPS = 20


class HeartbeatParams(Struct, frozen=True, forbid_unknown_fields=True):
    """What it says, and how long it takes."""

    message: str = "Daemon heartbeat"
    wait_time_ms: Annotated[int, Meta(gt=0, le=600_000)] | None = None


async def beat(run: Run, params: HeartbeatParams) -> str:
    """Say the message, after a while in which there is progress."""
    if params.wait_time_ms is not None:
        for step in range(_STEPS):
            await asyncio.sleep(params.wait_time_ms / 1000 / _STEPS)
            run.progress((step + 1) / _STEPS)
    run.log("INFO", params.message)
    return params.message


HEARTBEAT = Job("dummy", "Say something, to see that jobs run.", beat, HeartbeatParams, "* * * * *")
