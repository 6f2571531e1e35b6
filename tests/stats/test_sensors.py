"""The sensors of the CPU, in trees of sysfs where this machine has none."""

import threading
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from stats.host import Host
from stats.sensors import Sensors, thermal_zone


def thermal(root: Path, zone: int, kind: str, temp: str) -> None:
    folder = root / f"class/thermal/thermal_zone{zone}"
    folder.mkdir(parents=True)
    (folder / "type").write_text(kind + "\n")
    (folder / "temp").write_text(temp + "\n")


def celsius(root: Path) -> float | None:
    sensors = Sensors(root)
    sensors.look()
    return sensors.temperature_celsius()


@pytest.mark.skipif(bool(psutil.sensors_temperatures()), reason="this machine has a sensor")
def test_thermal_tree(tmp_path: Path) -> None:
    """The CPU's zone before others; a zone that cannot be read is passed over."""
    assert celsius(tmp_path) is None
    thermal(tmp_path, 0, "gpu-thermal", "40000")
    assert celsius(tmp_path) == 40.0
    thermal(tmp_path, 1, "cpu-thermal", "51234")
    assert celsius(tmp_path) == 51.234
    thermal(tmp_path, 2, "cpu-broken", "")
    assert celsius(tmp_path) == 51.234


@pytest.mark.skipif(bool(psutil.sensors_temperatures()), reason="this machine has a sensor")
def test_a_sensor_that_vanishes_is_null_and_comes_back(tmp_path: Path) -> None:
    """Another is looked for in time; meanwhile nothing fails."""
    thermal(tmp_path, 0, "cpu-thermal", "51234")
    sensors = Sensors(tmp_path)
    sensors.look()
    (tmp_path / "class/thermal/thermal_zone0/temp").unlink()
    assert sensors.temperature_celsius() is None
    thermal(tmp_path, 1, "cpu-thermal", "40000")
    sensors.look()
    assert sensors.temperature_celsius() == 40.0


def test_the_clock_of_the_cpu(tmp_path: Path) -> None:
    """From the kernel's file, which has kilohertz."""
    policy = tmp_path / "devices/system/cpu/cpufreq/policy0"
    policy.mkdir(parents=True)
    (policy / "scaling_cur_freq").write_text("1500000\n")
    sensors = Sensors(tmp_path)
    sensors.look()
    assert sensors.clock_hertz() == 1_500_000_000


def test_a_zone_with_an_odd_name(tmp_path: Path) -> None:
    """A name that is not ASCII is a name."""
    thermal(tmp_path, 0, "cpu-thermal", "40000")
    (tmp_path / "class/thermal/thermal_zone0/type").write_bytes(b"\xff\n")
    assert thermal_zone(tmp_path) == tmp_path / "class/thermal/thermal_zone0"


def test_a_slow_sensor_is_read_by_looks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading would wait for it, and everything else with it."""
    reads = []

    def fans() -> dict[str, list[SimpleNamespace]]:
        reads.append(threading.Event().wait(0.12))
        return {"dell_smm": [SimpleNamespace(current=1000 + len(reads))]}

    monkeypatch.setattr(psutil, "sensors_fans", fans)
    sensors = Sensors(tmp_path)
    sensors.look()
    told = len(reads)
    assert [sensors.fan_rpm() for _ in range(5)] == [1000 + told] * 5
    sensors.look()
    assert len(reads) == 2 * told
    assert sensors.fan_rpm() == 1000 + len(reads)


def test_what_psutil_cannot_read_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It raises all of these for what some kernel says, or does not say."""
    for name, error in (
        ("cpu_freq", NotImplementedError("can't find current frequency file")),
        ("sensors_fans", ValueError("invalid literal for int()")),
        ("sensors_temperatures", OSError("No such device")),
    ):

        def fail(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(psutil, name, fail)
    sensors = Sensors(tmp_path)
    sensors.look()
    assert sensors.clock_hertz() is None
    assert sensors.fan_rpm() is None
    assert sensors.temperature_celsius() is None
    assert Host("", str(tmp_path)).snapshot().frequency is None
