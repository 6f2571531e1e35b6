"""What may be asked of the sources by topic."""

from typing import Any

from media.asking import Verb
from media.source.opening import Opening
from shared.errors import PayloadError


def source_verbs(opening: Opening) -> dict[str, Verb]:
    """Return what may be asked."""

    async def list_sources(_: dict[str, Any]) -> object:
        sources = opening.get()
        return {
            "file": str(sources.file.path),
            "problems": sources.file.problems,
            "sources": sources.listed(),
        }

    async def refresh(fields: dict[str, Any]) -> object:
        name = fields.get("name")
        if not isinstance(name, str):
            raise PayloadError("name: is missing; which source is it about?")
        return opening.get().refresh(name)

    return {"list": list_sources, "refresh": refresh}
