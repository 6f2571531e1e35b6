"""Files of a folder, and of nowhere else."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.http.message import Request, Response
from shared.testing import TIMEOUT_SECONDS, eventually
from ws_bridge import files
from ws_bridge.files import Folder, Part


async def ask(folder: Path, name: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    named = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    response = await Folder(folder).answer(name, Request(method, b"/", named, ""))
    return response.status, await body_of(response)


async def body_of(response: Response) -> bytes:
    if isinstance(response.body, bytes):
        return response.body
    parts = []
    while part := await response.body.read():
        parts.append(part)
    response.body.close()
    return b"".join(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_bytes(bytes(range(256)) * 1000)
    (folder / "inner/b.txt").write_bytes(b"b")
    (folder / "empty").touch()
    (folder / "link").symlink_to(folder / "a.txt")
    (folder / "out").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    (tmp_path / "secret").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a.txt", 200), ("inner/b.txt", 200), ("link", 200), ("empty", 200),
        ("", 403), ("inner", 403), ("inner/", 403), (".", 403),
        ("nothing", 404), ("a.txt/", 404), ("a.txt/x", 404), ("pipe", 404), ("loop", 404),
        ("../secret", 404), ("out/secret", 404), ("out", 404), ("inner/../../secret", 404),
        ("/etc/passwd", 404), ("a\0b", 404), ("x" * 5000, 404), ("..", 404),
    ],
)  # fmt: skip
async def test_what_is_there(folder: Path, name: str, status: int) -> None:
    assert (await ask(folder, name))[0] == status


async def test_parts_of_a_file(folder: Path) -> None:
    whole = (folder / "a.txt").read_bytes()
    assert await ask(folder, "a.txt") == (200, whole)
    assert await ask(folder, "a.txt", range="bytes=1000-199999") == (206, whole[1000:200000])
    assert await ask(folder, "a.txt", range="bytes=-1") == (206, whole[-1:])
    assert (await ask(folder, "a.txt", range="bytes=256000-"))[0] == 416
    assert await ask(folder, "empty", range="bytes=0-") == (
        416, b"416: Range Not Satisfiable",
    )  # fmt: skip


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert (await ask(tmp_path / "nothing", "a.txt"))[0] == 404


async def test_a_file_that_becomes_shorter_ends(folder: Path) -> None:
    response = await Folder(folder).answer("a.txt", Request("GET", b"/", [], ""))
    assert isinstance(response.body, Part)
    (folder / "a.txt").write_bytes(b"short")
    assert len(await body_of(response)) < response.body.length


async def test_a_read_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    """As of a card that is broken: the client has left, and others are served."""
    (tmp_path / "file").touch()
    part = Part((tmp_path / "file").open("rb"), 0, 100, ThreadPoolExecutor())
    part._file.close()
    readable, writable = os.pipe()
    part._file = os.fdopen(readable, "rb", buffering=100)
    reading = asyncio.create_task(part.read())
    await asyncio.to_thread(eventually, part._reading.locked)
    has_come = threading.Event()

    def come() -> None:
        has_come.set()
        os.close(writable)

    later = threading.Timer(1.0, come)
    later.start()
    part.close()
    assert not has_come.is_set()
    assert await reading == b""
    later.join()
    assert part._file.closed


async def test_a_folder_that_hangs_leaves_threads_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one the broker could not be reached again, nor a file of another folder read."""
    go, file = threading.Event(), files._file

    def hang(*asked: Any) -> Any:
        go.wait()
        return file(*asked)

    monkeypatch.setattr(files, "_file", hang)
    hanging = Folder(folder)
    request = Request("GET", b"/", [], "")
    asked = [asyncio.create_task(hanging.answer("a.txt", request)) for _ in range(64)]
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await asyncio.to_thread(lambda: "a thread") == "a thread"
            assert (await Folder(folder).answer("nothing", request)).status == 404
    finally:
        go.set()
    for response in await asyncio.gather(*asked):
        assert isinstance(response.body, Part)
        response.body.close()
