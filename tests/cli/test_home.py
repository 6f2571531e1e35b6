"""Where the hub is found, and whose password is used."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mantel import home
from mantel.home import AccessError
from shared.errors import SettingsError
from shared.testing import Broker

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """Return a folder with what the repository has of a hub, and a password of each user."""
    folder = tmp_path / "hub"
    (folder / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "deploy/broker", folder / "deploy/broker")
    shutil.copytree(ROOT / "mosquitto", folder / "mosquitto")
    return folder


def keep(hub: Path, user: str, password: str) -> Path:
    file = hub / f"data/mosquitto/credentials/{user}/password"
    file.parent.mkdir(parents=True)
    file.write_text(password)
    return file


def test_the_nearest_folder_above_is_the_hub(hub: Path) -> None:
    below = hub / "docs/adr"
    below.mkdir(parents=True)
    assert home.find({}, below) == hub
    assert home.find({}, hub) == hub


def test_outside_it_is_where_the_command_was_installed_from(tmp_path: Path) -> None:
    assert home.find({}, tmp_path) == ROOT


def test_mantel_home_wins(hub: Path, tmp_path: Path) -> None:
    assert home.find({"MANTEL_HOME": str(tmp_path)}, hub) == tmp_path
    with pytest.raises(AccessError, match="MANTEL_HOME=nowhere: no such folder"):
        home.find({"MANTEL_HOME": "nowhere"}, hub)


def test_without_settings_it_is_our_broker_as_operator(hub: Path) -> None:
    keep(hub, "operator", "secret\n")
    got = home.access({}, hub, hub, {})
    assert (got.settings.mqtt_host, got.settings.mqtt_port) == ("localhost", 1883)
    assert (got.settings.mqtt_username, got.settings.mqtt_password) == ("operator", "secret")
    assert got.origin == "data/mosquitto/credentials/operator/password"


def test_settings_win_and_options_win_over_them(hub: Path, tmp_path: Path) -> None:
    keep(hub, "operator", "secret")
    (hub / ".env").write_text("MQTT_PORT=1884\nMQTT_USERNAME=me\nMQTT_PASSWORD=mine\n")
    settings = home.access({}, tmp_path, hub, {}).settings
    assert (settings.mqtt_port, settings.mqtt_username) == (1884, "me")
    assert settings.mqtt_password == "mine"
    (tmp_path / "word").write_text("other\n")
    options = {"MQTT_PORT": "1885", "MQTT_PASSWORD_FILE": "word", "MQTT_USERNAME": ""}
    settings = home.access({"MQTT_PORT": "7"}, tmp_path, hub, options).settings
    assert (settings.mqtt_port, settings.mqtt_username) == (1885, "me")
    assert settings.mqtt_password == "other"


def test_another_broker_gets_no_password_of_ours(hub: Path) -> None:
    keep(hub, "operator", "secret")
    settings = home.access({"MQTT_HOST": "broker.lan"}, hub, hub, {}).settings
    assert (settings.mqtt_username, settings.mqtt_password) == ("", "")


def test_a_services_own_user_is_no_operator(hub: Path) -> None:
    """As in a service's container, where it would see next to nothing, and say so of alarms."""
    with pytest.raises(AccessError, match="^stats is the broker's user of that service"):
        home.access({"MQTT_USERNAME": "stats", "MQTT_PASSWORD": "x"}, hub, hub, {})


def test_bad_settings_are_told_together(hub: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        home.access({"MQTT_PORT": "x", "MQTT_TLS": "perhaps"}, hub, hub, {})
    assert len(caught.value.problems) == 2


def test_a_broker_in_docker_is_asked(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real scripts, behind a `docker` that runs in this place what is asked of a container."""
    volume = tmp_path / "volume"
    keep(volume, "operator", "secret")
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(
        f"""#!/bin/sh
        case "$*" in
          "compose ps -q mosquitto") echo 4711 ;;
          "compose exec -T mosquitto sh /mosquitto/config/entrypoint credentials")
            MOSQUITTO_DATA={volume}/data/mosquitto exec {hub}/mosquitto/entrypoint credentials ;;
          *) exit 1 ;;
        esac
        """
    )
    docker.chmod(docker.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    got = home.access({}, hub, hub, {})
    assert (got.settings.mqtt_password, got.origin) == ("secret", "make credentials")
    with pytest.raises(AccessError, match="user nobody: the broker does not know it"):
        home.access({"MQTT_USERNAME": "nobody"}, hub, hub, {})


def test_a_hub_that_was_never_started(hub: Path) -> None:
    with pytest.raises(AccessError, match="the broker was never started here"):
        home.access({}, hub, hub, {})


def test_nowhere(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="set MQTT_PASSWORD or MQTT_PASSWORD_FILE"):
        home.access({}, tmp_path, None, {})


@pytest.mark.parametrize(
    "spoil",
    [lambda file: file.parent.chmod(0), lambda file: (file.unlink(), file.mkdir())],
    ids=["forbidden", "folder"],
)
def test_a_password_that_cannot_be_read(hub: Path, spoil: Callable[[Path], object]) -> None:
    file = keep(hub, "operator", "secret")
    spoil(file)
    try:
        if os.geteuid() == 0 and file.is_file():
            pytest.skip("root reads everything")
        with pytest.raises(AccessError, match="put sudo before the command"):
            home.access({}, hub, hub, {})
    finally:
        file.parent.chmod(0o755)


def test_our_own_broker_lets_us_in(broker: Broker, tmp_path: Path) -> None:
    """The password is where the real broker puts it."""
    (tmp_path / "hub/data").mkdir(parents=True)
    (tmp_path / "hub/data/mosquitto").symlink_to(broker.data)
    settings = home.access({}, tmp_path, tmp_path / "hub", {}).settings
    assert broker.admits("operator", settings.mqtt_password)
