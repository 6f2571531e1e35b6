"""Whether every service would start with its settings, and what the settings are."""

import sys
from collections.abc import Mapping
from pathlib import Path

from mantel.checks.finding import Finding
from mantel.home import INSTALLED
from shared.errors import SettingsError
from shared.settings import Settings, load

BROKER = "mosquitto"

_MEND = "mend it in .env or the environment; docs/settings.md tells all"


def kinds() -> dict[str, type[Settings]] | None:
    """Return the settings of the broker and of each service; None where the hub is not installed.

    They are found as `make run` finds them, by its list of services.
    """
    if not (INSTALLED / "deploy/run.py").is_file():
        return None
    if str(INSTALLED) not in sys.path:
        sys.path.append(str(INSTALLED))
    from deploy import run

    return {BROKER: run.BrokerSettings} | {name: run.settings_of(name) for name in run.services()}


def check(
    every: Mapping[str, type[Settings]], environ: Mapping[str, str], home: Path
) -> tuple[list[Finding], dict[str, Settings]]:
    """Return what is wrong with settings, and those of each service that would start."""
    loaded: dict[str, Settings] = {}
    problems: dict[str, list[str]] = {}
    warnings: dict[str, None] = {}
    for service, kind in every.items():
        try:
            loaded[service], told = load(kind, environ, home)
        except SettingsError as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(service)
            continue
        warnings |= dict.fromkeys(told)
    found = [
        Finding("settings", "problem", f"{_said(services, every)}: {problem}", _MEND)
        for problem, services in problems.items()
    ]
    found += [Finding("settings", "warning", warning, _MEND) for warning in warnings]
    if loaded:
        file = home / ".env"
        where = f"{file} and the environment" if file.is_file() else "no .env, so the defaults"
        found.append(Finding("settings", "ok", f"{', '.join(loaded)}: can start ({where})"))
    return found, loaded


def _said(services: list[str], every: Mapping[str, object]) -> str:
    return "every service" if len(services) == len(every) else ", ".join(services)
