"""A client without a socket."""


class Reader:
    """Keeps what it is written."""

    file = -1
    owes = True  # so that all is written by `write`

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def write(self, data: bytes, /) -> None:
        self.got.append(data)
