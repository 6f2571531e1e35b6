"""Sets a theme's page by typst; in a child only: typst takes 40 MB.

A theme gets a folder of its own with nothing but its files and our library in it, so that no
link leads out of it, and its page stands in a block, in which no page size can be changed.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import typst

from media.dashboard.fonts import font_files
from media.dashboard.job import LIBRARY, MAIN, Fault

_LIBRARY = Path(__file__).parent / "library"
_MAIN = f"{LIBRARY}main.typ"
_MOST_KEPT = 4
_FORGOTTEN_AFTER = 11
_OWN_FONTS = (b"Libertinus", b"New Computer Modern")
_PLACE = re.compile(r"┌─ (?P<file>.+):(?P<line>\d+):\d+$", re.MULTILINE)


class Typesetter:
    """Keeps the files of the last themes, in folders below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._nothing = self._folder / "no-packages"
        self._nothing.mkdir()
        empty = folder / "empty.typ"
        empty.write_text("#set page(width: 1pt, height: 1pt)")
        no_fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)
        self._empty = typst.Compiler(str(empty), root=str(folder), font_paths=no_fonts)
        self._fonts: dict[bool, typst.Fonts] = {}
        self._compilers: OrderedDict[str, typst.Compiler] = OrderedDict()
        self._forgotten = True

    def knows(self, mark: str) -> bool:
        """Tell whether the files of a mark are here."""
        return mark in self._compilers

    def take(self, mark: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of a theme; OSError."""
        root = self._folder / mark
        ours = {LIBRARY + each.name: each.read_bytes() for each in _LIBRARY.iterdir()}
        for name, content in {**files, **ours}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._compilers[mark] = typst.Compiler(
            str(root / _MAIN),
            root=str(root),
            font_paths=self._fonts_for(files),
            ignore_system_fonts=True,
            package_path=str(self._nothing),
            package_cache_path=str(self._nothing),
        )
        while len(self._compilers) > _MOST_KEPT:
            gone, _ = self._compilers.popitem(last=False)
            import shutil  # with its archives a megabyte, which most homes do not need

            shutil.rmtree(self._folder / gone, ignore_errors=True)

    def _fonts_for(self, files: Mapping[str, bytes]) -> typst.Fonts:
        """Return the fonts of the system's package, and typst's own for a theme that names one.

        They are 8 MB to look through.
        """
        found = font_files()
        own = not found or any(name in text for text in files.values() for name in _OWN_FONTS)
        if own not in self._fonts:
            folder = self._folder / f"fonts-{own}"
            folder.mkdir()
            for each in found:
                (folder / each.name).symlink_to(each)
            self._fonts[own] = typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=own, font_paths=[str(folder)]
            )
        return self._fonts[own]

    def png(self, mark: str, page: bytes, size: tuple[int, int], scale: float) -> bytes | Fault:
        """Return a page of `size` pixels as PNG, or what is wrong with the theme."""
        compiler = self._compilers[mark]
        self._compilers.move_to_end(mark)
        width, height = (pixels / scale for pixels in size)
        self._forgotten = False
        inputs = {"page": page.decode(), "size": json.dumps([width, height])}
        try:
            made = compiler.compile(format="png", ppi=72.0 * scale, sys_inputs=inputs)
        except typst.TypstError as error:
            return _fault(error, self._folder / mark)
        except RuntimeError as error:  # of its own, where no line is to blame
            return Fault(str(error), MAIN)
        pages = made if isinstance(made, list) else [made]
        return pages[0] or Fault("draws nothing", MAIN)

    def forget(self) -> None:
        """Have typst drop what it keeps for the next ten pages: 45 MB, which make none quicker.

        It forgets what the last ten pages had no use for, so eleven empty ones go by; 3 ms.
        """
        if self._forgotten:
            return
        self._forgotten = True
        for _ in range(_FORGOTTEN_AFTER):
            self._empty.compile(format="png", ppi=72.0)


def _fault(error: typst.TypstError, root: Path) -> Fault:
    """Return the fault with its place in the theme's own files, not in our library."""
    message = error.message
    if "failed to download package" in message or "package not found" in message:
        message = "packages cannot be used: a theme has its own files alone"
    hints = [each for each in error.hints if "--root" not in each]
    message = "; ".join([message, *hints]).replace(f"{root}/", "")
    places: list[tuple[str, int]] = []
    for found in _PLACE.finditer(error.diagnostic or ""):
        file = found["file"].rpartition(f"{root.name}/")[2]
        places.append((file, int(found["line"])))
    own = [place for place in places if not place[0].startswith(LIBRARY)]
    if not places:
        return Fault(message, MAIN)
    return Fault(message, *(own or places)[0])
