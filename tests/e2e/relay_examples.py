"""Starts the example clients of the relay, each as its user would."""

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.relay_followers import (
    EXAMPLES,
    Board,
    Login,
    Printer,
    Screen,
    Terminal,
    browser,
    compiled,
    micropython,
    serving,
)

HEAP = "100k"
"""What a small device has left for its program."""


def hurried(example: str, directory: Path) -> Path:
    """Copy an example's folder; in the copy a sign of life is asked for each half second."""
    folder = directory / "hurried"
    shutil.copytree(EXAMPLES / example, folder)
    for file in folder.iterdir():
        text = file.read_text()
        text = text.replace("_PING_SECONDS = 25 ", "_PING_SECONDS = 1 ")
        text = text.replace("\nPING_SECONDS = 25.0\n", "\nPING_SECONDS = 0.5\n")
        file.write_text(text.replace("PING_MS = 25000;", "PING_MS = 500;"))
    return folder


@contextmanager
def on_micropython(
    login: Login, *, picture_bytes: int = 5000, folder: Path = EXAMPLES / "esp32-micropython"
) -> Iterator[Printer]:
    words = [*micropython(), "-X", f"heapsize={HEAP}", "main.py"]
    for name in ("relay.py", "main.py"):
        shutil.copy(folder / name, login.directory)
    settings = {
        "HUB": "127.0.0.1", "PORT": login.port, "DEVICE": login.device, "TOKEN": login.token,
        "DISPLAY": "rlcd", "PICTURE_BYTES": picture_bytes,
    }  # fmt: skip
    text = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (login.directory / "settings.py").write_text(text)
    with contextlib.closing(Printer(words, login)) as printer:
        yield printer


@contextmanager
def in_python(login: Login, *, folder: Path = EXAMPLES / "python") -> Iterator[Printer]:
    words = [sys.executable, str(folder / "follow.py"), login.address, login.device]
    with contextlib.closing(Printer(words, login)) as printer:
        yield printer


@contextmanager
def in_a_terminal(login: Login) -> Iterator[Terminal]:
    words = [str(EXAMPLES / "command-line/follow.sh"), login.address, login.device]
    with contextlib.closing(Terminal(words, login)) as terminal:
        yield terminal


@contextmanager
def on_a_board(login: Login) -> Iterator[Board]:
    with contextlib.closing(Board(compiled(login.directory), login)) as board:
        yield board


def filled_in(login: Login) -> str:
    """Return the script by which the page's form was filled in before."""
    values = {"address": login.address, "device": login.device, "token": login.token}
    return "".join(
        f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)});"
        for key, value in values.items()
    )


@contextmanager
def in_a_browser(login: Login, *, folder: Path = EXAMPLES / "browser") -> Iterator[Screen]:
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(contextlib.closing(browser(login.directory / "profile")))
        url = stack.enter_context(serving(folder))
        page = stack.enter_context(chromium.open(url, script=filled_in(login)))
        yield Screen(page)
