"""Browses the network by mDNS for the hub, until it is ended: python mdns_browser.py [ADDRESS].

Prints a line of JSON for each service that comes, changes or goes.
"""

import asyncio
import json
import sys
from typing import Any

from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

TYPES = ["_mantel-display._tcp.local.", "_http._tcp.local."]


async def main() -> None:
    """Browse."""
    where = sys.argv[1:] or InterfaceChoice.All
    browser = AsyncZeroconf(interfaces=where, ip_version=IPVersion.V4Only)
    changes: asyncio.Queue[tuple[str, str, ServiceStateChange]] = asyncio.Queue()

    def changed(
        zeroconf: Any, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        changes.put_nowait((service_type, name, state_change))

    watching = AsyncServiceBrowser(browser.zeroconf, TYPES, handlers=[changed])
    print(json.dumps({"event": "Browsing"}), flush=True)
    while True:
        type_, name, change = await changes.get()
        told: dict[str, Any] = {"event": change.name, "type": type_, "name": name}
        if change is not ServiceStateChange.Removed:
            info = AsyncServiceInfo(type_, name)
            await info.async_request(browser.zeroconf, 3000)
            told |= {
                "addresses": sorted(info.parsed_addresses()),
                "port": info.port,
                "server": info.server,
                "text": info.decoded_properties,
            }
        print(json.dumps(told), flush=True)
        assert watching is not None


if __name__ == "__main__":
    asyncio.run(main())
