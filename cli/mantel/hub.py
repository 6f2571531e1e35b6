"""What the command says to the hub and hears of it, in the terms of the table of topics."""

import uuid
from collections.abc import Iterator
from typing import Any, Self, TypeVar

from mantel.broker import ANSWER_SECONDS, Broker
from shared import topics
from shared.errors import MantelError, PayloadError
from shared.payloads import Request, Response
from shared.settings import Settings
from shared.topic import Topic

P = TypeVar("P")


class NoAnswerError(MantelError):
    """A service did not answer in time."""

    def __init__(self, service: str, seconds: float) -> None:
        super().__init__(
            f"no answer from {service} within {seconds:g} s: is it running? see `mantel doctor`"
        )


class RequestError(MantelError):
    """A service refused a request; the message is its own."""


class Hub:
    """A context manager: one conversation with the hub over its broker."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.mqtt_root
        self.broker = Broker(settings)
        self.ignored: list[str] = []
        """Topics whose payload was not readable."""

    def __enter__(self) -> Self:
        self.broker.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.broker.__exit__()

    def read(self, topic: Topic[P], **levels: str) -> list[tuple[dict[str, str], P]]:
        """Return the retained states of a kind of topic, each with its levels; changes follow."""
        found = []
        for name, raw in sorted(self.broker.retained(topic.filter(self._root, **levels)).items()):
            its = topic.match(self._root, name)
            if its is None:
                continue  # a change of what was read before this
            payload = self._decoded(topic, name, raw)
            if payload is not None:
                found.append((its, payload))
        return found

    def follow(self, topic: Topic[P], seconds: float, **levels: str) -> Iterator[P]:
        """Yield the states of one topic as they change, for `seconds` altogether."""
        wanted = topic.name(self._root, **levels)
        for message in self.broker.messages(seconds):
            if message.topic == wanted and message.payload:
                payload = self._decoded(topic, message.topic, message.payload)
                if payload is not None:
                    yield payload

    def send(self, topic: Topic[P], payload: P, **levels: str) -> None:
        """Send a command, and return when the broker has it."""
        self.broker.publish(topic.name(self._root, **levels), topic.encode(payload))

    def keep(self, topic: Topic[P], payload: P, **levels: str) -> None:
        """Let the broker keep a state that is the operator's to say."""
        name = topic.name(self._root, **levels)
        self.broker.publish(name, topic.encode(payload), retain=True)

    def clear(self, topic: Topic[Any], **levels: str) -> None:
        """Let the broker keep a state no longer."""
        self.broker.publish(topic.name(self._root, **levels), b"", retain=True)

    def request(
        self,
        question: Topic[Request],
        answer: Topic[Response],
        service: str,
        verb: str,
        fields: Request,
        seconds: float | None = None,
    ) -> Any:  # noqa: ANN401
        """Ask `service`, and return the data of its answer; RequestError when it refuses.

        `seconds` is how long it may take, where that is longer than usual.
        """
        seconds = ANSWER_SECONDS if seconds is None else seconds
        transaction = uuid.uuid4().hex
        self.broker.subscribe(answer.name(self._root, verb=verb))
        self.send(question, {**fields, "transaction": transaction}, verb=verb)
        for response in self.follow(answer, seconds, verb=verb):
            if response.transaction == transaction:
                if response.status == "error":
                    raise RequestError(f"{service}: {response.error}")
                return response.data
        raise NoAnswerError(service, seconds)

    def online(self, service: str) -> bool:
        """Tell whether a service runs, on any host."""
        return any(word == "online" for _, word in self.read(topics.AVAILABILITY, service=service))

    def _decoded(self, topic: Topic[P], name: str, raw: bytes) -> P | None:
        try:
            return topic.decode(raw)
        except PayloadError:
            self.ignored.append(name)
            return None
