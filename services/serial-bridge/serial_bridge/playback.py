"""What plays on a panel, which LEDs are on, and what follows from what happens. Pure.

The firmware tells a press only when its active button changes, and the active button is
forgotten at LEDCLR alone. So whatever plays must end in exactly one LEDCLR, by a browser's
`ended`, by a stop or by the timeout; without it that button stays dead.
"""

from dataclasses import dataclass
from typing import Literal

from serial_bridge.protocol import Verb

Event = Literal["press", "release", "play", "stop", "ended"]


@dataclass(frozen=True)
class Tell:
    """Publish an event of the panel; `button` from 1, None for a stop of everything."""

    event: Event
    button: int | None


@dataclass(frozen=True)
class Led:
    """Send an LED command; `button` from 1, None for those that mean all."""

    verb: Verb
    button: int | None = None


Effect = Tell | Led


class Playback:
    """One panel's. Each method takes what happened and returns what to do, in order."""

    def __init__(self, buttons: int, timeout_seconds: float) -> None:
        self._buttons = buttons
        self._timeout_seconds = timeout_seconds
        self.playing: int | None = None
        """The button that plays."""
        self.until: float | None = None
        """When it is taken as over; None while nothing plays."""
        self.leds: frozenset[int] = frozenset()
        """Buttons whose LED is on, as far as is known."""

    def press(self, button: int, now: float, *, set_led: bool) -> list[Effect]:
        """Let a button play instead of what plays now; `set_led`: the panel lights none itself."""
        before, self.playing = self.playing, button
        self.until = now + self._timeout_seconds
        self.leds = frozenset({button})  # in both cases this one alone
        effects: list[Effect] = [Led("LEDSET", button)] if set_led else []
        return [*effects, Tell("press", button), Tell("stop", before), Tell("play", button)]

    def ended(self, button: int) -> list[Effect]:
        """Take a browser's word that it is done; the first counts, if the button still plays."""
        return self._finish() if button == self.playing else []

    def stop(self) -> list[Effect]:
        """Stop everything; browsers hear of it even when nothing plays."""
        told = Tell("stop", self.playing)
        if self.playing is None:
            return [told]
        self._forget()
        return [Led("LEDCLR"), told]

    def tick(self, now: float) -> list[Effect]:
        """Take what no browser has ended in time as over."""
        return self._finish() if self.until is not None and now >= self.until else []

    def light(self, verb: Verb, button: int | None) -> list[Effect]:
        """Change LEDs as somebody wants; what plays goes on."""
        one = frozenset() if button is None else frozenset({button})
        self.leds = {
            "LEDSET": one,
            "LEDON": self.leds | one,
            "LEDOFF": self.leds - one,
            "LEDCLR": frozenset(),
            "LEDALL": frozenset(range(1, self._buttons + 1)),
        }[verb]
        return [Led(verb, button)]

    def rebooted(self) -> list[Effect]:
        """Light again what a restart of the panel has put out."""
        effects: list[Effect] = []
        rest = self.leds
        if self.playing in rest:
            # as it was set: this also makes it the active button
            effects.append(Led("LEDSET", self.playing))
            rest -= {self.playing}
        if len(rest) == self._buttons:
            return [Led("LEDALL")]
        return effects + [Led("LEDON", button) for button in sorted(rest)]

    def found_lit(self) -> list[Effect]:
        """Put out what the panel shows and nobody knows of: that button would stay dead."""
        return [] if self.leds or self.playing is not None else [Led("LEDCLR")]

    def close(self) -> list[Effect]:
        """Leave a panel behind whose buttons all work."""
        self._forget()
        return [Led("LEDCLR")]

    def _finish(self) -> list[Effect]:
        told = Tell("ended", self.playing)
        self._forget()
        return [Led("LEDCLR"), told]

    def _forget(self) -> None:
        self.playing = self.until = None
        self.leds = frozenset()
