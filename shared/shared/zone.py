"""The hub's time zone, as its host has it; read again when the host's file changes."""

from pathlib import Path
from zoneinfo import ZoneInfo

from shared.errors import SettingsError

_LOCALTIME = Path("/etc/localtime")


class HubZone:
    """`TZ` where it is set, else the host's; SettingsError when there is no such zone."""

    def __init__(self, name: str, localtime: Path = _LOCALTIME) -> None:
        self._localtime = localtime
        self._seen: object = None
        self._fixed = bool(name)
        self._zone = ZoneInfo("UTC")
        if name:
            try:
                self._zone = ZoneInfo(name.removeprefix(":"))
            except (KeyError, ValueError, OSError):
                raise SettingsError([f"TZ={name}: no such zone; such as Europe/Paris"]) from None

    def read(self) -> ZoneInfo:
        """Return it as it is now; UTC on a host that has none, as before while it is unreadable."""
        if self._fixed:
            return self._zone
        try:
            real = self._localtime.resolve()
            facts = real.stat()
            seen = (real, facts.st_ino, facts.st_mtime_ns)
            if seen != self._seen:
                with real.open("rb") as file:
                    name = (
                        str(real).rpartition("zoneinfo/")[2] if "zoneinfo/" in str(real) else None
                    )
                    self._zone = ZoneInfo.from_file(file, key=name)
                self._seen = seen
        except (OSError, ValueError, RuntimeError):  # the last: links in a circle, before 3.13
            pass
        return self._zone
