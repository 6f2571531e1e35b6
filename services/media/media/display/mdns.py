"""Announces the hub by multicast DNS; the only module that knows zeroconf.

Port 5353 is shared with avahi, which has it on a Raspberry Pi, as long as each who opens it says
that it may be shared. The host name is one of our own: `raspberrypi.local` is avahi's to answer.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from media.display.addresses import own_addresses
from shared.complaints import Complaints

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

# zeroconf is imported where it is used: a home that turns this off saves 4 MB

_log = logging.getLogger("media")

DISPLAY_TYPE = "_mantel-display._tcp.local."
TYPES = (DISPLAY_TYPE, "_http._tcp.local.")
"""Ours, for displays, and the one that people's browsers of the network list."""

_LOOK_SECONDS = 10.0  # a network that comes, goes, or gets another address
_AGAIN_SECONDS = 60.0
_GOODBYE_SECONDS = 0.6  # three packets, an eighth of a second apart
_ASK_MILLISECONDS = 1500  # answers to all may be held back for half a second
_MOST_NAMES = 100
_LABEL_CHARACTERS = 45

BaseUrl = Callable[[str], str]
"""Makes the base of the HTTP API from a host name."""


class TakenError(Exception):
    """All names that were tried are another hub's."""


async def announce_hub(node: str, port: int, base_url: BaseUrl, only: str = "") -> None:
    """Announce until cancelled, then say goodbye; `only` is the one address to do it on.

    While that cannot be done, say so once and try again; when the addresses of this machine
    change, do it anew.
    """
    complaints = Complaints(_log)
    # Of an interface that went away it prints a traceback for each packet
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    while True:
        try:
            addresses = await asyncio.to_thread(own_addresses, only)
            if addresses:
                async with _announced(node, port, base_url, addresses) as name:
                    complaints.settle("mDNS")
                    _log.info("announced by mDNS as %s on %s", name, ", ".join(addresses))
                    while await asyncio.to_thread(own_addresses, only) == addresses:  # noqa: ASYNC110
                        await asyncio.sleep(_LOOK_SECONDS)
                continue
        except (OSError, TakenError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            complaints.say(
                "mDNS",
                f"the hub cannot be announced ({reason}), so displays that look for it by mDNS do "
                "not find it; see what has UDP port 5353, or set MEDIA_MDNS=false",
            )
            await asyncio.sleep(_AGAIN_SECONDS)
            continue
        await asyncio.sleep(_LOOK_SECONDS)


@contextlib.asynccontextmanager
async def _announced(
    node: str, port: int, base_url: BaseUrl, addresses: list[str]
) -> AsyncIterator[str]:
    """Be announced on these addresses; yields the host name that was free."""
    from zeroconf import IPVersion
    from zeroconf.asyncio import AsyncZeroconf

    speaker = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
    try:
        yield await _register(speaker, node, port, base_url, addresses)
    finally:
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await speaker.async_close()


async def _register(
    speaker: "AsyncZeroconf", node: str, port: int, base_url: BaseUrl, addresses: list[str]
) -> str:
    """Announce under the first name that no other hub has; TakenError."""
    from zeroconf import NonUniqueNameException
    from zeroconf.asyncio import AsyncServiceInfo

    for number in range(1, _MOST_NAMES + 1):
        instance, host = names(node, number)
        if await _is_taken(speaker, f"{instance}.{DISPLAY_TYPE}"):
            continue
        described = [
            AsyncServiceInfo(
                type_,
                f"{instance}.{type_}",
                parsed_addresses=addresses,
                port=port,
                properties=text_record(base_url(host.rstrip("."))),
                server=host,
            )
            for type_ in TYPES
        ]
        try:
            for each in described:
                await (await speaker.async_register_service(each))
        except NonUniqueNameException:
            await speaker.async_unregister_all_services()
            continue
        return host.rstrip(".")
    raise TakenError(f"{instance} and the names before it are taken")


async def _is_taken(speaker: "AsyncZeroconf", name: str) -> bool:
    """Tell whether somebody answers to a name.

    zeroconf's own question asks for an answer to port 5353 of this host alone, and where avahi
    or a second hub has that port too, the system gives the answer to one of them.
    """
    from zeroconf import DNSQuestionType
    from zeroconf.asyncio import AsyncServiceInfo

    asked = AsyncServiceInfo(DISPLAY_TYPE, name)
    return await asked.async_request(
        speaker.zeroconf, _ASK_MILLISECONDS, question_type=DNSQuestionType.QM
    )


def names(node: str, number: int) -> tuple[str, str]:
    """Return what people read and the host name, of the `number`th hub of that name."""
    label = re.sub(r"[^a-z0-9]+", "-", node.lower())[:_LABEL_CHARACTERS].strip("-") or "hub"
    suffix = f"-{number}" if number > 1 else ""
    return f"Mantel on {label}{suffix}", f"mantel-{label}{suffix}.local."


def text_record(base: str) -> dict[str, str]:
    """Return what is told beside address and port: where to join, and a TRMNL device's server."""
    return {
        "txtvers": "1",
        "path": "/",
        "bootstrap": "/api/display/bootstrap",
        "trmnl": base,
    }
