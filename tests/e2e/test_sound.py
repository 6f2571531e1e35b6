"""The sound of alarms, as whoever listens on the broker gets it from the real process."""

import json
import os
import queue
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from paho.mqtt.client import MQTTMessage

from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, Process
from tests.media.audio.sounds import samples_of, sine, wav

FORMAT, PCM = "mantel/audio/alarm/format", "mantel/audio/alarm/pcm"
RATE = 16000


class House:
    """A hub with `media`, its folder of sounds, and one who sets alarms off and listens."""

    def __init__(self, hub: Hub, client: Client) -> None:
        self.hub = hub
        self.client = client
        self.sounds = hub.directory / "assets/alarm"
        self.sounds.mkdir(parents=True)
        self.media: Process | None = None

    def start(self, **settings: str) -> Process:
        """Start media, and wait until it has said that all is idle."""
        self.media = self.hub.start("media", **settings)
        assert self.format()["state"] == "idle"
        return self.media

    def alarm(self, name: str, audio: str | None, *, measured: bool = True, **fields: Any) -> None:
        """Tell what an alarm is, and wait until its sound was measured."""
        definition = {"id": name, "name": name, "alarm_audio": audio, **fields}
        self.client.publish(f"mantel/alarm/{name}/config", json.dumps(definition), retain=True)
        if measured and self.media:
            self.media.wait_for_log(f"{audio}: peak ")

    def ring(self, name: str, number: int, **fields: Any) -> None:
        self.state(name, "ringing", ring=number, **fields)

    def state(self, name: str, state: str, **fields: Any) -> None:
        told = {"state": state, "since_at": datetime.now(UTC).isoformat(), **fields}
        self.client.publish(f"mantel/alarm/{name}/state", json.dumps(told), retain=True)

    def format(self) -> dict[str, Any]:
        """Return the next format; chunks before it are passed over."""
        while (message := self.client.receive()).topic != FORMAT:
            pass
        return dict(json.loads(message.payload))

    def retained(self) -> dict[str, Any]:
        """Return what the stream carries now, as one who comes now is told."""
        with Client(self.hub.broker) as client:
            client.subscribe(FORMAT)
            return dict(json.loads(client.receive().payload))

    def playing(self, name: str) -> dict[str, Any]:
        """Wait until an alarm is on the stream."""
        while (told := self.format())["state"] != "playing":
            pass
        assert told["alarm"] == name
        return told

    def chunks(self) -> tuple[list[MQTTMessage], dict[str, Any]]:
        """Return all chunks up to the next format, and that."""
        got = []
        while (message := self.client.receive()).topic != FORMAT:
            got.append(message)
        return got, json.loads(message.payload)


@pytest.fixture
def house(hub: Hub) -> Iterator[House]:
    with Client(hub.broker) as client:
        client.subscribe("mantel/audio/#")
        yield House(hub, client)


def peak(chunks: list[MQTTMessage]) -> int:
    return max(map(abs, samples_of(b"".join(chunk.payload for chunk in chunks))))


def test_one_ring_from_begin_to_end(house: House) -> None:
    """Format, chunks of 4096 bytes with a shorter last one, format idle: all of it, once.

    Two seconds of sound take 1.8 s; a quiet one is at full scale; the format tells the truth.
    """
    samples = sine(2, RATE, channels=2, amplitude=1234)
    wav(house.sounds / "quiet.wav", samples, RATE, channels=2)
    house.start()
    house.alarm("a", "alarm/quiet.wav")
    house.ring("a", 7)
    told = house.playing("a")
    assert told == {
        "state": "playing", "sample_rate": RATE, "channels": 2, "bits": 16,
        "alarm": "a", "ring": 7, "listeners": 0,
    }  # fmt: skip
    chunks, over = house.chunks()
    assert (over["state"], over["alarm"], over["ring"]) == ("idle", "a", 7)
    assert {len(chunk.payload) for chunk in chunks[:-1]} == {4096}
    assert sum(len(chunk.payload) for chunk in chunks) == 2 * len(samples)
    assert peak(chunks) == 32767
    seconds = chunks[-1].timestamp - chunks[0].timestamp
    due = 0.9 * 4096 / (RATE * 4) * (len(chunks) - 1)
    assert seconds == pytest.approx(due, rel=0.05)
    # told again, as after a lost connection, it is still the ring that is over
    house.ring("a", 7)
    house.alarm("b", "alarm/quiet.wav")
    house.ring("b", 8)
    assert house.format()["alarm"] == "b"


