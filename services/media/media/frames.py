"""What the broker has of each display's picture: bitmap, frame and preview."""

import logging
from collections.abc import Callable
from datetime import datetime

from media.bitmap.prepared import Prepared
from media.display.display import Display
from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import DisplayFrame
from shared.subscription import Received

_log = logging.getLogger("media")

MOST_TOPIC_BYTES = 64_000
"""What of a picture goes over the broker; a larger one is fetched by its `url`."""
_MOST_PREVIEW_BYTES = 16_000_000
_TOPICS = (topics.DISPLAY_BITMAP, topics.DISPLAY_PREVIEW, topics.DISPLAY_FRAME)


class Frames:
    """Publishes pictures when they are others than before, and clears what displays have left.

    `url` is where a picture is by its display and version; `strange` is called with the id of
    a display of which the broker keeps something that was not published here.
    """

    def __init__(
        self, mqtt: Mqtt, url: Callable[[str, str], str | None], strange: Callable[[str], None]
    ) -> None:
        self._mqtt = mqtt
        self._url = url
        self._strange = strange
        self._told: dict[str, tuple[str, str]] = {}
        self._previews: dict[str, int] = {}
        self._complaints = Complaints(_log)
        self.retained: set[str] = set()
        """The displays of which the broker keeps something."""
        mqtt.subscribe(topics.DISPLAY_FRAME.unread(), self._notice)

    def _notice(self, received: Received[bytes]) -> None:
        """Note what the broker keeps: the display may have been forgotten meanwhile."""
        id_ = received.levels["id"]
        if received.payload and id_ not in self.retained:
            self.retained.add(id_)
            self._strange(id_)

    def publish(self, display: Display, picture: Prepared, source: str) -> None:
        """Tell of the picture that a display shows, unless that was told last."""
        frame, id_ = picture.frame, display.id
        if self._told.get(id_) == (frame.version, source):
            return
        self._told[id_] = (frame.version, source)
        self.retained.add(id_)
        by_topic = display.kind == "topic" and len(frame.packed) <= MOST_TOPIC_BYTES
        told = DisplayFrame(
            version=frame.version,
            width=frame.width,
            height=frame.height,
            format=frame.format,
            bytes=len(frame.packed),
            source=source,
            at=datetime.now().astimezone(),
            url=None if by_topic else self._url(id_, frame.version),
        )
        if by_topic:
            self._mqtt.publish(topics.DISPLAY_BITMAP, frame.packed, id=id_)
        else:
            self._mqtt.clear(topics.DISPLAY_BITMAP, id=id_)
        self._mqtt.publish(topics.DISPLAY_FRAME, told, id=id_)
        if self._has_room(id_, len(picture.preview)):
            self._mqtt.publish(topics.DISPLAY_PREVIEW, picture.preview, id=id_)
        else:
            self._mqtt.clear(topics.DISPLAY_PREVIEW, id=id_)

    def _has_room(self, id_: str, length: int) -> bool:
        """Tell whether a preview may be kept for each new connection: strangers may be many."""
        self._previews.pop(id_, None)
        if sum(self._previews.values()) + length > _MOST_PREVIEW_BYTES:
            self._complaints.say("displays", "are too many for a preview of each")
            return False
        self._previews[id_] = length
        return True

    def clear(self, id_: str) -> None:
        """Take from the broker what a display has left that is gone."""
        self._told.pop(id_, None)
        self._previews.pop(id_, None)
        if id_ in self.retained:
            self.retained.discard(id_)
            for topic in _TOPICS:  # the frame last: by it we would know of the others
                self._mqtt.clear(topic, id=id_)
