"""Small sound files, made for a test."""

import array
import math
import struct
import wave
from pathlib import Path


def sine(
    seconds: float = 0.5, rate: int = 16000, channels: int = 1, amplitude: int = 9000
) -> list[int]:
    """Return a tone of 440 Hz; each further channel is a little softer."""
    return [
        round(amplitude / (1 + channel) * math.sin(2 * math.pi * 440 * frame / rate))
        for frame in range(round(seconds * rate))
        for channel in range(channels)
    ]


def wav(
    file: Path, samples: list[int] | bytes, rate: int = 16000, channels: int = 1,
    width: int = 2,
) -> Path:  # fmt: skip
    """Write plain PCM of `width` bytes a sample."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        pcm = samples if isinstance(samples, bytes) else array.array("h", samples).tobytes()
        out.writeframes(pcm)
    return file


def float_wav(file: Path, samples: list[float], rate: int = 16000) -> Path:
    """Write mono IEEE float, which the standard library does not."""
    data = struct.pack(f"<{len(samples)}f", *samples)
    head = struct.pack("<HHIIHH", 3, 1, rate, 4 * rate, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(data)) + data
    file.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return file


def samples_of(pcm: bytes) -> list[int]:
    """Return 16-bit PCM as numbers."""
    return list(array.array("h", pcm))
