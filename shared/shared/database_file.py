"""What is done with the file of a database that SQLite cannot read."""

from pathlib import Path

_MAGIC = b"SQLite format 3\0"


def may_be_damaged(path: Path) -> bool:
    """Tell whether the file may be a database that was damaged, and not one of the user's.

    A power cut leaves zeros where the beginning was. OSError when it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) in {_MAGIC, bytes(len(_MAGIC))}


def put_aside(path: Path) -> Path:
    """Rename a damaged database, so that a new one can be begun; return where it is now."""
    broken = path.with_name(path.name + ".broken")
    path.replace(broken)
    for suffix in ("-wal", "-shm"):  # would be taken for those of the new one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return broken
