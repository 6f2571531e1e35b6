"""What the options before the subcommand say, kept until something needs it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mantel.home import Access
    from mantel.hub import Hub

# What needs a moment to be imported is imported where it is used: `--help` and the completion of
# a word on the command line need none of it


@dataclass(frozen=True)
class Session:
    """One call of the command; `options` are settings by name, empty where not given."""

    options: dict[str, str]

    @cached_property
    def home(self) -> Path | None:
        """The folder of the hub, None where there is none (in a container)."""
        from mantel import home

        return home.find(os.environ, Path())

    @cached_property
    def access(self) -> "Access":
        """How the broker is reached."""
        from mantel import home

        access = home.access(os.environ, Path(), self.home, self.options)
        if access.settings.tz:  # from .env too, where the C library does not look
            os.environ["TZ"] = access.settings.tz
            time.tzset()
        return access

    @contextmanager
    def hub(self) -> Iterator["Hub"]:
        """Connect, and say goodbye afterwards."""
        from mantel.hub import Hub
        from mantel.output import note

        with Hub(self.access.settings) as hub:
            yield hub
            for topic in hub.ignored:
                note(f"topic {topic}: payload not understood, left out")
