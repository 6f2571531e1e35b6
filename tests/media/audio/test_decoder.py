"""Files of all kinds, whole and broken."""

import itertools
import os
import random
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from media.audio.decoder import open_sound
from media.audio.level import peak
from media.audio.sound import Form, SoundError
from tests.media.audio.sounds import float_wav, samples_of, sine, wav

FIXTURES = Path(__file__).parent / "fixtures"


def pcm(file: Path) -> bytes:
    return b"".join(open_sound(file).blocks)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_16_bit_is_as_in_the_file(tmp_path: Path, rate: int, channels: int) -> None:
    """To the bit, at its own sample rate and channels."""
    samples = sine(0.7, rate, channels)
    file = wav(tmp_path / "x.wav", samples, rate, channels)
    sound = open_sound(file)
    assert sound.form == Form(rate, channels)
    assert samples_of(b"".join(sound.blocks)) == samples


def test_8_24_32_bit_and_float(tmp_path: Path) -> None:
    """Each as near to the same 16-bit samples as it can be."""
    samples = sine(0.2)
    eight = bytes(sample // 256 + 128 for sample in samples)
    wide = [
        (b"".join((sample * 256).to_bytes(3, "little", signed=True) for sample in samples), 3),
        (struct.pack(f"<{len(samples)}i", *(sample * 65536 for sample in samples)), 4),
    ]
    files = [(wav(tmp_path / "8.wav", eight, width=1), 256)]
    files += [(wav(tmp_path / f"{width}.wav", data, width=width), 1) for data, width in wide]
    files += [(float_wav(tmp_path / "f.wav", [sample / 32768 for sample in samples]), 1)]
    for file, step in files:
        got = samples_of(pcm(file))
        assert max(abs(a - b) for a, b in zip(got, samples, strict=True)) <= step, file.name


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("sine.flac", Form(16000, 1)), ("sine.ogg", Form(22050, 2)), ("sine.mp3", Form(22050, 1)),
    ],
)  # fmt: skip
def test_compressed(tmp_path: Path, name: str, form: Form) -> None:
    """Known by content: a misleading name changes nothing."""
    renamed = tmp_path / "sound.wav"
    renamed.write_bytes((FIXTURES / name).read_bytes())
    sound = open_sound(renamed)
    assert sound.form == form
    data = b"".join(sound.blocks)
    seconds = 3.0 if name == "sine.ogg" else 0.5
    assert len(data) == form.bytes_per_second * seconds
    assert peak(data) == pytest.approx(9000, rel=0.05)
    left = samples_of(data)[:: form.channels]
    crossings = sum((a < 0) != (b < 0) for a, b in itertools.pairwise(left))
    assert crossings == pytest.approx(880 * seconds, rel=0.02)


def test_more_channels_become_two(tmp_path: Path) -> None:
    """Six channels, the sound in front left alone: it is on the left."""
    samples = [value for sample in sine(0.2) for value in (sample, 0, 0, 0, 0, 0)]
    sound = open_sound(wav(tmp_path / "six.wav", samples, 16000, 6))
    assert sound.form == Form(16000, 2)
    got = samples_of(b"".join(sound.blocks))
    assert len(got) == 2 * 3200
    assert max(got[::2]) > 1000
    assert max(map(abs, got[1::2])) < max(got[::2])


def test_broken_off_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    """Of every kind the first part, whole frames only."""
    wav(tmp_path / "x.wav", sine(0.5), 16000)
    for source in (tmp_path / "x.wav", *FIXTURES.glob("sine.*")):
        file = tmp_path / f"half{source.suffix}"
        content = source.read_bytes()
        file.write_bytes(content[: len(content) * 2 // 3])
        sound = open_sound(file)
        length = sum(map(len, sound.blocks))
        assert 0 < length < len(pcm(source)), source.name
        assert length % sound.form.frame_bytes == 0


def test_what_is_no_sound_is_refused_with_a_reason(tmp_path: Path) -> None:
    """And nothing is opened that could wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").touch()
    wav(tmp_path / "none.wav", b"")
    head = bytearray(wav(tmp_path / "rate.wav", sine()).read_bytes())
    head[24:28] = struct.pack("<I", 3)
    (tmp_path / "rate.wav").write_bytes(head)
    for name, reason in {
        "gone": "is not there", ".": "is not a file", "pipe": "is not a file",
        "text": "broken", "empty": "broken", "none.wav": "no sound", "rate.wav": "no player",
        "x" * 300: "is not there", "a\0b": "is not there",
    }.items():  # fmt: skip
        with pytest.raises(SoundError, match=reason):
            open_sound(tmp_path / name)


def test_noise_after_a_good_beginning_is_survived(tmp_path: Path) -> None:
    """Changed bytes everywhere: a sound or a reason, never a crash."""
    dice = random.Random(4)
    wav(tmp_path / "x.wav", sine(0.2))
    for source in (tmp_path / "x.wav", *FIXTURES.glob("sine.*")):
        for _ in range(12):
            content = bytearray(source.read_bytes())
            for _ in range(dice.randint(1, 30)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            file = tmp_path / "noise"
            file.write_bytes(content)
            try:
                sound = open_sound(file)
            except SoundError:
                continue
            for count, block in enumerate(sound.blocks):
                assert len(block) % sound.form.frame_bytes == 0
                if count > 100:
                    break


def test_vorbis_that_crashes_its_decoder(tmp_path: Path) -> None:
    """Found by trying: with these, miniaudio's ends the process that it runs in. Not ours."""
    files = []
    for seed in (274, 411, 553, 912, 2073):
        dice = random.Random(seed)
        content = bytearray((FIXTURES / "sine.ogg").read_bytes())
        for _ in range(5):
            content[dice.randrange(60, 4000)] = dice.randrange(256)
        files.append(tmp_path / f"{seed}.ogg")
        files[-1].write_bytes(content)
    script = (
        "import sys; from pathlib import Path\n"
        "from media.audio.decoder import open_sound\n"
        "from media.audio.sound import SoundError\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(sum(map(len, open_sound(Path(name)).blocks)))\n"
        "    except SoundError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(files)
    assert done.stderr == ""


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    """A quarter of an hour, 159 MB: decoded with less than 8 MB more."""
    file = wav(tmp_path / "long.wav", b"", 44100, 2)
    content = bytearray(file.read_bytes())
    size = 15 * 60 * 44100 * 4
    content[4:8], content[40:44] = struct.pack("<I", size + 36), struct.pack("<I", size)
    file.write_bytes(content)
    os.truncate(file, 44 + size)  # a hole: takes no disk
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from media.audio.decoder import open_sound\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = most(); total = sum(len(b) for b in open_sound(Path(sys.argv[1])).blocks)\n"
        "print(total, most() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=True
    )
    total, kilobytes = map(int, done.stdout.split())
    assert total == size
    assert kilobytes < 8000


def test_decoders_are_closed(tmp_path: Path) -> None:
    """However a sound ends: played, left in the middle, or refused."""
    file = wav(tmp_path / "x.wav", sine(1.0, 44100, 2), 44100, 2)
    pcm(FIXTURES / "sine.ogg")
    files = len(list(Path("/proc/self/fd").iterdir()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(300):
        next(open_sound(file).blocks)
        if number % 30 == 0:
            next(open_sound(FIXTURES / "sine.ogg").blocks)
        pcm(FIXTURES / "sine.mp3")
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
