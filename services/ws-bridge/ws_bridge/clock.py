"""What the clock tells a connection: the time each second, its zone, what rings. Pure.

Source: the contract of port 8901.
"""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from shared.payloads import ClockSession
from ws_bridge.wire import text_frame

AlarmFormat = Literal["name", "json"]

STATE_SECONDS = 0.3
"""How long the first tick waits for the state of a session, so that its zone is right."""


class Copy:
    """What the bridge knows of a session, the same for all its connections.

    `state` is None until `alarms` has told it, and `zone` is None for the hub's own.
    """

    def __init__(self) -> None:
        self.state: ClockSession | None = None
        self.zone: ZoneInfo | None = None
        self._ringing: dict[AlarmFormat, bytes] = {}

    def take(self, state: ClockSession | None) -> bool:
        """Take what is told of it; False when its zone is not known here, and the hub's stands."""
        self.state = state
        self._ringing = {}
        self.zone = None
        if state is None or not state.timezone:  # a host may have a zone without a name
            return True
        try:
            self.zone = ZoneInfo(state.timezone)
        except (KeyError, ValueError, OSError):
            return False
        return True

    def ringing(self, form: AlarmFormat) -> bytes:
        """Return the frames that tell what rings, in the order of the alarms; built once."""
        frames = self._ringing.get(form)
        if frames is None:
            alarms = self.state.alarms if self.state else []
            names = [alarm.name for alarm in alarms if alarm.ringing]
            if form == "json":
                texts = [msgspec.json.encode(names)] if names else []
            else:
                texts = [name.encode() for name in names]
            frames = b"".join(text_frame(b"ALRM:" + text) for text in texts)
            self._ringing[form] = frames
        return frames


class Face:
    """What one connection sees of a session; `since` (in seconds) is when it began to look."""

    def __init__(self, copy: Copy, form: AlarmFormat, since: float) -> None:
        self.copy = copy
        self.form: AlarmFormat = form
        self.busy = False
        self.held: Second | None = None
        self.told: tuple[str | None, str | None] | None = None
        self._since = since

    def is_ready(self, now: float) -> bool:
        """Tell whether the zone is known, or was waited for long enough (`now` in seconds)."""
        return self.copy.state is not None or now - self._since >= STATE_SECONDS


class Second:
    """One second of the wall clock; what is told of it is built once for each zone."""

    def __init__(self, at: datetime, home: ZoneInfo) -> None:
        self._at = at
        self._home = home
        self._zones: dict[ZoneInfo, tuple[tuple[str | None, str | None], bytes, bytes]] = {}

    def frames(self, face: Face) -> bytes:
        """Return what a connection is told: its zone where that changed, the tick, what rings."""
        zone = face.copy.zone or self._home
        built = self._zones.get(zone)
        if built is None:
            local = self._at.astimezone(zone)
            name = local.tzname()
            tick = text_frame(local.isoformat(timespec="seconds").encode())
            built = ((zone.key, name), text_frame(f"TZN:{name}".encode()), tick)
            self._zones[zone] = built
        known, zone_frame, tick = built
        if face.told != known:
            face.told, tick = known, zone_frame + tick
        return tick + face.copy.ringing(face.form)
