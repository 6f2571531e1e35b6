"""Values of any MQTT topics, each by a path into its JSON."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from media.source.age import age
from media.source.facts import TopicValue
from media.source.value import MOST_BYTES, Plain, shown, value
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.source_list import TopicSource

_log = logging.getLogger("media")

_LIMIT = timedelta(days=7)
_FOREVER = timedelta(days=36500)  # a state that does not change is not old


class Said(Struct, kw_only=True):
    """What a topic said last; `error` is what is wrong with a newer payload."""

    source: TopicSource
    value: Plain = None
    at: datetime | None = None
    error: str | None = None


class TopicListener:
    """Follows topics; `said` is what each source of the file says, by its name."""

    def __init__(
        self, mqtt: Mqtt, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self._mqtt = mqtt
        self._clock = clock
        self._changed = changed
        self._complaints = Complaints(_log)
        self._payloads: dict[str, bytes] = {}
        self.said: dict[str, Said] = {}

    def follow(self, sources: tuple[TopicSource, ...], kept: dict[str, Said]) -> None:
        """Follow these and no others; `kept` is what an earlier life knew."""
        before, self.said = kept | self.said, {}
        for source in sources:
            said = before.get(source.name)
            if said is None or said.source != source:
                said = Said(source=source)
            self.said[source.name] = said
            if source.topic not in self._payloads:
                self._payloads[source.topic] = b""
                self._mqtt.listen(source.topic, self._hear)
            elif self._payloads[source.topic] and said.at is None:
                self._take(said, self._payloads[source.topic])  # it is not sent again

    def _hear(self, name: str, raw: bytes) -> None:
        if raw or self._payloads[name]:  # else it was empty, and is
            self._payloads[name] = raw[: MOST_BYTES + 1]
            for said in self.said.values():
                if said.source.topic == name:
                    self._take(said, raw)

    def _take(self, said: Said, raw: bytes) -> None:
        subject = f"source {said.source.name}"
        before = (said.value, said.error)
        try:
            said.value = value(raw, said.source) if raw else None
            said.at, said.error = self._clock(), None
            self._complaints.settle(subject)
        except PayloadError as error:
            said.error = f"topic {said.source.topic}: {error}"
            self._complaints.say(subject, said.error)
        if before != (said.value, said.error):
            self._changed()

    def values(self, now: datetime) -> dict[str, TopicValue]:
        """Return the values, by name, in the order of the file."""
        return {name: told(said, now) for name, said in self.said.items()}


def told(said: Said, now: datetime) -> TopicValue:
    """Return what is shown of a value; one that says nothing of `stale_minutes` is never old."""
    minutes = said.source.stale_minutes
    interval = timedelta(minutes=minutes) / 2 if minutes else _FOREVER
    its = age(said.at, now, interval, max(_LIMIT, 7 * interval), said.error)
    known = said.value if its.freshness != "empty" else None
    return TopicValue(
        name=said.source.name,
        text=shown(known, said.source),
        value=known,
        unit=said.source.unit,
        age=its,
    )