def test_volume_and_ramp(house: House) -> None:
    """Half as loud is half of full scale, and a ramp comes there from silence."""
    wav(house.sounds / "tone.wav", sine(1, RATE, amplitude=30000), RATE)
    house.start()
    house.alarm("a", "alarm/tone.wav", volume_percent=50, volume_ramp_seconds=1)
    house.ring("a", 1)
    house.playing("a")
    chunks, _ = house.chunks()
    heights = [peak([chunk]) for chunk in chunks]
    assert heights == sorted(heights)
    assert heights[0] < 2500
    assert max(heights) == pytest.approx(16383, rel=0.03)


def test_a_ramp_goes_on_from_pass_to_pass(house: House) -> None:
    """A short sound that repeats gets louder all the time that it was asked to."""
    wav(house.sounds / "short.wav", sine(0.512, RATE, amplitude=30000), RATE)
    house.start()
    house.alarm("a", "alarm/short.wav", volume_ramp_seconds=1, repeat=True)
    house.ring("a", 1)
    house.playing("a")
    heights = [peak([house.client.receive()]) for _ in range(12)]
    assert heights == sorted(heights)
    assert heights[4] > 16000
    assert heights[11] == 32767
    house.state("a", "waiting")


def test_dismissed_in_the_middle(house: House) -> None:
    """It is silent within one chunk, and says so; a snooze that ends rings with a new number."""
    wav(house.sounds / "long.wav", sine(20, RATE), RATE)
    house.start()
    house.alarm("a", "alarm/long.wav")
    house.ring("a", 1)
    house.playing("a")
    house.client.receive()
    house.client.drain()
    house.state("a", "snoozed")
    late, over = house.chunks()
    assert len(late) <= 2
    assert (over["state"], over["alarm"], over["ring"]) == ("idle", "a", 1)
    house.ring("a", 2)
    assert house.playing("a")["ring"] == 2


def test_repeats_until_dismissed(house: House) -> None:
    """One format, pass after pass in one stream, no faster than it can be played."""
    wav(house.sounds / "short.wav", sine(1, RATE), RATE)
    house.start()
    house.alarm("a", "alarm/short.wav", repeat=True)
    house.ring("a", 1)
    house.playing("a")
    got = [house.client.receive() for _ in range(24)]  # three passes of eight chunks
    assert {message.topic for message in got} == {PCM}
    assert len(got[7].payload) == 32000 - 7 * 4096
    assert got[16].timestamp - got[0].timestamp == pytest.approx(2.0, abs=0.1)
    house.state("a", "waiting")
    _, over = house.chunks()
    assert (over["state"], over["ring"]) == ("idle", 1)


def test_two_rings_take_turns(house: House) -> None:
    """In the order of their numbers, a pass each; what plays once is played once."""
    for name, seconds in (("a", 0.5), ("b", 0.6), ("c", 0.4)):
        wav(house.sounds / f"{name}.wav", sine(seconds, RATE), RATE)
    house.start()
    for name in "cab":
        house.alarm(name, f"alarm/{name}.wav", repeat=name != "c")
    house.ring("b", 11)
    house.playing("b")
    house.ring("c", 13)
    house.ring("a", 12)
    told: list[dict[str, Any]] = []
    while len(told) < 9:
        told.append(house.format())
    turns = [each["alarm"] for each in told if each["state"] == "playing"]
    assert turns == ["a", "c", "b", "a"]
    ended = [each["alarm"] for each in told if each["state"] == "idle"]
    assert ended == [None, None, "c", None, None], "who only waits for its turn is not over"
    house.state("a", "waiting")
    house.state("b", "waiting")
    eventually(lambda: house.retained()["state"] == "idle")


