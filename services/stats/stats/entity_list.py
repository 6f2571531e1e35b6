"""The entities of the host and of its containers, announced together."""

from shared.discovery import Component
from shared.mqtt import Mqtt


class EntityList:
    """Collects the entities of each part, and announces when every part has told its own.

    With one part missing the entities that it had in an earlier life would be withdrawn, and
    Home Assistant would forget what the user made of them.
    """

    def __init__(self, mqtt: Mqtt, parts: tuple[str, ...]) -> None:
        self._mqtt = mqtt
        self._parts: dict[str, dict[str, Component] | None] = dict.fromkeys(parts)

    def replace(self, part: str, entities: dict[str, Component]) -> None:
        """Make these the entities of `part`."""
        if self._parts[part] == entities:
            return
        self._parts[part] = entities
        every: dict[str, Component] = {}
        for told in self._parts.values():
            if told is None:
                return
            every |= told
        self._mqtt.announce(every)
