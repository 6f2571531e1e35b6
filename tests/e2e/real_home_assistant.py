"""A real Home Assistant, for those who have one installed: MANTEL_HASS names its program `hass`.

It wants Python 3.13 for 2025, 3.14 since 2026.3, in an environment of its own: `homeassistant`,
and what the manifests of its components mqtt, frontend, camera, conversation and hassio require.
Without MANTEL_HASS these tests are skipped.
"""

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Self

import pytest
from websockets.sync.client import connect

from shared.testing import TIMEOUT_SECONDS, Broker, eventually, free_port

_CLIENT = "http://127.0.0.1/"
_START = 20  # times TIMEOUT_SECONDS: it compiles itself when it is started first
_BASE = """
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
auth:
config:
history:
websocket_api:
onboarding:
device_automation:
automation: !include automations.yaml
zone:
input_boolean:
  lamp: {{}}
homeassistant:
  packages:
    mantel: !include mantel.yaml
mqtt:
  - light:
      name: Bedroom
      schema: json
      brightness: true
      supported_color_modes: [brightness]
      command_topic: mantel/value/home/bedroom/set
"""
_EXAMPLE = Path(__file__).resolve().parents[2] / "examples/home-assistant/mantel.yaml"


class RealHomeAssistant:
    """Started in `directory` and joined to `broker`, as its owner does it."""

    def __init__(self, directory: Path, broker: Broker) -> None:
        program = os.environ.get("MANTEL_HASS", "")
        if not program:
            pytest.skip("MANTEL_HASS names no Home Assistant")
        self._program = program
        self._broker = broker
        self.directory = directory
        self._port = free_port()
        self._token = ""
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(exist_ok=True)
        (directory / "configuration.yaml").write_text(_BASE.format(port=self._port))
        (directory / "automations.yaml").write_text("[]\n")
        (directory / "mantel.yaml").write_text("{}\n")

    def __enter__(self) -> Self:
        try:
            self.start()
            self._become_owner()
            eventually(self._runs, times=_START)
            self._join_broker()
            self._take_example()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it answers."""
        with (self.directory / "output.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self.directory, "--skip-pip", "--log-no-color"],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={name: os.environ[name] for name in ("PATH", "HOME")} | {"TZ": "UTC"},
            )
        eventually(self._answers, times=_START)

    def stop(self) -> None:
        """Stop; it has its time to write what it knows."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(6 * TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def log(self) -> str:
        return (self.directory / "output.log").read_text()

    @property
    def complaints(self) -> list[str]:
        """Lines of its log at WARNING and above that are of MQTT or what it shows."""
        return [
            line
            for line in self.log.splitlines()
            if any(level in line for level in (" WARNING ", " ERROR ", " CRITICAL "))
        ]

    def states(self) -> dict[str, dict[str, Any]]:
        """Return all entities' states by entity id."""
        return {each["entity_id"]: each for each in self.ask("/api/states")}

    def state(self, entity: str) -> str:
        return str(self.states()[entity]["state"])

    def entities(self) -> dict[str, str]:
        """Return the entity ids of MQTT by unique id, those that are turned off too."""
        found = self.say({"type": "config/entity_registry/list"})
        return {
            each["unique_id"]: each["entity_id"] for each in found if each["platform"] == "mqtt"
        }

    def call(self, service: str, entity: str, **data: Any) -> None:
        """Call a service, such as button.press."""
        self.ask(f"/api/services/{service.replace('.', '/')}", {"entity_id": entity, **data})

    def ask(self, path: str, body: Any = None, form: dict[str, str] | None = None) -> Any:
        """Ask by HTTP and return the decoded answer; bytes where it is no JSON."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        data = json.dumps(body).encode() if body is not None else None
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
        elif data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=3 * TIMEOUT_SECONDS) as answer:  # noqa: S310
            got = answer.read()
            return json.loads(got) if "json" in answer.headers["Content-Type"] else got

    def pretend(self, entity: str, state: str) -> None:
        """Set what Home Assistant believes of an entity."""
        self.ask(f"/api/states/{entity}", {"state": state})

    def say(self, message: dict[str, Any]) -> Any:
        """Say something on its WebSocket and return the result."""
        address = f"ws://127.0.0.1:{self._port}/api/websocket"
        with connect(address, max_size=None, proxy=None) as socket:
            socket.recv(TIMEOUT_SECONDS)
            socket.send(json.dumps({"type": "auth", "access_token": self._token}))
            socket.recv(TIMEOUT_SECONDS)
            socket.send(json.dumps({"id": 1, **message}))
            answer = json.loads(socket.recv(TIMEOUT_SECONDS))
            assert answer["success"], answer
            return answer["result"]

    def _take_example(self) -> None:
        example = _EXAMPLE.read_text().replace("raspberrypi", "pi")
        (self.directory / "mantel.yaml").write_text(example)
        assert self.ask("/api/config/core/check_config", {})["result"] == "valid"
        self.ask("/api/services/automation/reload", {})

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/onboarding", timeout=5)
        except urllib.error.HTTPError as error:
            return error.code in (401, 404)  # 404: it has been set up
        except OSError:
            return False
        return True

    def _runs(self) -> bool:
        try:
            return bool(self.ask("/api/config")["state"] == "RUNNING")
        except urllib.error.HTTPError:  # it answers before it has anything to say
            return False

    def _become_owner(self) -> None:
        owner = {"name": "Owner", "username": "owner", "password": "owner", "language": "en"}
        code = self.ask("/api/onboarding/users", {"client_id": _CLIENT, **owner})["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": _CLIENT}
        self._token = self.ask("/auth/token", form=form)["access_token"]

    def _join_broker(self) -> None:
        flow = self.ask("/api/config/config_entries/flow", {"handler": "mqtt"})
        broker: dict[str, Any] = {
            "broker": self._broker.host,
            "port": self._broker.port,
            "username": "homeassistant",
            "password": self._broker.password("homeassistant"),
        }
        fields = [each["name"] for each in flow["data_schema"]]
        if "other_settings" in fields:  # since 2026 what has no default is asked too
            broker["other_settings"] = {"set_client_cert": False, "set_ca_cert": "off"}
        answer = self.ask(f"/api/config/config_entries/flow/{flow['flow_id']}", broker)
        assert answer["type"] == "create_entry", answer
