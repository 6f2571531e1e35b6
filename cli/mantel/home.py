"""Where the hub is, and how its broker is reached: what somebody sets, else what is there.

The folder of the hub is the one that holds its `compose.yaml`: `MANTEL_HOME`, else the working
directory or the nearest one above it, as git does it, else the folder that this command was
installed from. In a container there is none, and the environment says everything.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shared.errors import MantelError
from shared.settings import Settings, load
from shared.users import SERVICES

OPERATOR = "operator"
"""The broker user of whoever runs the hub."""
OWN_BROKER = frozenset({"localhost", "127.0.0.1", "::1"})

INSTALLED = Path(__file__).resolve().parents[2]
"""The folder of the hub, where this command was installed from one."""

_MARK = "deploy/broker"
_ASK_SECONDS = 20


class AccessError(MantelError):
    """It is not known how to reach the broker; the message says what to set."""


@dataclass(frozen=True)
class Access:
    """How to reach the broker; `origin` says where its user and password come from."""

    settings: Settings
    origin: str


def find(environ: Mapping[str, str], directory: Path) -> Path | None:
    """Return the folder of the hub; AccessError when `MANTEL_HOME` is none."""
    if named := environ.get("MANTEL_HOME", ""):
        home = directory / Path(named).expanduser()
        if not home.is_dir():
            raise AccessError(f"MANTEL_HOME={named}: no such folder")
        return home.resolve()
    here = directory.resolve()
    for folder in (here, *here.parents, INSTALLED):
        if (folder / _MARK).is_file():
            return folder
    return None


def access(
    environ: Mapping[str, str], directory: Path, home: Path | None, options: Mapping[str, str]
) -> Access:
    """Return how to reach the broker: `options` first, then the settings, then our own files.

    `options` are settings by name. Raises SettingsError with every problem of the settings, and
    AccessError when our own broker is meant and its password cannot be had.
    """
    given = {name: text for name, text in options.items() if text}
    if file := given.pop("MQTT_PASSWORD_FILE", ""):
        # The value, since MQTT_PASSWORD from elsewhere would beat the name of a file
        given["MQTT_PASSWORD"] = _text(directory / file)
    settings, _ = load(Settings, {**environ, **given}, home or directory)
    if settings.mqtt_username in SERVICES:
        raise AccessError(
            f"{settings.mqtt_username} is the broker's user of that service, which sees its own "
            "topics alone: docker compose run --rm mantel, or --username and --password-file"
        )
    if settings.mqtt_password or settings.mqtt_host not in OWN_BROKER:
        return Access(settings, "the settings" if settings.mqtt_username else "nowhere")
    user = settings.mqtt_username or OPERATOR
    password, origin = _own_password(user, home)
    return Access(
        msgspec.structs.replace(settings, mqtt_username=user, mqtt_password=password), origin
    )


def _own_password(user: str, home: Path | None) -> tuple[str, str]:
    """Return a user's password as our broker keeps it, and where that was found."""
    if home is None:
        raise AccessError(
            f"no password for the broker's user {user}: set MQTT_PASSWORD or MQTT_PASSWORD_FILE, "
            "or type the command in the folder of the hub (or set MANTEL_HOME)"
        )
    file = Path("data/mosquitto/credentials") / user / "password"
    try:
        return (home / file).read_text("utf-8").strip(), str(file)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise AccessError(
            f"{home / file}: {error.strerror}: put sudo before the command, "
            "or set MQTT_PASSWORD_FILE"
        ) from None
    return _asked_password(user, home), "make credentials"


def _asked_password(user: str, home: Path) -> str:
    """Return a user's password from a broker that runs under compose."""
    try:
        asked = subprocess.run(  # noqa: S603
            [home / _MARK, "credentials"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=False,
        )
        told = dict(line.split(maxsplit=1) for line in asked.stdout.splitlines() if " " in line)
        said = " ".join(asked.stderr.split())
    except (OSError, subprocess.TimeoutExpired) as error:
        told, said = {}, str(error)
    if user in told:
        return told[user].strip()
    raise AccessError(
        f"no password for the broker's user {user}: {said or 'the broker does not know it'}"
    )


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"{file}: cannot be read ({error})") from None
