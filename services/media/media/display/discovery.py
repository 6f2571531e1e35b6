"""Answers displays that look for the hub by UDP on the home's network."""

import asyncio
import json
import logging
import socket
from collections.abc import Callable

from shared.complaints import Complaints

_log = logging.getLogger("media")

_QUESTION = b"EINK_DISCOVER"
_PATH = "/api/displays/bootstrap/"
_AGAIN_SECONDS = 10.0


def facing(asker: str) -> str:
    """Return the address of ours that an asker can reach; nothing is sent for that."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((asker, 9))
        return str(probe.getsockname()[0])


class Discovery(asyncio.DatagramProtocol):
    """Answers each question with where to join; all else is left without an answer."""

    def __init__(self, base_url: Callable[[str], str]) -> None:
        self._base_url = base_url
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep what answers go through."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer; who has gone meanwhile, or has a made-up address, is nobody's concern."""
        if data.strip() != _QUESTION or self._transport is None:
            return
        try:
            base = self._base_url(facing(addr[0]))
        except OSError:
            return
        told = json.dumps({"bootstrap": base.rstrip("/") + _PATH})
        self._transport.sendto(told.encode(), addr)

    def error_received(self, exc: Exception) -> None:
        """Leave alone those who do not listen any more."""


async def answer_discovery(base_url: Callable[[str], str], port: int) -> None:
    """Answer until cancelled; `base_url` makes ours from an address.

    While the port cannot be had, say so once and try again.
    """
    complaints = Complaints(_log)
    subject = f"UDP port {port}"
    loop = asyncio.get_running_loop()
    while True:
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: Discovery(base_url), local_addr=("0.0.0.0", port)
            )
        except OSError as error:
            complaints.say(
                subject,
                f"cannot be opened ({error.strerror}), so displays do not find the hub; "
                "end the program that has it, or set MEDIA_DISCOVERY_PORT",
            )
            await asyncio.sleep(_AGAIN_SECONDS)
            continue
        complaints.settle(subject)
        _log.info("discovery on UDP port %s", port)
        try:
            await asyncio.Event().wait()
        finally:
            transport.close()
