"""What a service gives the server: its answers, and what they have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from shared.http.message import Heads, Request, Response


class Api(ABC):
    """What a service answers."""

    heads = Heads()
    most_connections = 256
    """Beyond these a client is told that there are too many."""

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """Answer one request."""

    @abstractmethod
    def refusal(self, status: int, text: str) -> Response:
        """Return an error that is none of a path's; `text` is for people."""

    def kept(self, request: Request) -> bytes | None:  # noqa: ARG002
        """Return an answer that is at hand, from its own headers on; None: `answer` has it."""
        return None

    def upgrade(self, request: Request) -> Callable[[], asyncio.Protocol] | None:  # noqa: ARG002
        """Return what makes the protocol that takes the connection over; None: `answer`."""
        return None
