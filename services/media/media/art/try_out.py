"""Takes one picture through the steps of a file: the job `run_test_pipeline`."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from media.art.ask import Ask
from media.art.endpoint import Endpoint
from media.art.pipeline_child import Steps, Taken
from media.art.style import STYLES
from media.bitmap.pipeline import Filter, Step, problem
from media.child_process import ChildError, ask
from media.job.job import JobError, Run, SkipError

_MOST_BYTES = 65_536
_MOST_STEPS = 50
_MOST_SECONDS = 120.0
_ENDINGS = {".png", ".jpg", ".jpeg"}


async def try_out(
    run: Run, given: tuple[str, str, str], folders: Sequence[Path], endpoint: Endpoint
) -> str:
    """Make `output` of `input` by a pipeline file; `given` are these, all below the folders."""
    if not all(given):
        raise SkipError("give input, pipeline_json_file and output")
    source, file, target = (_inside(each, folders) for each in given)
    if target.suffix.lower() not in _ENDINGS:
        raise JobError(f"output {given[2]} must end in {', '.join(sorted(_ENDINGS))}")
    if target.exists():
        raise JobError(f"output {given[2]} is there already, and no file is changed here")
    steps = await asyncio.to_thread(read_steps, file)
    with tempfile.TemporaryDirectory(prefix="mantel-") as between:
        before: list[Step] = []
        for place, step in enumerate(steps):
            if isinstance(step, Filter):
                middle, painted = (
                    Path(between) / f"{place}-{name}" for name in ("before.png", "after.jpg")
                )
                await _take(source, before, middle)
                await _paint(step, middle, painted, endpoint)
                source, before = painted, []
            else:
                before.append(step)
            run.log("INFO", f"step {place + 1} of {len(steps)}: {type(step).__name__}")
            run.progress((place + 1) / (len(steps) + 1))
        await _take(source, before, target)
    return f"{given[2]} made in {len(steps)} steps"


def read_steps(file: Path) -> list[Step]:
    """Return the steps of a pipeline file, [{"name": ...}, ...]; JobError."""
    try:
        raw = file.read_bytes()
        if len(raw) > _MOST_BYTES:
            raise JobError(f"{file.name} is larger than {_MOST_BYTES} bytes")
        steps = msgspec.json.decode(raw, type=list[Step])
    except OSError as error:
        raise JobError(f"{file.name} cannot be read ({error.strerror})") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise JobError(f"{file.name}: {error}") from None
    if len(steps) > _MOST_STEPS:
        raise JobError(f"{file.name} has more than {_MOST_STEPS} steps")
    for place, step in enumerate(steps):
        if told := problem(step):
            raise JobError(f"{file.name}: step {place + 1}: {told}")
    return steps


def _inside(name: str, folders: Sequence[Path]) -> Path:
    """Return a path that is below one of the folders, links followed; JobError.

    That of a file that is there comes first, else one where a file may be.
    """
    found = []
    for root in (folder.resolve() for folder in folders):
        try:
            path = (root / name).resolve()
            if path.is_relative_to(root) and path.parent.is_dir():
                found.append((not path.exists(), path))
        except (OSError, ValueError):  # ValueError: a name with a zero byte
            continue
    if not found:
        told = " or ".join(str(folder) for folder in folders)
        raise JobError(f"{name[:200]!r} is no path below {told}")
    return min(found, key=lambda each: each[0])[1]


async def _take(source: Path, steps: list[Step], target: Path) -> None:
    local = [each for each in steps if not isinstance(each, Filter)]
    asked = Steps(source=str(source), steps=local, target=str(target))
    question = msgspec.json.encode(asked)
    try:
        raw = await ask("media.art.pipeline_child", question, most_seconds=_MOST_SECONDS)
        taken = msgspec.json.decode(raw, type=Taken)
    except (ChildError, msgspec.MsgspecError) as error:
        raise JobError(f"the steps cannot be done ({error})") from None
    if taken.error:
        raise JobError(f"{source.name}: {taken.error}")


async def _paint(step: Filter, source: Path, target: Path, endpoint: Endpoint) -> None:
    settings = await endpoint.settings()
    if settings.image_model is None:
        raise SkipError("off: [art] names no image_model")
    style = next((each for name, each in STYLES.items() if name == step.art_style), None)
    wanted = f"Repaint this photo as {style.prompt if style else step.art_style}. "
    reply = await endpoint.call(
        settings,
        Ask(
            kind="edits",
            model=settings.image_model,
            prompt=wanted + step.generation_context,
            path=str(source),
            size=settings.image_size,
            target=str(target),
        ),
    )
    if reply is None:
        raise SkipError(f"nothing is asked any more today: {await endpoint.told(settings)}")
    if reply.error:
        raise JobError(f"the endpoint {reply.error}")
