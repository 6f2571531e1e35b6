"""Generated reference: settings, topics, AsyncAPI, all from the code itself. Pure.

`docs/generate.py` writes the files, and a test fails when one of them is not what this says.
"""

import re
from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from shared import __version__
from shared.settings import Settings, extra, hints
from shared.topic import Topic
from shared.topics import TOPICS

NOTE = "<!-- Made by `make docs` from the code; changes here are lost. -->"


def facts(kind: type[Settings]) -> list[tuple[str, str, str]]:
    """Return (name, default, description) of each setting of a service."""
    rows = []
    defaults = dict(zip(kind.__struct_fields__, kind.__struct_defaults__, strict=True))
    for field, annotated in hints(kind).items():
        description = ""
        for meta in get_args(annotated)[1:]:
            description = meta.description or description
        default = extra(annotated).get("default") or _text(defaults[field])
        rows.append((field.upper(), default, description))
    return rows


def _text(default: Any) -> str:  # noqa: ANN401
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def settings_help(service: str, kind: type[Settings]) -> str:
    """Return what `python -m SERVICE --help` prints."""
    lines = [f"Mantel {__version__}, service {service}. Set by the environment or by .env:\n"]
    for name, default, description in facts(kind):
        lines.append(f"  {name}={default}\n      {description}")
    lines.append("\nNAME_FILE names a file that holds the value of NAME.")
    return "\n".join(lines) + "\n"


