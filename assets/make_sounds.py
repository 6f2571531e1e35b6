"""Makes the sounds of `assets/alarm`: bells of our own, the same bytes each time.

    .venv/bin/python -m assets.make_sounds

They are mono at 16 kHz and at full scale, small enough for any display's memory.
"""

import io
import wave
from pathlib import Path

from media.audio.tone import ALARM, FORM, melody

FOLDER = Path(__file__).parent / "alarm"

_C5, _D5, _E5, _G5, _A5, _C6 = 523.25, 587.33, 659.26, 783.99, 880.0, 1046.5
_G4, _C4 = 392.0, 261.63

MELODIES: dict[str, tuple[float | None, ...]] = {
    # what rings where nothing else was chosen
    "alarm_test.wav": (*ALARM[:8], *ALARM[:8], None, None, None, None),
    # for the morning: climbs slowly
    "morning.wav": (
        _C5, None, _E5, None, _G5, None, _C6, None, _A5, None, _G5, None, _E5, None, _G5, None,
        _C6, None, None, None,
    ),
    # for the night: comes down and stays there
    "sleep.wav": (
        _A5, None, _G5, None, _E5, None, _D5, None, _C5, None, None, _G4, None, None, _C4, None,
        None, None, None, None,
    ),
}  # fmt: skip
"""File and notes, a quarter of a second each."""


def made() -> dict[str, bytes]:
    """Return each file's name and content."""
    return {name: _wav(notes) for name, notes in MELODIES.items()}


def _wav(notes: tuple[float | None, ...]) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(FORM.channels)
        file.setsampwidth(2)
        file.setframerate(FORM.sample_rate)
        for block in melody(notes, FORM.sample_rate):
            file.writeframes(block)
    return content.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in made().items():
        (FOLDER / name).write_bytes(content)
