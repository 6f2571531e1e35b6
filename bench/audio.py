"""The timeline of an alarm's sound: real `media`, from a file, beside a send and a sleep.

Both send the same chunks at the same time to the same broker, on the first core; who listens is
on the last. What is measured is a list of chunk numbers and arrivals, so that anybody can be
the listener: here a subscriber of the broker.
"""

import sys
import time
import wave
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.meter import cpu_seconds
from bench.naive_sound import CHUNK_BYTES, INTERVAL_SECONDS, STREAM, chunk
from bench.process import ROOT, need_broker, pinned, running, service, wait
from bench.verdict import Outcome
from shared import topics
from shared.payloads import AlarmDefinition, AlarmState
from shared.testing import Broker, Client
from shared.topic import Topic

_ALARM = "bench"
_ENDS = 100  # chunks at either end, the medians of which tell the drift

Heard = list[tuple[int, float]]
"""Number of each chunk and when it came."""


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Let an alarm of a minute ring, in three windows."""
    need_broker()
    seconds, windows = (12.0, 1) if quick else (60.0, 3)
    count = _sound(directory / "media/assets/alarm/alarm_test.wav", seconds)
    naive = [sys.executable, "-m", "bench.naive_sound"]
    with Broker(directory) as broker, Client(broker) as client:
        environment = broker.environment("media") | {"PYTHONPATH": str(ROOT)}
        with (
            service("media", broker, directory, {}) as media,
            running(naive, directory / "naive", environment | {"MANTEL_NODE": "naive"}) as peer,
            pinned([broker.pid, media.pid, peer.pid]),
        ):
            client.subscribe(
                *(topics.AUDIO_PCM.name("mantel", stream=name) for name in ("alarm", STREAM))
            )
            _say(client, topics.ALARM_CONFIG, AlarmDefinition(id=_ALARM, name=_ALARM))
            wait(3)  # media has measured the file
            taken = [_window(client, media.pid, ring, count) for ring in range(1, windows + 1)]
    lost = sum(window.lost for window in taken)
    missing = f"{lost} chunks were not delivered" if lost else ""
    return [
        Outcome(
            "audio-timeline",
            tuple(late_ms(window.ours) for window in taken),
            tuple(late_ms(window.peer) for window in taken),
            note=f"{seconds:g} s, first chunk {1000 * max(w.first for w in taken):.0f} ms after "
            f"the alarm's state, {1000 * max(w.cpu for w in taken) / seconds:.1f} ms CPU a second",
            lost=missing,
        ),
        Outcome(
            "audio-drift",
            tuple(abs(drift_ms(window.ours)) for window in taken),
            tuple(abs(drift_ms(window.peer)) for window in taken),
            lost=missing,
        ),
    ]


def _sound(file: Path, seconds: float) -> int:
    """Write a CD's sound that is sent in so many seconds; return the number of its chunks."""
    count = round(seconds / INTERVAL_SECONDS)
    file.parent.mkdir(parents=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(b"".join(map(chunk, range(count - 1))))
        # At full scale, so that the numbers come through as they are
        sound.writeframes(b"\xff\x7f" * (CHUNK_BYTES // 2))
    return count


class _Window:
    def __init__(self, ours: Heard, peer: Heard, first: float, cpu: float, lost: int) -> None:
        self.ours = ours
        self.peer = peer
        self.first = first
        self.cpu = cpu
        self.lost = lost


def _window(client: Client, pid: int, ring: int, count: int) -> _Window:
    """Ring once, and return what was heard of it and meanwhile of the peer."""
    client.drain()
    own = topics.AUDIO_PCM.name("mantel", stream="alarm")
    heard: dict[bool, Heard] = {True: [], False: []}
    spent, started = cpu_seconds(pid), time.monotonic()
    now = datetime.now(UTC)
    _say(client, topics.ALARM_STATE, AlarmState(state="ringing", since_at=now, ring=ring))
    while len(heard[True]) < count - 1:
        wait(0)
        message = client.receive()
        number = int.from_bytes(message.payload[:4])
        heard[message.topic == own].append((number, message.timestamp))
    spent = cpu_seconds(pid) - spent
    _say(client, topics.ALARM_STATE, AlarmState(state="waiting", since_at=now))
    wait(1)
    ours, peer = heard[True], heard[False]
    lost = sum(number != place for place, (number, _) in enumerate(ours))
    lost += sum(number != peer[0][0] + place for place, (number, _) in enumerate(peer))
    return _Window(ours, peer, ours[0][1] - started, spent, lost)


def _say(client: Client, topic: Topic[Any], payload: object) -> None:
    name = topic.name("mantel", id=_ALARM)
    client.publish(name, topic.encode(payload), retain=True)


def _offsets(heard: Heard) -> list[float]:
    """Return how long after its place on the ideal timeline each chunk came, in seconds."""
    return [at - number * INTERVAL_SECONDS for number, at in heard]


def late_ms(heard: Heard) -> float:
    """Return what 99 of 100 deviations from the timeline undercut, in milliseconds.

    The timeline begins where half of the chunks are before their time: what all have in common
    is no deviation.
    """
    offsets = _offsets(heard)
    middle = median(offsets)
    return 1000 * quantiles((abs(each - middle) for each in offsets), n=100)[-1]


def drift_ms(heard: Heard) -> float:
    """Return how much later the last chunks came than the first, against the timeline."""
    offsets = _offsets(heard)
    return 1000 * (median(offsets[-_ENDS:]) - median(offsets[:_ENDS]))
