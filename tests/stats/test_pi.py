"""Three boards as their kernels show them, with a mailbox that is played and one that is absent.

The trees are the files of a Pi 4 that is short of power, a Pi 5 and a Zero 2 W that was hot.
"""

import fcntl
import os
import struct
import time
from pathlib import Path

import pytest

from stats import firmware
from stats.pi import Pi, PiDetails

TREES = Path(__file__).parent / "trees"
BIN = Path(__file__).parent / "bin"
NOWHERE = Path("/no/mailbox/here")
NO_POWER_BITS = {"under_voltage": False, "freq_capped": False, "throttled": False}

# What the firmware of a Pi 4 answers: by tag and what is asked for
PI_4 = {
    (firmware.TEMPERATURE, 0): (0, 49_173),
    (firmware.VIDEO_MEMORY, 0): (0x3B400000, 76 << 20),
    (firmware.VOLTAGE, firmware.CORE_VOLTAGE): (1, 850_000),
    (firmware.THROTTLED, 0): (0x50005, 0),
    (firmware.CLOCK_MEASURED, firmware.ARM): (3, 1_500_398_464),
    (firmware.CLOCK_MEASURED, firmware.CORE): (4, 500_000_992),
    (firmware.CLOCK_MEASURED, firmware.V3D): (5, 0),
    (firmware.CLOCK_MEASURED, firmware.SDRAM): (8, 0),
    (firmware.CLOCK_SET, firmware.ARM): (3, 1_800_000_000),
    (firmware.CLOCK_SET, firmware.CORE): (4, 500_000_000),
    (firmware.CLOCK_SET, firmware.V3D): (5, 500_000_000),
    (firmware.CLOCK_SET, firmware.SDRAM): (8, 400_000_000),
}


def play_mailbox(
    node: Path, monkeypatch: pytest.MonkeyPatch, told: dict[tuple[int, int], tuple[int, int]]
) -> None:
    """Let a file at `node` answer as a firmware that knows these and nothing else."""
    node.touch()

    def ioctl(_: int, request: int, message: bytearray) -> int:
        assert request & 0xFFFF == 100 << 8  # the number of the property interface
        size, code, tag, room, _, argument, _, end = struct.unpack("<8I", message)
        assert (size, code, room, end) == (32, 0, 8, 0)
        values = told.get((tag, argument))
        tag_code = 0 if values is None else 0x8000_0008
        message[:] = struct.pack(
            "<8I", size, 0x8000_0000, tag, room, tag_code, *(values or (argument, 0)), 0
        )
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No `vcgencmd` unless a test asks for it."""
    monkeypatch.setenv("PATH", "")


def board(tree: str, mailbox: Path = NOWHERE) -> Pi:
    return Pi(TREES / tree / "sys", mailbox, TREES / tree / "proc")


@pytest.mark.parametrize(
    ("tree", "temperature", "word", "bits"),
    [
        ("pi-4", 48.312, 0x50005, {"under_voltage": True, "freq_capped": False, "throttled": True}),
        ("pi-5", 51.2, 0, NO_POWER_BITS),
        ("zero-2", 61.224, 0x80008, NO_POWER_BITS),
    ],
)
def test_boards_without_a_mailbox(
    tree: str, temperature: float, word: int, bits: dict[str, bool]
) -> None:
    """The kernel's files alone: all keys are there, and what nothing tells is null."""
    pi = board(tree)
    assert pi.read().throttled == word
    assert pi.details() == PiDetails(
        {"temperature": temperature, "memory": None, "v3d_clock": None},
        {"core_voltage": None, **bits},
        {"arm": None, "core": None, "sdram": None},
    )


def test_a_board_with_a_mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured clocks; a GPU that is off has 0 Hz; of memory only the set clock is told."""
    node = tmp_path / "vcio"
    play_mailbox(node, monkeypatch, PI_4)
    pi = board("pi-4", node)
    assert pi.details() == PiDetails(
        {"temperature": 48.312, "memory": 79_691_776, "v3d_clock": 0},
        {"core_voltage": 0.85, "under_voltage": True, "freq_capped": False, "throttled": True},
        {"arm": 1_500_398_464, "core": 500_000_992, "sdram": 400_000_000},
    )
    got = pi.read()
    assert (got.throttled, got.core_volts) == (0x50005, 0.85)
    assert (got.arm_hertz, got.core_hertz) == (1_500_398_464, 500_000_992)


def test_firmware_before_clocks_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they are set to is told; without a file, throttling and temperature by mailbox too."""
    told = {key: value for key, value in PI_4.items() if key[0] != firmware.CLOCK_MEASURED}
    node = tmp_path / "vcio"
    play_mailbox(node, monkeypatch, told)
    details = Pi(tmp_path, node, tmp_path).details()
    assert details.clocks == {"arm": 1_800_000_000, "core": 500_000_000, "sdram": 400_000_000}
    assert details.gpu["v3d_clock"] == 500_000_000
    assert details.gpu["temperature"] == 49.173
    assert details.power["throttled"] is True
    assert Pi(tmp_path, node, tmp_path).read().throttled == 0x50005


