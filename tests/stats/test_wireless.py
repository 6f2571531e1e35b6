"""The kernel's table of WiFi, and an `iw` that is played."""

import time
from pathlib import Path

import pytest

from stats.wireless import Wireless, signals
from tests.stats.test_pi import TREES

HEAD = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
"""
IW = """\
#!/bin/sh
echo "$*" >>"$IW_LOG"
case "$*" in
dev)
  echo "phy#0"
  echo "	Interface wlan1"
  echo "		ifindex 4"
  echo "		ssid Interface wlan9"
  echo "	Interface wlan0"
  echo "		type managed"
  ;;
"dev wlan0 link")
  echo "Connected to 00:00:5e:00:53:01 (on wlan0)"
  echo "	freq: 5180"
  echo "	signal: -57 dBm"
  ;;
*) echo "Not connected." ;;
esac
"""


def table(*lines: str) -> str:
    return HEAD + "".join(line + "\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        (HEAD, {}),
        (table(" wlan0: 0000   58.  -52.  -256  0 0 0 0 23 0"), {"wlan0": -52}),
        (table(" wlan0: 0000   58   -52   -256  0 0 0 0 23 0"), {"wlan0": -52}),
        (
            table(
                "wlx0013ef: 0000 41. -69. -256 0 0 0 0 7 0", "wlan1: 0000 9. -88. -256 0 0 0 0 0"
            ),
            {"wlx0013ef": -69, "wlan1": -88},
        ),
        # Not connected; a driver that tells per cent; nonsense
        (table("wlan0: 0000    0  -256  -256 0 0 0 0 0 0"), {}),
        (table("wlan0: 0000   70.   45.    0. 0 0 0 0 0 0"), {}),
        (table("wlan0: 0000", "wlan1: x y z", ": 0 0 0"), {}),
    ],
)
def test_signals(text: str, found: dict[str, int]) -> None:
    assert signals(text) == found


def test_the_kernels_table() -> None:
    """Below process 1 in a container, else below our own."""
    assert Wireless("/host", TREES / "pi-4/proc").read() == {"wlan0": -52}
    assert Wireless("/host", TREES / "zero-2/proc").read() == {"wlan0": -69}
    assert Wireless("", TREES / "zero-2/proc").read() == {}


def test_iw_where_the_kernel_has_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found once, and asked once in 30 s."""
    log, program = tmp_path / "log", tmp_path / "iw"
    program.write_text(IW)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IW_LOG", str(log))
    wireless = Wireless("", tmp_path)
    for _ in range(3):
        assert wireless.read() == {"wlan0": -57}
    assert log.read_text().splitlines() == ["dev", "dev wlan1 link", "dev wlan0 link"]
    log.unlink()
    assert Wireless("", TREES / "zero-2/proc").read() == {}
    assert not log.exists()


def test_an_iw_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for once."""
    program = tmp_path / "iw"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    wireless = Wireless("", tmp_path)
    for least, most in ((1.9, 5.0), (0.0, 0.1)):
        begun = time.monotonic()
        assert wireless.read() == {}
        assert least < time.monotonic() - begun < most


def test_without_table_and_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is nothing, and takes no time."""
    monkeypatch.setenv("PATH", "")
    begun = time.monotonic()
    assert Wireless("", tmp_path).read() == {}
    assert time.monotonic() - begun < 0.1


def test_this_machine() -> None:
    """Of the right types, whatever it has."""
    assert all(-256 < dbm < 0 for dbm in Wireless("").read().values())
