"""The RLCD dashboard's picture and alarm sound, as its clients have always had them. Pure.

Source: the contract of port 8766. A binary message says nothing of itself: a client takes it for
the picture or for sound by the text before it. So nothing comes between a picture's header and
its bitmap, and no picture between `alarm_start` and `alarm_stop`.
"""

from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from shared.payloads import AudioFormat, DisplayFrame
from ws_bridge.wire import binary_frame, text_frame

MOST_PICTURE_BYTES = 15 * 1024
"""A client of the common Arduino library leaves when it is sent more in one frame."""
MOST_CHUNK_BYTES = 4096
SILENCE_SECONDS = 3.0
"""Sound that stays away so long is over, whatever its format says: media or the broker is gone."""

STOP = text_frame(b'{"type":"alarm_stop"}')


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture: its frames on the wire, header and bitmap, and what it was made from."""

    frames: bytes
    of: DisplayFrame


@dataclass(frozen=True, eq=False)
class Sound:
    """One pass of an alarm's sound: the frame that begins it, and what it was made from."""

    start: bytes
    of: AudioFormat


@dataclass(frozen=True, eq=False)
class Scene:
    """What a client is to see and hear; None is nothing yet, and silence."""

    picture: Picture | None = None
    sound: Sound | None = None


NOTHING = Scene()
"""What a client knows when it comes."""


def steps(told: Scene, scene: Scene) -> bytes:
    """Return the frames that lead a client from the scene that it was told to this one.

    So a late joiner and one that was behind come to the same as those that heard every step.
    """
    frames = []
    changed = told.sound is not scene.sound
    if changed and told.sound is not None:
        frames.append(STOP)
    if scene.picture is not None and told.picture is not scene.picture:
        frames.append(scene.picture.frames)
    if changed and scene.sound is not None:
        frames.append(scene.sound.start)
    return b"".join(frames)


class Contents:
    """From what the topics say, in the broker's order, to the scene.

    The scene's picture does not change while there is sound: one that comes then is shown after.
    Sound begins with its first chunk, not with the format: a format is retained, and may tell of
    an alarm whose player is long gone.
    """

    def __init__(self) -> None:
        self.scene = NOTHING
        self._bitmap = b""
        self._frame: DisplayFrame | None = None
        self._picture: Picture | None = None  # the newest, which may wait for the end of the sound
        self._format: AudioFormat | None = None
        self._heard_at = 0.0
        self._players: set[str] = set()

    def take_bitmap(self, bitmap: bytes) -> None:
        """Take a bitmap; it is shown when its frame comes, or has come."""
        self._bitmap = bitmap
        self._show()

    def take_frame(self, frame: DisplayFrame) -> bool:
        """Take what tells of a bitmap; False when it does not fit the bitmap that is here."""
        self._frame = frame
        return self._show()

    def take_format(self, told: AudioFormat) -> None:
        """Take what the stream carries now; another alarm, ring or rate ends what sounds.

        One without rate, channels or bits cannot be played.
        """
        playable = told.sample_rate and told.channels and told.bits
        self._format = told if told.state == "playing" and playable else None
        sound = self.scene.sound
        if sound is not None and (self._format is None or _start(sound.of) != _start(told)):
            self.silence()

    def take_chunk(self, chunk: bytes, now: float) -> bytes:
        """Return the frame of a chunk of sound, empty when nobody is to hear it.

        `now` is in seconds.
        """
        if self._format is None or not 0 < len(chunk) <= MOST_CHUNK_BYTES:
            return b""
        self._heard_at = now
        if self.scene.sound is None:
            start = text_frame(_start(self._format)[0])
            self.scene = Scene(self._picture, Sound(start, self._format))
        return binary_frame(chunk)

    def take_player(self, node: str, *, online: bool) -> None:
        """Take whether `media` of a host runs; without any the sound is over."""
        if online:
            self._players.add(node)
            return
        self._players.discard(node)
        if not self._players:
            self.silence()

    def silence(self) -> None:
        """End the sound, and show the picture that has waited for that; more sound begins anew."""
        if self.scene.sound is not None:
            self.scene = Scene(self._picture)

    def silent_in(self, now: float) -> float | None:
        """Return after how many seconds without sound it counts as over, None when there is none.

        0 or less: it is.
        """
        if self.scene.sound is None:
            return None
        return self._heard_at + SILENCE_SECONDS - now

    def _show(self) -> bool:
        """Make the bitmap the newest picture if it is its frame's; tell whether it is."""
        frame = self._frame
        if frame is None or not fits(frame, self._bitmap):
            return False
        if self._picture is None or self._picture.of != frame:
            header = {"type": "status_image", "width": frame.width, "height": frame.height}
            frames = text_frame(msgspec.json.encode(header)) + binary_frame(self._bitmap)
            self._picture = Picture(frames, frame)
            if self.scene.sound is None:
                self.scene = Scene(self._picture)
        return True


def fits(frame: DisplayFrame, bitmap: bytes) -> bool:
    """Tell whether the bitmap is that of the frame, and one that a client can take.

    Between the two of a change, or when the one that publishes them dies, they differ.
    """
    length = (frame.width + 7) // 8 * frame.height
    return (
        0 < len(bitmap) <= MOST_PICTURE_BYTES
        and frame.width > 0
        and len(bitmap) == length == frame.bytes
        and frame.version == blake2b(bitmap, digest_size=16).hexdigest()
    )


def _start(told: AudioFormat) -> tuple[bytes, str | None, int | None]:
    """Return the text that begins the sound, and whose it is: alike as long as it goes on."""
    text = msgspec.json.encode(
        {
            "type": "alarm_start",
            "sample_rate": told.sample_rate,
            "channels": told.channels,
            "bits": told.bits,
        }
    )
    return text, told.alarm, told.ring