def test_killed_and_restarted_in_mid_ring(house: House) -> None:
    """The next process takes up the ring from what the broker retains."""
    wav(house.sounds / "long.wav", sine(20, RATE), RATE)
    house.start()
    house.alarm("a", "alarm/long.wav")
    house.ring("a", 5)
    house.playing("a")
    assert house.media
    house.media.stop(signal.SIGKILL)
    house.client.drain()
    house.start()
    told = house.playing("a")
    assert told["ring"] == 5
    assert len(house.client.receive().payload) == 4096


def test_broker_goes_and_returns(house: House) -> None:
    """A ring goes on; one that was played is not played again; a deleted alarm is silent."""
    wav(house.sounds / "short.wav", sine(0.5, RATE), RATE)
    wav(house.sounds / "long.wav", sine(30, RATE), RATE)
    media = house.start()
    house.alarm("done", "alarm/short.wav")
    house.alarm("deleted", "alarm/long.wav")
    house.ring("done", 1)
    house.playing("done")
    assert house.chunks()[1]["alarm"] == "done"
    house.ring("deleted", 2)
    house.playing("deleted")
    broker = house.hub.broker
    for kind in ("config", "state"):
        house.client.publish(f"mantel/alarm/deleted/{kind}", b"", retain=True)
    house.format()
    house.ring("deleted", 3)
    house.playing("deleted")
    media.send(signal.SIGSTOP)  # it hears nothing of what happens now
    broker.restart()
    with Client(broker) as client:
        client.subscribe(FORMAT, PCM)
        client.publish("mantel/alarm/deleted/state", b"", retain=True)
        media.send(signal.SIGCONT)
        told: list[dict[str, Any]] = []
        chunks = 0
        while not told or told[-1]["alarm"] != "deleted" or told[-1]["state"] != "idle":
            message = client.receive()
            if message.topic == FORMAT:
                told.append(json.loads(message.payload))
            chunks += message.topic == PCM
            assert chunks < 100, "it is over at once, and not with the sound"
        with pytest.raises(queue.Empty):
            client.receive(1)
    assert "done" not in [each["alarm"] for each in told]


def test_deleted_while_it_rings(house: House) -> None:
    """Its topics are cleared: silence."""
    wav(house.sounds / "long.wav", sine(20, RATE), RATE)
    house.start()
    house.alarm("a", "alarm/long.wav", repeat=True)
    house.ring("a", 1)
    house.playing("a")
    for kind in ("config", "state"):
        house.client.publish(f"mantel/alarm/a/{kind}", b"", retain=True)
    _, over = house.chunks()
    assert (over["state"], over["ring"]) == ("idle", 1)


@pytest.mark.parametrize(
    "kind", ["missing", "broken", "empty", "folder", "pipe", "silent", "unreadable"]
)
def test_never_silent_with_a_usual_sound(house: House, kind: str) -> None:
    """Whatever is wrong with an alarm's file, the usual one plays, and the log says why."""
    wav(house.sounds / "alarm_test.wav", sine(0.3, 8000), 8000)
    wav(house.sounds / "aaa.wav", sine(0.3, 11025), 11025)
    file = house.hub.directory / "assets/mine.wav"
    if kind == "broken":
        file.write_bytes(os.urandom(5000))
    elif kind == "empty":
        file.touch()
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "silent":
        wav(file, bytes(8000))
    elif kind == "unreadable":
        wav(file, sine())
        file.chmod(0)
        if os.access(file, os.R_OK):
            pytest.skip("root reads everything")
    media = house.start()
    house.alarm("a", "mine.wav", measured=False)
    media.wait_for_log("mine.wav: peak 0 " if kind == "silent" else "alarm_test.wav: peak ")
    house.ring("a", 1)
    assert house.playing("a")["sample_rate"] == 8000
    assert house.chunks()[1]["alarm"] == "a"
    assert "WARNING media: " in media.log
    assert "mine.wav" in media.log
    assert "Traceback" not in media.log


