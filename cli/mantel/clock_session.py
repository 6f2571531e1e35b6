"""The identifier of the session that was used last on a clock: a file of its user's own."""

import os
import re
import tempfile
from pathlib import Path

from mantel.clock_port import DEFAULT_PORT, Address
from mantel.output import note
from shared.errors import MantelError

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16,128}")


class KeptSession:
    """`identifier` is empty where none is known: the clock makes one then.

    `is_asked` tells that somebody asked for this very session.
    """

    def __init__(self, file: Path, identifier: str = "") -> None:
        self._file = file
        self.identifier = identifier
        self.is_asked = bool(identifier)

    def read(self) -> None:
        """Take the identifier from the file."""
        try:
            text = self._file.read_text("ascii").strip()
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            note(f"{self._file}: cannot be read ({error}); the session is a new one")
            return
        if _IDENTIFIER.fullmatch(text):
            self.identifier = text
        else:
            note(f"{self._file}: holds no identifier; the session is a new one")

    def keep(self, identifier: str) -> None:
        """Write it down, readable by its owner alone: who knows it has the session."""
        self.identifier = identifier
        self.is_asked = False
        folder = self._file.parent
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            # Made with mode 0600; in one step, so that no call reads half of it
            number, name = tempfile.mkstemp(prefix=f".{self._file.name}-", dir=folder)
            try:
                os.write(number, f"{identifier}\n".encode())
            finally:
                os.close(number)
            Path(name).replace(self._file)
        except OSError as error:
            note(f"{self._file}: cannot be written ({error}); the next call has a new session")


def file_of(address: Address, state_home: str) -> Path:
    """Return where the identifier is kept; `state_home` is XDG_STATE_HOME, or empty."""
    try:
        folder = Path(state_home) if state_home else Path.home() / ".local/state"
    except RuntimeError:  # a user that the container does not know
        raise MantelError("there is no home folder; set XDG_STATE_HOME") from None
    host = re.sub(r"[^A-Za-z0-9.:_-]", "_", address.host)
    port = "" if address.port == DEFAULT_PORT else f"-{address.port}"
    return folder / "mantel" / f"clock-{host}{port}"
