"""Jobs: work that is done at times, or when somebody asks for it. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.payloads.time import Time

JobCommand = Literal["run", "cancel", "enable", "disable"]


class JobState(Struct, frozen=True, kw_only=True):
    """How a job does."""

    status: Annotated[
        Literal["idle", "running", "success", "skipped", "error"],
        Meta(description="What it does, or what became of its last run; idle: it never ran"),
    ]
    last_run_at: Annotated[Time | None, Meta(description="When its last run began; null: never")]
    next_run_at: Annotated[
        Time | None, Meta(description="When it runs next by its cron line; null: it does not")
    ]
    duration_seconds: Annotated[
        float | None, Meta(description="How long its last run took; null while it goes on")
    ]
    message: Annotated[str, Meta(description="What its last run has done, or why it has not")]
    progress_percent: Annotated[
        int | None, Meta(description="Of the run that goes on; null: none does")
    ]
    enabled: Annotated[bool, Meta(description="Whether it runs by its cron line")]
    queued: Annotated[int, Meta(description="How many of its runs wait for another to end")]
    run: Annotated[int | None, Meta(description="The number of its last run; null: it never ran")]
