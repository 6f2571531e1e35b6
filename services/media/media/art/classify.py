"""Has a model look at new photos: the job `classify-new-images`."""

import msgspec
from msgspec.structs import replace

from media.art.ask import Ask
from media.art.classification import PROMPT, VERSION, judgement
from media.art.endpoint import Endpoint
from media.art.store import ArtStore
from media.job.job import JobError, Run, SkipError
from media.photo.library import Library, UnknownPhotoError
from media.photo.photo import Judgement, Photo
from media.source.reply_error import ReplyError

MOST_FAILURES = 3
"""After which a photo is let be."""

_QUESTION = f"classify {VERSION}"


async def classify(
    run: Run, most: int, library: Library, endpoint: Endpoint, store: ArtStore
) -> str:
    """Judge at most so many photos that nobody has looked at; return what was done."""
    settings = await endpoint.settings()
    if settings.classification_model is None:
        raise SkipError("off: [art] names no classification_model")
    if not library.readable:
        raise SkipError("the photos are not read yet")
    given_up = await store.failed(MOST_FAILURES, _QUESTION)
    new = [
        photo
        for photo in library.present()
        if photo.opinion.shows
        and photo.judgement.judged_as != _key(library, photo)
        and library.fingerprint(photo.number) not in given_up
    ]
    if not new:
        raise SkipError("there are no new photos")
    judged = failed = asked = 0
    for photo in new:
        if asked >= most:
            break
        picture = library.fingerprint(photo.number)
        known = await store.result(picture, _QUESTION)
        if known is not None:  # the same picture under another name
            await _put(library, photo, msgspec.json.decode(known, type=Judgement))
            judged += 1
            continue
        if asked == 0:
            await endpoint.need_budget(settings)
        asked += 1
        reply = await endpoint.call(
            settings,
            Ask(
                kind="classify", model=settings.classification_model, prompt=PROMPT,
                path=str(library.file(photo)),
            ),
        )  # fmt: skip
        run.progress(asked / min(most, len(new)))
        if reply is None:
            run.log("WARN", f"the rest waits: {await endpoint.told(settings)}")
            break
        error, fault = reply.error, reply.fault
        if not error:
            try:
                found = judgement(reply.text, _key(library, photo))
            except ReplyError as wrong:
                error, fault = str(wrong), "photo"
                await endpoint.count_failure()
            else:
                await store.keep(picture, _QUESTION, msgspec.json.encode(found))
                await _put(library, photo, found)
                judged += 1
                run.log("INFO", f"{photo.path}: {found.quality}, {found.content_type}")
                continue
        failed += 1
        run.log("WARN", f"{photo.path}: {error}")
        if fault not in {"photo", "form"}:
            done = f"{judged} judged before; {await endpoint.told(settings)}"
            raise JobError(f"the endpoint {error}; {done}")
        await store.fail_result(picture, _QUESTION)
    told = f"{judged} photos judged" + (f", {failed} failed" if failed else "")
    if asked and failed == asked and not judged:
        raise JobError(f"{told}; {await endpoint.told(settings)}")
    return f"{told}; {await endpoint.told(settings)}"


def _key(library: Library, photo: Photo) -> str:
    return f"{library.fingerprint(photo.number)} {VERSION}"


async def _put(library: Library, photo: Photo, found: Judgement) -> None:
    try:
        current = library.get(photo.number)  # somebody may have rated it meanwhile
    except UnknownPhotoError:
        return
    if library.fingerprint(photo.number) == found.judged_as.split(" ")[0]:
        await library.put(replace(current, judgement=found))
