"""What a real broker sends, however it is cut into pieces on its way."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from shared import topics
from shared.mqtt import Mqtt
from shared.settings import Settings
from shared.subscription import Received
from shared.testing import TESTER, TIMEOUT_SECONDS, Broker, Client, free_port
from shared.topic import Topic

CHUNKS: Topic[bytes] = topics.AUDIO_PCM.unread()
LENGTHS = [0, 1, 50, 127, 128, 300, 4096, 5000, 16_000, 16_384, 20_000, 100_000]
Bytes = Received[bytes]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path) as broker:
        yield broker


def mqtt(broker: Broker, **others: object) -> Mqtt:
    settings = {
        "mantel_node": "pi",
        "mqtt_host": broker.host,
        "mqtt_port": broker.port,
        "mqtt_username": TESTER,
        "mqtt_password": broker.password(TESTER),
        "ha_discovery_prefix": "",
    }
    return Mqtt(Settings(**(settings | others)), "stats")  # type: ignore[arg-type]


async def until(condition: object) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def payloads() -> list[bytes]:
    """Of all lengths, each after each, and no two alike."""
    lengths = LENGTHS * 7 + [30] * 600
    return [number.to_bytes(4) * (length // 4) for number, length in enumerate(lengths)]


async def hears_all(service: Mqtt, broker: Broker, qos: Literal[0, 1]) -> None:
    """Of several topics, in the order in which they were sent; MQTT has none between QoS."""
    heard: dict[str, list[bytes | None]] = {"free": [], "sure": []}
    service.subscribe(
        topics.AUDIO_PCM.unread(qos),
        lambda chunk: heard[chunk.levels["stream"]].append(chunk.payload),
    )
    sent = payloads()
    with Client(broker) as sender:
        await until(lambda: service.health().published)  # after that it has subscribed
        for payload in sent:
            sender.paho.publish("mantel/audio/free/pcm", payload, 0)
            sender.paho.publish("mantel/audio/sure/pcm", payload, 1)
        await until(lambda: service.health().received == 2 * len(sent))
    assert heard == {"free": sent, "sure": sent}
    assert service.health().dropped == 0


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
@pytest.mark.parametrize("qos", [0, 1])
async def test_all_come_whole_and_in_order(
    broker: Broker, protocol: str, qos: Literal[0, 1]
) -> None:
    """Empty ones, those of many pieces, many in one, and those that are cut anywhere."""
    async with mqtt(broker, mqtt_protocol=protocol) as service:
        await hears_all(service, broker, qos)


async def test_a_burst_is_handed_over_in_one_turn_and_a_flood_is_not(broker: Broker) -> None:
    """What one read holds: the others of the loop have their turn in between."""
    heard: list[int] = []
    turn = 0

    def note(_: Bytes) -> None:
        heard.append(turn)

    async with mqtt(broker) as service:
        service.subscribe(CHUNKS, note)
        await until(lambda: service.health().published)
        with Client(broker) as sender, Client(broker) as other:
            other.subscribe("mantel/audio/#", qos=0)
            for _ in range(20):  # without a turn of the loop until another has heard them all
                sender.publish("mantel/audio/alarm/pcm", b"x" * 100, qos=0)
            for _ in range(20):
                other.receive()
            while len(heard) < 20:
                turn += 1
                await asyncio.sleep(0)
            assert max(map(heard.count, set(heard))) > 15  # the broker may write the last later
            heard.clear()
            for _ in range(2000):
                sender.publish("mantel/audio/alarm/pcm", b"x" * 100, qos=0)
            for _ in range(2000):
                other.receive()
            while len(heard) < 2000:
                turn += 1
                await asyncio.sleep(0)
            assert max(map(heard.count, set(heard))) < 700


async def test_a_handler_may_publish(broker: Broker) -> None:
    """At once: nothing of the client is held while it runs."""
    echo: list[bytes | None] = []
    async with mqtt(broker) as service:

        def answer(chunk: Bytes) -> None:
            assert chunk.payload is not None
            for qos in (0, 1):
                topic = topics.AUDIO_PCM if qos == 0 else topics.DISPLAY_BITMAP
                levels = {"stream": "echo"} if qos == 0 else {"id": "echo"}
                assert service.publish(topic, chunk.payload, **levels)

        service.subscribe(topics.DISPLAY_BITMAP, lambda bitmap: echo.append(bitmap.payload))
        service.subscribe(CHUNKS, lambda chunk: echo.append(chunk.payload), stream="echo")
        service.subscribe(CHUNKS, answer, stream="alarm")
        with Client(broker) as sender:
            await until(lambda: service.health().published)
            for number in range(50):
                sender.publish("mantel/audio/alarm/pcm", b"%d" % number)
            await until(lambda: len(echo) == 100)
    assert sorted(echo, key=int) == [b"%d" % (number // 2) for number in range(100)]  # type: ignore[arg-type]


async def test_an_error_in_a_handler_ends_the_service(broker: Broker) -> None:
    """It does not vanish, and what comes after it is not taken; the broker says `offline`."""
    heard: list[bytes | None] = []

    def fail(chunk: Bytes) -> None:
        heard.append(chunk.payload)
        raise LookupError("a mistake of ours")

    with Client(broker) as sender:
        sender.subscribe("mantel/service/pi/stats/availability")

        async def serve() -> None:
            async with mqtt(broker) as service:
                service.subscribe(CHUNKS, fail)
                await until(lambda: service.health().published)
                for _ in range(3):
                    sender.publish("mantel/audio/alarm/pcm", b"x")
                await asyncio.Event().wait()

        with pytest.raises(ExceptionGroup) as raised:
            await serve()
        assert raised.group_contains(LookupError, match="a mistake of ours")
        assert heard == [b"x"]
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        said = [(await asyncio.to_thread(sender.receive)).payload for _ in range(2)]
    assert said == [b"online", b"offline"]


@asynccontextmanager
async def tunnel(broker: Broker, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """A port with TLS in front of the broker, and the certificate to trust."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    serving: set[asyncio.Task[None] | None] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        inner = await asyncio.open_connection(broker.host, broker.port)
        await asyncio.gather(pass_on(reader, inner[1]), pass_on(inner[0], writer))

    port = free_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port, ssl=context):
        yield port, certificate
        await asyncio.wait(serving, timeout=TIMEOUT_SECONDS)  # type: ignore[type-var]


async def test_all_come_through_tls_too(broker: Broker, tmp_path: Path) -> None:
    """Where a record may hold more than what was asked for."""
    async with (
        tunnel(broker, tmp_path) as (port, certificate),
        mqtt(broker, mqtt_port=port, mqtt_tls=True, mqtt_ca_file=str(certificate)) as service,
    ):
        await hears_all(service, broker, 0)
