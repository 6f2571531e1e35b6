"""Stands in for `alarms` on a real broker: keeps sessions in memory, answers when it is let."""

from typing import Any

from msgspec.structs import replace

from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import ClockAlarm, ClockSession, Request, Response
from shared.subscription import Received


class SessionOwner:
    """`silent`: verbs that get no answer; `full`: nothing can be opened; `asked`: all that came."""

    def __init__(self, mqtt: Mqtt) -> None:
        self._mqtt = mqtt
        self.sessions: dict[str, ClockSession] = {}
        self.silent: set[str] = set()
        self.full = False
        self.asked: list[tuple[str, Request]] = []
        mqtt.subscribe(topics.CLOCK_REQUEST, self._take)

    def verbs(self, *without: str) -> list[str]:
        return [verb for verb, _ in self.asked if verb not in without]

    def show(self, name: str, session: ClockSession) -> None:
        self.sessions[name] = session
        self._mqtt.publish(topics.CLOCK_SESSION, session, hash=name)

    def clear(self, name: str) -> None:
        self._mqtt.clear(topics.CLOCK_SESSION, hash=name)

    def _take(self, received: Received[Request]) -> None:
        verb, request = received.levels["verb"], received.payload
        assert request is not None
        self.asked.append((verb, request))
        if verb in self.silent:
            return
        data, error = self._do(verb, request)
        self._mqtt.publish(
            topics.CLOCK_RESPONSE,
            Response(
                status="error" if error else "ok",
                data=data,
                error=error,
                transaction=request["transaction"],
            ),
            verb=verb,
        )

    def _do(self, verb: str, request: Request) -> tuple[dict[str, Any] | None, str | None]:
        name = request["session"]
        session = self.sessions.get(name)
        if verb == "open" and self.full:
            return None, "the disk is full"
        if verb == "open":
            known = session is not None
            if known or not request["resume"]:
                self.show(name, session or ClockSession(timezone="Europe/Rome", alarms=[]))
            return {"known": known}, None
        if session is None:
            return None, "unknown session"
        match verb:
            case "zone":
                self.show(name, replace(session, timezone=request["timezone"]))
            case "add":
                alarm = ClockAlarm(name=request["name"], time=request["time"])
                self.show(name, replace(session, alarms=[*session.alarms, alarm]))
            case "stop":
                return None, "nothing\nringing"
            case "end":
                del self.sessions[name]
                self.clear(name)
            case "close":
                self.clear(name)
        return None, None
