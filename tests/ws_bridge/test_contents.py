"""From picture and sound on the topics to what an RLCD dashboard is told."""

import itertools
import json
import random
from datetime import UTC, datetime
from hashlib import blake2b

import pytest
from msgspec.structs import replace

from shared.payloads import AudioFormat, DisplayFrame
from ws_bridge.contents import NOTHING, SILENCE_SECONDS, Contents, Scene, steps
from ws_bridge.wire import binary_frame

IDLE, ALARM, OTHER = bytes(5000), b"\xff" * 5000, b"\x0f" * 5000
CHUNK = bytes(range(256)) * 16
PLAYING = AudioFormat(
    state="playing", sample_rate=44100, channels=2, bits=16, alarm="morning", ring=1
)
SILENT = AudioFormat(state="idle", alarm="morning", ring=1)

_minutes = itertools.count()


def frame_of(bitmap: bytes, source: str = "idle") -> DisplayFrame:
    return DisplayFrame(
        version=blake2b(bitmap, digest_size=16).hexdigest(),
        width=200,
        height=200,
        format="1bit",
        bytes=len(bitmap),
        source=source,
        at=datetime.fromtimestamp(60 * next(_minutes), UTC),
    )


def show(contents: Contents, bitmap: bytes) -> None:
    contents.take_bitmap(bitmap)
    assert contents.take_frame(frame_of(bitmap))


def messages(frames: bytes) -> list[str | bytes]:
    """What a client reads: the type of a text message or a bitmap or chunk."""
    read: list[str | bytes] = []
    while frames:
        head, length = 2, frames[1]
        if length == 126:
            head, length = 4, int.from_bytes(frames[2:4])
        body, frames = frames[head : head + length], frames[head + length :]
        read.append(json.loads(body)["type"] if body.startswith(b"{") else body)
    return read


def told(contents: Contents, before: Scene) -> list[str | bytes]:
    return messages(steps(before, contents.scene))


def test_a_picture_is_a_header_and_its_bitmap() -> None:
    """With exactly the contract's keys and numbers, once both topics have told of it."""
    contents = Contents()
    contents.take_bitmap(IDLE)
    assert contents.scene is NOTHING
    contents.take_frame(frame_of(IDLE))
    header = b'{"type":"status_image","width":200,"height":200}'
    frames = steps(NOTHING, contents.scene)
    assert frames == b"\x81" + bytes((len(header),)) + header + binary_frame(IDLE)


def test_the_whole_cycle() -> None:
    """Picture, start with the true format, chunks, stop, idle picture."""
    contents = Contents()
    show(contents, IDLE)
    idle = contents.scene
    show(contents, ALARM)
    assert told(contents, idle) == ["status_image", ALARM]
    alarm = contents.scene
    contents.take_format(PLAYING)
    assert contents.scene is alarm, "a format alone is no sound"
    assert contents.take_chunk(CHUNK, 0) == binary_frame(CHUNK)
    start = steps(alarm, contents.scene)
    assert start[2:] == b'{"type":"alarm_start","sample_rate":44100,"channels":2,"bits":16}'
    playing = contents.scene
    assert contents.take_chunk(CHUNK[:100], 1) == binary_frame(CHUNK[:100])
    assert contents.scene is playing
    contents.take_format(SILENT)
    assert told(contents, playing) == ["alarm_stop"]
    over = contents.scene
    assert contents.take_chunk(CHUNK, 2) == b"", "one that was still on its way"
    show(contents, IDLE)
    assert told(contents, over) == ["status_image", IDLE]


def test_a_picture_in_mid_alarm_waits_for_its_end() -> None:
    """The newest of them follows alarm_stop."""
    contents = Contents()
    show(contents, ALARM)
    contents.take_format(PLAYING)
    contents.take_chunk(CHUNK, 0)
    playing = contents.scene
    show(contents, OTHER)
    show(contents, IDLE)
    assert contents.scene is playing
    contents.take_format(SILENT)
    assert told(contents, playing) == ["alarm_stop", "status_image", IDLE]


def test_a_late_joiner_and_one_that_was_behind() -> None:
    """Both come to the scene of the moment, whatever they missed."""
    contents = Contents()
    show(contents, ALARM)
    contents.take_format(PLAYING)
    contents.take_chunk(CHUNK, 0)
    assert told(contents, NOTHING) == ["status_image", ALARM, "alarm_start"]
    first = contents.scene
    contents.take_format(SILENT)
    show(contents, OTHER)
    contents.take_format(replace(PLAYING, ring=2))
    contents.take_chunk(CHUNK, 1)
    assert told(contents, first) == ["alarm_stop", "status_image", OTHER, "alarm_start"]


