"""Writes everything that is made from the code: python -m docs.generate [--check].

With --check nothing is written, and the exit code is 1 when a file is not up to date.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from alarms.settings import Settings as AlarmsSettings
from deploy.run import BrokerSettings
from media.http.openapi import document as displays_document
from media.settings import Settings as MediaSettings
from serial_bridge.settings import Settings as SerialBridgeSettings
from shared import acl, docs
from shared.settings import Settings
from stats.openapi import document
from stats.settings import Settings as StatsSettings
from ws_bridge.settings import Settings as WsBridgeSettings

ROOT = Path(__file__).parent.parent

SETTINGS: dict[str, type[Settings]] = {
    "mosquitto": BrokerSettings,
    "stats": StatsSettings,
    "alarms": AlarmsSettings,
    "media": MediaSettings,
    "serial-bridge": SerialBridgeSettings,
    "ws-bridge": WsBridgeSettings,
}

SYSTEMS = {
    "D": ("RLCD dashboard, WebSocket ports 8765 and 8766", 37),
    "C": ("Clock, WebSocket port 8901", 28),
    "E": ("E-ink displays, HTTP port 8000 and UDP port 51234", 38),
    "P": ("Selection panel, serial, HTTP and WebSocket port 8080", 31),
    "S": ("System monitor, HTTP port 8585", 24),
}
"""The older systems, each with the number of its contract's rows."""

_ROW = re.compile(r"test_([DCEPS]\d\d)_")


def compatibility() -> str:
    """Return docs/compatibility.md: each contract row with what it asks and its tests."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(ROOT.glob("tests/**/test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if found := _ROW.match(node.name):
                asks = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
                where = f"{file.relative_to(ROOT)}::{node.name}"
                rows.setdefault(found[1], []).append((asks, where))
    parts = [
        f"# Compatibility\n\n{docs.NOTE}\n",
        "Five older systems live on in Mantel, and their clients work unchanged.",
        "A row of their contracts is kept when a black-box test of its name passes.",
    ]
    for letter, (system, total) in SYSTEMS.items():
        proved = sorted(row for row in rows if row[0] == letter)
        parts.append(f"\n## {system}\n\n{len(proved)} of {total} rows.")
        if proved:
            parts.append("\n| row | what it asks | test |\n|---|---|---|")
        for row in proved:
            parts += [f"| {row} | {asks} | `{where}` |" for asks, where in rows[row]]
    return "\n".join([*parts, *_trmnl()]) + "\n"


def _trmnl() -> Iterator[str]:
    """Yield what is kept of the contract of TRMNL devices, which has sentences and no rows."""
    yield "\n## TRMNL devices, HTTP port 8000\n"
    yield "Each sentence of their contract that a server can break has a test of its own name."
    yield "\n| what it asks | test |\n|---|---|"
    for file in sorted(ROOT.glob("tests/e2e/test_trmnl_*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                name = node.name.removeprefix("test_").replace("_", " ")
                more = (ast.get_docstring(node) or "").replace("\n", " ")
                asks = f"{name[0].upper()}{name[1:]}. {more}".strip()
                yield f"| {asks} | `{file.relative_to(ROOT)}::{node.name}` |"


def openapi() -> str:
    """Return docs/openapi.json: what port 8585 answers at /openapi.json, for people to read."""
    return json.dumps(document(), indent=2) + "\n"


def openapi_media() -> str:
    """Return docs/openapi-media.json: what port 8000 answers at /openapi.json."""
    return json.dumps(displays_document(), indent=2) + "\n"


def generated() -> dict[str, str]:
    """Return every generated file: its path below the root, and its text."""
    return {
        ".env.example": docs.env_example(SETTINGS),
        "docs/settings.md": docs.settings_reference(SETTINGS),
        "docs/topics.md": docs.topics_reference(),
        "docs/asyncapi.json": docs.asyncapi(),
        "docs/openapi.json": openapi(),
        "docs/openapi-media.json": openapi_media(),
        "docs/compatibility.md": compatibility(),
        "mosquitto/acl": acl.render_users(),
        "mosquitto/acl.device": acl.render_device(),
    }


def main() -> int:
    """Write the files, or name those that would change."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for name, text in generated().items():
        path = ROOT / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale += 1
        print(f"{name} {'is not up to date: run `make docs`' if check else 'written'}")
        if not check:
            path.write_text(text, "utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
