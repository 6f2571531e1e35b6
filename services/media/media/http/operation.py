"""What a method of a path does, as OpenAPI 3.1 has it. Pure."""

from media.http import shapes
from media.http.shapes import Schema

JSON, PNG = "application/json", "image/png"
BYTES = "application/octet-stream"
_PHRASES = {
    400: "What was sent is wrong",
    401: "No token, or a wrong one",
    403: "The display waits for its owner's approval",
    404: "There is none",
    409: "The display has joined already",
    413: "The body is longer than 64 kB",
    415: "The body is no JSON",
    429: "Too many failures; wait as long as Retry-After says",
    500: "There is no such palette",
    503: "The hub cannot keep or read what it knows now, or make the picture",
}
_OWN: dict[int, Schema | str] = {401: shapes.DETAIL, 429: shapes.DETAIL, 503: shapes.DETAIL}
"""What every path of a display may answer."""


def operation(
    name: str,
    summary: str,
    good: Schema | str | tuple[str, ...],
    *,
    body: Schema | None = None,
    bytes_too: bool = False,
    query: dict[str, Schema] | None = None,
    may_query: dict[str, Schema] | None = None,
    errors: dict[int, Schema | str] | None = None,
    path: dict[str, Schema] | None = None,
    own: bool = True,
    other_token: str = "",
    tagged: bool = False,
    nothing: bool = False,
) -> Schema:
    """Return what a method of a path does.

    `good` is the shape of its JSON, or one media type or several; `bytes_too`: instead of the
    JSON of `body` a picture's own bytes may be sent; `own`: a display asks with its token, and
    `other_token` is another scheme; `tagged`: the answer has an ETag, and is 304 when the client
    has that already. `query` has to be given, `may_query` need not; `path` are the parts of the
    path in braces. An error is JSON, of a media type, or "" for nothing at all; with `nothing`
    the answer is 204 in place of `good`.
    """
    content: dict[str, Schema]
    if isinstance(good, dict):
        content = {JSON: {"schema": good}}
    elif isinstance(good, tuple):
        content = {kind: {} for kind in good}
    else:
        content = {good: {} if good == PNG else {"schema": {"type": "string"}}}
    responses: dict[str, Schema] = {"200": {"description": "Done", "content": content}}
    if nothing:
        responses = {"204": {"description": "Done"}}
    if tagged:
        responses["200"]["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
        responses["304"] = {"description": "As the client has it already"}
    for status, told in ((_OWN if own else {}) | (errors or {})).items():
        responses[str(status)] = {"description": _PHRASES[status]}
        if isinstance(told, dict):
            responses[str(status)]["content"] = {JSON: {"schema": told}}
        elif told:
            responses[str(status)]["content"] = {told: {}}
    made: Schema = {"operationId": name, "summary": summary, "responses": responses}
    scheme = "token" if own else other_token
    made["security"] = [{scheme: []}] if scheme else []
    if body is not None:
        sent: dict[str, Schema] = {JSON: {"schema": body}}
        if bytes_too:
            sent |= {"image/*": {}, BYTES: {}}
        made["requestBody"] = {"required": True, "content": sent}
    parameters = [
        {"name": key, "in": "path", "required": True, "schema": schema}
        for key, schema in (path or {}).items()
    ] + [
        {"name": key, "in": "query", "required": key in (query or {}), "schema": schema}
        for key, schema in ((query or {}) | (may_query or {})).items()
    ]
    if parameters:
        made["parameters"] = parameters
    return made
