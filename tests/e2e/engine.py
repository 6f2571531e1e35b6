"""A Docker engine's API on a unix socket, as far as `stats` asks it, with containers at will.

The real engine is in tests/docker; this one puts containers into states that are hard to hold
still, and dies on request.
"""

import contextlib
import json
import re
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any


def inspected(name: str, state: str, health: str | None = None) -> dict[str, Any]:
    """Return a container as GET /containers/{id}/json gives it, cut to what is read."""
    return {
        "Id": f"id-{name}",
        "Name": f"/{name}",
        "State": {
            "Status": state,
            "StartedAt": "2026-02-17T12:00:00.1Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
        }
        | ({"Health": {"Status": health}} if health else {}),
        "Config": {"Image": f"{name}:1"},
    }


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, handler: type[BaseHTTPRequestHandler]) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(path, handler)

    def get_request(self) -> Any:
        request, address = super().get_request()
        self.connections.append(request)
        return request, address


class Engine:
    """Serves `containers`; `change` sets one and tells all that follow the events."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self.containers: dict[str, dict[str, Any]] = {}
        self.commands: list[str] = []
        self._changed = threading.Condition()
        self._events: list[bytes] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                engine.answer(self)

            def do_POST(self) -> None:
                engine.commands.append(self.path.split("/containers/")[1].split("?")[0])
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(str(path), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def change(self, container: dict[str, Any]) -> None:
        """Set a container, and tell those that follow the events."""
        with self._changed:
            self.containers[container["Id"]] = container
            event = {"Type": "container", "Action": "start", "id": container["Id"]}
            self._events.append(json.dumps(event).encode() + b"\n")
            self._changed.notify_all()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a GET."""
        path = re.sub(r"^/v[0-9.]+", "", request.path).split("?")[0]
        if path == "/events":
            self._stream(request)
            return
        body: Any = {"message": "no such container"}
        code = 404
        if path == "/version":
            code, body = 200, {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26"}
        elif path == "/containers/json":
            code, body = 200, [{"Id": key} for key in self.containers]
        elif (key := path.split("/")[2]) in self.containers:
            code, body = 200, self.containers[key]
        data = json.dumps(body).encode()
        request.send_response(code)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        sent = len(self._events)
        while True:
            with self._changed:
                while len(self._events) == sent:
                    self._changed.wait()
                pending, sent = self._events[sent:], len(self._events)
            try:
                for line in pending:
                    request.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            except OSError:
                return

    def die(self) -> None:
        """End, and cut every connection."""
        self.close()
        for connection in self._server.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End; connections that are open stay until the process ends."""
        self._server.shutdown()
        self._server.server_close()
