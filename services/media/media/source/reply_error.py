"""A source's answer that is of no use. Pure."""

from shared.errors import MantelError


class ReplyError(MantelError):
    """What came cannot be used; the message says why in a few words, without any address.

    `retry_after_seconds` is what the server asks for. `lasting`: it does not mend itself.
    """

    def __init__(
        self, message: str, *, retry_after_seconds: float | None = None, lasting: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.lasting = lasting