def test_never_silent_without_any_file(house: House) -> None:
    """The built-in tone, also where no definition is known."""
    media = house.start(MEDIA_ASSETS="/nowhere")
    house.ring("unknown", 1)
    told = house.playing("unknown")
    assert (told["sample_rate"], told["channels"]) == (16000, 1)
    chunks, over = house.chunks()
    assert peak(chunks) > 20000
    assert over["alarm"] == "unknown"
    assert "Traceback" not in media.log


@pytest.mark.parametrize("state", ["/proc/none/media.sqlite", "assets/alarm/x.wav"])
def test_a_state_that_cannot_be_kept(house: House, state: str) -> None:
    """No place for the database, or a file that is none: one warning, and sounds at own level."""
    wav(house.sounds / "x.wav", sine(0.3, RATE), RATE)
    media = house.start(MEDIA_STATE=state)
    house.alarm("a", "alarm/x.wav", measured=False)
    house.ring("a", 1)
    house.playing("a")
    assert peak(house.chunks()[0]) == 9000
    assert media.log.count("MEDIA_STATE") == 1
    assert "Traceback" not in media.log


def test_a_file_that_breaks_off_is_played_as_far_as_it_goes(house: House) -> None:
    """A copy that was not finished."""
    whole = wav(house.hub.directory / "whole.wav", sine(2, RATE), RATE).read_bytes()
    (house.sounds / "half.wav").write_bytes(whole[:20044])
    house.start()
    house.alarm("a", "alarm/half.wav")
    house.ring("a", 1)
    house.playing("a")
    chunks, _ = house.chunks()
    assert sum(len(chunk.payload) for chunk in chunks) == 20000


def test_paths_of_a_sound(house: House) -> None:
    """Absolute, below the assets, below the working directory."""
    directory = house.hub.directory
    for rate, file in (
        (8000, directory / "elsewhere/x.wav"),
        (9000, directory / "assets/alarm/x.wav"),
        (10000, directory / "config/x.wav"),
    ):
        wav(file, sine(0.2, rate), rate)
    house.start()
    for number, (name, rate) in enumerate(
        (
            (str(directory / "elsewhere/x.wav"), 8000),
            ("alarm/x.wav", 9000),
            ("assets/alarm/x.wav", 9000),
            ("config/x.wav", 10000),
        )
    ):
        house.alarm("a", name, measured=False)
        house.ring("a", number)
        assert house.playing("a")["sample_rate"] == rate, name


def test_a_changed_file_is_measured_again(house: House) -> None:
    """Until then it plays at its own level, for no gain of the old one fits it."""
    file = wav(house.sounds / "x.wav", sine(0.3, RATE, amplitude=1000), RATE)
    media = house.start()
    house.alarm("a", "alarm/x.wav")
    wav(file, sine(0.3, RATE, amplitude=20000), RATE)
    house.ring("a", 1)
    house.playing("a")
    samples = samples_of(b"".join(chunk.payload for chunk in house.chunks()[0]))
    cut = sum(abs(sample) == 32767 for sample in samples)
    assert max(samples) in {20000, 32767}, "not measured yet, or already"
    assert cut < len(samples) / 20, "with the old gain nearly all would be cut off"
    house.alarm("b", "alarm/x.wav")  # any change of the alarms makes it look
    media.wait_for_log("x.wav: peak 20000")
    house.ring("a", 2)
    house.playing("a")
    assert peak(house.chunks()[0]) == 32767


