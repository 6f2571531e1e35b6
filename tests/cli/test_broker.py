"""The connection of the command, on a real broker."""

import socket
import threading
from collections.abc import Callable

import pytest

from mantel import broker as broker_module
from mantel.broker import Broker as Connection
from mantel.broker import BrokerError, RefusedError
from shared.settings import Settings
from shared.testing import TIMEOUT_SECONDS, Broker, Client

Connect = Callable[..., Connection]


@pytest.fixture(params=["5", "3.1.1"])
def connect(broker: Broker, request: pytest.FixtureRequest) -> Connect:
    """Return a function that makes a connection as the operator; in both versions of MQTT."""

    def make(**changed: object) -> Connection:
        fields = {
            "mqtt_port": broker.port,
            "mqtt_username": "operator",
            "mqtt_password": broker.password("operator"),
            "mqtt_protocol": request.param,
        }
        return Connection(Settings(**(fields | changed)))

    return make


def test_all_that_is_kept_is_read(connect: Connect, client: Client) -> None:
    """More than a broker puts into one window."""
    for number in range(1200):
        client.publish(f"mantel/alarm/a{number}/config", str(number), qos=0, retain=True)
    client.publish("mantel/alarm/a7/config", b"", retain=True)
    with connect() as connection:
        kept = connection.retained("mantel/alarm/+/config", "mantel/alarm/+/state")
        assert len(kept) == 1199
        assert kept["mantel/alarm/a8/config"] == b"8"
        assert connection.receive(0) is None
        client.publish("mantel/alarm/a1/config", b"new", retain=True)
        message = connection.receive(TIMEOUT_SECONDS)
        assert message is not None
        assert (message.payload, message.retained) == (b"new", False)


def test_publish_arrives_and_is_not_kept(connect: Connect, client: Client) -> None:
    client.subscribe("mantel/#")
    with connect() as connection:
        connection.publish("mantel/alarm/a/set", b"skip")
        message = client.receive()
        assert (message.topic, message.payload) == ("mantel/alarm/a/set", b"skip")
        assert connection.retained("mantel/#") == {}


def test_what_the_operator_may_not_write(broker: Broker) -> None:
    settings = Settings(
        mqtt_port=broker.port,
        mqtt_username="operator",
        mqtt_password=broker.password("operator"),
    )
    with (
        Connection(settings) as connection,
        pytest.raises(
            RefusedError, match="does not let operator write mantel/alarm/next: Not auth"
        ),
    ):
        connection.publish("mantel/alarm/next", b"null")


def test_wrong_password(connect: Connect) -> None:
    with (
        pytest.raises(RefusedError, match="refuses operator: Not authorized"),
        connect(mqtt_password="x"),
    ):
        pass


def test_nobody_there(connect: Connect, broker: Broker) -> None:
    broker.stop()
    with (
        pytest.raises(BrokerError, match=f"broker localhost:{broker.port}: Connection refused"),
        connect(),
    ):
        pass
    with (
        pytest.raises(BrokerError, match="broker no.such.host.invalid"),
        connect(mqtt_host="no.such.host.invalid"),
    ):
        pass


@pytest.mark.usefixtures("impatient")
def test_something_else_there(connect: Connect) -> None:
    """A listener that says nothing, and one that hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(BrokerError, match="does not greet"), connect(mqtt_port=port):
            pass
        assert broker_module.ANSWER_SECONDS < 1

        def hang_up() -> None:
            for _ in range(2):  # the first is still in the queue
                listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerError, match="closed the connection"), connect(mqtt_port=port):
            pass
        thread.join(TIMEOUT_SECONDS)


def test_broker_that_ends_meanwhile(connect: Connect, broker: Broker) -> None:
    with connect() as connection:
        connection.subscribe("mantel/#")
        broker.kill()
        with pytest.raises(BrokerError, match="closed the connection"):
            connection.receive(TIMEOUT_SECONDS)


def test_limit_is_the_brokers_own(broker: Broker) -> None:
    settings = Settings(
        mqtt_port=broker.port, mqtt_username="operator", mqtt_password=broker.password("operator")
    )
    with Connection(settings) as connection:
        assert connection.most_bytes == (1 << 20) - 256
    conf = broker.config / "mosquitto.conf"
    conf.write_text(conf.read_text().replace("max_packet_size 1048576", "max_packet_size 5000"))
    broker.restart()
    with Connection(settings) as connection:
        assert connection.most_bytes == 5000 - 256


def test_a_broker_that_acknowledges_first_and_sends_then() -> None:
    """Mosquitto does it the other way round; MQTT allows both."""

    def serve(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"\x20\x02\x00\x00")
            for kept in (b"\x31\x06\x00\x03a/bX", b""):
                asked = peer.recv(4096)
                peer.sendall(b"\x90\x03" + asked[2:4] + b"\x00" + kept)
            peer.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        settings = Settings(mqtt_port=listener.getsockname()[1], mqtt_protocol="3.1.1")
        with Connection(settings) as connection:
            assert connection.retained("a/+") == {"a/b": b"X"}
        thread.join(TIMEOUT_SECONDS)
