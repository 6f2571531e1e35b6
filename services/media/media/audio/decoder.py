"""Sound files, decoded piece by piece; the only module that knows miniaudio.

WAV (8, 16, 24, 32 bit, float), FLAC, MP3 and OGG Vorbis, told apart by content and not by name.
Its convenience functions either want the form of the sound beforehand or, to learn it, decode a
whole MP3; so the decoder below them is used, which knows the form once it is open.

Its Vorbis decoder crashes the process on many a broken file, so it runs in one of its own:

    python -m media.audio.decoder FILE  >  a line with rate and channels, then PCM
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from miniaudio import FileFormat, SampleFormat, ffi, lib

from media.audio.sound import Form, Sound, SoundError

_BLOCK_FRAMES = 4096
_RATES = range(4000, 192001)
_AS_IN_THE_FILE = 0
_BROKEN = "is not WAV, FLAC, MP3 or OGG Vorbis, or it is broken"

_Blocks = Generator[bytes, None, None]
"""Yields nothing once; from then on it closes what it reads from, however it ends."""


def open_sound(file: Path, peak: int | None = None) -> Sound:
    """Return the sound of a file at its own sample rate, more than two channels mixed to two.

    SoundError when the file cannot be read or holds no sound at all. Of a file that breaks off
    what is there is played. Blocks.
    """
    if not os.path.isfile(file):  # noqa: PTH113 - Path's raises where a name is too long
        raise SoundError("is not a file" if os.path.lexists(file) else "is not there")
    kind = _kind(file)
    form, blocks = _decoded_elsewhere(file) if kind is FileFormat.VORBIS else _decoded(file, kind)
    next(blocks)
    if form.sample_rate not in _RATES or form.channels not in {1, 2}:
        blocks.close()
        raise SoundError(f"has {form.sample_rate} frames a second, which no player takes")
    first = next(blocks, b"")
    if not first:
        raise SoundError("holds no sound")
    return Sound(str(file), form, _after(first, blocks), peak)


def _kind(file: Path) -> FileFormat:
    """Return what a file is; what is none of these is found to be no MP3 either."""
    try:
        with file.open("rb") as content:
            start = content.read(4)
    except OSError as error:
        raise SoundError(f"cannot be read ({error.strerror})") from None
    if start == b"OggS":
        return FileFormat.VORBIS
    if start == b"fLaC":
        return FileFormat.FLAC
    return FileFormat.WAV if start in {b"RIFF", b"RIFX", b"RF64", b"riff"} else FileFormat.MP3


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _decoded(file: Path, kind: FileFormat) -> tuple[Form, _Blocks]:
    """Return the form and the blocks of a file, decoded in this process."""
    decoder = _opened(file, kind, _AS_IN_THE_FILE)
    if decoder.outputChannels > 2:
        lib.ma_decoder_uninit(decoder)
        decoder = _opened(file, kind, 2)
    form = Form(decoder.outputSampleRate, decoder.outputChannels)
    return form, _blocks(decoder, form)


def _opened(file: Path, kind: FileFormat, channels: int) -> Any:  # noqa: ANN401
    decoder = ffi.new("ma_decoder *")
    config = lib.ma_decoder_config_init(SampleFormat.SIGNED16.value, channels, _AS_IN_THE_FILE)
    config.encodingFormat = kind.value
    result = lib.ma_decoder_init_file(os.fsencode(file), ffi.addressof(config), decoder)
    if result != lib.MA_SUCCESS:
        raise SoundError(_BROKEN)
    return decoder


def _blocks(decoder: Any, form: Form) -> _Blocks:  # noqa: ANN401
    """Yield blocks until the end, or until the file turns out to be broken."""
    try:
        count = ffi.new("ma_uint64 *")
        memory = ffi.new("char[]", _BLOCK_FRAMES * form.frame_bytes)
        yield b""
        while True:
            result = lib.ma_decoder_read_pcm_frames(decoder, memory, _BLOCK_FRAMES, count)
            if result != lib.MA_SUCCESS or not count[0]:
                return
            yield bytes(ffi.buffer(memory, count[0] * form.frame_bytes))
    finally:
        lib.ma_decoder_uninit(decoder)


def _decoded_elsewhere(file: Path) -> tuple[Form, _Blocks]:
    """Return the form and the blocks of a file, decoded in a process of its own."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "media.audio.decoder", file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    told = process.stdout.readline().split()
    form = Form(*map(int, told)) if len(told) == 2 else None
    blocks = _read(process, form.frame_bytes if form else 1)
    if form is None:
        next(blocks)
        blocks.close()
        raise SoundError(_BROKEN)
    return form, blocks


def _read(process: subprocess.Popen[bytes], frame_bytes: int) -> _Blocks:
    assert process.stdout is not None  # noqa: S101
    try:
        yield b""
        while block := process.stdout.read(_BLOCK_FRAMES * frame_bytes):
            yield block[: len(block) - len(block) % frame_bytes]  # it may have died in the middle
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def main(file: Path) -> None:
    """Write the form and the PCM of a Vorbis file to standard output."""
    form, blocks = _decoded(file, FileFormat.VORBIS)
    with contextlib.closing(blocks):
        sys.stdout.buffer.write(f"{form.sample_rate} {form.channels}\n".encode())
        sys.stdout.buffer.writelines(blocks)


if __name__ == "__main__":
    with contextlib.suppress(SoundError, BrokenPipeError):
        main(Path(sys.argv[1]))