def test_a_bitmap_is_never_shown_with_the_frame_of_another() -> None:
    """Neither between the two topics of a change, nor when their publisher died there."""
    contents = Contents()
    show(contents, IDLE)
    idle = contents.scene
    contents.take_bitmap(ALARM)
    assert contents.scene is idle
    assert not contents.take_frame(frame_of(OTHER))
    assert not contents.take_frame(replace(frame_of(ALARM), bytes=4999))
    assert not contents.take_frame(replace(frame_of(ALARM), width=208))
    assert contents.scene is idle
    contents.take_bitmap(bytes(20_000))
    assert not contents.take_frame(replace(frame_of(bytes(20_000)), width=400, height=400))
    assert contents.scene is idle, "larger than a client takes"
    contents.take_frame(frame_of(OTHER))
    contents.take_bitmap(OTHER)  # another broker may send what is retained in another order
    assert told(contents, idle) == ["status_image", OTHER]


def test_what_is_sent_again_after_a_reconnect_changes_nothing() -> None:
    """Retained states come once more; a new number of listeners is no new sound."""
    contents = Contents()
    frame = frame_of(ALARM)
    for _ in range(2):
        contents.take_bitmap(ALARM)
        contents.take_frame(frame)
        contents.take_format(PLAYING)
        contents.take_chunk(CHUNK, 0)
        scene = contents.scene
    contents.take_format(replace(PLAYING, listeners=7))
    assert contents.scene is scene
    contents.take_format(replace(PLAYING, ring=2))
    assert contents.scene.sound is None, "another ring is another sound"


def test_sound_that_stays_away_is_over_and_may_go_on() -> None:
    """So that no display hangs in an alarm whose player has died."""
    contents = Contents()
    show(contents, ALARM)
    assert contents.silent_in(0) is None
    contents.take_format(PLAYING)
    contents.take_chunk(CHUNK, 10)
    contents.take_chunk(CHUNK, 11)
    assert contents.silent_in(11) == SILENCE_SECONDS
    assert contents.silent_in(11 + SILENCE_SECONDS) == 0
    playing = contents.scene
    contents.silence()
    assert told(contents, playing) == ["alarm_stop"]
    silent = contents.scene
    contents.silence()
    assert contents.scene is silent
    contents.take_chunk(CHUNK, 20)
    assert told(contents, silent) == ["alarm_start"]


def test_without_any_media_the_sound_is_over() -> None:
    """The last one that runs counts: another host's may have been switched off long ago."""
    contents = Contents()
    contents.take_format(PLAYING)
    contents.take_player("attic", online=False)
    contents.take_player("pi", online=True)
    contents.take_player("attic", online=True)
    contents.take_chunk(CHUNK, 0)
    playing = contents.scene
    contents.take_player("attic", online=False)
    assert contents.scene is playing
    contents.take_player("pi", online=False)
    assert told(contents, playing) == ["alarm_stop"]


def test_chunks_that_no_client_could_take_are_left_out() -> None:
    """Empty ones, those above 4096 bytes, and all without a format."""
    contents = Contents()
    assert contents.take_chunk(CHUNK, 0) == b""
    contents.take_format(PLAYING)
    assert contents.take_chunk(b"", 0) == b""
    assert contents.take_chunk(CHUNK + b"x", 0) == b""
    contents.take_format(replace(PLAYING, sample_rate=None))
    assert contents.take_chunk(CHUNK, 0) == b""
    assert contents.scene is NOTHING


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_lets_a_client_mistake_one_for_the_other(seed: int) -> None:
    """Whatever comes, and whatever a client misses.

    Sound only between start and stop, a bitmap only behind its header, and at the end everybody
    is where the newest one is.
    """
    dice = random.Random(seed)
    contents = Contents()
    clients = dict.fromkeys(range(3), NOTHING)
    read: dict[int, list[str | bytes]] = {n: [] for n in clients}
    for now in range(400):
        frame = b""
        match dice.randrange(7):
            case 0:
                contents.take_bitmap(dice.choice((IDLE, ALARM, OTHER)))
            case 1:
                contents.take_frame(frame_of(dice.choice((IDLE, ALARM, OTHER))))
            case 2:
                contents.take_format(replace(PLAYING, ring=dice.randrange(3)))
            case 3 if dice.random() < 0.3:
                contents.take_format(SILENT)
            case 4 if dice.random() < 0.1:
                contents.silence()
            case _:
                frame = contents.take_chunk(CHUNK, now)
        for client in clients:
            if now == 399 or dice.random() < (1, 0.5, 0.1)[client]:
                read[client] += messages(steps(clients[client], contents.scene) + frame)
                clients[client] = contents.scene
    for heard in read.values():
        assert len(heard) > 20
        sounding, header, picture = False, False, None
        for message in heard:
            if isinstance(message, bytes):
                if header:
                    assert len(message) == 5000
                    picture = message
                else:
                    assert sounding
                    assert message == CHUNK
                header = False
                continue
            assert not header
            assert sounding == (message == "alarm_stop")
            sounding = message == "alarm_start"
            header = message == "status_image"
        assert sounding == (contents.scene.sound is not None)
        assert contents.scene.picture is not None
        assert picture is not None
        assert contents.scene.picture.frames.endswith(picture)
