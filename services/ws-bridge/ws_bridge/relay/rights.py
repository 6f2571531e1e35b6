"""Who a device is and what it may do: its token, its filters, and the decisions. Pure."""

import hmac
from dataclasses import dataclass

from shared.filters import Levels, covers, filter_problem, matches, name_problem
from shared.payloads import DeviceConfig, hash_token
from ws_bridge.relay.catalog import Feed, Kind, feeds, own_read, own_write, writable

_NOBODY = hash_token("")


class NotAllowedError(Exception):
    """Outside the rights, or no topic at all; `code` is that of the protocol."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Rights:
    """What a device may do; `device` is empty for who came without a token."""

    device: str = ""
    read: tuple[Levels, ...] = ()
    write: tuple[Levels, ...] = ()

    def feeds(self, text: str) -> list[Feed]:
        """Return what a filter asks for; NotAllowedError when it may not, or is no filter."""
        if (problem := filter_problem(text)) is not None:
            raise NotAllowedError("bad_filter", problem)
        wanted = tuple(text.split("/"))
        if not any(covers(right, wanted) for right in (*self.read, *own_read(self.device))):
            may = ", ".join("/".join(right) for right in self.read) or "nothing"
            raise NotAllowedError("not_allowed", f"the rights to read are: {may}"[:200])
        if not (found := feeds(wanted, self.device)):
            raise NotAllowedError("not_allowed", "no topic of this kind is open to devices")
        return found

    def target(self, text: str) -> Kind:
        """Return the kind of a topic to publish to; NotAllowedError when it may not."""
        if (problem := name_problem(text)) is not None:
            raise NotAllowedError("bad_topic", problem)
        name = tuple(text.split("/"))
        if not any(matches(right, name) for right in (*self.write, *own_write(self.device))):
            may = ", ".join("/".join(right) for right in self.write) or "nothing"
            raise NotAllowedError("not_allowed", f"the rights to write are: {may}"[:200])
        if (kind := writable(name, self.device)) is None:
            raise NotAllowedError("not_allowed", "no topic of this kind is open to devices")
        return kind


def rights_of(device: str, config: DeviceConfig) -> Rights:
    """Return the rights of a device; filters that are none give none."""
    return Rights(device, parse_filters(config.read), parse_filters(config.write))


def parse_filters(texts: list[str] | tuple[str, ...]) -> tuple[Levels, ...]:
    """Return filters as levels, without those that are none."""
    return tuple(tuple(text.split("/")) for text in texts if filter_problem(text) is None)


def is_token(token: str, config: DeviceConfig | None) -> bool:
    """Tell whether a token is the device's; as quick for an unknown device as for a wrong token."""
    kept = config.token_hash if config is not None else ""
    known = len(kept) == len(_NOBODY) and kept.isascii()
    same = hmac.compare_digest(hash_token(token), kept.lower() if known else _NOBODY)
    return same and known and bool(token)
