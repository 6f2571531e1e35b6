"""The identifier that is kept."""

from pathlib import Path

import pytest

from mantel.clock_port import Address
from mantel.clock_session import KeptSession, file_of

ID = "ZbZVbM2s6mCFkKT0c1y3RjlA4ynoXq9W"


def test_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/pi")
    assert file_of(Address("pi"), "/state") == Path("/state/mantel/clock-pi")
    assert file_of(Address("pi", 9000), "") == Path("/home/pi/.local/state/mantel/clock-pi-9000")
    assert file_of(Address("../x"), "/state").name == "clock-.._x"


def test_it_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "a/b/clock-pi"
    KeptSession(file).keep(ID)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["clock-pi"]
    kept = KeptSession(file)
    kept.read()
    assert kept.identifier == ID
    assert not kept.is_asked


@pytest.mark.parametrize("held", [b"", b"short", b"x" * 129, b"../../../etc/passwd", b"\xff" * 32])
def test_a_file_that_holds_none(
    tmp_path: Path, held: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "clock-pi"
    file.write_bytes(held)
    kept = KeptSession(file)
    kept.read()
    assert kept.identifier == ""
    assert "the session is a new one" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptSession(tmp_path / "file/clock-pi")
    kept.keep(ID)
    assert kept.identifier == ID
    assert "cannot be written" in capsys.readouterr().err
