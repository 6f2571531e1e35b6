"""Reads what only a Raspberry Pi has: throttling, core voltage, clocks, the GPU.

The kernel's files come first; the rest is asked of the firmware's mailbox, where its device node
is there and may be opened, and then of `vcgencmd`. On any other machine all of it is absent.
"""

from dataclasses import dataclass, field
from pathlib import Path

from stats import firmware
from stats.mailbox import Mailbox
from stats.vcgencmd import Vcgencmd

Value = float | bool | None


@dataclass(frozen=True)
class PiReading:
    """Throttle bits, volts and hertz; None where the machine does not tell."""

    throttled: int | None = None
    core_volts: float | None = None
    arm_hertz: int | None = None
    core_hertz: int | None = None


@dataclass(frozen=True)
class PiDetails:
    """What the HTTP API tells of a Pi: all keys with None where unknown; all empty elsewhere."""

    gpu: dict[str, Value] = field(default_factory=dict)
    """temperature in degrees Celsius, memory in bytes, v3d_clock in hertz."""
    power: dict[str, Value] = field(default_factory=dict)
    """core_voltage in volts; under_voltage, freq_capped and throttled now."""
    clocks: dict[str, Value] = field(default_factory=dict)
    """arm, core and sdram in hertz."""


class Pi:
    """The firmware of this machine, if it has one: `sys` is sysfs, `mailbox` the device node."""

    def __init__(self, sys: Path, mailbox: Path, proc: Path = Path("/proc")) -> None:
        # below soc on a Pi 4, below soc@107c000000 on a Pi 5
        files = [
            *sys.glob("devices/platform/*/*firmware/get_throttled"),
            *sys.glob("devices/platform/*firmware/get_throttled"),
        ]
        self._throttled = files[0] if files else None
        self._sys = sys
        self._mailbox = Mailbox(mailbox)
        self._vcgencmd = Vcgencmd()
        self._named_so = (machine(proc, sys) or "").startswith("Raspberry Pi")

    def read(self) -> PiReading:
        """Ask for what is needed each few seconds, without a fork."""
        throttled = self._throttled_file()
        microvolts, arm, core, *asked = self._mailbox.ask(
            (firmware.VOLTAGE, firmware.CORE_VOLTAGE),
            (firmware.CLOCK_MEASURED, firmware.ARM),
            (firmware.CLOCK_MEASURED, firmware.CORE),
            *([(firmware.THROTTLED, 0)] if throttled is None else []),
        )
        return PiReading(
            asked[0] if asked else throttled,
            microvolts / 1_000_000 if microvolts else None,
            arm,
            core,
        )

    def details(self) -> PiDetails:
        """Ask for everything. Blocks for a millisecond, up to 2 s where `vcgencmd` must serve."""
        told = self._asked()
        is_pi = self._named_so or any(value is not None for value in told.values())
        for name, value in (
            ("throttled", self._throttled_file()),
            ("temperature", self._temperature()),
        ):
            if value is not None:
                told[name] = value
        is_pi |= self._throttled is not None
        missing = [name for name, value in told.items() if value is None]
        if missing:
            last = self._vcgencmd.read(missing)
            told |= {name: last[name] for name in missing if name in last}
            is_pi |= bool(last)
        if not is_pi:
            return PiDetails()
        return PiDetails(
            {
                "temperature": told["temperature"],
                "memory": told["memory"],
                "v3d_clock": told["v3d"],
            },
            {"core_voltage": told["core_voltage"], **self._throttle_bits(told["throttled"])},
            {name: told[name] for name in ("arm", "core", "sdram")},
        )

    def _asked(self) -> dict[str, float | None]:
        """Return what the mailbox answers, None where it does not."""
        clocks = {
            "v3d": firmware.V3D,
            "arm": firmware.ARM,
            "core": firmware.CORE,
            "sdram": firmware.SDRAM,
        }
        temperature, memory, microvolts, throttled, *hertz = self._mailbox.ask(
            (firmware.TEMPERATURE, 0),
            (firmware.VIDEO_MEMORY, 0),
            (firmware.VOLTAGE, firmware.CORE_VOLTAGE),
            (firmware.THROTTLED, 0),
            *((firmware.CLOCK_MEASURED, clock) for clock in clocks.values()),
            *((firmware.CLOCK_SET, clock) for clock in clocks.values()),
        )
        told: dict[str, float | None] = {
            "temperature": temperature / 1000 if temperature else None,
            "memory": memory or None,
            "core_voltage": microvolts / 1_000_000 if microvolts else None,
            "throttled": throttled,
        }
        for name, measured, set_to in zip(clocks, hertz[:4], hertz[4:], strict=True):
            # Old firmware does not measure, none measures memory; the GPU's is 0 while it is off
            unmeasured = measured is None or (measured == 0 and name != "v3d")
            told[name] = (set_to or None) if unmeasured else measured
        return told

    def _throttled_file(self) -> int | None:
        if self._throttled is None:
            return None
        try:
            return int(self._throttled.read_text("ascii"), 16)
        except (OSError, ValueError):
            return None

    def _throttle_bits(self, word: float | None) -> dict[str, Value]:
        if word is None:
            return {"under_voltage": self._alarm(), "freq_capped": None, "throttled": None}
        bits = int(word)
        return {
            "under_voltage": bool(bits & 1),
            "freq_capped": bool(bits & 2),
            "throttled": bool(bits & 4),
        }

    def _alarm(self) -> bool | None:
        """Return what a kernel without the throttled file tells of the voltage."""
        for name in sorted(self._sys.glob("class/hwmon/hwmon*/name")):
            if _text(name) == "rpi_volt":
                told = _text(name.parent / "in0_lcrit_alarm")
                return bool(int(told)) if told and told.isdigit() else None
        return None

    def _temperature(self) -> float | None:
        """Return that of the chip, on which the GPU is: a Pi has this one sensor."""
        for zone in sorted(self._sys.glob("class/thermal/thermal_zone*")):
            if (_text(zone / "type") or "").startswith(("cpu", "soc")):
                try:
                    return int(_text(zone / "temp") or "") / 1000
                except ValueError:
                    continue
        return None


def machine(proc: Path, sys: Path) -> str | None:
    """Return the name of a machine with a device tree, with the NUL at its end, or None."""
    # In a container the first leads into /sys/firmware, which the engine hides
    for file in (proc / "device-tree/model", sys / "firmware/devicetree/base/model"):
        try:
            return file.read_text("utf-8", "replace")
        except OSError:
            continue
    return None


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return None
