"""The description of the displays' API: complete, and true of the real service."""

import json
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from media.darkroom import Darkroom
from media.database import Database
from media.display.numbers import Numbers
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.display.shelf import Shelf
from media.display.sources import ByMode
from media.display.store import DisplayStore
from media.http.app import App
from media.http.openapi import PATHS, document
from media.http.pages import WebPages, house_dashboard
from media.http.palette_api import PALETTE, PaletteApi
from media.http.picture_api import BITMAP, PictureApi
from media.http.trmnl_api import TrmnlApi
from media.http.trmnl_url import LOG
from media.photo.library import Library
from media.photo.store import PhotoStore
from shared.testing import eventually
from tests.e2e.answer import Answer
from tests.e2e.conftest import running_hub
from tests.e2e.eink import BOOTSTRAP, Device, Eink

DOCUMENT = document()
METHODS = [(path, method) for path, its in PATHS.items() for method in its]
MAC = "AA:BB:CC:00:11:22"
KINDS: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
    "null": type(None),
}  # fmt: skip


def filled(path: str, display: str) -> str:
    """Return a path with what stands in braces in it."""
    return path.format(id=display, file="setup.png")


def breaches(value: Any, schema: dict[str, Any], where: str = "$") -> Iterator[str]:
    """Yield what is wrong with a value, for the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema and all(any(breaches(value, one)) for one in schema["anyOf"]):
        yield f"{where}: none of the shapes"
    if value != schema.get("const", value) or value not in schema.get("enum", [value]):
        yield f"{where}: {value!r}"
    kinds = schema.get("type", list(KINDS))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(isinstance(value, KINDS[kind]) for kind in kinds):
        yield f"{where}: {value!r} is no {kinds}"
    if isinstance(value, list) and "items" in schema:
        for each in value:
            yield from breaches(each, schema["items"], where + "[]")
    if isinstance(value, dict):
        yield from (f"{where}: no {key}" for key in set(schema.get("required", [])) - set(value))
        for key, inner in value.items():
            if key in schema.get("properties", {}):
                yield from breaches(inner, schema["properties"][key], f"{where}.{key}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}: {key} is not described"


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    with running_hub(tmp_path_factory.mktemp("openapi")) as hub:
        yield Eink(hub)


@pytest.fixture(scope="module")
def device(eink: Eink) -> Device:
    return eink.join("described", 400, 300)


def test_it_is_served_as_it_is_written(eink: Eink) -> None:
    answer = eink.get("/openapi.json")
    assert (answer.status, answer.json) == (200, json.loads(json.dumps(DOCUMENT)))


def test_every_path_that_is_served_is_described(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.sqlite")
    registry = Registry(DisplayStore(database), "open", UTC)
    pictures = Pictures(registry, ByMode({}), tmp_path, Shelf(tmp_path / "x"), Darkroom())
    api = PictureApi(registry, pictures)
    pushed = {"/api/display/picture": api.paths["/api/display/state"]}
    library = Library(tmp_path, PhotoStore(database), registry.now)
    pages = WebPages(
        registry, pictures, library, Numbers(database), house_dashboard(pictures, registry),
        node="pi", url=str,
    )  # fmt: skip
    palette = {PALETTE: PaletteApi(registry).palette}
    trmnl = TrmnlApi(registry, pictures, "http://{host}", 8000)
    app = App(registry, api.paths | palette, pushed, pages.paths | {BITMAP: api.bitmap}, trmnl)
    assert set(app.paths) == set(PATHS)


def test_methods_are_those_that_are_described(eink: Eink, device: Device) -> None:
    """As the service itself says."""
    for path, its in PATHS.items():
        path = filled(path, device.id)
        allowed = eink.ask("OPTIONS", path, token=device.token).headers["allow"].split(", ")
        assert {method.upper() for method in its} == set(allowed) - {"HEAD", "OPTIONS"}, path


@pytest.mark.parametrize(("path", "method"), METHODS)
def test_an_operation_has_all_that_openapi_asks_for(path: str, method: str) -> None:
    operation = PATHS[path][method]
    assert operation["summary"]
    assert all(response["description"] for response in operation["responses"].values())
    names = [one["operationId"] for its in PATHS.values() for one in its.values()]
    assert names.count(operation["operationId"]) == 1
    assert ("requestBody" in operation) == (method == "post")
    named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", path))


def check(answer: Answer, path: str, method: str) -> None:
    """Fail unless an answer is as described."""
    responses = PATHS[path][method]["responses"]
    told = f"{method} {path}: {answer}"
    assert str(answer.status) in responses, told
    content = responses[str(answer.status)].get("content")
    if content is None:
        assert not answer.body, told
        return
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in content, told
    if kind == "application/json":
        assert not list(breaches(answer.json, content[kind]["schema"])), told


def kept(eink: Eink, method: str, path: str, token: str, tag: str) -> Answer:
    """Return the answer to who has it already; a page may have been drawn since."""
    answers: list[Answer] = []

    def is_kept() -> bool:
        last = answers[-1].headers["etag"] if answers else tag
        answers.append(eink.ask(method, path, token=token, If_None_Match=last))
        return answers[-1].status == 304

    eventually(is_kept, times=6)
    return answers[-1]


@pytest.mark.parametrize(("path", "method"), METHODS)
def test_answers_are_as_described(eink: Eink, device: Device, path: str, method: str) -> None:
    """With and without a token, a body, a query, and a tag."""
    bodies: list[Any] = [None]
    if method == "post":
        good = {"hardware_id": "described too", "horizontal_pixels": 1, "vertical_pixels": 1}
        bodies = [
            None, b"", b"{", b"[]", {}, good, good, good | {"vertical_pixels": 0},
            good | {"hardware_id": []}, {"button_pressed": "A"}, {"button_pressed": "E"},
            b" " * 70_000,
        ]  # fmt: skip
    for token in ("", "0" * 40, device.token):
        for query in (
            "", "?hardware_id=described", "?hardware_id=nobody", "?=&&%00=%ff", "?pk=0", "?pk=77",
            "?display=rlcd", "?pk=-1",
        ):  # fmt: skip
            for body in bodies:
                asked = filled(path, device.id) + query
                answer = eink.ask(
                    method.upper(), asked, body, token=token, Access_Token=token, ID=MAC
                )
                check(answer, path, method)
                if "etag" in answer.headers:
                    again = kept(eink, method.upper(), asked, token, answer.headers["etag"])
                    check(again, path, method)
    if method == "post" and path != LOG:  # whose answer is the same whatever it is
        form = eink.ask("POST", path, b"a=1", token=device.token, Content_Type="text/plain")
        assert form.status == 415
        check(form, path, method)
    assert "Traceback" not in eink.media.log


def test_answers_while_nothing_can_be_kept_are_described(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_hub(tmp_path_factory.mktemp("nothing")) as hub:
        (hub.directory / "in the way").write_text("")
        eink = Eink(hub, MEDIA_STATE="in the way/media.sqlite")
        for path, method in METHODS:
            body = {"hardware_id": "x", "horizontal_pixels": 1, "vertical_pixels": 1}
            asked = filled(path, "abc-def-ghj")
            answer = eink.ask(method.upper(), asked, body if method == "post" else None, ID=MAC)
            check(answer, path, method)
        assert eink.ask("POST", BOOTSTRAP, body).status == 503


def test_a_house_that_lets_nobody_in_is_described(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_hub(tmp_path_factory.mktemp("closed")) as hub:
        eink = Eink(hub, MEDIA_JOIN="closed")
        answer = eink.bootstrap("stranger")
        assert answer.status == 403
        check(answer, BOOTSTRAP, "post")
