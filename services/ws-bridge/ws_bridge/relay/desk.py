"""What a device says, done: subscribe, unsubscribe, publish, ping."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from msgspec import UNSET

from shared.errors import PayloadError
from ws_bridge.relay.catalog import Kind
from ws_bridge.relay.line import DeviceLine
from ws_bridge.relay.message import outgoing, unframe
from ws_bridge.relay.rights import NotAllowedError
from ws_bridge.relay.session import MOST_FILTERS, Session
from ws_bridge.relay.sessions import Sessions
from ws_bridge.relay.source import Source
from ws_bridge.relay.spread import Spread
from ws_bridge.relay.words import MessageError, Said, error_frame, frame, parse, shown

_MOST_UNDER_WAY = 20  # publications of a device that the broker has not acknowledged


class Desk:
    """Answers devices that have said hello; returns what has to be done before it reads on."""

    def __init__(self, spread: Spread, source: Source, sessions: Sessions) -> None:
        self._spread, self._source, self._sessions = spread, source, sessions
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: dict[Session, list[asyncio.Task[None]]] = {}

    def hear(
        self, line: DeviceLine, session: Session, message: str | bytes
    ) -> "asyncio.Future[None] | None":
        """Do what a device says."""
        if isinstance(message, bytes):
            return self._publish_framed(line, session, message)
        try:
            verb, said = parse(message)
        except MessageError as error:
            line.write(error_frame("bad_message", str(error)))
            return None
        if verb == "subscribe":
            return self._subscribe(line, session, said)
        if verb == "unsubscribe":
            self._unsubscribe(line, session, said)
        elif verb == "publish":
            return self._publish_json(line, session, said)
        elif verb == "ping":
            line.write(frame({"pong": said.ping}))
        else:
            line.write(error_frame("bad_message", "hello was said already", id=said.id))
        return None

    # --- subscribing ---

    def _subscribe(
        self, line: DeviceLine, session: Session, said: Said
    ) -> "asyncio.Future[None] | None":
        texts = [] if said.subscribe is UNSET else said.subscribe
        if len(texts) > MOST_FILTERS:
            why = f"{MOST_FILTERS} filters are the most, also in one message"
            line.write(error_frame("too_many_filters", why, id=said.id))
            return None
        line.charge(len(texts))
        feeds = set()
        for text in texts:
            try:
                feeds.update(session.rights.feeds(text))
            except NotAllowedError:
                continue  # told in its turn
        if self._source.has(feeds):
            self._subscribed(line, session, texts, said.id)
            return None
        return self._do(self._subscribe_later(line, session, texts, said.id, feeds))

    async def _subscribe_later(
        self,
        line: DeviceLine,
        session: Session,
        texts: list[str],
        id_: int | None,
        feeds: Any,  # noqa: ANN401
    ) -> None:
        """Let the broker tell the retained values before the device has its answer."""
        self._source.want(feeds)
        try:
            await self._source.settle()
            if line.is_open:
                self._subscribed(line, session, texts, id_)
        finally:
            self._source.unwant(feeds)

    def _subscribed(
        self, line: DeviceLine, session: Session, texts: list[str], id_: int | None
    ) -> None:
        self._spread.displace(session)
        asked, refused = self._sessions.ask(session, texts)
        for text, error in refused:
            line.write(error_frame(error.code, str(error), id=id_, filter=text))
        line.write(_answer(id_, subscribed=len(asked), refused=len(refused)))
        if session.asked:
            self._spread.place(session)
            self._spread.replay(session, asked, _answer(id_, retained="end"))
            self._spread.catch_up(session)
        else:
            line.write(_answer(id_, retained="end"))

    def _unsubscribe(self, line: DeviceLine, session: Session, said: Said) -> None:
        texts = [] if said.unsubscribe is UNSET else said.unsubscribe
        self._spread.displace(session)
        count = self._sessions.drop(session, texts)
        line.write(_answer(said.id, unsubscribed=count))
        if session.asked:
            self._spread.place(session)
            self._spread.catch_up(session)

    # --- publishing ---

    def _publish_json(
        self, line: DeviceLine, session: Session, said: Said
    ) -> "asyncio.Future[None] | None":
        name = "" if said.publish is UNSET else said.publish
        try:
            kind = session.rights.target(name)
            if said.data is UNSET:
                raise PayloadError("there is no data")
            payload = outgoing(kind, bytes(said.data))
        except NotAllowedError as error:
            line.write(error_frame(error.code, str(error), id=said.id, topic=name))
            return None
        except PayloadError as error:
            line.write(error_frame("bad_data", str(error), id=said.id, topic=name))
            return None
        return self._publish(line, session, kind, name, payload, said.id)

    def _publish_framed(
        self, line: DeviceLine, session: Session, message: bytes
    ) -> "asyncio.Future[None] | None":
        try:
            name, id_, payload = unframe(message)
        except PayloadError as error:
            line.write(error_frame("bad_message", str(error)))
            return None
        try:
            kind = session.rights.target(name)
            if not payload:
                raise PayloadError("an empty payload cannot be published")
            kind.topic.decode(payload)
        except NotAllowedError as error:
            line.write(error_frame(error.code, str(error), id=id_ or None, topic=name))
            return None
        except PayloadError as error:
            line.write(error_frame("bad_data", str(error), id=id_ or None, topic=name))
            return None
        return self._publish(line, session, kind, name, payload, id_ or None)

    def _publish(
        self,
        line: DeviceLine,
        session: Session,
        kind: Kind,
        name: str,
        payload: bytes,
        id_: int | None,
    ) -> "asyncio.Future[None] | None":
        """Publish; the device may say more meanwhile, but not without end."""
        under_way = self._under_way.setdefault(session, [])
        before = under_way[-1] if under_way else None
        task = self._do(self._deliver(line, session, kind, name, payload, id_, before))
        under_way.append(task)
        return task if len(under_way) >= _MOST_UNDER_WAY else None

    async def _deliver(
        self,
        line: DeviceLine,
        session: Session,
        kind: Kind,
        name: str,
        payload: bytes,
        id_: int | None,
        before: "asyncio.Task[None] | None",
    ) -> None:
        try:
            is_sent = await self._source.publish(kind, name, payload)
            if before is not None and not before.done():
                # An acknowledgement can be noticed before an older one
                await asyncio.wait({before})
        finally:
            del self._under_way[session][0]
            if not self._under_way[session]:
                del self._under_way[session]
        if not line.is_open:
            return
        if not is_sent:
            line.write(error_frame("not_sent", "the broker did not take it", id=id_, topic=name))
        elif id_ is not None:
            line.write(frame({"published": shown(name), "id": id_}))

    def _do(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _answer(id_: int | None, **fields: object) -> bytes:
    return frame(fields if id_ is None else {**fields, "id": id_})
