"""A port of the bridge, opened, with what all of them have in common."""

import logging
import socket

from shared.errors import StartError

BACKLOG = 1024
"""A hundred displays reconnect at once after a restart; the usual 100 costs them seconds."""
MOST_CONNECTIONS = 2000
"""Of a WebSocket port: more get no handshake, and twice as many are cut off unheard."""
_SEND_BUFFER_BYTES = 65536  # the kernel's own grows to 4 MB for a client that does not read

QUIET = logging.getLogger("ws-bridge.websockets")
"""The WebSocket library's; it would log a traceback for each port scan."""
QUIET.setLevel(logging.CRITICAL + 1)


def listen(address: tuple[str, int], setting: str) -> socket.socket:
    """Return a listening socket; StartError, which names the setting, when it cannot be had."""
    host, port = address
    try:
        listening = socket.create_server(address, backlog=BACKLOG)
    except OSError as error:
        raise StartError(
            f"port {port} of {host} cannot be opened ({error.strerror}); "
            f"end the program that has it, or set {setting}"
        ) from None
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    # asyncio does it only for sockets that were made with this protocol; without it the second of
    # two small frames waits 40 ms for the client to acknowledge the first
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
