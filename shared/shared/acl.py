"""The broker's access rights, rendered from the table of topics; Mosquitto denies all else. Pure.

Mosquitto asks for `read` when it delivers a message, not when somebody subscribes: a user may
subscribe to `#` and gets what is its own to read.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from shared.topic import Topic
from shared.topics import TOPICS
from shared.users import OWN, SCALED, SERVICES, USERS

Access = Literal["read", "write"]

ROOT = "mantel"
"""Root in the rendered files; `mosquitto/entrypoint` puts `MQTT_ROOT` in its place."""
PREFIX = "homeassistant"
"""Discovery prefix in the rendered files; there `HA_DISCOVERY_PREFIX` takes its place."""
DEVICE = "device"
"""In the table: each device that speaks MQTT, under a name of its own."""

_SERVICE = "{service}"
_HEAD = """\
# {what}
# Made by `make docs` from shared/shared/topics.py: change that, not this.
# {more}
"""


def render_users() -> str:
    """Return the text of `mosquitto/acl`: what each user of the hub may do."""
    head = _HEAD.format(
        what="What each user of the hub may read and write; all else is denied.",
        more="Each `user` gets a password at the next start of the broker.",
    )
    return head + "".join(f"\nuser {user}\n{_rights(user)}" for user in USERS)


def render_device() -> str:
    """Return the text of `mosquitto/acl.device`: what one device may do, %u being its name."""
    head = _HEAD.format(
        what="What a device that speaks MQTT may read and write; all else is denied.",
        more="mosquitto/entrypoint adds this for each device, with its name in place of %u.",
    )
    return f"{head}\nuser %u\n{_rights(DEVICE)}"


def allowed(
    user: str, access: Access, name: str, root: str = ROOT, discovery_prefix: str = PREFIX
) -> bool:
    """Tell whether `user` may read or write the concrete topic `name`.

    `user` is one of `USERS`; every other name is a device's. This asks the table and
    not the rendered text, so that each can be held against the other.
    """
    role = user if user in USERS else DEVICE
    if role == "operator" and access == "read" and name.split("/")[0] in (root, "$SYS"):
        return True
    for topic in TOPICS:
        fixed = replace(topic, template=topic.template.replace("{root}", root))
        levels = fixed.match(root if topic.base == "root" else discovery_prefix, name)
        if levels is None:
            continue
        service = levels.get("service")
        if _is_literal(topic) and service not in _instances(*SERVICES):
            continue
        roles = topic.readers if access == "read" else topic.writers
        if role in roles or (_SERVICE in roles and service in _instances(role)):
            return True
        if role == DEVICE and OWN in roles and levels["id"] == user:
            return True
    return False


def _rights(user: str) -> str:
    lines = []
    if user == "operator":
        lines += [
            f"# Whoever runs the hub sees all of it\ntopic read {ROOT}/#\n",
            "# How the broker does\ntopic read $SYS/#\n",
        ]
    for topic in TOPICS:
        read = dict(_filters(topic, topic.readers, user))
        write = dict(_filters(topic, topic.writers, user))
        if user == "operator" and topic.base == "root":
            read = {}
        for name, why in (read | write).items():
            access = ("read" if name in read else "") + ("write" if name in write else "")
            lines.append(f"# {why}\ntopic {access} {name}\n")
    return "".join(lines)


def _filters(topic: Topic[Any], roles: tuple[str, ...], user: str) -> Iterator[tuple[str, str]]:
    """Yield the topic filters that `roles` open to `user`, each with its reason."""
    base = ROOT if topic.base == "root" else PREFIX
    fixed = {"root": ROOT} if "root" in topic.parameters else {}
    if user in roles and not _is_literal(topic):
        yield topic.filter(base, **fixed), topic.about
    elif user in roles:
        for service in _instances(*SERVICES):
            yield topic.filter(base, service=service, **fixed), f"{topic.about} ({service})"
    elif OWN in roles and user == DEVICE:
        yield topic.filter(base, id="%u"), f"{topic.about} (its own)"
    elif _SERVICE in roles:
        for service in _instances(user):
            yield topic.filter(base, service=service, **fixed), f"{topic.about} ({service})"


def _is_literal(topic: Topic[Any]) -> bool:
    """Tell whether the service is only a part of its level, where no wildcard can stand."""
    return _SERVICE in topic.template and _SERVICE not in topic.template.split("/")


def _instances(*users: str) -> list[str]:
    """Return the names under which the services among `users` run, copies included."""
    return [
        name
        for user in users
        if user in SERVICES
        for name in (user, *(f"{user}-{n}" for n in range(1, SCALED.get(user, 0) + 1)))
    ]
