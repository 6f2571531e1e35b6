"""What a connection of the clock is told, second by second."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.payloads import ClockAlarm, ClockSession
from ws_bridge.clock import STATE_SECONDS, Copy, Face, Second
from ws_bridge.wire import text_frame

NOW = datetime(2026, 2, 17, 11, 13, 39, tzinfo=UTC)
HOME = ZoneInfo("Europe/Berlin")


def session(timezone: str = "Europe/Paris", *ringing: str) -> ClockSession:
    alarms = [ClockAlarm(name="quiet", time="06:30:00")]
    alarms += [ClockAlarm(name=name, time="06:30:00", ringing=True) for name in ringing]
    return ClockSession(timezone=timezone, alarms=alarms)


def face_of(state: ClockSession | None) -> Face:
    copy = Copy()
    copy.take(state)
    return Face(copy, "name", 0.0)


def told(face: Face, at: datetime = NOW) -> list[str]:
    frames = Second(at, HOME).frames(face)
    texts = []
    while frames:
        assert frames[0] == 0x81
        end = 2 + frames[1]
        texts.append(frames[2:end].decode())
        frames = frames[end:]
    return texts


def test_a_zone_is_told_before_the_first_tick_and_not_again() -> None:
    """The tick is ISO 8601 with seconds and offset."""
    face = face_of(session())
    assert told(face) == ["TZN:CET", "2026-02-17T12:13:39+01:00"]
    assert told(face, NOW + timedelta(seconds=1)) == ["2026-02-17T12:13:40+01:00"]


def test_the_hub_s_zone_stands_in_until_the_session_s_is_known() -> None:
    """Two zones of one name are two zones: each change is told."""
    face = face_of(None)
    assert told(face) == ["TZN:CET", "2026-02-17T12:13:39+01:00"]
    face.copy.take(session("Europe/Paris"))
    assert told(face)[0] == "TZN:CET"
    assert face.copy.take(session("")), "the hub's, which has no name on some hosts"
    assert told(face)[0] == "TZN:CET"
    face.copy.take(session("Asia/Tokyo"))
    assert told(face) == ["TZN:JST", "2026-02-17T20:13:39+09:00"]
    assert face.copy.take(session("Mars/Olympus")) is False
    assert told(face) == ["TZN:CET", "2026-02-17T12:13:39+01:00"]


def test_daylight_saving_time() -> None:
    """Both switches, a zone of half an hour among them, name the zone before the tick."""
    for zone, moment, before, after in (
        ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC), "CET", "CEST"),
        ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC), "CEST", "CET"),
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC), "EST", "EDT"),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), "+11", "+1030"),
    ):
        face = face_of(session(zone))
        assert told(face, moment - timedelta(seconds=1))[0] == f"TZN:{before}"
        assert told(face, moment)[0] == f"TZN:{after}"
        assert len(told(face, moment + timedelta(seconds=1))) == 1


def test_what_rings_follows_the_tick() -> None:
    """One message each, or one array, in the order of the alarms."""
    face = face_of(session("UTC", "work", "thé"))
    assert told(face)[1:] == ["2026-02-17T11:13:39+00:00", "ALRM:work", "ALRM:thé"]
    face.form = "json"
    assert told(face)[1:] == ['ALRM:["work","thé"]']
    face.copy.take(session("UTC"))
    assert len(told(face)) == 1
    face.copy.take(None)
    assert len(told(face)) == 2, "zone and tick"


def test_frames_of_a_zone_are_built_once() -> None:
    """Five hundred faces are written the same bytes."""
    second = Second(NOW, HOME)
    one, two = face_of(session()), face_of(session())
    second.frames(one)
    second.frames(two)
    assert second.frames(one) is second.frames(two)
    assert second.frames(one) == text_frame(b"2026-02-17T12:13:39+01:00")


def test_the_first_tick_waits_a_little_for_the_state() -> None:
    """And no longer than that."""
    face = face_of(None)
    assert not face.is_ready(STATE_SECONDS - 0.01)
    assert face.is_ready(STATE_SECONDS)
    face.copy.take(session())
    assert face.is_ready(0)
