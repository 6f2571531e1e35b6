"""`mantel import eink`: the displays and photos of an older server go on here."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import click
from msgspec import Meta

from mantel.output import Tell, note, progress, size, table
from mantel.session import Session
from shared.errors import MantelError
from shared.settings import Settings, load

if TYPE_CHECKING:
    from mantel.hub import Hub
    from mantel.old_eink import OldDisplay, OldEink
    from mantel.old_photos import Found

_USUAL_NAMES = ("db.sqlite3", "db.sqlite", "database.sqlite3")
_Folder = click.Path(exists=True, file_okay=False, path_type=Path)


class _MediaSettings(Settings, frozen=True, kw_only=True):
    """The one setting of `media` that says where photos are."""

    prefixes: ClassVar[tuple[str, ...]] = (*Settings.prefixes, "MEDIA_")
    media_photos: Annotated[str, Meta(description="Folder of photos for displays")] = "photos"


@click.command(
    "eink",
    help="""Take over the displays of an older e-ink server.

    Each goes on with its token, its ids, its schedule, its time zone and its modes; only its
    address must be the hub's. Its photos are copied into the hub's folder of photos. Called
    again it takes what has come since, and nothing twice.

    PATH is its SQLite database, or the folder that holds it as db.sqlite3.
    """,
)
@click.argument("path", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--pictures", type=_Folder, help="Where the old server's photos are, if they were moved."
)
@click.option(
    "--photos",
    type=click.Path(file_okay=False, path_type=Path),
    help="The hub's folder of photos, if this is not the hub's machine.",
)
@click.option("--no-photos", is_flag=True, help="Leave all photos where they are.")
@click.option("--variants", is_flag=True, help="Take the pictures too that it made of them.")
@click.option("--link", is_flag=True, help="Link photos where that is possible, and copy no bytes.")
@click.option("--dry-run", is_flag=True, help="Show what would be taken, and do nothing.")
@click.pass_obj
def eink(
    session: Session,
    path: Path,
    pictures: Path | None,
    photos: Path | None,
    no_photos: bool,
    variants: bool,
    link: bool,
    dry_run: bool,
) -> None:
    """Read the database, ask media for each display, and copy the photos."""
    from mantel.old_eink import read_database
    from mantel.old_photos import Found

    old = read_database(_database(path))
    target = None if no_photos else _target(session, photos)
    found = Found() if no_photos else _photos(old, pictures, variants=variants)
    if dry_run:
        _show(old, found, target)
        return
    refused = _take_displays(session, old.displays)
    if not no_photos:
        _take_photos(found, target, link=link)
    if refused:
        raise MantelError(f"displays that were not taken over: {refused}; each would stay dark")


def _database(path: Path) -> Path:
    if path.is_file():
        return path
    for name in _USUAL_NAMES:
        if (path / name).is_file():
            return path / name
    raise MantelError(f"{path}: there is no {', '.join(_USUAL_NAMES)} in it; name the file itself")


def _target(session: Session, photos: Path | None) -> Path | None:
    """Return the hub's folder of photos, None where it is not known."""
    import os

    if photos is not None or session.home is None:
        return photos
    settings, _ = load(_MediaSettings, os.environ, session.home)
    return session.home / settings.media_photos


def _photos(old: "OldEink", pictures: Path | None, *, variants: bool) -> "Found":
    from mantel.old_photos import find

    folders = [] if pictures is None else [pictures.resolve()]
    if pictures is None and old.folder:
        folder = Path(old.folder).expanduser()
        if folder.is_absolute() and folder.is_dir():
            folders = [folder]
        else:
            note(f"its folder of photos, {old.folder}, is not here; name it by --pictures")
    return find(old.pictures, old.variants if variants else [], folders, old.generated)


def _take_displays(session: Session, displays: list["OldDisplay"]) -> int:
    """Ask for each, and return how many were refused."""
    from mantel.hub import RequestError

    taken, new, refused = 0, 0, 0
    with session.hub() as hub, progress() as tell:
        for number, each in enumerate(displays, 1):
            tell(f"display {number} of {len(displays)}")
            try:
                known = _take(hub, each)
            except RequestError as error:
                refused += 1
                each.problems.append(str(error))
            else:
                taken += 1
                new += not known
            _tell(each)
    click.echo(f"displays: {taken} taken over, {new} of them new; refused: {refused}")
    return refused


def _take(hub: "Hub", old: "OldDisplay") -> bool:
    """Have a display taken over, and return whether it was there before; RequestError."""
    from shared import topics

    data = hub.request(
        topics.DISPLAY_REQUEST, topics.DISPLAY_RESPONSE, "media", "import", old.fields
    )
    return isinstance(data, dict) and bool(data.get("known"))


def _take_photos(found: "Found", target: Path | None, *, link: bool) -> None:
    from mantel.old_photos import take

    _tell_photos(found)
    if target is None:
        if found.files:
            note(
                f"{len(found.files)} photos are left where they are: type this in the folder of "
                "the hub, or name its folder of photos by --photos"
            )
        return
    new, same, left_out = 0, 0, len(found.problems)
    with progress() as tell:
        for number, file in enumerate(found.files, 1):
            _tell_file(tell, number, len(found.files), file)
            try:
                fresh = take(file, target, link=link, lying=file in found.lying)
            except OSError as error:
                left_out += 1
                note(f"{file} is left out: {error}")
            else:
                new += fresh
                same += not fresh
    click.echo(f"photos: {new} new in {target}, {same} there before; left out: {left_out}")


def _tell_file(tell: Tell, number: int, count: int, file: Path) -> None:
    tell(f"photo {number} of {count}, {file.name}")


def _show(old: "OldEink", found: "Found", target: Path | None) -> None:
    table(
        ("id", "hardware id", "size", "zone", "mode", "rules"),
        [
            (
                str(each.fields["id"] or "a new one"),
                str(each.fields["hardware_id"]),
                f"{each.fields['width']} x {each.fields['height']}",
                str(each.fields["timezone"] or "the hub's"),
                str(each.fields["override"] or each.fields["default_mode"]),
                str(len(each.fields["schedule"])),
            )
            for each in old.displays
        ],
    )
    for each in old.displays:
        _tell(each)
    _tell_photos(found)
    amount = sum(file.stat().st_size for file in found.files)
    click.echo(f"photos: {len(found.files)}, {size(amount)}, for {target or 'nowhere'}")


def _tell(old: "OldDisplay") -> None:
    for problem in old.problems:
        note(f"{old.name}: {problem}")


def _tell_photos(found: "Found") -> None:
    for problem in found.problems:
        note(problem)
