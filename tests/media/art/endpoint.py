"""An endpoint of our own that answers as OpenAI's, LocalAI's and Ollama's do."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import halves, saved

CHAT, EDITS, GENERATIONS = "/v1/chat/completions", "/v1/images/edits", "/v1/images/generations"


class Asked(NamedTuple):
    """A request: its path, its lower-case headers, its JSON or the parts of its form."""

    path: str
    headers: dict[str, str]
    body: Any


class Reply(NamedTuple):
    """What is answered; a body that is no bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] | None = None
    wait: threading.Event | None = None


Answer = Callable[[Asked], Reply]

SEEN: dict[str, Any] = {
    "quality": "GOOD",
    "qualityClassificationExplanation": "sharp and calm",
    "contentType": "Landscape",
    "renderDecision": "ARTIFY",
    "portrait": False,
    "peopleCount": 0,
    "portraitSuitable": True,
    "photoRealistic": True,
    "cartoony": False,
    "art": False,
    "descriptionOfImage": "a grey beach under a wide sky",
}


def said(content: Any, **message: Any) -> Reply:
    """Return the answer of a chat."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, **message},
        "finish_reason": "stop",
    }
    return Reply({"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]})


def painted(picture: bytes | None = None, url: str = "") -> Reply:
    """Return the answer of an image endpoint."""
    if url:
        return Reply({"created": 1, "data": [{"url": url}]})
    code = base64.b64encode(picture or saved(halves((64, 96)))).decode()
    return Reply({"created": 1, "data": [{"b64_json": code}]})


def refused(status: int, message: str, **headers: str) -> Reply:
    """Return an error in OpenAI's shape; `_` in a header is a `-`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Reply({"error": error}, status, told)


class Endpoint:
    """Answers what `answers` says of a path; `asked` are all requests."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.url = f"{self.root}/v1"
        self.answers: dict[str, Answer] = {
            CHAT: lambda _: said(SEEN),
            EDITS: lambda _: painted(),
            GENERATIONS: lambda _: painted(),
        }
        self.asked: list[Asked] = []

    def say(self, path: str, reply: Reply) -> None:
        """Answer a path always the same."""
        self.answers[path] = lambda _: reply


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run one."""
    running: Endpoint

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.headers["Content-Type"]
            body = json.loads(raw) if kind == "application/json" else _form(kind, raw)
            self._answer(body)

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, body: Any) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, body)
            running.asked.append(asked)
            answer = running.answers.get(self.path)
            reply = answer(asked) if answer else refused(404, "no such path")
            if reply.wait is not None:
                reply.wait.wait(6 * TIMEOUT_SECONDS)
            sent = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            with suppress(OSError):
                self.send_response(reply.status)
                for name, value in (reply.headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Endpoint(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _form(kind: str, raw: bytes) -> dict[str, Any]:
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    parts = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            parts[name] = payload if part.get_filename() else payload.decode()
    return parts
