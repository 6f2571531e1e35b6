"""Has art made of photos: the job `generate-art-variants`."""

import asyncio
import heapq
import math
import random
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from media.art.ask import Ask
from media.art.endpoint import Endpoint
from media.art.store import ArtStore
from media.art.style import STYLES, chosen
from media.job.job import JobError, Run, SkipError
from media.photo.library import Library
from media.photo.photo import Photo
from media.photo.scores import photo_score
from media.photo.variants import Variants
from shared.source_list import ArtSource, Style

VERSION = "1"
"""Another one when the prompts are others."""

_MOST_FAILURES = 3

_EDIT = (
    "Repaint this photo as {style}. Keep who and what is in it, where everything stands, and what "
    "is recognisable of people. "
)
_GENERATE = "Make {style} of this: {description}. "
_BOTH = (
    "It will hang on a wall as a picture of six plain inks: black, white, yellow, red, blue and "
    "green. So use clear shapes, strong contrast and calm areas. No text, no signature, no frame."
)


async def generate(
    run: Run,
    most: int,
    override: Style | None,
    library: Library,
    variants: Variants,
    endpoint: Endpoint,
    store: ArtStore,
    chance: Callable[[], float] = random.random,
) -> str:
    """Make art of at most so many photos, in a style that suits or that is given."""
    settings = await endpoint.settings()
    if settings.image_model is None:
        raise SkipError("off: [art] names no image_model")
    if not library.readable:
        raise SkipError("the photos are not read yet")
    await variants.prepare()
    paints = settings.image_api == "edits"
    photos = [
        photo for photo in library.present()
        if may_be_art(photo, override) and (paints or photo.judgement.description)
    ]  # fmt: skip
    if not photos:
        text = "" if paints else ", or they are not judged yet, as image_api wants"
        raise SkipError(f"there are no photos to make art of{text}")
    await endpoint.need_budget(settings)
    failed_before = {style: await store.failed(_MOST_FAILURES, question(style)) for style in STYLES}
    made = failed = left = 0
    picked = await asyncio.to_thread(drawn, photos, variants.with_art(), endpoint.now, most, chance)
    for place, photo in enumerate(picked):
        run.progress(place / len(picked))
        picture = library.fingerprint(photo.number)
        done = {each.style for each in variants.art(photo.number)}
        done |= {style for style, pictures in failed_before.items() if picture in pictures}
        style = override or chosen(photo, settings.styles, done, chance)
        if style is None or style in done:
            left += 1
            run.log("INFO", f"{photo.path}: left as it is")
            continue
        master = f"art/{picture}-{style}-{VERSION}.jpg"
        target = variants.folder / master
        if not target.exists():  # else it was paid for already
            reply = await endpoint.call(settings, ask(photo, style, settings, library, target))
            if reply is None:
                run.log("WARN", f"the rest waits: {await endpoint.told(settings)}")
                break
            if reply.error:
                failed += 1
                run.log("WARN", f"{photo.path} as {style}: {reply.error}")
                if reply.fault != "photo":
                    before = f"{made} made before; {await endpoint.told(settings)}"
                    raise JobError(f"the endpoint {reply.error}; {before}")
                await store.fail_result(picture, question(style))
                continue
        variant = await variants.add(photo, style, master)
        made += 1
        run.log("INFO", f"{photo.path} as {style}: variant {variant.number}")
    told = f"{made} made"
    told += f", {left} left as they are" if left else ""
    told += f", {failed} failed" if failed else ""
    if failed and not made:
        raise JobError(f"{told}; {await endpoint.told(settings)}")
    return f"{told}; {await endpoint.told(settings)}"


def may_be_art(photo: Photo, override: Style | None) -> bool:
    """Tell whether art may be made of a photo; one that is to be left only where that is asked."""
    judged = photo.judgement
    wanted = override is not None or judged.render_decision != "LEAVE_PHOTO"
    return photo.opinion.shows and judged.quality != "NOT_SUITED" and wanted


def drawn(
    photos: Collection[Photo],
    with_art: Collection[int],
    now: datetime,
    most: int,
    chance: Callable[[], float],
) -> list[Photo]:
    """Return so many photos, none twice, drawn by the older server's score."""

    def key(photo: Photo) -> float:
        score = photo_score(photo, now, has_variants=photo.number in with_art)
        return -math.log(1.0 - chance()) / score

    return heapq.nsmallest(most, photos, key=key)


def ask(photo: Photo, style: Style, settings: ArtSource, library: Library, target: Path) -> Ask:
    """Return what an endpoint is to do; `target` is the file that it becomes."""
    return Ask(
        kind=settings.image_api,
        model=settings.image_model or "",
        prompt=prompt(style, photo, settings),
        path=str(library.file(photo)),
        size=size(settings.image_size, photo),
        target=str(target),
    )


def question(style: Style) -> str:
    """Return what is asked of a picture, with its version."""
    return f"art {VERSION} {style}"


def prompt(style: Style, photo: Photo, settings: ArtSource) -> str:
    """Return what is asked for."""
    form = _EDIT if settings.image_api == "edits" else _GENERATE
    description = photo.judgement.description.rstrip(".")
    return form.format(style=STYLES[style].prompt, description=description) + _BOTH


def size(wanted: str, photo: Photo) -> str:
    """Return the size to ask for: that of the settings, lying for photos that lie."""
    if wanted == "auto":
        return wanted
    shorter, longer = sorted(int(each) for each in wanted.split("x"))
    lies = photo.width > photo.height
    return f"{longer}x{shorter}" if lies else f"{shorter}x{longer}"
