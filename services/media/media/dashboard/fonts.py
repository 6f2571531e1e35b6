"""Where the letters of dashboards are: DejaVu Sans, of the system's package."""

from pathlib import Path

_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",  # Debian, fonts-dejavu-core
    "/usr/share/fonts/dejavu-sans-fonts",  # Fedora
    "/usr/share/fonts/TTF",  # Arch
    "/usr/share/fonts/dejavu",  # Alpine, openSUSE
    "/usr/share/fonts/truetype",
)
_SANS, _BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
_USED = (
    _SANS, _BOLD, "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf", "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf",
)  # fmt: skip

MISSING = (
    "DejaVu Sans is not installed (Debian: fonts-dejavu-core), letters look different without it"
)


def font_files() -> list[Path]:
    """Return the files that themes may use, none where they are not installed."""
    for folder in map(Path, _FOLDERS):
        if (folder / _SANS).is_file():
            return [folder / name for name in _USED if (folder / name).is_file()]
    return []


def sans(*, bold: bool = False) -> Path | None:
    """Return the file of DejaVu Sans."""
    files = {each.name: each for each in font_files()}
    return files.get(_BOLD if bold else _SANS, files.get(_SANS))
