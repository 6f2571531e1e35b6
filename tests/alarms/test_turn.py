"""What is asked in one turn; nothing is stored or told here."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from alarms.holdings import Holdings
from alarms.session import Instant, Session
from alarms.session_requests import read_ask
from alarms.turn import Asked, Seen, Turn
from shared.payloads import Response

AT = Instant(datetime(2026, 2, 17, 11, tzinfo=UTC), ZoneInfo("Europe/Paris"))
A, B = "a" * 32, "b" * 32


def asked(verb: str, session: str = A, holder: str = "pi/bridge", **fields: Any) -> Asked:
    own = {"session": session, "holder": holder, "transaction": 1}
    return Asked(verb, read_ask(verb, json.dumps(own | fields).encode()))


class Desk:
    """Sessions and holdings, and a turn of them."""

    def __init__(self, **known: Session) -> None:
        self.known = known
        self.holdings = Holdings(2)
        self.holdings.see("pi/bridge", online=True)
        self.unread: set[str] = set()
        self.draft: dict[str, Session | None] = {}

    def turn(self, *waiting: Asked | Seen) -> list[Response]:
        turn = Turn(self.known, self.unread, self.holdings, AT, 0.0)
        answers = [response for _, response in turn.answer(waiting)]
        self.draft = turn.draft
        return answers

    def data(self, *waiting: Asked | Seen) -> list[object]:
        answers = self.turn(*waiting)
        assert [each.status for each in answers] == ["ok"] * len(answers), answers
        return [each.data for each in answers]

    def error(self, *waiting: Asked | Seen) -> str:
        answer = self.turn(*waiting)[-1]
        assert answer.status == "error"
        return answer.error or ""


def test_opening() -> None:
    """What is to be resumed is not made; what is made is known in the same turn."""
    desk = Desk()
    assert desk.data(asked("open", resume=True)) == [{"known": False}]
    assert (desk.draft, len(desk.holdings)) == ({}, 0)
    assert desk.data(asked("open"), asked("open", resume=True)) == [
        {"known": False},
        {"known": True},
    ]
    assert desk.draft == {A: Session()}
    assert A in desk.holdings


def test_one_request_sees_what_the_one_before_has_done() -> None:
    """In the draft; what is known stays as it is."""
    desk = Desk(**{A: Session(timezone="UTC")})
    desk.data(asked("add", name="tea", time="11:00:00"), asked("stop"), asked("delete", name="tea"))
    assert desk.draft == {A: Session(timezone="UTC")}
    assert desk.error(asked("end"), asked("stop")) == "there is no such session"
    assert desk.draft == {A: None}
    assert A not in desk.holdings


def test_a_holder_that_goes_between_two_requests() -> None:
    """They are taken in the order in which they came."""
    desk = Desk(**{A: Session(), B: Session()})
    desk.data(asked("open"), Seen("pi/bridge", online=False), asked("open", B, "pi/other"))
    assert A not in desk.holdings
    assert B in desk.holdings


def test_what_is_refused() -> None:
    """In words; a close is never."""
    desk = Desk(**{A: Session(), B: Session()})
    desk.unread = {A}
    assert "cannot be read" in desk.error(asked("open"))
    assert "cannot be read" in desk.error(asked("end"))
    assert desk.data(asked("close")) == [None]
    desk.unread = set()
    assert desk.error(asked("zone", timezone="Nowhere")).startswith("unknown timezone")
    assert "too many" in desk.error(asked("open"), asked("open", B), asked("open", "c" * 32))
    assert desk.draft == {}
