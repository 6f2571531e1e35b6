"""Has an endpoint look at a photo or paint it, and ends: python -m media.art.child.

Of its own, because what it imports and opens takes 150 MB for a while. An Ask on stdin, a Reply
on stdout; the key is in neither its arguments nor its environment.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Any

import msgspec

from media.art.ask import Ask, Fault, Reply
from media.art.classification import SCHEMA
from media.bitmap.copying import copy
from media.bitmap.picture import PictureError
from media.child_main import answer_all
from media.source.plain_text import plain
from media.source.reply_error import ReplyError
from media.source.web import StatusError, get, post
from shared.errors import MantelError

_MOST_MEMORY_BYTES = 300 << 20
_MOST_CPU_SECONDS = 120
_LOOK_SIDE, _PAINT_SIDE, _MASTER_SIDE = 768, 1024, 2048
_MOST_TEXT_BYTES = 1_000_000
_MOST_PICTURE_BYTES = 24_000_000
_MOST_BASE64_BYTES = 34_000_000
_PHOTO_STATUSES = {400, 413, 415, 422}


class _PhotoError(MantelError):
    """The endpoint is all right, but has nothing for this photo."""


def main() -> None:
    """Answer on stdout, whatever comes."""
    answer_all(Ask, run, most_memory_bytes=_MOST_MEMORY_BYTES, most_cpu_seconds=_MOST_CPU_SECONDS)


def run(ask: Ask) -> Reply:
    """Return what becomes of it."""
    try:
        picture = _own_picture(ask)
    except (PictureError, MemoryError) as error:
        return Reply(error=f"cannot be sent: {error}", fault="photo", asked=False)
    try:
        if ask.kind == "classify":
            return Reply(text=_classified(ask, picture))
        _keep(_painted(ask, picture), Path(ask.target))
        return Reply()
    except _PhotoError as error:
        return Reply(error=str(error), fault="photo")
    except StatusError as error:
        return _refused(ask, error)
    except ReplyError as error:
        return Reply(error=str(error), fault="endpoint")
    except PictureError as error:
        return Reply(error=f"the answer is no picture: {error}", fault="photo")
    except MemoryError:
        return Reply(error="the answer is too large", fault="photo")
    except OSError as error:
        return Reply(error=f"art cannot be kept ({error.strerror})", fault="endpoint")


def _own_picture(ask: Ask) -> bytes:
    if ask.kind == "classify":
        return copy(Path(ask.path), _LOOK_SIDE, "JPEG")
    return copy(Path(ask.path), _PAINT_SIDE, "PNG") if ask.kind == "edits" else b""


def _classified(ask: Ask, picture: bytes) -> str:
    url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    form: dict[str, Any] = {"type": ask.form}
    if ask.form == "json_schema":
        form["json_schema"] = {"name": "classification", "strict": True, "schema": SCHEMA}
    content = [
        {"type": "text", "text": ask.prompt},
        {"type": "image_url", "image_url": {"url": url} if ask.image_url_as == "object" else url},
    ]
    body = {
        "model": ask.model,
        "messages": [{"role": "user", "content": content}],
        "response_format": form,
    }
    raw = post(
        _below(ask.url, "chat/completions"), key=ask.key, json=body,
        most_bytes=_MOST_TEXT_BYTES, wait_seconds=ask.wait_seconds,
    )  # fmt: skip
    message = _part(_decoded(raw), "choices", 0, "message")
    if isinstance(text := _part(message, "content"), str) and text.strip():
        return text
    refusal = _part(message, "refusal")
    raise _PhotoError(f"refuses it: {plain(str(refusal), 120)}" if refusal else "has said nothing")


def _painted(ask: Ask, picture: bytes) -> bytes:
    """Return the file of a picture, as it came."""
    asked = {"model": ask.model, "prompt": ask.prompt}
    if ask.size != "auto":
        asked["size"] = ask.size
    if not ask.model.startswith("gpt-image"):  # these know no other format, and refuse the word
        asked["response_format"] = "b64_json"
    limits: dict[str, Any] = {"most_bytes": _MOST_BASE64_BYTES, "wait_seconds": ask.wait_seconds}
    if ask.kind == "edits":
        file = {"image": ("photo.png", picture, "image/png")}
        url = _below(ask.url, "images/edits")
        raw = post(url, key=ask.key, fields={**asked, "n": "1"}, files=file, **limits)
    else:
        url = _below(ask.url, "images/generations")
        raw = post(url, key=ask.key, json={**asked, "n": 1}, **limits)
    first = _part(_decoded(raw), "data", 0)
    if isinstance(text := _part(first, "b64_json"), str) and text:
        try:
            return base64.b64decode(text.partition("base64,")[2] or text)
        except (binascii.Error, ValueError):
            raise _PhotoError("its base64 is broken") from None
    if isinstance(url := _part(first, "url"), str) and url.startswith(("http://", "https://")):
        return get(url, most_bytes=_MOST_PICTURE_BYTES, wait_seconds=ask.wait_seconds).body or b""
    raise _PhotoError("there is none in it")


def _keep(picture: bytes, target: Path) -> None:
    """Keep art as a JPEG, whole or not at all: whatever came with it is left out."""
    packed = copy(picture, _MASTER_SIDE, "JPEG")
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(".new")
    with new.open("wb") as file:
        file.write(packed)
        file.flush()
        os.fsync(file.fileno())  # it was paid for
    new.replace(target)


def _refused(ask: Ask, error: StatusError) -> Reply:
    """Return whose fault a refusal is."""
    fault: Fault = "endpoint"
    if error.status == 429 or error.retry_after_seconds is not None:
        fault = "wait"
    elif error.status in _PHOTO_STATUSES:
        fault = "form" if ask.kind == "classify" and ask.form == "json_schema" else "photo"
    told = "" if error.status == 401 else _reason(error.body)  # which may repeat the key
    text = f"{error}: {told}" if told else str(error)
    if ask.key:
        text = text.replace(ask.key, "***")
    return Reply(error=text, fault=fault, retry_after_seconds=error.retry_after_seconds)


def _reason(body: bytes) -> str:
    """Return what an endpoint says itself: {"error": {"message"}}, or {"error": text}."""
    try:
        error = _part(msgspec.json.decode(body), "error")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    message = error if isinstance(error, str) else _part(error, "message")
    return plain(message, 160) if isinstance(message, str) else ""


def _decoded(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ReplyError("does not answer in JSON") from None


def _part(value: object, *steps: str | int) -> Any:  # noqa: ANN401
    """Return what is inside an answer; None where there is no such thing."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value


def _below(base: str, path: str) -> str:
    return f"{base.rstrip('/')}/{path}"


if __name__ == "__main__":
    main()
