"""The programs in load/, compiled when they are needed: a load in Python would be too slow."""

import shutil
import subprocess
from pathlib import Path

from bench.process import SkipError

_FOLDER = Path(__file__).parent / "load"
_BUILT = _FOLDER / "built"
_PROGRAMS = {"fan": ("fan.c", "publisher.c"), "storm": ("storm.c",), "bridge": ("bridge.c",)}
_OPTIONS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror")


def program(name: str) -> str:
    """Return the path of a program; SkipError where there is no compiler."""
    built, mains = _BUILT / name, {file for files in _PROGRAMS.values() for file in files}
    sources = [_FOLDER / file for file in _PROGRAMS[name]]
    sources += [file for file in sorted(_FOLDER.glob("*.c")) if file.name not in mains]
    newest = max(file.stat().st_mtime for file in _FOLDER.glob("*.[ch]"))
    if built.exists() and built.stat().st_mtime > newest:
        return str(built)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise SkipError("there is no C compiler (on Debian: apt-get install gcc libc6-dev)")
    _BUILT.mkdir(exist_ok=True)
    done = subprocess.run(
        [compiler, *_OPTIONS, "-o", str(built), *map(str, sources)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} does not compile: {done.stderr.strip()}")
    return str(built)
