"""The other copies of the bridge: what one that is gone for good has left is removed.

A copy that stops says `offline`, for it may be back in a second; whether it ever will be, nobody
knows but whoever runs the hub. After ten minutes it is taken for gone. When it does come back it
says everything again, also when it comes back while the others clear what it had left.
"""

from collections.abc import Callable

from shared import topics
from shared.mqtt import Mqtt
from shared.pace import beats
from shared.subscription import Received
from shared.users import SCALED
from ws_bridge.settings import Settings
from ws_bridge.stage import STREAM

GONE_SECONDS = 600.0
_LOOK_SECONDS = 60.0


class Copies:
    """Those of this node that have a number; `clock` tells the time in seconds."""

    def __init__(self, mqtt: Mqtt, settings: Settings, clock: Callable[[], float]) -> None:
        self._mqtt = mqtt
        self._is_announced = bool(settings.ha_discovery_prefix)
        self._offline_since: dict[str, float] = {}
        self._clock = clock
        for number in range(1, SCALED["ws-bridge"] + 1):
            is_own = str(number) == settings.mantel_instance
            mqtt.subscribe(
                topics.AVAILABILITY,
                self._see_own if is_own else self._see,
                service=f"ws-bridge-{number}",
                node=settings.mantel_node,
            )

    async def watch(self) -> None:
        """Look for such as are gone, for ever."""
        async for _ in beats(_LOOK_SECONDS):
            self.sweep()

    def sweep(self) -> None:
        """Remove what is left of those that have been offline for so long."""
        for service, since in list(self._offline_since.items()):
            if self._clock() - since >= GONE_SECONDS and self._mqtt.connected:
                self._remove(service)

    def _see(self, availability: Received[str]) -> None:
        service = availability.levels["service"]
        if availability.payload == "offline":
            self._offline_since.setdefault(service, self._clock())
        else:
            self._offline_since.pop(service, None)

    def _see_own(self, availability: Received[str]) -> None:
        """Be there again for those who took this one for gone; its availability went last."""
        if availability.payload is None:
            self._mqtt.publish(topics.AVAILABILITY, "online")
            self._mqtt.say_again()

    def _remove(self, service: str) -> None:
        """Clear its retained topics; the last of them is what the other copies look at."""
        if self._is_announced:
            self._mqtt.clear(topics.DISCOVERY, service=service)
        self._mqtt.clear(topics.HEALTH, service=service)
        self._mqtt.clear(topics.AUDIO_LISTENERS, service=service, stream=STREAM)
        self._mqtt.clear(topics.AVAILABILITY, service=service)
