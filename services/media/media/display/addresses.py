"""The addresses of this machine by which displays may reach it; the only module with ifaddr."""

import ipaddress
import re

_INNER = re.compile(r"(lo|docker|br-|veth|virbr|vnet|cni|flannel|cali)")
"""Interfaces behind which are containers and virtual machines, and no displays."""


def own_addresses(only: str = "") -> list[str]:
    """Return the IPv4 addresses of this machine behind which displays may be, in order.

    `only` is the one that the hub is on; OSError when this machine does not have it.
    """
    import ifaddr  # which a home pays for that announces its hub, or shows who a display is

    found = {
        address.ip: adapter.name
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if isinstance(address.ip, str)
    }
    if only:
        if only not in found:
            raise OSError(f"{only} is no IPv4 address of this machine")
        return [only]
    return sorted(
        address
        for address, name in found.items()
        if not _INNER.match(name) and not ipaddress.ip_address(address).is_loopback
    )
