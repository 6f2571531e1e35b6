"""Parts that tests are made of: a real broker, a plain client, the one timeout."""

from shared.testing.broker import MOSQUITTO, Broker
from shared.testing.client import TESTER, Client
from shared.testing.port import free_port
from shared.testing.waiting import TIMEOUT_SECONDS, eventually

__all__ = ["Broker", "Client", "eventually", "free_port", "MOSQUITTO", "TESTER", "TIMEOUT_SECONDS"]
