"""What pages leave out; how they are seen from outside is in tests/e2e/test_pages.py."""

from pathlib import Path

from msgspec.structs import replace
from starlette.requests import Request

from media.database import Database
from media.display.numbers import Numbers
from media.http.pages import WebPages, house_dashboard
from media.photo.library import Library
from media.photo.photo import Judgement
from media.photo.store import PhotoStore
from tests.media.bitmap.pictures import halves, saved
from tests.media.wall import eink, wall


async def asked(pages: WebPages, path: str, query: str = "") -> int:
    """Return the status of what is answered; a file that was opened for it is closed."""
    scope = {"type": "http", "method": "HEAD", "headers": [], "query_string": query.encode()}
    response = await pages.paths[path](Request(scope))

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        pass

    await response(scope, receive, send)
    return response.status_code


async def test_what_is_not_to_be_seen_is_on_no_page(tmp_path: Path) -> None:
    """A photo that a model finds unsuited, and a display that waits for its owner."""
    async with wall(tmp_path) as house, Database(tmp_path / "pages.sqlite") as database:
        library = Library(house.photos, PhotoStore(database), house.registry.now)
        dashboard = house_dashboard(house.pictures, house.registry)
        pages = WebPages(
            house.registry, house.pictures, library, Numbers(database), dashboard, node="pi",
            url=str,
        )  # fmt: skip
        house.photos.mkdir()
        (house.photos / "a.png").write_bytes(saved(halves()))
        await library.scan()
        assert await asked(pages, "/photo") == 200
        (photo,) = library.present()
        await library.put(replace(photo, judgement=Judgement(quality="NOT_SUITED")))
        assert await asked(pages, "/photo") == 404
        house.registry.roster.put(eink("a"))
        assert await asked(pages, "/bootstrap", "pk=1") == 200
        house.registry.roster.put(replace(eink("a"), approved=False))
        assert await asked(pages, "/bootstrap", "pk=1") == 404
        assert await asked(pages, "/preview", "display=a") == 404