def _shared_and_own(
    kinds: Mapping[str, type[Settings]],
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    common = facts(Settings)
    sections = [("every service", common)]
    for service, kind in kinds.items():
        sections.append((service, [row for row in facts(kind) if row not in common]))
    return sections


def settings_reference(kinds: Mapping[str, type[Settings]]) -> str:
    """Return docs/settings.md; `kinds` maps a service's name to its settings."""
    parts = [
        f"# Settings\n\n{NOTE}\n",
        "A setting comes from the environment, else from `.env`, else its default counts.",
        "An empty value means that it is not set.",
        "`NAME_FILE` names a file that holds the value of `NAME`, for secrets.",
        "Booleans are true/false, 1/0, yes/no, on/off.",
    ]
    for title, rows in _shared_and_own(kinds):
        parts.append(f"\n## {title.capitalize()}\n\n| setting | default | meaning |\n|---|---|---|")
        parts += [f"| `{n}` | {f'`{d}`' if d else ''} | {text} |" for n, d, text in rows]
    return "\n".join(parts) + "\n"


def env_example(kinds: Mapping[str, type[Settings]]) -> str:
    """Return .env.example: every setting with its default, commented out."""
    parts = [
        "# Copy to .env and change what you need; `docker compose up` and `make run` read it.",
        "# Made by `make docs` from the code. NAME_FILE=path reads the value of NAME from a file.",
    ]
    for title, rows in _shared_and_own(kinds):
        parts.append(f"\n# --- {title} ---")
        for name, default, text in rows:
            value = "" if " " in default or "`" in default else default
            default_note = f" (default: {default.strip('`')})" if value != default else ""
            parts.append(f"\n# {text}{default_note}\n#{name}={value}")
    return "\n".join(parts) + "\n"


def topics_reference() -> str:
    """Return docs/topics.md."""
    parts = [
        f"# Topics\n\n{NOTE}\n",
        "All topics stand under the root `mantel` (`MQTT_ROOT`), those of Home Assistant under",
        "`homeassistant` (`HA_DISCOVERY_PREFIX`).",
        "The last two columns name broker users: `device` is each device's own user, and",
        "`{service}` and `{id}` the one whose name the topic holds. `relay` is no broker user: a",
        "device of the relay may be given the right to it, and to what `device` may.\n",
        "| topic | QoS | retained | payload | about | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic in TOPICS:
        base = "homeassistant/" if topic.base == "discovery" else ""
        parts.append(
            f"| `{base}{topic.template}` | {topic.qos} | {'yes' if topic.retain else 'no'} "
            f"| {_payload(topic)} | {topic.about} "
            f"| {', '.join(topic.writers)} | {', '.join(topic.readers)} |"
        )
    parts.append("\n## Payloads\n\nTimes are RFC 3339 with offset; an absent value is `null`.")
    for name, schema in _schemas().items():
        parts.append(f"\n### {name}\n\n{schema.get('description', '')}\n")
        parts.append("| field | type | meaning |\n|---|---|---|")
        for field, kind in schema["properties"].items():
            parts.append(f"| `{field}` | {_kind(kind)} | {kind.get('description', '')} |")
    return "\n".join(parts) + "\n"


def _payload(topic: Topic[Any]) -> str:
    return _said(topic.payload)


def _said(kind: Any) -> str:  # noqa: ANN401
    """Return a payload's type as a reader says it."""
    if kind is bytes:
        return "bytes"
    if kind is Any:
        return "JSON"
    if kind is NoneType:
        return "null"
    if get_origin(kind) is UnionType:
        return " or ".join(_said(each) for each in get_args(kind))
    if get_origin(kind) is dict:
        return "JSON object"
    if get_origin(kind) is Literal:
        return " / ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) is list:
        return f"JSON list of [{get_args(kind)[0].__name__}](#{get_args(kind)[0].__name__.lower()})"
    return f"JSON [{kind.__name__}](#{kind.__name__.lower()})"


def _kind(schema: dict[str, Any]) -> str:
    """Return a JSON schema as a reader says it."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " / ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map to {_kind(schema['additionalProperties'])}"
    if schema.get("format") == "date-time":
        return "time"
    return str(schema.get("type", "any"))


def _models() -> Sequence[Any]:
    return [t.payload for t in TOPICS if t.payload is not bytes]


def _schemas() -> dict[str, Any]:
    """Return the JSON schema of every struct, by name."""
    _, found = msgspec.json.schema_components(_models(), ref_template="#/components/schemas/{name}")
    return {name: schema for name, schema in found.items() if "properties" in schema}


def asyncapi() -> str:
    """Return docs/asyncapi.json: the topics as an AsyncAPI 3.0 document.

    `send` and `receive` are the hub's own: a client does the opposite.
    """
    models = _models()
    shapes, schemas = msgspec.json.schema_components(
        models, ref_template="#/components/schemas/{name}"
    )
    shape_of = dict(zip(map(repr, models), shapes, strict=True))
    channels, operations = {}, {}
    for topic in TOPICS:
        key = re.sub(r"\W+", "_", topic.template.replace("{", "").replace("}", ""))
        base = "homeassistant" if topic.base == "discovery" else "mantel"
        message: dict[str, Any] = {"name": key, "contentType": "application/json"}
        if topic.payload is bytes:
            message["contentType"] = "application/octet-stream"
        else:
            message["payload"] = shape_of[repr(topic.payload)]
            if get_origin(topic.payload) is Literal:
                message["contentType"] = "text/plain"
        channels[key] = {
            "address": f"{base}/{topic.template}",
            "description": topic.about,
            "parameters": {name: {"description": f"The {name}"} for name in topic.parameters},
            "messages": {"message": message},
        }
        from_home = set(topic.writers) <= {"homeassistant", "operator", "device", "relay"}
        operations[f"{'receive' if from_home else 'send'}_{key}"] = {
            "action": "receive" if from_home else "send",
            "channel": {"$ref": f"#/channels/{key}"},
            "bindings": {"mqtt": {"qos": topic.qos, "retain": topic.retain}},
        }
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Mantel",
            "version": __version__,
            "description": "The topics of a hub for a home's little displays",
            "license": {"name": "MIT"},
        },
        "servers": {"broker": {"host": "localhost:1883", "protocol": "mqtt"}},
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