def test_listeners_are_counted(house: House) -> None:
    """The clients of all bridges that are online; without any the count is 0."""
    house.start()

    def bridge(name: str, count: int, availability: str = "online") -> None:
        house.client.publish(f"mantel/service/pi/{name}/availability", availability, retain=True)
        house.client.publish(
            f"mantel/audio/alarm/listeners/pi/{name}", json.dumps({"count": count}), retain=True
        )

    bridge("ws-bridge", 3)
    assert house.format()["listeners"] == 3
    bridge("ws-bridge-1", 2)
    assert house.format()["listeners"] == 5
    bridge("ws-bridge-2", 7, "offline")
    bridge("ws-bridge", 3, "offline")
    assert house.format()["listeners"] == 2


def player(house: House, script: str) -> str:
    """Put an `aplay` of our own before the machine's; return the path to set."""
    folder = house.hub.directory / "bin"
    folder.mkdir()
    file = folder / "aplay"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{os.environ['PATH']}"


def test_own_speaker_plays_what_nobody_hears(house: House) -> None:
    """All of the sound goes to aplay, which is one listener, and is ended with the ring."""
    wav(house.sounds / "short.wav", sine(1, RATE), RATE)
    heard, told = house.hub.directory / "heard.raw", house.hub.directory / "arguments"
    path = player(house, f'echo "$@" > {told}; cat > {heard}; exec sleep 1000')
    house.start(PATH=path, MEDIA_SPEAKER="true")
    house.alarm("a", "alarm/short.wav", repeat=True)
    house.ring("a", 1)
    assert house.playing("a")["listeners"] == 0
    house.ring("a", 1, unheard=True)
    while house.format()["listeners"] != 1:
        pass
    house.ring("a", 1)  # who hears it now may well be the speaker
    eventually(lambda: heard.exists() and heard.stat().st_size == 32000)
    assert told.read_text() == f"-q -t raw -f S16_LE -r {RATE} -c 1\n"
    house.state("a", "waiting")
    eventually(lambda: house.format()["listeners"] == 0)


def test_a_short_sound_that_nobody_heard_comes_from_the_speaker(house: House) -> None:
    """It is over before `alarms` could say so; the ring ends when it was heard."""
    wav(house.sounds / "short.wav", sine(0.3, RATE), RATE)
    heard = house.hub.directory / "heard.raw"
    house.start(PATH=player(house, f"cat > {heard}"), MEDIA_SPEAKER="true")
    house.alarm("a", "alarm/short.wav")
    house.ring("a", 1)
    while (told := house.format())["alarm"] != "a" or told["state"] != "idle":
        pass
    assert heard.stat().st_size == 9600


@pytest.mark.parametrize("script", ["echo no card >&2; exit 1", None])
def test_no_speaker_is_one_warning(house: House, script: str | None) -> None:
    """A machine without a sound card, or without aplay: the stream goes on."""
    wav(house.sounds / "short.wav", sine(0.3, RATE), RATE)
    path = player(house, script) if script else "/nowhere"
    media = house.start(PATH=path, MEDIA_SPEAKER="true")
    house.alarm("a", "alarm/short.wav", repeat=True)
    for number in (1, 2):
        house.ring("a", number, unheard=True)
        while house.format()["state"] != "playing":
            pass
        eventually(lambda: media.log.count("speaker: ") == 1)
        for _ in range(3):
            while house.client.receive().topic != PCM:
                pass
        house.state("a", "waiting")
    assert media.log.count("speaker: ") == 1
    assert ("no card" if script else "cannot be started") in media.log


def test_stopped_in_mid_ring(house: House) -> None:
    """SIGTERM leaves the stream idle, without a word of the ring being over."""
    wav(house.sounds / "long.wav", sine(20, RATE), RATE)
    media = house.start()
    house.alarm("a", "alarm/long.wav")
    house.ring("a", 1)
    house.playing("a")
    assert house.client.receive().topic == PCM
    assert media.stop() == 0
    _, last = house.chunks()
    assert (last["state"], last["alarm"]) == ("idle", None)
