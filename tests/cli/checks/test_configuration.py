"""Settings, as the services would find them."""

from pathlib import Path

from mantel.checks import configuration
from shared.users import SERVICES


def check(directory: Path, **environment: str) -> list[tuple[str, str]]:
    kinds = configuration.kinds()
    assert kinds is not None
    found, _ = configuration.check(kinds, environment, directory)
    return [(finding.verdict, finding.text) for finding in found]


def test_all_services_are_looked_at() -> None:
    kinds = configuration.kinds()
    assert kinds is not None
    assert list(kinds) == ["mosquitto", *SERVICES]


def test_defaults(tmp_path: Path) -> None:
    assert check(tmp_path) == [
        (
            "ok",
            "mosquitto, stats, alarms, media, serial-bridge, ws-bridge: can start "
            "(no .env, so the defaults)",
        )
    ]


def test_a_common_problem_stops_everybody(tmp_path: Path) -> None:
    found = check(tmp_path, MQTT_PORT="0")
    assert [verdict for verdict, _ in found] == ["problem"]
    assert found[0][1].startswith("every service: MQTT_PORT=0: ")


def test_a_misspelt_name_is_a_warning(tmp_path: Path) -> None:
    """Once, and not for names that another service knows."""
    (tmp_path / ".env").write_text("MQTT_PORTS=1884\nALARMS_GRACE_SECOND=5\nMEDIA_SPEAKER=on\n")
    assert [text for verdict, text in check(tmp_path) if verdict == "warning"] == [
        "setting MQTT_PORTS is not known and has no effect; did you mean MQTT_PORT?",
        "setting ALARMS_GRACE_SECOND is not known and has no effect; "
        "did you mean ALARMS_GRACE_SECONDS?",
    ]
