"""What the firmware of a button panel does, versions 2.2, 2.4 and 2.5. Pure.

It knows no ports: bytes, presses and the time go in, and what it says comes out.
"""

import heapq
from collections import deque
from typing import Literal

Version = Literal["2.2", "2.4", "2.5"]
VERSIONS: tuple[Version, ...] = ("2.2", "2.4", "2.5")

_MOST_COMMANDS = 1000  # `make run MOCK=1` may run for months
_LED_QUEUE = 8
_LED_SECONDS = 0.0005  # what the panel's own task takes for one LED command
_TEST_SECONDS = 0.15  # for each LED of the running light
_BUFFER = {"2.2": 32, "2.4": 32, "2.5": 64}
_END = {"2.2": "\r\n", "2.4": "\r\n", "2.5": "\n"}
_NAME = {
    "2.2": "FW 2.2.0 (Proto 10 LEDs)",
    "2.4": "FW 2.4.1 (Proto 10 LEDs)",
    "2.5": "FW selection-panel v2.5.1",
}


class Firmware:
    """One version's behaviour; buttons are counted from 1 here, whatever it says on its line.

    Each call takes `now` in seconds; `output` returns what it has said up to then.
    """

    def __init__(self, version: Version, buttons: int = 10) -> None:
        self.version = version
        self.buttons = buttons
        self.active: int | None = None
        self.leds: set[int] = set()
        self.commands: deque[str] = deque(maxlen=_MOST_COMMANDS)
        """The last lines that it was told, as they came."""
        self._first = 0 if version == "2.2" else 1
        self._pressed: set[int] = set()
        self._line = bytearray()
        self._led_done_at: list[float] = []
        self._said: list[tuple[float, int, str]] = []
        self._serial = 0

    @property
    def next_at(self) -> float | None:
        """When it says something more; None when never."""
        return self._said[0][0] if self._said else None

    def output(self, now: float) -> bytes:
        """Return what it has said since the last call."""
        lines = []
        while self._said and self._said[0][0] <= now:
            lines.append(heapq.heappop(self._said)[2] + _END[self.version])
        return "".join(lines).encode()

    def boot(self, now: float, boot_seconds: float = 1.6) -> None:
        """Start, or start again: all is forgotten, and there is chatter before READY."""
        self.active = None
        self.leds.clear()
        self._pressed.clear()
        self._line.clear()
        self._said.clear()
        self._say(
            now, "ESP-ROM:esp32s3-20210327", "rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)"
        )
        ready_at = now + boot_seconds
        if self.version == "2.5":
            self._say(ready_at, "READY", _NAME["2.5"])
            return
        self._say(
            ready_at,
            "========================================",
            f"Selection Panel {_NAME[self.version][3:8]}",
            f"Buttons: {self.buttons}  LEDs: {self.buttons}",
            "[IO] Raw: 0xFF",
            "========================================",
        )
        if boot_seconds:
            ready_at = self._running_light(ready_at)
        self._say(ready_at, "READY")

    def press(self, button: int, now: float) -> None:
        """Push a button down. 2.5 tells it only when another one was active."""
        self._pressed.add(button)
        if self.version == "2.5":
            if self.active == button:
                return
            self.leds = {button}
        self.active = button
        self._say(now, f"PRESS {self._number(button):03d}")

    def release(self, button: int, now: float) -> None:
        """Let it go, which 2.5 never tells."""
        self._pressed.discard(button)
        if self.version != "2.5":
            self._say(now, f"RELEASE {self._number(button):03d}")

    def receive(self, data: bytes, now: float) -> None:
        """Take what its host sends."""
        for byte in data:
            if byte in b"\r\n":
                line = self._line.decode("ascii", "replace")
                self._line.clear()
                if line:
                    self.commands.append(line)
                    self._obey(line, now)
            elif len(self._line) + 1 >= _BUFFER[self.version]:
                self._line.clear()  # what follows is read as a line of its own
            else:
                self._line.append(byte)

    def _obey(self, line: str, now: float) -> None:
        if self.version != "2.5":
            line = line.strip().upper()
        word, _, rest = line.partition(" ")
        if word in {"LEDSET", "LEDON", "LEDOFF"} and rest:
            self._light_one(word, rest, now)
        elif line in {"LEDCLR", "LEDALL"}:
            self._light(line, None, now)
            self._say(now, "OK")
        elif answer := self._answer(line):
            self._say(now, *answer)
        elif self.version != "2.5" and line == "TEST":
            self._say(now, "Testing LEDs...")
            self._say(self._running_light(now), "Test complete", "OK")
        else:
            self._say(
                now, "ERROR UNKNOWN_CMD" if self.version == "2.5" else "ERROR Unknown command"
            )

    def _answer(self, line: str) -> list[str]:
        """Return the answer to what asks; nothing when it is none of these."""
        name, end = _NAME[self.version], [] if self.version == "2.5" else ["OK"]
        answers = {
            "PING": ["PONG"],
            "VERSION": [name, *end],
            "STATUS": self._status(),
            "HELP": [
                "Commands: PING, STATUS, VERSION, HELP",
                "          LEDSET n, LEDON n, LEDOFF n, LEDCLR, LEDALL",
            ],
        }
        if self.version != "2.5":
            answers |= {"STOP": ["Test stopped"], "QRESET": ["Queue stats reset"]}
        if self.version == "2.4":
            answers["HELLO"] = [f"Selection Panel {name[3:8]}", "READY", name]
        return answers.get(line, [])

    def _status(self) -> list[str]:
        mode = f"MODE {'PROTOTYPE' if self.buttons <= 10 else 'PRODUCTION'}"
        active = self.active if self.active is not None and self.active in self.leds else None
        current = f"CURLED {0 if active is None else self._number(active)}"
        if self.version == "2.5":
            counts = [f"BTNS {self.buttons}", f"LEDS {self.buttons}", "HEAP 300000"]
            return [current, *counts, mode, "OK"]
        items = [f"LEDS {self._bits(self.leds)}", f"BTNS {self._bits(self._pressed)}"]
        items += ["HEAP 300000", "CORE 1", f"QFREE {_LED_QUEUE}", mode]
        return items if self.version == "2.2" else [current, *items, "MAPPING ON"]

    def _bits(self, those: set[int]) -> str:
        """Return one digit a button, the highest first."""
        return "".join("01"[button in those] for button in range(self.buttons, 0, -1))

    def _light_one(self, word: str, rest: str, now: float) -> None:
        digits = rest.strip()
        digits = digits[: len(digits) - len(digits.lstrip("0123456789"))]  # as atoi reads it
        button = int(digits) - self._first + 1 if digits else 0
        if not digits or not 1 <= button <= self.buttons:
            wrong = {
                "2.2": "ERROR Invalid LED index",
                "2.4": "ERROR Invalid LED (1-100)",
                "2.5": "ERROR INVALID_ID",
            }
            self._say(now, wrong[self.version])
            return
        self._light(word, button, now)
        self._say(now, "OK")

    def _light(self, word: str, button: int | None, now: float) -> None:
        """Change LEDs, unless the queue is full, which nobody is told: the answer is OK too."""
        self._led_done_at = [at for at in self._led_done_at if at > now]
        if len(self._led_done_at) >= _LED_QUEUE:
            return
        begins = self._led_done_at[-1] if self._led_done_at else now
        self._led_done_at.append(begins + _LED_SECONDS)
        one = set() if button is None else {button}
        if word == "LEDSET":
            self.leds, self.active = one, button
        elif word == "LEDON":
            self.leds |= one
        elif word == "LEDOFF":
            self.leds -= one
        elif word == "LEDALL":
            self.leds = set(range(1, self.buttons + 1))
        else:
            self.leds, self.active = set(), None

    def _running_light(self, now: float) -> float:
        return now + self.buttons * _TEST_SECONDS

    def _number(self, button: int) -> int:
        return button + self._first - 1

    def _say(self, at: float, *lines: str) -> None:
        for line in lines:
            self._serial += 1
            heapq.heappush(self._said, (at, self._serial, line))
