"""The whole service, as far as no other test starts it in a process of its own."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, free_port
from ws_bridge import media_folder, service
from ws_bridge.settings import Settings


async def test_a_media_folder_that_hangs_keeps_no_port_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As one in a network that is gone; what is known of it has to do, which is nothing."""
    go = threading.Event()
    scan = media_folder._scan

    def hang(*asked: Any) -> Any:
        go.wait()
        return scan(*asked)

    monkeypatch.setattr(media_folder, "_scan", hang)
    monkeypatch.setattr(media_folder, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(service, "raise_file_limit", lambda: None)
    settings = Settings(
        mqtt_port=free_port(),
        ws_bridge_host="127.0.0.1",
        ws_bridge_stats_port=0,
        ws_bridge_contents_port=0,
        ws_bridge_clock_port=0,
        ws_bridge_http_port=free_port(),
        ws_bridge_relay_port=free_port(),
        ws_bridge_panel_media=str(tmp_path),
    )
    running = asyncio.create_task(service.run(settings))
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            for port in (settings.ws_bridge_relay_port, settings.ws_bridge_http_port):
                while True:
                    try:
                        reader, writer = await asyncio.open_connection("127.0.0.1", port)
                        break
                    except ConnectionRefusedError:
                        await asyncio.sleep(0.01)
                writer.write(b"GET /status HTTP/1.0\r\n\r\n")
                status = await reader.read()
                writer.close()
        assert status.startswith(b"HTTP/1.1 200 ")
        told = [record.message for record in caplog.records if str(tmp_path) in record.message]
        assert told == [f"folder {tmp_path}: does not answer; it is still waited for"]
    finally:
        go.set()
        running.cancel()
        await asyncio.wait([running])
