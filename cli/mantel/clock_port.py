"""A connection to the clock's port; the only module of the command that knows websockets."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from shared.errors import MantelError

DEFAULT_PORT = 8901

_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_SILENT_SECONDS = 30.0  # it says something each second


class Address(NamedTuple):
    """Where a clock is."""

    host: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class ClockError(MantelError):
    """The clock cannot be reached, went away or is none."""


class ClockPort:
    """An open connection, in text."""

    def __init__(self, address: Address, connection: ClientConnection) -> None:
        self._address = address
        self._connection = connection

    async def say(self, text: str) -> None:
        """Send a message; ClockError when nobody is there any more."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise self._closed(error) from None

    async def hear(self) -> str:
        """Return the next message; ClockError when there will be none."""
        try:
            async with asyncio.timeout(_SILENT_SECONDS):
                message = await self._connection.recv()
        except ConnectionClosed as error:
            raise self._closed(error) from None
        except TimeoutError:
            raise ClockError(
                f"clock {self._address} says nothing ({_SILENT_SECONDS:g} s)"
            ) from None
        if isinstance(message, bytes):
            raise ClockError(f"clock {self._address} speaks binary; is it a clock?")
        return message

    def _closed(self, error: ConnectionClosed) -> ClockError:
        why = error.rcvd.reason if error.rcvd and error.rcvd.reason else ""
        return ClockError(
            f"clock {self._address} closed the connection" + (f" ({why})" if why else "")
        )


def _reason(error: OSError | UnicodeError) -> str:
    """Return why, without the words of the event loop."""
    if not isinstance(error, OSError):
        return "no such name"
    if error.errno is None:  # a name with several addresses, each with an error of its own
        return "none of its addresses answers"
    return os.strerror(error.errno) if error.errno > 0 else error.strerror or str(error)


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[ClockPort]:
    """Connect; ClockError when that cannot be done."""
    try:
        connection = await connect(
            f"ws://{address}/",
            compression=None,
            proxy=None,  # it is in the home's network
            open_timeout=_CONNECT_SECONDS,
            close_timeout=_CLOSE_SECONDS,
        )
    except TimeoutError:
        raise ClockError(f"clock {address} does not answer ({_CONNECT_SECONDS:g} s)") from None
    except InvalidHandshake as error:
        raise ClockError(f"clock {address}: {error}; is it a clock?") from None
    except (OSError, UnicodeError) as error:  # a name may be one that cannot even be asked for
        raise ClockError(
            f"clock {address}: {_reason(error)}: does it run? see `mantel doctor`"
        ) from None
    async with connection:
        yield ClockPort(address, connection)
