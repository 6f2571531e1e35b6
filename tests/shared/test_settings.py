"""Settings: where they come from, how they are read, what is said of bad ones."""

from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from msgspec import Meta

from shared import settings as module
from shared.errors import SettingsError
from shared.settings import Port, Settings, load


class Example(Settings, frozen=True, kw_only=True):
    """Settings of a service that does not exist."""

    prefixes: ClassVar[tuple[str, ...]] = (*Settings.prefixes, "EXAMPLE_")

    example_port: Annotated[Port, Meta(description="a port")] = 80
    example_seconds: Annotated[float, Meta(ge=0.5, description="seconds")] = 2.0
    example_names: Annotated[tuple[str, ...], Meta(description="names")] = ()
    example_on: Annotated[bool, Meta(description="a switch")] = False

    def problems(self) -> list[str]:
        return ["EXAMPLE_NAMES: no 'x' here"] if "x" in self.example_names else []


def problems(environ: dict[str, str], directory: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(Example, environ, directory)
    return caught.value.problems


def test_environment_beats_env_file_beats_default(tmp_path: Path) -> None:
    """The three places, in this order; an empty value is none."""
    (tmp_path / ".env").write_text("EXAMPLE_PORT=81\nEXAMPLE_SECONDS=3.5\nMQTT_HOST=file\n")
    got, warnings = load(Example, {"EXAMPLE_PORT": "82", "MQTT_HOST": ""}, tmp_path)
    assert (got.example_port, got.example_seconds, got.mqtt_host) == (82, 3.5, "file")
    assert got.mqtt_port == 1883
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("YES", True), ("On", True), ("1", True), ("no", False), ("OFF", False)],
)
def test_booleans(text: str, value: bool, tmp_path: Path) -> None:
    """Four spellings each, in any case."""
    assert load(Example, {"EXAMPLE_ON": text}, tmp_path)[0].example_on is value


def test_lists_are_comma_separated(tmp_path: Path) -> None:
    """Blanks around the commas and empty parts do not count."""
    got, _ = load(Example, {"EXAMPLE_NAMES": " a , b c ,,d"}, tmp_path)
    assert got.example_names == ("a", "b c", "d")


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    """One sentence each, with name and value."""
    told = problems(
        {
            "EXAMPLE_PORT": "70000",
            "EXAMPLE_SECONDS": "soon",
            "EXAMPLE_ON": "maybe",
            "MQTT_PROTOCOL": "4",
            "MANTEL_NODE": "Not A Node",
            "EXAMPLE_NAMES": "x",
            "MQTT_PASSWORD_FILE": "missing",
        },
        tmp_path,
    )
    assert len(told) == 7
    starts = [
        "EXAMPLE_PORT=70000: ",
        "EXAMPLE_SECONDS=soon: must be a number",
        "EXAMPLE_ON=",
        "MQTT_PROTOCOL=4: must be one of 5, 3.1.1",
        "MANTEL_NODE=Not A Node: ",
        "EXAMPLE_NAMES: no 'x' here",
        "MQTT_PASSWORD_FILE=missing: cannot be read",
    ]
    for start in starts:
        assert any(problem.startswith(start) for problem in told), start


@pytest.mark.parametrize("text", ["nan", "inf", "0.1", "-1"])
def test_numbers_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    """Not finite or out of range."""
    assert len(problems({"EXAMPLE_SECONDS": text}, tmp_path)) == 1


def test_secrets_come_from_a_file_and_are_never_shown(tmp_path: Path) -> None:
    """NAME_FILE is read, NAME itself wins, and neither repr nor a problem shows the value."""
    (tmp_path / "secret").write_text("hunter2\n")
    got, _ = load(Example, {"MQTT_PASSWORD_FILE": "secret"}, tmp_path)
    assert got.mqtt_password == "hunter2"
    assert "hunter2" not in repr(got)
    got, _ = load(Example, {"MQTT_PASSWORD_FILE": "secret", "MQTT_PASSWORD": "own"}, tmp_path)
    assert got.mqtt_password == "own"


def test_unknown_names_like_ours_are_warnings(tmp_path: Path) -> None:
    """With the name that was probably meant; names of others are not our business."""
    _, warnings = load(
        Example, {"EXAMPLE_PROT": "1", "MQTT_X": "1", "OTHER": "1", "MANTEL_UID": "1"}, tmp_path
    )
    assert warnings == [
        "setting EXAMPLE_PROT is not known and has no effect; did you mean EXAMPLE_PORT?",
        "setting MQTT_X is not known and has no effect",
    ]


def test_empty_discovery_prefix_means_none(tmp_path: Path) -> None:
    """The one setting of all services where empty is a value."""
    assert load(Example, {"HA_DISCOVERY_PREFIX": ""}, tmp_path)[0].ha_discovery_prefix == ""
    assert load(Example, {}, tmp_path)[0].ha_discovery_prefix == "homeassistant"


def test_a_torn_env_file_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    """Bytes that are no text."""
    (tmp_path / ".env").write_bytes(b"MQTT_HOST=\xff\xfe\n")
    assert "cannot be read" in problems({}, tmp_path)[0]


def test_the_hosts_name_comes_from_the_mounted_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's own name changes with each build; the host's may need cleaning."""
    (tmp_path / "hostname").write_text("Pi 4.local\n")
    monkeypatch.setattr(module, "HOST_NAME_FILE", tmp_path / "hostname")
    assert load(Example, {}, tmp_path)[0].mantel_node == "pi-4"
    assert load(Example, {"MANTEL_NODE": "hall"}, tmp_path)[0].mantel_node == "hall"
