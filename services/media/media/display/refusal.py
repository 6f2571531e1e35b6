"""Why something is not done to a display. Pure."""

from shared.errors import MantelError


class UnknownError(MantelError):
    """There is no such display."""


class RefusedError(MantelError):
    """A device may not join now; `known` when it has joined already."""

    def __init__(self, message: str, *, known: bool = False) -> None:
        super().__init__(message)
        self.known = known
