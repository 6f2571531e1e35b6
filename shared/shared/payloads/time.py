"""A moment as every payload carries it. Pure."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Time = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with its offset; the names of such fields end in `_at`."""
