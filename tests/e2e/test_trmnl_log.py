"""TRMNL devices on port 8000, chapter 6 of their contract: POST /api/log."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import running_hub
from tests.e2e.eink import Eink
from tests.e2e.test_eink_schedule import ask
from tests.e2e.trmnl_device import TrmnlDevice


def entry(message: str, level: str = "error") -> dict[str, Any]:
    return {
        "created_at": 1795000000,
        "id": 1,
        "message": message,
        "source_line": 712,
        "source_path": "src/bl.cpp",
        "wifi_signal": -71,
        "wifi_status": "connected",
        "refresh_rate": 900,
        "wake_reason": "timer",
        "battery_voltage": 3.9,
        "level": level,
    }


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One media for tests that bring devices of their own."""
    with running_hub(tmp_path_factory.mktemp("trmnl")) as hub:
        yield Eink(hub)


def paired(eink: Eink, number: int) -> TrmnlDevice:
    device = TrmnlDevice(eink.hub.displays_port, f"AA:BB:CC:00:00:{number:02X}")
    device.setup()
    return device


def kept(eink: Eink, device: TrmnlDevice) -> list[str]:
    """Return what the operator is told."""
    return list(ask(eink.hub, "log", id=device.friendly_id)["data"])


def test_a_report_is_taken_and_shown(eink: Eink) -> None:
    """204, a line in the log of the hub at the device's level, and `mantel display log`."""
    one = paired(eink, 1)
    answer = one.report({"logs": [entry("image fetch failed"), entry("woke up", "info")]})
    assert (answer.status, answer.body) == (204, b"")
    said = f"media: display {one.friendly_id} says: "
    eink.media.wait_for_log(f"WARNING {said}image fetch failed (src/bl.cpp:712), wake_reason timer")
    eink.media.wait_for_log(f"INFO {said}woke up")
    lines = kept(eink, one)
    assert [" WARNING image fetch" in lines[0], " INFO woke up" in lines[1]] == [True, True]
    assert kept(eink, paired(eink, 2)) == []


def test_the_older_shape_of_a_report(eink: Eink) -> None:
    """{"log": {"logs_array": [...]}}."""
    one = paired(eink, 3)
    assert one.report({"log": {"logs_array": [entry("of old")]}}).status == 204
    assert "of old" in kept(eink, one)[0]


@pytest.mark.parametrize("path", ["/api/log", "/api/log/"])
def test_both_spellings_of_log(eink: Eink, path: str) -> None:
    """Without a redirect."""
    assert paired(eink, 4).report({"logs": []}, path).status == 204


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"logs": 7}', b"x" * 90_000]
)
def test_what_cannot_be_read_is_dropped_with_one_warning(eink: Eink, body: bytes) -> None:
    """The device would send it again and again."""
    one = paired(eink, 5)
    for _ in range(3):
        assert one.report(body).status == 204
    assert one.report({"logs": [entry("fine again")]}).status == 204
    log = eink.media.log
    assert log.count(f"WARNING media: log of display {one.friendly_id}: ") <= 6
    assert "Traceback" not in log


def test_a_device_writes_nothing_into_the_log_but_lines_of_its_own(eink: Eink) -> None:
    """No line breaks, nothing that moves a cursor, nothing endless."""
    one = paired(eink, 6)
    nasty = "a\n2026 ERROR media: fake\r\x1b[2J\u202e" + "b" * 5000
    assert one.report({"logs": [entry(nasty), {"message": {"x": [1]}}, None]}).status == 204
    eink.media.wait_for_log(f"display {one.friendly_id} says: a 2026 ERROR media: fake [2J")
    log = eink.media.log
    assert "\n2026 ERROR media: fake" not in log
    assert not {"\x1b", "\u202e", "\r"} & set(log)
    assert max(map(len, log.splitlines())) < 500


def test_a_device_that_never_stops_is_bounded(eink: Eink) -> None:
    """60 lines a minute in the log; the newest 50 are kept."""
    one = paired(eink, 7)
    for number in range(10):
        report = {"logs": [entry(f"line {number}-{line}") for line in range(30)]}
        assert one.report(report).status == 204
    log = eink.media.log
    assert log.count(f"display {one.friendly_id} says:") == 60
    assert log.count("more than 60 lines a minute") == 1
    assert "line 9-29" in kept(eink, one)[-1]
    assert len(kept(eink, one)) == 50


def test_a_report_of_nobody_is_404(eink: Eink) -> None:
    """It is kept by the device until it is known."""
    one = TrmnlDevice(eink.hub.displays_port)
    one.api_key = "0" * 40
    assert one.report({"logs": [entry("stranger")]}).status == 404
    assert "stranger" not in eink.media.log
