"""Bells, and the built-in alarm tone made of them: it sounds where no file can be played. Pure.

A bell is a few partials above a note, each of which dies away the faster the higher it is.
Each is made by the recurrence of a damped swing, two products a sample: a sine for every sample
would take a small Pi longer to reckon than to play.
"""

import math
from array import array
from collections.abc import Iterator, Sequence

from media.audio.sound import FULL_SCALE, Form, Sound

FORM = Form(sample_rate=16000, channels=1)
_STEP_SECONDS = 0.25
_RING_STEPS = 4  # after which a bell is silent
_PARTIALS = ((1.0, 1.0, 3.0), (2.0, 0.4, 5.0), (3.0, 0.2, 8.0), (4.2, 0.1, 14.0))
"""Of a bell: frequency as a multiple, strength, and how fast it dies away (per second)."""
_E5, _G_SHARP5, _B5 = 659.26, 830.61, 987.77
ALARM: tuple[float | None, ...] = (
    _E5, _G_SHARP5, _B5, None, _E5, _G_SHARP5, _B5, None, None, None, None, None,
)  # fmt: skip
"""A rising chord, twice, and a rest: a note or None for each quarter of a second."""


def tone() -> Sound:
    """Return the tone: three seconds."""
    return Sound("the built-in tone", FORM, melody(ALARM, FORM.sample_rate), FULL_SCALE)


def melody(notes: Sequence[float | None], rate: int) -> Iterator[bytes]:
    """Yield the bells of `notes` (hertz) as 16-bit mono PCM, a quarter of a second at a time.

    Sounds of one melody overlap, and together reach full scale and no more.
    """
    frames = round(rate * _STEP_SECONDS)
    bells = {hertz: bell(hertz, rate, _RING_STEPS * frames) for hertz in notes if hertz}
    steps = [_step(notes, bells, number, frames) for number in range(len(notes))]
    loudest = max((abs(value) for step in steps for value in step), default=0.0) or 1.0
    for step in steps:
        yield array("h", [round(value * FULL_SCALE / loudest) for value in step]).tobytes()


def _step(
    notes: Sequence[float | None], bells: dict[float, list[float]], number: int, frames: int
) -> list[float]:
    """Return what all bells that still ring make together in one step."""
    ringing = [
        bells[hertz][age * frames : (age + 1) * frames]
        for age, hertz in enumerate(reversed(notes[max(0, number - _RING_STEPS + 1) : number + 1]))
        if hertz
    ]
    return [sum(values) for values in zip(*ringing, strict=True)] or [0.0] * frames


def bell(hertz: float, rate: int, frames: int) -> list[float]:
    """Return the swing of one bell from its stroke on, about -1 to 1; the last 5 ms fade out."""
    swing = [0.0] * frames
    for multiple, strength, decay in _PARTIALS:
        angle, damping = 2 * math.pi * hertz * multiple / rate, math.exp(-decay / rate)
        factor, loss = 2 * damping * math.cos(angle), damping * damping
        before, now = 0.0, strength * damping * math.sin(angle)
        for index in range(1, frames):
            swing[index] += now
            before, now = now, factor * now - loss * before
    fade = rate // 200
    for index in range(fade):
        swing[-1 - index] *= index / fade
    return swing
