"""What the topics say of picture and sound, handed to the clients in the broker's order."""

import asyncio
import logging

from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import AudioFormat, AudioListeners, DisplayFrame
from shared.subscription import Received
from ws_bridge.audience import Audience
from ws_bridge.contents import MOST_CHUNK_BYTES, Contents
from ws_bridge.listener import Listener
from ws_bridge.peer import Peer

DISPLAY, STREAM = "rlcd", "alarm"
"""The display and the stream that the contents port shows."""


class Stage:
    """The contents port: everything is passed on in the call that receives it.

    A queue a topic would lose the order between them, in which picture and sound must go out.
    """

    def __init__(self, listener: Listener, audience: Audience[Peer]) -> None:
        self._listener = listener
        self._audience = audience
        self._contents = Contents()
        self._complaints = Complaints(logging.getLogger("ws-bridge"))
        self._timer: asyncio.TimerHandle | None = None
        self._now = asyncio.get_running_loop().time

    def show_bitmap(self, bitmap: Received[bytes]) -> None:
        """Take a bitmap; one that was removed stays for those who come."""
        if bitmap.payload:
            self._contents.take_bitmap(bitmap.payload)
            self._turn()

    def show_frame(self, frame: Received[DisplayFrame]) -> None:
        """Take what the bitmap is."""
        if frame.payload is None:
            return
        if self._contents.take_frame(frame.payload):
            self._complaints.settle(f"display {DISPLAY}")
        else:
            self._complaints.say(
                f"display {DISPLAY}", "bitmap and frame do not fit; the picture before them is kept"
            )
        self._turn()

    def play(self, told: Received[AudioFormat]) -> None:
        """Take what the stream carries; a format that was removed is silence."""
        self._contents.take_format(told.payload or AudioFormat(state="idle"))
        self._turn()

    def play_chunk(self, chunk: Received[bytes]) -> None:
        """Pass sound on."""
        sound = chunk.payload or b""
        if len(sound) > MOST_CHUNK_BYTES:
            self._complaints.say(
                f"stream {STREAM}", f"a chunk of {len(sound)} bytes was left out, 4096 is the most"
            )
        if frame := self._contents.take_chunk(sound, self._now()):
            self._turn()
            self._listener.give_up(self._audience.send(frame, self._now()))
            if self._timer is None:
                self._watch()

    def follow_player(self, availability: Received[str]) -> None:
        """Take whether a `media` runs."""
        online = availability.payload == "online"
        self._contents.take_player(availability.levels["node"], online=online)
        self._turn()

    def close(self) -> None:
        """Watch for silence no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _turn(self) -> None:
        self._listener.give_up(self._audience.turn(self._contents.scene, self._now()))

    def _watch(self) -> None:
        """Look again when the sound would be over if no more came; nothing runs in silence."""
        self._timer = None
        seconds = self._contents.silent_in(self._now())
        if seconds is None:
            return
        if seconds <= 0:
            self._complaints.say(f"stream {STREAM}", "no sound came any more; it was ended")
            self._contents.silence()
            self._turn()
            return
        self._timer = asyncio.get_running_loop().call_later(seconds, self._watch)


def follow_contents(mqtt: Mqtt, stage: Stage) -> None:
    """Hand the stage all that it needs; the bitmap's topic first, as it is published."""
    mqtt.subscribe(topics.DISPLAY_BITMAP, stage.show_bitmap, id=DISPLAY)
    mqtt.subscribe(topics.DISPLAY_FRAME, stage.show_frame, id=DISPLAY)
    mqtt.subscribe(topics.AUDIO_FORMAT, stage.play, stream=STREAM)
    mqtt.subscribe(topics.AUDIO_PCM, stage.play_chunk, stream=STREAM)
    mqtt.subscribe(topics.AVAILABILITY, stage.follow_player, service="media")


def tell_listeners(mqtt: Mqtt, count: int) -> None:
    """Publish how many clients hear the stream."""
    mqtt.publish(topics.AUDIO_LISTENERS, AudioListeners(count=count), stream=STREAM)
