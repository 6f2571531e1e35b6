"""The entities of the host and of its containers, announced together."""

from shared.discovery import Component
from shared.mqtt import Mqtt
from stats.entities import CONTAINER


class EntityList:
    """Announces the host's entities, with those of the containers as soon as they are known.

    Until then those of an earlier life stay: to take them back and announce them again would
    cost what the user made of them.
    """

    def __init__(self, mqtt: Mqtt) -> None:
        self._mqtt = mqtt
        self._host: dict[str, Component] | None = None
        self._containers: dict[str, Component] | None = None

    def replace_host(self, entities: dict[str, Component]) -> None:
        """Make these the entities of the host."""
        self._host = entities
        self._announce()

    def replace_containers(self, entities: dict[str, Component]) -> None:
        """Make these the entities of the containers."""
        if entities != self._containers:
            self._containers = entities
            self._announce()

    def _announce(self) -> None:
        if self._host is None:
            return
        undecided = (CONTAINER,) if self._containers is None else ()
        self._mqtt.announce(self._host | (self._containers or {}), undecided)
