"""Where a file that an alarm names may be. Pure."""

from pathlib import Path


def places(name: str, assets: Path) -> list[Path]:
    """Return where to look for `name`, in order.

    An absolute path is meant as it is. Others stand below MEDIA_ASSETS, below the working
    directory, or, as in the alarms.json of the older dashboard (`assets/img/...`), beside
    MEDIA_ASSETS.
    """
    file = Path(name)
    if file.is_absolute():
        return [file]
    return [assets / file, file, assets.parent / file]
