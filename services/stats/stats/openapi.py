"""The description of the HTTP API, in OpenAPI 3.1; the page at / is made from it too. Pure."""

from typing import Any

from stats import answers
from stats.bodies import VERSION
from stats.history import METRICS
from stats.schemas import STATS_KEYS, Schema

TITLE = "Raspberry Pi System Monitor API"

_ABOUT = (
    "Statistics of one host. Each client may ask 60 times in 60 seconds, on all paths together, "
    "unless the settings say otherwise. An answer is compressed when the client takes gzip and "
    "it is long enough to be worth it."
)
_HEADERS: dict[str, str] = {
    "X-Content-Type-Options": "Always `nosniff`",
    "X-Frame-Options": "Always `DENY`",
    "X-XSS-Protection": "Always `1; mode=block`",
    "Cache-Control": "`public, max-age=` and the seconds that an answer is kept",
    "Vary": "Always `Accept-Encoding`",
    "X-Response-Time": "When it was answered: a UTC time without a zone, not a duration",
}


def document() -> dict[str, Any]:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This host"}],
        "paths": {path: {"get": operation} for path, operation in _operations().items()},
        "components": {
            "headers": {
                name: {"description": text, "required": True, "schema": {"type": "string"}}
                for name, text in _HEADERS.items()
            }
            | {
                "Retry-After": {
                    "description": "Seconds until the next request is answered",
                    "required": True,
                    "schema": {"type": "integer", "minimum": 0},
                }
            },
            "responses": {
                "TooMany": _response("Too many requests", answers.TOO_MANY, ("Retry-After",)),
            },
            "schemas": answers.SHARED,
        },
    }


def _operations() -> dict[str, Any]:
    return {
        "/": _operation("page", "This page", text="text/html"),
        "/health": _operation(
            "health", "Is the service well, and since when", answers.HEALTH,
            errors={"500": answers.UNHEALTHY},
        ),
        "/stats": _operation(
            "stats", "Everything about the host, or the fields you name", answers.STATS,
            [
                _words("fields", "Names of the wanted keys, separated by commas; unknown ones "
                       "are passed over, none means all", list(STATS_KEYS)),
                _boolean("block", "`true` measures the CPU for one second first, unless an "
                         "answer is still in the cache", "false"),
                _boolean("cache", "`false` reads anew and puts that into the cache", "true"),
            ],
            errors={"500": answers.FAILED_AT},
        ),
        "/processes": _operation(
            "processes", "The first processes in some order", answers.PROCESSES,
            [
                _word("sort", "Highest first for cpu, memory and time; anything else counts as "
                      "cpu", "cpu", ["cpu", "memory", "name", "pid", "time"]),
                _parameter("limit", "How many, 0 to 100; what lies outside counts as the nearest",
                           {"type": "integer", "default": 10, "examples": [10, 0, 100]}),
            ],
            errors={"400": answers.FAILED, "500": answers.FAILED},
        ),
        "/network/interfaces": _operation(
            "interfaces", "Counters of the network interfaces", answers.INTERFACES,
            errors={"500": answers.FAILED},
        ),
        "/storage/devices": _operation(
            "devices", "File systems and the traffic of the disks", answers.DEVICES,
            errors={"500": answers.FAILED},
        ),
        "/metrics/history": _operation(
            "history", "How values went: the last hour by seconds, the last day by minutes",
            answers.HISTORY,
            [
                _words("metric", "Names of series, separated by commas; `metrics` in the answer "
                       "lists all", list(METRICS)),
                _word("duration", "How far back, at most a day: seconds, or a number with s, m, "
                      "h or d", "1h", ["15m", "1h", "6h", "1d"]),
            ],
        ),
        "/system/config": _operation(
            "config", "How this service is set", answers.CONFIG, errors={"500": answers.FAILED}
        ),
        "/metrics": _operation("metrics", "The reading as Prometheus takes it", text="text/plain"),
        "/openapi.json": _operation(
            "openapi", "This description of the API", {"type": "object"}
        ),
    }  # fmt: skip


def _operation(
    name: str,
    summary: str,
    answer: Schema | None = None,
    parameters: list[Schema] | None = None,
    *,
    text: str = "",
    errors: dict[str, Schema] | None = None,
) -> dict[str, Any]:
    """Return what GET does: it answers JSON like `answer`, or `text` of that type."""
    if answer is None:
        content: Schema = {text: {"schema": {"type": "string"}}}
        good = {"description": "OK", "headers": _headers(), "content": content}
    else:
        good = _response("OK", answer)
    phrases = {"400": "A parameter is wrong", "500": "It could not be read"}
    responses = {
        "200": good,
        **{status: _response(phrases[status], schema) for status, schema in (errors or {}).items()},
        "429": {"$ref": "#/components/responses/TooMany"},
    }
    operation = {"operationId": name, "summary": summary, "responses": responses}
    return operation | ({"parameters": parameters} if parameters else {})


def _response(text: str, schema: Schema, headers: tuple[str, ...] = ()) -> Schema:
    return {
        "description": text,
        "headers": _headers(*headers),
        "content": {"application/json": {"schema": schema}},
    }


def _headers(*more: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_HEADERS, *more)}


def _parameter(name: str, text: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _word(name: str, text: str, default: str | None, examples: list[str]) -> Schema:
    """Return a parameter that takes any text; `examples` are those that mean something."""
    schema: Schema = {"type": "string", "examples": examples}
    return _parameter(name, text, schema | ({"default": default} if default else {}))


def _boolean(name: str, text: str, default: str) -> Schema:
    """Return a parameter of which the word true alone is true."""
    return _word(name, text, default, ["true", "false"])


def _words(name: str, text: str, examples: list[str]) -> Schema:
    """Return a parameter that takes a list with commas."""
    schema = {"type": "array", "items": {"type": "string", "examples": examples}}
    return _parameter(name, text, schema) | {"style": "form", "explode": False}