def test_vcgencmd_only_where_the_others_are_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value once in two seconds, and none that the kernel's files have."""
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", str(BIN))
    monkeypatch.setenv("VCGENCMD_LOG", str(log))
    pi = board("pi-5")
    for _ in range(3):
        assert pi.details() == PiDetails(
            {"temperature": 51.2, "memory": 79_691_776, "v3d_clock": 500_000_992},
            {"core_voltage": 0.85, **NO_POWER_BITS},
            {"arm": 1_500_398_464, "core": 500_000_992, "sdram": 0},
        )
    assert sorted(log.read_text().splitlines()) == [
        "get_mem gpu", "measure_clock arm", "measure_clock core", "measure_clock sdram",
        "measure_clock v3d", "measure_volts core",
    ]  # fmt: skip
    node = tmp_path / "vcio"
    play_mailbox(node, monkeypatch, PI_4)
    log.unlink()
    board("pi-5", node).details()
    assert not log.exists()


def test_vcgencmd_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that was given nothing but the program; bits of 0x50005."""
    monkeypatch.setenv("PATH", str(BIN))
    details = Pi(tmp_path, NOWHERE, tmp_path).details()
    assert details.gpu["temperature"] == 48.3
    assert details.power == {
        "core_voltage": 0.85, "under_voltage": True, "freq_capped": False, "throttled": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho 'VCHI initialization failed'\nexit 255\n",
        "#!/bin/sh\necho volt=1.2.3V\n",
        "#!/no/interpreter\n",
    ],
)
def test_a_vcgencmd_that_fails(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that is no Pi: nothing, and it is left alone afterwards."""
    program = tmp_path / "vcgencmd"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    pi = Pi(tmp_path, NOWHERE, tmp_path)
    assert pi.details() == PiDetails()
    program.unlink()
    begun = time.process_time()
    assert pi.details() == PiDetails()
    assert time.process_time() - begun < 0.1


def test_a_vcgencmd_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for once, two seconds for all it was to say."""
    program = tmp_path / "vcgencmd"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    pi = board("zero-2")
    for least, most in ((1.9, 5.0), (0.0, 0.1)):
        begun = time.monotonic()
        assert pi.details().gpu["temperature"] == 61.224
        assert least < time.monotonic() - begun < most


def test_a_machine_that_is_no_pi(tmp_path: Path) -> None:
    """All is empty, though it has a thermal zone; and nothing takes time."""
    zone = tmp_path / "class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "type").write_text("cpu-thermal\n")
    (zone / "temp").write_text("40000\n")
    pi = Pi(tmp_path, NOWHERE, tmp_path)
    begun = time.process_time()
    assert pi.details() == PiDetails({}, {}, {})
    assert time.process_time() - begun < 0.1


def test_a_kernel_without_the_throttled_file(tmp_path: Path) -> None:
    """Its voltage alarm says the one thing that it knows."""
    hwmon = tmp_path / "class/hwmon/hwmon3"
    hwmon.mkdir(parents=True)
    (hwmon / "name").write_text("rpi_volt\n")
    (hwmon / "in0_lcrit_alarm").write_text("1\n")
    power = Pi(tmp_path, NOWHERE, TREES / "pi-4/proc").details().power
    assert power["under_voltage"] is True
    assert power["throttled"] is None


def test_a_throttled_file_that_vanishes(tmp_path: Path) -> None:
    """Null, not what it last said."""
    for number, path in enumerate(("soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware")):
        folder = tmp_path / str(number) / "devices/platform" / path
        folder.mkdir(parents=True)
        (folder / "get_throttled").write_text("50005\n")
        pi = Pi(tmp_path / str(number), NOWHERE)
        assert pi.read().throttled == 0x50005
        (folder / "get_throttled").unlink()
        assert pi.read().throttled is None


def test_a_mailbox_that_is_none(tmp_path: Path) -> None:
    """A plain file at its place answers no ioctl."""
    node = tmp_path / "vcio"
    node.touch()
    got = Pi(tmp_path, node).read()
    assert (got.throttled, got.core_volts, got.arm_hertz) == (None, None, None)


def test_the_trees_are_complete() -> None:
    """A name is as the kernel has it, with a NUL at its end: nothing on the way took it."""
    for tree in sorted(os.listdir(TREES)):  # noqa: PTH208
        assert (TREES / tree / "proc/device-tree/model").read_bytes().endswith(b"\0")
