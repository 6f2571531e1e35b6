"""One panel: what its bytes, its orders and the clock lead to. Pure.

Every method takes what happened, and `now` in seconds of any clock that only goes forward, and
returns what to do, in order.
"""

import math
from collections.abc import Iterable, Iterator

from serial_bridge.actions import Action, Complain, Happened, Pushed, Send
from serial_bridge.contact import Contact
from serial_bridge.flood import Bucket
from serial_bridge.framing import MOST_BYTES, Framer
from serial_bridge.orders import Ended, Light, Order, Play, Stop
from serial_bridge.playback import Effect, Event, Led, Playback, Tell
from serial_bridge.profile import Detection, Profile, Wanted
from serial_bridge.protocol import (
    Error,
    Firmware,
    Message,
    Press,
    Ready,
    Release,
    StatusItem,
    led_command,
    parse,
)

_MOST_HELD = 16  # presses while the firmware is asked for its name
_PRESSES, _PRESSES_A_SECOND = 100, 50  # far more than hands can do, releases included
_COMPLAINTS, _COMPLAINTS_A_SECOND = 10, 0.1  # one that says new nonsense each time fills no log


class Panel:
    """Knows what one panel is and does, connected or not."""

    def __init__(self, wanted: Wanted, buttons: int, timeout_seconds: float) -> None:
        self.buttons = buttons
        self.connected = False
        self._framer = Framer()
        self._detection = Detection(wanted)
        self._contact = Contact()
        self._playback = Playback(buttons, timeout_seconds)
        self._held: list[Press] = []
        self._presses = Bucket(_PRESSES, _PRESSES_A_SECOND)
        self._complaints = Bucket(_COMPLAINTS, _COMPLAINTS_A_SECOND)
        self._sequence = 0
        self._play_sequence = 0
        self._pressed: int | None = None
        self._asked_status = False

    @property
    def answering(self) -> bool:
        """Whether it has said something of late."""
        return self._contact.answering

    @property
    def firmware(self) -> str | None:
        """What it said of its firmware."""
        return self._detection.firmware

    @property
    def profile(self) -> Profile:
        """The dialect that it is spoken to in."""
        return self._detection.profile

    @property
    def active(self) -> int | None:
        """The button that plays."""
        return self._playback.playing

    @property
    def leds(self) -> list[int]:
        """Buttons whose LED is on."""
        return sorted(self._playback.leds)

    @property
    def next_at(self) -> float:
        """When `tick` has something to do; infinity when never."""
        waits = (self._detection.until, self._playback.until, self._contact.next_at)
        return min((at for at in waits if at is not None), default=math.inf)

    def open(self, now: float) -> list[Action]:
        """Begin to speak with it: its port was opened. What it said before was lost, READY too."""
        self.connected = True
        self._framer.reset()
        self._contact.open(now)
        self._asked_status = True
        self._detection.begin(now)
        asked: list[Action] = [Send("VERSION"), Send("STATUS")]
        return asked if self._detection.until is not None else [*asked, *self._settle(now)]

    def lose(self) -> None:
        """Note that its port is gone. What plays goes on: browsers do not care about the cable."""
        self.connected = False
        self._contact.close()
        self._detection.until = None
        self._held.clear()

    def skip(self) -> None:
        """Note that some of its bytes were thrown away."""
        self._framer.skip()

    def receive(self, data: bytes, now: float) -> list[Action]:
        """Take what it said, in whatever pieces."""
        self._contact.heard(now)
        too_long = self._framer.too_long
        actions: list[Action] = []
        for line in self._framer.feed(data):
            actions += self._hear(parse(line), now)
        if self._framer.too_long > too_long:
            actions.append(Complain("line", f"ignored, longer than {MOST_BYTES} bytes"))
        return [
            action
            for action in actions
            if not isinstance(action, Complain) or self._complaints.take(1, now)
        ]

    def obey(self, order: Order, now: float) -> list[Action]:
        """Do what somebody wants by topic, as far as it goes without the panel too."""
        match order:
            case Play(button):
                # The panel knows nothing of it and lights nothing, whichever firmware it has
                return self._press(button, now, set_led=True)
            case Stop():
                return self._carry_out(self._playback.stop())
            case Ended(button, sequence):
                if sequence not in (None, self._play_sequence):
                    return []
                return self._carry_out(self._playback.ended(button))
            case Light(verb, button):
                return self._carry_out(self._playback.light(verb, button))

    def tick(self, now: float) -> list[Action]:
        """Do what was due by `now`."""
        actions: list[Action] = []
        if self._contact.tick(now):
            actions.append(Send("PING"))
            if not self._detection.named:
                actions.append(Send("VERSION"))  # the first was lost, or it was still starting
        actions += self._carry_out(self._playback.tick(now))
        waited = self._detection.until is not None
        self._detection.tick(now)
        if waited and self._detection.until is None:
            actions += self._settle(now)
        return actions

    def close(self) -> list[Action]:
        """Leave it: the service ends, and what plays in browsers is no longer its business."""
        return self._carry_out(self._playback.close())

    def _hear(self, message: Message, now: float) -> Iterable[Action]:
        match message:
            case Press():
                return self._hear_press(message, now)
            case Release(number):
                return self._hear_release(number, now)
            case Firmware(name):
                waited, before = self._detection.until is not None, self.profile
                self._detection.name(name)
                settled = waited and self._detection.until is None
                if settled or self.profile is not before:
                    return self._settle(now)
            case Ready() if self._detection.until is None:
                # It has just started: its LEDs are out
                lit = self._carry_out(self._playback.rebooted())
                return lit if self._detection.named else [*lit, Send("VERSION")]
            case StatusItem(item, value):
                if self._asked_status and self._shows(item, value):
                    # Of an earlier life of ours, or of another program
                    self._asked_status = False
                    return self._carry_out(self._playback.found_lit())
            case Error(text):
                return [Complain("command", f"ERROR {text}".rstrip())]
        return []

    def _hear_press(self, press: Press, now: float) -> list[Action]:
        self._detection.pressed(press.number, self.buttons)
        if self._detection.until is not None:
            # Which button it is depends on the firmware, whose name is about to come
            self._held = [*self._held, press][-_MOST_HELD:]
            return []
        if self._held:
            return [*self._settle(now), *self._hear_press(press, now)]
        button = self.profile.button(press.number)
        if not 1 <= button <= self.buttons:
            return [self._out_of_range("PRESS", press.number)]
        if not self._presses.take(1, now):
            return [Complain("button", "presses ignored, faster than hands can be")]
        self._pressed = button
        return self._press(button, now, set_led=self.profile.sets_led)

    def _hear_release(self, number: int | None, now: float) -> list[Action]:
        button = self._pressed if number is None else self.profile.button(number)
        if button is None or not self._presses.take(1, now):
            return []
        if number is not None and not 1 <= button <= self.buttons:
            return [self._out_of_range("RELEASE", number)]
        return [Pushed(button, "release"), self._happened("release", button)]

    def _press(self, button: int, now: float, *, set_led: bool) -> list[Action]:
        actions = self._carry_out(self._playback.press(button, now, set_led=set_led))
        self._play_sequence = self._sequence
        return [*actions, Pushed(button, "press")]

    def _settle(self, now: float) -> list[Action]:
        """Its profile is known, or known better: do what waited for that."""
        actions: list[Action] = [Send("PING")] if self.profile.wants_ping else []
        actions += self._carry_out(self._playback.rebooted())
        held, self._held = self._held, []
        for press in held:
            actions += self._hear_press(press, now)
        return actions

    def _shows(self, item: str, value: str) -> bool:
        """Tell whether a line of its status says that an LED is on."""
        if item == "CURLED":
            return value.isdecimal() and 1 <= self.profile.button(int(value)) <= self.buttons
        # Firmware 2.2 prints one digit a button there, 2.5 how many LEDs it has
        return item == "LEDS" and len(value) == self.buttons > 2 and "1" in value

    def _out_of_range(self, word: str, number: int) -> Complain:
        first = self.profile.first_number
        last = self.profile.number(self.buttons)
        return Complain("button", f"{word} {number:03d} ignored, it counts from {first} to {last}")

    def _happened(self, event: Event, button: int | None) -> Happened:
        self._sequence += 1
        media = None if button is None else self.profile.media(button)
        return Happened(event, button, media, self._sequence)

    def _carry_out(self, effects: Iterable[Effect]) -> list[Action]:
        return list(self._actions(effects))

    def _actions(self, effects: Iterable[Effect]) -> Iterator[Action]:
        for effect in effects:
            match effect:
                case Tell(event, button):
                    yield self._happened(event, button)
                case Led(verb, button):
                    number = None if button is None else self.profile.number(button)
                    yield Send(led_command(verb, number))
