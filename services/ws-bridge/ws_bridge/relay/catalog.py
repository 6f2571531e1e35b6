"""What of the hub's topics is open to devices of the relay, by the table of topics. Pure."""

from dataclasses import dataclass
from typing import Any, Literal, get_origin

from shared.filters import Levels, covers, meet
from shared.topic import Topic
from shared.topics import TOPICS
from shared.users import OWN, RELAY

Form = Literal["json", "word", "bytes"]

_OPEN = ("device", RELAY)


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of topic as the relay sees it; `levels` is its filter."""

    topic: Topic[Any]
    levels: Levels
    form: Form
    readable: bool
    writable: bool

    @property
    def is_open(self) -> bool:
        """Whether a device may get it, and not the relay alone."""
        return self.readable or OWN in self.topic.readers

    @property
    def is_state(self) -> bool:
        """Whether it tells what is, so that only the newest counts."""
        return self.topic.retain


@dataclass(frozen=True)
class Feed:
    """Topics of one kind that a device wants: what the broker is asked for."""

    kind: Kind
    levels: Levels


def _form(topic: Topic[Any]) -> Form:
    if topic.payload is bytes:
        return "bytes"
    return "word" if get_origin(topic.payload) is Literal else "json"


def _kind(topic: Topic[Any]) -> Kind:
    parts = topic.template.split("/")
    return Kind(
        topic,
        tuple("+" if part.startswith("{") else part for part in parts),
        _form(topic),
        any(role in _OPEN for role in topic.readers),
        any(role in _OPEN for role in topic.writers),
    )


KINDS = tuple(_kind(topic) for topic in TOPICS if topic.base == "root")
"""All kinds of topic below the root."""
_OWN_READ = tuple(kind for kind in KINDS if OWN in kind.topic.readers)
_OWN_WRITE = tuple(kind for kind in KINDS if OWN in kind.topic.writers)


def own_levels(kind: Kind, device: str) -> Levels:
    """Return the name of a device's own topic of a kind."""
    return tuple(device if level == "+" else level for level in kind.levels)


def own_read(device: str) -> list[Levels]:
    """Return what a device reads without a right for it."""
    return [own_levels(kind, device) for kind in _OWN_READ] if device else []


def own_write(device: str) -> list[Levels]:
    """Return what a device writes without a right for it."""
    return [own_levels(kind, device) for kind in _OWN_WRITE] if device else []


def feeds(filter_: Levels, device: str) -> list[Feed]:
    """Return what a filter asks for, of what is open to a device; none: it asks for nothing."""
    found = []
    for kind in KINDS:
        both = None
        if kind.readable:
            both = meet(filter_, kind.levels)
        elif device and kind in _OWN_READ:
            both = meet(filter_, own_levels(kind, device))
        if both is not None:
            found.append(Feed(kind, both))
    # `alarm/+/state` is no wish for the answer to a request `state`
    return [
        feed
        for feed in found
        if not any(feed is not wider and covers(wider.levels, feed.levels) for wider in found)
    ]


def kind_of(name: Levels) -> Kind | None:
    """Return the kind of a topic by its name, None when there is none."""
    for kind in KINDS:
        if meet(name, kind.levels) is not None:
            return kind
    return None


def writable(name: Levels, device: str) -> Kind | None:
    """Return the kind of a topic that may be open to a device for writing, None when it is not."""
    kind = kind_of(name)
    if kind is None or not (kind.writable or name in own_write(device)):
        return None
    return kind
