"""The API's description: valid, complete, and true of what the API answers."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from shared.http.message import Request
from stats.host import Host
from stats.http_api import HttpApi
from stats.machine import Machine, MockMachine
from stats.mock import mock_stats
from stats.monitor import Monitor
from stats.openapi import document
from stats.page import page
from stats.settings import Settings

DOCUMENT = document()
OPERATIONS = {path: item["get"] for path, item in DOCUMENT["paths"].items()}
KEYS_OF_STATS = {
    "clocks", "cpu_freq", "cpu_temp", "cpu_usage", "disk", "disk_io", "gpu", "hardware",
    "load_avg", "memory", "network", "per_cpu_usage", "power", "swap", "timestamp", "uptime",
}  # fmt: skip


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)


def test_it_is_json_of_openapi_3_1() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    assert re.fullmatch(r"3\.1\.\d+", DOCUMENT["openapi"])
    assert set(DOCUMENT) <= {"openapi", "info", "servers", "paths", "components", "tags"}
    assert DOCUMENT["info"]["title"] == "Raspberry Pi System Monitor API"
    assert DOCUMENT["info"]["version"] == "1.0.0"


def test_every_reference_leads_somewhere() -> None:
    found = [node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node]
    assert found
    for reference in found:
        target = DOCUMENT
        for key in reference.removeprefix("#/").split("/"):
            target = target[key]


@pytest.mark.parametrize("path", OPERATIONS)
def test_an_operation_has_all_that_openapi_asks_for(path: str) -> None:
    operation = OPERATIONS[path]
    assert operation["summary"]
    assert {"200", "429"} <= set(operation["responses"])
    for response in operation["responses"].values():
        assert "$ref" in response or {"description", "headers", "content"} == set(response)
    for parameter in operation.get("parameters", []):
        assert {"name", "in", "description", "schema"} <= set(parameter)
        assert parameter["in"] == "query"
        schema = parameter["schema"]
        assert schema.get("examples") or schema["items"]["examples"], "the page offers them"


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def test_all_keys_of_stats_are_described() -> None:
    schema = OPERATIONS["/stats"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == KEYS_OF_STATS
    fields = OPERATIONS["/stats"]["parameters"][0]
    assert set(fields["schema"]["items"]["examples"]) == KEYS_OF_STATS


def test_the_page_is_small_and_complete_in_itself() -> None:
    """Less than 40 kB; no address of another host, and no style or script from elsewhere."""
    html = page().decode()
    assert len(html) < 40_000
    assert "{{" not in html
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.findall(r"<script[^>]* src=|<link[^>]*stylesheet|@import|url\(", html)
    assert "<title>Raspberry Pi System Monitor API</title>" in html
    for path in OPERATIONS:
        assert json.dumps(path) in html


def test_nothing_in_the_description_can_end_its_element(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what looks like the end of a script."""
    evil = document()
    evil["info"]["description"] = "</script><script>alert(1)</script>"
    monkeypatch.setattr("stats.page.document", lambda: evil)
    html = page.__wrapped__().decode()
    inside = html.split('id="api">', 1)[1].split("</script>", 1)[0]
    assert json.loads(inside)["info"] == evil["info"]
    assert "<" not in inside


# --- it is true: asked with all sorts of parameters, the API answers as described ---

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
STRANGE = [
    "", " ", ",", ",,a,", "0", "1", "-1", "101", "1.5", "1e9", "null", "TRUE", "false", "9" * 5000,
    "\0", "\n", "%", "ä€😀", "<b>", "../..", "a" * 2000, "cpu_usage, memory ,timestamp", "NAME",
    "cpu_percent,nothing,cpu_temperature_celsius", "1d", "0s", "٣", "--", "&", "=", "inf", "nan",
]  # fmt: skip
NOW = datetime(2026, 2, 17, tzinfo=UTC)


def breaches(value: Any, schema: dict[str, Any], where: str = "$") -> Iterator[str]:
    """Yield what is wrong with a value, for the part of JSON Schema that the description uses."""
    known = {
        "$ref", "additionalProperties", "anyOf", "const", "description", "items", "maxItems",
        "minItems", "minimum", "properties", "required", "type",
    }  # fmt: skip
    assert set(schema) <= known, f"{where}: this test does not know {set(schema) - known}"
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema and all(any(breaches(value, one)) for one in schema["anyOf"]):
        yield f"{where}: none of the shapes"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r}"
    kinds = schema.get("type", list(KINDS))
    if not any(is_a(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{where}: {value!r} is no {kinds}"
    if is_a(value, "number") and value < schema.get("minimum", value):
        yield f"{where}: {value} is too small"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: {len(value)} items"
        for item in value:
            yield from breaches(item, schema["items"], where + "[]")
    if isinstance(value, dict):
        yield from (f"{where}: no {key}" for key in set(schema.get("required", [])) - set(value))
        more = schema.get("additionalProperties", True)
        for key, inner in value.items():
            inside = schema.get("properties", {}).get(key, more)
            if inside is False:
                yield f"{where}: {key} is not described"
            elif inside is not True:
                yield from breaches(inner, inside, f"{where}.{key}")


def is_a(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean") == isinstance(value, bool)


async def ask(api: HttpApi, path: str, query: str) -> tuple[int, str, bytes]:
    """Return status, type and body."""
    response = await api.answer(Request("GET", f"{path}?{query}".encode(), [], "192.0.2.1"))
    assert isinstance(response.body, bytes)
    return response.status, response.kind.split(";")[0], response.body


def queries(path: str) -> Iterator[str]:
    """Yield every parameter with every strange value, and some of them at once."""
    yield ""
    yield "nothing=1&=&&=x"
    for parameter in OPERATIONS[path].get("parameters", []):
        schema = parameter["schema"]
        for value in [
            *STRANGE,
            *schema.get("examples", []),
            *schema.get("items", {}).get("examples", []),
        ]:
            yield f"{parameter['name']}={quote(str(value), safe='')}"
        yield f"{parameter['name']}=1&{parameter['name']}=x"
        yield parameter["name"]


@pytest.fixture(params=[MockMachine, lambda: Host("", "/sys")], ids=["mock", "this host"])
def api(request: pytest.FixtureRequest) -> HttpApi:
    """The API without its port, with no limit; what it once read stays in its cache."""
    machine: Machine = request.param()
    settings = Settings(pistat_rate_limit_enabled=False, pistat_cache_seconds=3600)
    monitor = Monitor(machine, settings)
    monitor.take(mock_stats(NOW, NOW, lambda: 0.5))
    return HttpApi(monitor, settings)


def test_every_path_of_the_api_is_described(api: HttpApi) -> None:
    assert set(api.paths) == set(OPERATIONS)


@pytest.mark.parametrize("path", OPERATIONS)
async def test_answers_are_as_described(api: HttpApi, path: str) -> None:
    """Whatever the parameters; nothing is a fault of the service."""
    await ask(api, "/stats", "")
    for query in queries(path):
        status, kind, body = await ask(api, path, query)
        told = f"{path}?{query[:80]}: {status}"
        responses = OPERATIONS[path]["responses"]
        assert status < 500, told
        assert str(status) in responses, told
        schema = responses[str(status)]["content"][kind]["schema"]
        if kind == "application/json":
            assert not list(breaches(json.loads(body), schema)), told
        else:
            assert body, told


async def test_stats_has_all_keys_that_are_described(api: HttpApi) -> None:
    _, _, body = await ask(api, "/stats", "")
    assert set(json.loads(body)) == KEYS_OF_STATS
