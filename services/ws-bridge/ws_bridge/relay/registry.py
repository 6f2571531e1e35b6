"""The devices that the operator has let in, and who says that it is one of them. Pure."""

from shared import topics
from shared.filters import Levels
from shared.payloads import DeviceConfig
from ws_bridge.relay.rights import Rights, is_token, rights_of


class Registry:
    """The configuration of each device, as the broker tells it; `open_read` is for anybody."""

    def __init__(self, open_read: tuple[Levels, ...]) -> None:
        self._open = Rights(read=open_read)
        self._configs: dict[str, DeviceConfig] = {}

    def take(self, device: str, payload: bytes) -> None:
        """Take what the operator says of a device; PayloadError when it cannot be read.

        Then nobody is let in as that device: its last rights may be those that were taken back.
        """
        self._configs.pop(device, None)
        if payload:
            self._configs[device] = topics.DEVICE_CONFIG.decode(payload)

    def devices(self) -> list[str]:
        """Return the devices by name."""
        return sorted(self._configs)

    def knows(self, device: str) -> bool:
        """Tell whether there is such a device."""
        return device in self._configs

    def token_hash(self, device: str) -> str:
        """Return what is kept of a device's token; empty when it has none."""
        config = self._configs.get(device)
        return "" if config is None else config.token_hash

    def admit(self, device: str, token: str) -> Rights | None:
        """Return the rights of a device; None when it is none, or the token is not its own."""
        config = self._configs.get(device)
        if not is_token(token, config) or config is None:
            return None
        return rights_of(device, config)

    def rights(self, device: str) -> Rights:
        """Return the rights of a device that was admitted before."""
        config = self._configs.get(device)
        return Rights(device) if config is None else rights_of(device, config)

    def anybody(self) -> Rights | None:
        """Return the rights of who has no token; None: nobody comes in without."""
        return self._open if self._open.read else None
