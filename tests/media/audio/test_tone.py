"""The built-in tone, and the sounds of the repository that are made like it."""

import itertools
import wave
from pathlib import Path

import pytest

from assets import make_sounds
from media.audio.level import peak
from media.audio.sound import FULL_SCALE
from media.audio.tone import FORM, bell, tone
from tests.media.audio.sounds import samples_of


def test_tone_is_heard() -> None:
    """At full scale, three seconds, no click at its ends, with pauses in it."""
    sound = tone()
    pcm = b"".join(sound.blocks)
    assert len(pcm) == 3 * FORM.bytes_per_second
    assert peak(pcm) == sound.peak == FULL_SCALE
    samples = samples_of(pcm)
    assert abs(samples[0]) < 1000
    assert samples[-1] == 0
    steps = [max(map(abs, samples[start : start + 4000])) for start in range(0, len(samples), 4000)]
    assert min(steps[:7]) > 8000
    assert max(steps[-2:]) == 0


def test_a_bell_has_its_pitch_and_dies_away() -> None:
    """The fundamental's zero crossings, counted late, when the higher partials are gone."""
    swing = bell(500.0, 16000, 16000)
    late = swing[12000:15000]
    crossings = sum((a < 0) != (b < 0) for a, b in itertools.pairwise(late))
    assert crossings == pytest.approx(2 * 500 * 3000 / 16000, abs=3)
    assert max(map(abs, swing[:4000])) > 4 * max(map(abs, swing[12000:]))
    assert swing[-1] == 0


@pytest.mark.parametrize("name", sorted(make_sounds.MELODIES))
def test_the_sounds_of_the_repository_are_what_the_script_makes(name: str) -> None:
    """To one step of a sample: a sine of another C library may be rounded the other way."""
    file = make_sounds.FOLDER / name
    made = make_sounds.made()[name]
    kept = file.read_bytes()
    assert len(kept) == len(made) < 300_000
    assert kept[:44] == made[:44]
    pairs = zip(samples_of(kept[44:]), samples_of(made[44:]), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, FORM.sample_rate)


def test_no_other_sound_is_in_the_folder() -> None:
    """Whatever is shipped is ours."""
    shipped = {file.name for file in Path(make_sounds.FOLDER).iterdir()}
    assert shipped == set(make_sounds.MELODIES)
