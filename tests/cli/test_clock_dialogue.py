"""What is heard on the clock's port."""

from datetime import UTC, datetime, timedelta

from mantel.clock_dialogue import Dialogue, ListedAlarm, Reply, listed

TICK = "2026-02-17T12:13:39+01:00"


def test_what_is_told() -> None:
    dialogue = Dialogue()
    for message in ("SESSION:abc", "TZN:CET", TICK, "ALRM:tea", 'ALRM:["one","two"]', "ALRM:[odd"):
        assert dialogue.hear(message) is None
    assert (dialogue.session, dialogue.zone) == ("abc", "CET")
    assert dialogue.at == datetime(2026, 2, 17, 11, 13, 39, tzinfo=UTC)
    assert dialogue.at.utcoffset() == timedelta(hours=1)
    assert dialogue.ringing == ["tea", "one", "two", "[odd"]
    dialogue.hear("2026-02-17T12:13:40+01:00")
    assert dialogue.ringing == []


def test_replies_belong_to_commands_in_their_order() -> None:
    dialogue = Dialogue()
    dialogue.ask("PING")
    dialogue.ask("FOO")
    assert dialogue.hear(TICK) is None
    assert dialogue.hear("OK:PONG") == Reply("PING", True, "PONG")
    assert str(dialogue.hear("ERR:unknown: FOO")) == "ERR:unknown: FOO"
    assert dialogue.hear("OK:nobody asked") is None


def test_rubbish_is_nothing() -> None:
    dialogue = Dialogue()
    for message in ("", "hello", "9999-99-99", "12", ":", "OK", "ALRM"):
        assert dialogue.hear(message) is None
    assert dialogue.at is None


def test_listed() -> None:
    told = '[{"name":"tea","time":"06:30:00","days":["Mon"],"ringing":true,"more":1}]'
    assert listed(told) == [ListedAlarm("tea", "06:30:00", ["Mon"], ringing=True)]
    assert listed("work, tea") is None
    assert listed('[{"time":"06:30"}]') is None
    assert listed('[{"name":"tea","more":' + "[" * 100_000) is None
