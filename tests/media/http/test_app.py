"""What the application answers when a picture cannot be made."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from media.display.identity import token_hash
from media.http.app import App
from media.http.picture_api import BITMAP, PictureApi
from media.http.trmnl_api import TrmnlApi
from tests.media.wall import eink, wall


async def asked(app: App, path: str, **headers: str) -> tuple[int, Any]:
    """Return status and JSON of an answer."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": query.encode(),
        "headers": named, "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


async def test_a_picture_that_cannot_be_made_now_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A display keeps what it has; one of TRMNL would draw over that for an HTTP error."""
    monkeypatch.setattr(sys, "executable", "/nowhere")
    async with wall(tmp_path) as house:
        api = PictureApi(house.registry, house.pictures)
        trmnl = TrmnlApi(house.registry, house.pictures, "http://{host}", 8000)
        app = App(house.registry, api.paths, {}, {BITMAP: api.bitmap}, trmnl)
        for id_, kind in (("a", "eink"), ("t", "trmnl")):
            large = eink(id_, width=1872, height=1404, kind=kind, token_hash=token_hash(id_))
            house.registry.roster.put(large)
        token = "Token a"
        for status, told in (
            await asked(app, "/api/display/state", authorization=token),
            await asked(app, "/api/display/dashboard", authorization=token),
            await asked(app, f"{BITMAP}?display=a&version=x"),
        ):
            assert (status, told["detail"][:36]) == (503, "The hub cannot make this picture now")
        status, told = await asked(app, "/api/display", access_token="t")
        assert (status, told["status"], told["image_url"]) == (200, 503, None)
