"""The settings of the HTTP API: whatever they are, the service starts."""

import os
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.settings import load
from stats.settings import Settings


def loaded(tmp_path: Path, **environ: str) -> tuple[Settings, list[str]]:
    return load(Settings, environ, tmp_path)


def test_defaults(tmp_path: Path) -> None:
    got, warnings = loaded(tmp_path)
    assert warnings == []
    assert {name: getattr(got, name) for name in got.__struct_fields__ if "pistat" in name} == {
        "pistat_host": "0.0.0.0",
        "pistat_port": 8585,
        "pistat_cache_seconds": 2,
        "pistat_debug": False,
        "pistat_log_level": "INFO",
        "pistat_rate_limit_enabled": True,
        "pistat_rate_limit_requests": 60,
        "pistat_rate_limit_window": 60,
        "pistat_compression": True,
        "pistat_min_compress_size": 500,
    }


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("PISTAT_PORT", 1, 65535),
        ("PISTAT_CACHE_SECONDS", 0, 3600),
        ("PISTAT_RATE_LIMIT_REQUESTS", 1, 1000),
        ("PISTAT_RATE_LIMIT_WINDOW", 1, 3600),
        ("PISTAT_MIN_COMPRESS_SIZE", 0, 10000),
    ],
)
def test_out_of_range_is_clamped_with_one_warning(
    name: str, low: int, high: int, tmp_path: Path
) -> None:
    for text, expected in ((str(low - 1), low), (str(high + 1), high), ("9" * 40, high)):
        got, warnings = loaded(tmp_path, **{name: text})
        assert getattr(got, name.lower()) == expected
        assert warnings == [f"{name}={text}: must be {low} to {high}; {expected} is taken"]
    for text in (str(low), str(high), f" {high} "):
        got, warnings = loaded(tmp_path, **{name: text})
        assert (getattr(got, name.lower()), warnings) == (int(text), [])


@pytest.mark.parametrize("text", ["soon", "1.5", "0x10", "60s"])
def test_what_is_no_number_is_the_default_with_one_warning(text: str, tmp_path: Path) -> None:
    got, warnings = loaded(tmp_path, PISTAT_RATE_LIMIT_REQUESTS=text)
    assert got.pistat_rate_limit_requests == 60
    assert len(warnings) == 1
    assert warnings[0].startswith(f"PISTAT_RATE_LIMIT_REQUESTS={text}: ")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("T", True), ("1", True), ("Yes", True), ("y", True), ("TRUE", True),
        ("on", False), ("false", False), ("0", False), ("no", False), ("2", False),
    ],
)  # fmt: skip
def test_booleans(text: str, value: bool, tmp_path: Path) -> None:
    """Anything but five words is false, and nothing is said of it."""
    got, warnings = loaded(tmp_path, PISTAT_COMPRESSION=text)
    assert (got.pistat_compression, warnings) == (value, [])


def test_log_level(tmp_path: Path) -> None:
    assert loaded(tmp_path, PISTAT_LOG_LEVEL="debug")[0].pistat_log_level == "DEBUG"
    got, warnings = loaded(tmp_path, PISTAT_LOG_LEVEL="LOUD")
    assert got.pistat_log_level == "INFO"
    assert len(warnings) == 1


def test_environment_beats_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PISTAT_PORT=1000\nPISTAT_CACHE_SECONDS=9999\n")
    got, warnings = loaded(tmp_path, PISTAT_PORT="2000")
    assert (got.pistat_port, got.pistat_cache_seconds) == (2000, 3600)
    assert len(warnings) == 1


def test_a_misspelt_name_is_a_warning(tmp_path: Path) -> None:
    _, warnings = loaded(tmp_path, PISTAT_PROT="1")
    assert warnings == [
        "setting PISTAT_PROT is not known and has no effect; did you mean PISTAT_PORT?"
    ]


def test_a_name_of_another_encoding_is_a_problem(tmp_path: Path) -> None:
    """It could not be published."""
    with pytest.raises(SettingsError, match="must be UTF-8"):
        loaded(tmp_path, STATS_CONTAINERS=os.fsdecode(b"\xff=gitea"))
