"""The rules of docs/architecture.md that a machine can check."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "shared": ROOT / "shared/shared",
    "stats": ROOT / "services/stats/stats",
    "alarms": ROOT / "services/alarms/alarms",
    "media": ROOT / "services/media/media",
    "serial_bridge": ROOT / "services/serial-bridge/serial_bridge",
    "ws_bridge": ROOT / "services/ws-bridge/ws_bridge",
    "mantel": ROOT / "cli/mantel",
}
NO_SERVICES = {"shared", "mantel"}
MODULES = [file for folder in PACKAGES.values() for file in sorted(folder.rglob("*.py"))]
CORE_MAY_NOT = {"asyncio", "socket", "subprocess", "threading", "time", "random", "os"}
ONE_MODULE_EACH = {
    "aiomqtt": {"shared/shared/client.py"},
    "websockets": {
        "services/ws-bridge/ws_bridge/line.py",
        "services/ws-bridge/ws_bridge/inbox.py",
        "services/ws-bridge/ws_bridge/browser_socket.py",
        "cli/mantel/clock_port.py",
    },
    "docker": {"services/stats/stats/engine.py"},
    "psutil": {"services/stats/stats/host.py", "services/stats/stats/sensors.py"},
    "serial": {"services/serial-bridge/serial_bridge/port.py"},
    "miniaudio": {"services/media/media/audio/decoder.py"},
    "typst": {"services/media/media/dashboard/typesetter.py"},
    "PIL": {
        "services/media/media/display/splash.py",
        "services/media/media/dashboard/card.py",
        "services/media/media/dashboard/card_icons.py",
        *(
            f"services/media/media/bitmap/{module}.py"
            for module in (
                "picture",
                "scaling",
                "header",
                "saliency",
                "ink",
                "preview",
                "drawing",
                "calibration",
                "charge_mark",
                "jpeg",
                "pipeline",
            )
        ),
    },
    "ifaddr": {"services/media/media/display/addresses.py"},
    "zeroconf": {"services/media/media/display/mdns.py"},
    "feedparser": {"services/media/media/source/news.py"},
    "httpx": {"services/media/media/source/web.py"},
    "icalendar": {"services/media/media/source/events.py"},
    "recurring_ical_events": {"services/media/media/source/events.py"},
    "httptools": {"shared/shared/http/connection.py"},
    "paho": {"cli/mantel/broker.py", "shared/shared/testing/client.py"},
}


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def imports(file: Path) -> frozenset[str]:
    """Return the top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(file)}: absolute imports only"
            found.add((node.module or "").split(".")[0])
    return frozenset(found)


def test_packages_are_all_known() -> None:
    """A new service is held to the same rules."""
    folders = {path.parent for path in ROOT.glob("services/*/*/__init__.py")}
    assert folders == {folder for name, folder in PACKAGES.items() if name not in NO_SERVICES}


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_a_module_has_a_docstring_and_one_reading_of_length(file: Path) -> None:
    """At most 250 lines: more is usually two things that met."""
    text = file.read_text()
    assert ast.get_docstring(ast.parse(text)), name(file)
    assert len(text.splitlines()) <= 250


def test_core_modules_do_no_io() -> None:
    """Who says "Pure." imports nothing that waits, rolls dice or looks at the clock."""
    pure = [
        file
        for file in MODULES
        if (ast.get_docstring(ast.parse(file.read_text())) or "").endswith("Pure.")
    ]
    assert len(pure) > 10
    for file in pure:
        assert not CORE_MAY_NOT & imports(file), name(file)


def test_no_service_knows_another() -> None:
    """Nor does what they share know any, nor the command, which no service knows."""
    services = set(PACKAGES) - {"shared"}
    for package, folder in PACKAGES.items():
        for file in folder.rglob("*.py"):
            assert not (services - {package}) & imports(file), name(file)


def test_an_io_library_appears_in_one_module() -> None:
    """So that it can be replaced, and its faults are caught in one place."""
    for library, homes in ONE_MODULE_EACH.items():
        found = {
            name(file)
            for file in MODULES
            if library in imports(file) and file.name != "fake_broker.py"
        }
        assert found == homes, library


def test_the_command_line_is_of_the_command_alone() -> None:
    """A service is configured by the environment, and prints nothing but its log."""
    for file in MODULES:
        if PACKAGES["mantel"] not in file.parents:
            assert not {"click", "rich"} & imports(file), name(file)


def test_main_is_the_same_in_all_services() -> None:
    """But for the name of the service, after which the imports are sorted."""
    texts = set()
    for package, folder in PACKAGES.items():
        if package not in NO_SERVICES:
            names = rf"\b({package}|{package.replace('_', '-')})\b"
            text = re.sub(names, "NAME", (folder / "__main__.py").read_text())
            texts.add(tuple(sorted(text.splitlines())))
    assert len(texts) == 1


def test_topics_are_written_in_the_table_alone() -> None:
    """No string elsewhere looks like one."""
    for file in MODULES:
        if file.name in {"topics.py", "docs.py"}:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b(host|service|alarm|panel|display)/[{+]", node.value), (
                    f"{name(file)}:{node.lineno}"
                )


def test_only_the_lifecycle_catches_everything() -> None:
    """An expected fault is handled where it is, by its own name."""
    for file in MODULES:
        if file.name == "lifecycle.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                assert caught not in {"everything", "Exception", "BaseException"}, name(file)


def test_generated_files_are_up_to_date() -> None:
    """`make docs` was run."""
    from docs import generate

    for path, text in generate.generated().items():
        assert (ROOT / path).read_text() == text, f"{path}: run `make docs`"


def test_every_decision_is_in_the_list() -> None:
    """docs/adr/README.md names each file."""
    listed = (ROOT / "docs/adr/README.md").read_text()
    for file in ROOT.glob("docs/adr/0*.md"):
        assert f"]({file.name})" in listed, file.name


def test_links_between_documents_lead_somewhere() -> None:
    """Relative links of every Markdown file."""
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text()):
            assert (file.parent / target).exists(), f"{name(file)}: {target}"
