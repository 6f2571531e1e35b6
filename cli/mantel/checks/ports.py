"""Who has the ports that the hub wants on this machine."""

import socket
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from mantel.checks.configuration import BROKER
from mantel.checks.finding import Finding
from shared.settings import Settings

if TYPE_CHECKING:
    from deploy.ports import Owner

_ANSWER_SECONDS = 2.0


def check(settings: Mapping[str, Settings], online: Collection[str]) -> list[Finding]:
    """Return a finding for each port; `online` are the services that say so, broker included."""
    from deploy import ports

    owners = ports.owners()
    found: list[Finding] = []
    every: dict[str, int] = {}
    for service, own in settings.items():
        wanted = ports.wanted([own])
        if service == BROKER:
            if not getattr(own, "own", True):
                continue
            wanted = {"MQTT_PORT": own.mqtt_port} | wanted
        every |= wanted
        for name, port in wanted.items():
            owner = owners.get(port)
            there = answers(port) if owner is None and service in online else False
            found.append(judge(service, name, port, owner, service in online, there))
    twice = ports.clashes(every, {})
    return found + [
        Finding("ports", "problem", text, f"set {name} to another port in .env")
        for name, text in twice.items()
    ]


def judge(
    service: str, name: str, port: int, owner: "Owner | None", online: bool, answers: bool
) -> Finding:
    """Return the verdict on one port: `owner` listens on it, and `service` should."""
    subject = f"port {port} ({name})"
    if owner is None:
        if answers:
            return Finding("ports", "ok", f"{subject} answers; {service} has it")
        if online:
            text = f"{subject}: nobody listens, though {service} is online"
            return Finding("ports", "warning", text, "its log says why")
        return Finding("ports", "ok", f"{subject} is free for {service}")
    ours = service if service == BROKER else f"-m {service.replace('-', '_')}"
    if ours in owner.command:
        return Finding("ports", "ok", f"{subject} is {service}'s (process {owner.pid})")
    if online and (owner.pid is None or "docker" in owner.command):
        return Finding("ports", "ok", f"{subject} answers; {service} is online")
    return Finding(
        "ports",
        "problem",
        f"{subject} is taken by {owner}",
        f"stop that, or set {name} to another port in .env",
    )


def answers(port: int) -> bool:
    """Tell whether somebody takes a connection on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), _ANSWER_SECONDS).close()
    except OSError:
        return False
    return True
