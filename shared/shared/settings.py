"""Settings: environment first, then `.env`, then the default; read once into a frozen object.

`NAME_FILE` names a file that holds the value of `NAME` (for secrets; `NAME` itself wins).
An empty value means "not set", except where a field says that empty is a value.
All problems are found in one go and raised together as SettingsError.
A field whose `extra` says `lenient` is one that an older system would start with whatever it is
set to: what is out of range is clamped, what is no value is the default, with a warning for each.
"""

import difflib
import math
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from shared.errors import SettingsError
from shared.lenient import forgiven

S = TypeVar("S", bound="Settings")

Port = Annotated[int, Meta(ge=1, le=65535)]
PortOrOff = Annotated[int, Meta(ge=0, le=65535)]

HOST_NAME_FILE = Path("/run/host/hostname")
"""Where compose mounts the host's name: a container's own name changes with each build."""

_ELSEWHERE = frozenset({"MANTEL_HOME", "MANTEL_UID", "MQTT_WEBSOCKETS_PORT", "WS_BRIDGE_COPIES"})
"""Names of ours that compose, make, the broker or the command read, not a service."""

_BOOLEANS = {"true": True, "1": True, "yes": True, "on": True} | {
    "false": False, "0": False, "no": False, "off": False,
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service reads. A service adds its own fields in a subclass."""

    prefixes: ClassVar[tuple[str, ...]] = ("MANTEL_", "MQTT_", "HA_DISCOVERY_", "LOG_")

    mantel_node: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9_-]{1,64}$",
            description="Name of this host in topics and in Home Assistant",
            extra={"default": "the host's name"},
        ),
    ] = ""
    mantel_instance: Annotated[
        str,
        Meta(
            pattern="^([1-9]?|auto)$",
            description="Number of this copy of ws-bridge, 1 to 9; auto: that of its container",
        ),
    ] = ""
    mantel_heartbeat: Annotated[
        str, Meta(description="File that is touched every 5 s for a health check; empty: none")
    ] = ""
    mqtt_host: Annotated[str, Meta(description="The broker's host name or address")] = "localhost"
    mqtt_port: Annotated[Port, Meta(description="The broker's port")] = 1883
    mqtt_username: Annotated[str, Meta(description="The broker's user for this service")] = ""
    mqtt_password: Annotated[str, Meta(description="Its password", extra={"secret": True})] = ""
    mqtt_tls: Annotated[bool, Meta(description="Speak TLS to the broker")] = False
    mqtt_ca_file: Annotated[
        str, Meta(description="Certificate authority to trust; empty: the system's")
    ] = ""
    mqtt_protocol: Annotated[Literal["5", "3.1.1"], Meta(description="MQTT version")] = "5"
    mqtt_root: Annotated[
        str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$", description="First level of every topic")
    ] = "mantel"
    ha_discovery_prefix: Annotated[
        str,
        Meta(
            pattern=r"^[a-zA-Z0-9_/-]{0,64}$",
            description="Home Assistant's discovery prefix; empty: no discovery",
            extra={"empty": True},
        ),
    ] = "homeassistant"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Meta(description="Least level that is logged")
    ] = "INFO"
    log_format: Annotated[Literal["text", "json"], Meta(description="Form of a log line")] = "text"
    tz: Annotated[
        str, Meta(description="Time zone, such as Europe/Paris", extra={"default": "the host's"})
    ] = ""

    @property
    def service_suffix(self) -> str:
        """What a copy appends to the service's name in client id and availability topic."""
        return f"-{self.mantel_instance}" if self.mantel_instance else ""

    def problems(self) -> list[str]:
        """Return what is wrong with values taken together, one sentence each."""
        return []

    def __repr__(self) -> str:
        """Show everything but the secrets."""
        shown = (
            f"{field}={'***' if 'secret' in extra(kind) else getattr(self, field)!r}"
            for field, kind in hints(type(self)).items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def hints(kind: type[Settings]) -> dict[str, Any]:
    """Return the annotated type of each field, in order."""
    every = get_type_hints(kind, include_extras=True)
    return {field: every[field] for field in kind.__struct_fields__}


def extra(annotated: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the `extra` facts of an annotated type: secret, empty, default, lenient."""
    facts: dict[str, Any] = {}
    for meta in get_args(annotated)[1:]:
        facts |= meta.extra or {}
    return facts


def load(
    kind: type[S], environ: Mapping[str, str], directory: Path = Path()
) -> tuple[S, list[str]]:
    """Return the settings and a list of warnings; SettingsError with every problem found.

    `.env` is looked for in `directory`, as are relative paths of `NAME_FILE`.
    """
    problems: list[str] = []
    warnings: list[str] = []
    values = _env_file(directory / ".env", problems) | {k: v for k, v in environ.items() if v}
    values |= {k: "" for k, v in environ.items() if not v and k not in values}
    fields: dict[str, Any] = {}
    known: set[str] = set(_ELSEWHERE)
    for field, annotated in hints(kind).items():
        name = field.upper()
        known |= {name, f"{name}_FILE"}
        text = _text(name, values, directory, problems)
        if text is None or (text == "" and "empty" not in extra(annotated)):
            continue
        try:
            if "lenient" in extra(annotated):
                text = forgiven(name, text, annotated, warnings)
                if text is None:
                    continue
            fields[field] = _convert(text, annotated)
            if (name, text) == ("MANTEL_INSTANCE", "auto"):
                from shared.replica import instance  # only where there are copies

                fields[field] = instance()
        except ValueError as error:
            given = "" if "secret" in extra(annotated) else f"={text}"
            problems.append(f"{name}{given}: {error}")
    fields.setdefault("mantel_node", host_name())
    settings = kind(**fields)
    problems += settings.problems() + _zone_problems(settings.tz)
    if problems:
        raise SettingsError(problems)
    return settings, warnings + _unknown(values, known, kind.prefixes)


def host_name() -> str:
    """Return the host's name as it may stand in a topic."""
    try:
        name = HOST_NAME_FILE.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = socket.gethostname()
    name = re.sub(r"[^a-z0-9_-]+", "-", name.split(".")[0].lower()).strip("-")
    return name[:64] or "host"


def _env_file(path: Path, problems: list[str]) -> dict[str, str]:
    try:
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8") as stream:
            return {
                k: v
                for k, v in dotenv_values(stream=stream, interpolate=False).items()
                if v is not None
            }
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}


def _text(name: str, values: Mapping[str, str], directory: Path, problems: list[str]) -> str | None:
    """Return what is set for `name`, itself or by its file; None when nothing is."""
    file = values.get(f"{name}_FILE", "")
    if values.get(name) or not file:
        return values.get(name)
    try:
        return (directory / file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE={file}: cannot be read ({error})")
        return None


def _zone_problems(zone: str) -> list[str]:
    if zone:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            return [f"TZ={zone}: no such time zone (example: Europe/Paris)"]
    return []


def _convert(text: str, annotated: Any) -> Any:  # noqa: ANN401
    """Return the value that `text` stands for; ValueError with what is expected."""
    plain = get_args(annotated)[0] if get_origin(annotated) is Annotated else annotated
    while get_origin(plain) is Annotated:
        plain = get_args(plain)[0]
    if plain is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("must be one of true, false, 1, 0, yes, no, on, off")
        return _BOOLEANS[text.lower()]
    value: Any = text
    if get_origin(plain) is tuple:
        value = tuple(part.strip() for part in text.split(",") if part.strip())
    elif plain in (int, float):
        try:
            value = plain(text)
        except ValueError:
            raise ValueError("must be a number") from None
        if not math.isfinite(value):
            raise ValueError("must be a finite number")
    elif get_origin(plain) is Literal and text not in get_args(plain):
        upper = text.upper()
        if upper not in get_args(plain):
            raise ValueError(f"must be one of {', '.join(get_args(plain))}")
        value = upper
    try:
        return msgspec.convert(value, annotated)
    except msgspec.ValidationError as error:
        raise ValueError(str(error).replace("`", "")) from None


def _unknown(values: Mapping[str, str], known: set[str], prefixes: tuple[str, ...]) -> list[str]:
    """Return a warning for each name that begins like one of ours and is none."""
    warnings = []
    for name in sorted(values):
        if name.startswith(prefixes) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = f"; did you mean {near[0]}?" if near else ""
            warnings.append(f"setting {name} is not known and has no effect{hint}")
    return warnings
