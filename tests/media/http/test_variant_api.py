"""Variants by their numbers, while what is kept cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from media.darkroom import Darkroom
from media.database import Database
from media.display.registry import Registry
from media.display.store import DisplayStore
from media.http.variant_api import VariantApi
from media.photo.library import Library
from media.photo.store import PhotoStore
from media.photo.variant_files import VariantFiles
from media.photo.variant_pictures import VariantPictures
from media.photo.variant_store import VariantStore
from media.photo.variants import Variants
from tests.media.bitmap.pictures import blank, saved
from tests.media.wall import eink


@pytest.mark.parametrize(("path", "status"), [("kept.sqlite", 404), ("/dev/null/x.sqlite", 503)])
async def test_what_cannot_be_read_is_no_unknown_number(
    tmp_path: Path, path: str, status: int
) -> None:
    """A display comes again for the one, and never for the other."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.png").write_bytes(saved(blank()))
    async with Database(tmp_path / path) as database:
        registry = Registry(DisplayStore(database), "open", UTC)
        store = VariantStore(database)
        library = Library(tmp_path / "photos", PhotoStore(database), lambda: datetime.now(UTC))
        variants = Variants(library, store, tmp_path / "variants")
        files = VariantFiles(tmp_path / "packed")
        pictures = VariantPictures(variants, files, Darkroom())
        api = VariantApi(registry, variants, pictures, never)
        asked = Request({"type": "http", "query_string": b"pk=7", "headers": []})
        answer = await api.variant(asked, eink())
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 503)


async def never(*_: object) -> Response:
    raise AssertionError("a number was asked for")
