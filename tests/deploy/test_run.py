"""What is checked before anything starts."""

from pathlib import Path

import pytest

from deploy import run
from deploy.ports import Owner
from deploy.run import BrokerSettings
from shared.errors import SettingsError
from shared.settings import Settings
from ws_bridge.settings import Settings as WsBridge

ROOT = Path(__file__).resolve().parents[2]


def test_every_service_of_the_repository_is_started() -> None:
    packages = {project.parent.name for project in ROOT.glob("services/*/pyproject.toml")}
    assert set(run.services()) == packages


def test_every_service_has_settings() -> None:
    for service in run.services():
        run.load_all([run.settings_of(service)], {})


def test_problems_of_all_are_told_together_and_once(tmp_path: Path) -> None:
    kinds: list[type[Settings]] = [BrokerSettings]
    kinds += [run.settings_of("stats"), run.settings_of("ws-bridge")]
    environ = {"MQTT_PORT": "x", "STATS_MOCK": "maybe", "WS_BRIDGE_STATS_PORT": "65536"}
    with pytest.raises(SettingsError) as caught:
        run.load_all(kinds, environ, tmp_path)
    named = [problem.partition("=")[0] for problem in caught.value.problems]
    assert named == ["MQTT_PORT", "STATS_MOCK", "WS_BRIDGE_STATS_PORT"]


def test_environment_beats_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MQTT_PORT=1884\nMQTT_ROOT=home\n")
    (broker,) = run.load_all([BrokerSettings], {"MQTT_PORT": "1885"}, tmp_path)
    assert (broker.mqtt_port, broker.mqtt_root) == (1885, "home")


@pytest.mark.parametrize(
    ("host", "own"), [("localhost", True), ("127.0.0.1", True), ("::1", True), ("nas", False)]
)
def test_broker_is_ours_on_localhost_alone(host: str, own: bool) -> None:
    assert BrokerSettings(mqtt_host=host).own is own


def test_foreign_broker_is_named_with_what_to_type() -> None:
    owners = {1883: Owner(812, "/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf")}
    lines = run.taken_ports(BrokerSettings(), [WsBridge()], owners)
    assert "/etc/mosquitto/mosquitto.conf (process 812)" in lines[0]
    assert lines[1].endswith("  sudo systemctl disable --now mosquitto")
    assert len(lines) == 4


def test_broker_started_by_hand_is_stopped_by_its_number() -> None:
    lines = run.taken_ports(BrokerSettings(), [], {1883: Owner(7, "nanomq")})
    assert lines[1].endswith("  sudo kill 7")


def test_ports_of_our_broker_do_not_count_when_another_is_used() -> None:
    owners = {1883: Owner(812, "mosquitto"), 8765: Owner(9, "python")}
    lines = run.taken_ports(BrokerSettings(mqtt_host="nas"), [WsBridge()], owners)
    assert lines == ["port 8765 (WS_BRIDGE_STATS_PORT) is taken by python (process 9)"]


def test_a_data_folder_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As on a card that can be read only: one line, and no traceback."""
    (tmp_path / "data").touch()
    with pytest.raises(SystemExit) as ended:
        run.claim(tmp_path / "data")
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"run: {tmp_path}/data cannot be written: File exists\n"
