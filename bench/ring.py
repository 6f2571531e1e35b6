"""From the moment that an alarm is due to the first of its sound at a display."""

import asyncio
import json
import shutil
import time
from pathlib import Path

from websockets.asyncio.client import connect

from bench.process import ROOT, need_broker, service, wait
from bench.verdict import Outcome
from shared import topics
from shared.testing import TIMEOUT_SECONDS, Broker, Client, free_port

_AHEAD_SECONDS = 2  # how long before it is due an alarm is made


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run all that an alarm needs, as plain processes, and let it ring some times."""
    need_broker()
    port = free_port()
    assets = directory / "assets"
    shutil.copytree(ROOT / "assets", assets)
    with (
        Broker(directory) as broker,
        service("alarms", broker, directory, {"TZ": "UTC"}),
        service("media", broker, directory, {"MEDIA_ASSETS": str(assets)}),
        service("ws-bridge", broker, directory, {"WS_BRIDGE_CONTENTS_PORT": str(port)}),
        Client(broker, "operator") as operator,
    ):
        operator.subscribe(topics.ALARM_RESPONSE.filter("mantel"))
        wait(2)
        times = [asyncio.run(_ring(operator, port, number)) for number in range(3 if quick else 10)]
    return [Outcome("ring-start", tuple(times), note=f"{len(times)} rings")]


async def _ring(operator: Client, port: int, number: int) -> float:
    """Return the ms from the second of an alarm to the first binary message after its start."""
    due = int(time.time()) + _AHEAD_SECONDS
    moment = time.gmtime(due)
    fields = {
        "id": f"bench-{number}",
        # the sixth field is the second
        "cron": f"{moment.tm_min} {moment.tm_hour} * * * {moment.tm_sec}",
        "repeat": False,
        "once": True,
    }
    async with asyncio.timeout(TIMEOUT_SECONDS), connect(f"ws://127.0.0.1:{port}/") as display:
        await asyncio.to_thread(_ask, operator, "add", fields)
        started = False
        async for message in display:
            if started and isinstance(message, bytes):
                taken = 1000 * (time.time() - due)
                break
            started = isinstance(message, str) and "alarm_start" in message
    await asyncio.to_thread(_ask, operator, "delete", {"id": fields["id"]})
    return taken


def _ask(operator: Client, verb: str, fields: dict[str, object]) -> None:
    operator.publish(topics.ALARM_REQUEST.name("mantel", verb=verb), json.dumps(fields))
    answer = json.loads(operator.receive().payload)
    assert answer["status"] == "ok", answer
