"""What the bridge knows of the panels, and what browsers and panels are to be told. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.payloads import PanelEvent, PanelState

BUTTONS = 10
"""How many buttons there are as long as no panel has told."""


@dataclass(frozen=True)
class Show:
    """What every browser is told: to play a number, or to stop (None)."""

    media: int | None


@dataclass(frozen=True)
class Order:
    """What a panel is told, as the fields of its `set` topic."""

    panel: str
    fields: dict[str, int | bool]


Act = Show | Order


@dataclass(frozen=True)
class Playing:
    """What a panel plays; `sequence` is that of its event, None where only its state told."""

    button: int
    sequence: int | None = None


class Panels:
    """All panels of the broker.

    A press of any panel plays in every browser, and ends what another panel plays: else that
    one would wait for its end, and a button that waits is dead.
    `numbers_from_0` says that the media prove how they are counted; that counts where no
    firmware has told.
    """

    def __init__(self) -> None:
        self.numbers_from_0 = False
        self._states: dict[str, PanelState] = {}
        self._playing: dict[str, Playing] = {}
        self._online: set[str] = set()
        self._alone: int | None = None  # what plays in browsers without any panel
        self._stopped = False  # the last that browsers were told is a stop

    # --- what the topics say ---

    def take_state(self, panel: str, state: PanelState | None, *, retained: bool) -> None:
        """Take how a panel does, None when it was removed.

        What plays is told by events; a retained state tells it to a bridge that comes later.
        """
        if state is None:
            self._states.pop(panel, None)
            self._playing.pop(panel, None)
            return
        self._states[panel] = state
        if state.active is None:
            self._playing.pop(panel, None)
        elif retained and panel not in self._playing:
            self._playing[panel] = Playing(state.active)

    def take_availability(self, node: str, *, online: bool) -> None:
        """Take whether `serial-bridge` of a host runs."""
        (self._online.add if online else self._online.discard)(node)

    def take_event(self, panel: str, event: PanelEvent) -> list[Act]:
        """Return what browsers, and other panels, are to hear of an event."""
        if event.event == "ended":
            playing = self._playing.get(panel)
            if playing is not None and playing.button == event.button:
                del self._playing[panel]
            return []
        if event.event not in {"play", "stop"}:
            return []
        acts: list[Act] = [self._ended(other) for other in sorted(self._playing) if other != panel]
        self._playing.clear()
        if event.event == "stop":
            return [*acts, self._stop()]
        if event.button is None:
            return acts
        if not self._stopped:  # its stop was lost, or another panel's came between
            acts.append(self._stop())
        self._playing[panel] = Playing(event.button, event.sequence)
        return [*acts, self._play(self._first_media(panel) + event.button - 1)]

    # --- what browsers and scripts ask for ---

    def ended(self, media: int) -> list[Order]:
        """Return whom to tell that a browser is done with `media`; nobody when it is stale."""
        if media == self._alone:
            self._alone = None
        return [
            self._ended(panel)
            for panel, playing in self._playing.items()
            if self._first_media(panel) + playing.button - 1 == media
        ]

    def all_ended(self) -> list[Order]:
        """Return how to tell every panel that what it plays is over."""
        return [self._ended(panel) for panel in sorted(self._playing)]

    def forget(self, panel: str) -> None:
        """Take as over what a panel plays: it has been told."""
        self._playing.pop(panel, None)

    def play(self, media: int, *, connected: bool) -> list[Act]:
        """Return how to play a number: by the first panel, or in the browsers alone.

        `connected` tells whether the broker is there.
        """
        if connected and self.is_online:
            return [Order(self.first, {"play": media - self.first_media + 1})]
        return [self._stop(), self._play(media, alone=True)]

    def stop(self, *, connected: bool) -> list[Act]:
        """Return how to stop whatever plays."""
        if connected and self.is_online:
            return [Order(panel, {"stop": True}) for panel in sorted({self.first, *self._playing})]
        return [self._stop()]

    # --- the first panel, of which status tells ---

    @property
    def first(self) -> str:
        """The first panel by name, empty when there is none."""
        return min(self._states, default="")

    @property
    def state(self) -> PanelState | None:
        """The first panel's state."""
        return self._states.get(self.first)

    @property
    def is_online(self) -> bool:
        """Whether the service of the first panel runs."""
        return self.state is not None and self.state.node in self._online

    @property
    def count(self) -> int:
        """How many media there are to be."""
        return self.state.buttons if self.state else BUTTONS

    @property
    def first_media(self) -> int:
        """The lowest number of the media, 0 or 1."""
        return self._first_media(self.first)

    @property
    def current(self) -> int | None:
        """The number that plays now."""
        return next(self._numbers(), self._alone)

    # --- inside ---

    def _numbers(self) -> Iterator[int]:
        for panel, playing in self._playing.items():
            yield self._first_media(panel) + playing.button - 1

    def _first_media(self, panel: str) -> int:
        state = self._states.get(panel)
        if self.numbers_from_0 and (state is None or state.firmware is None):
            return 0
        return 1 if state is None else state.first_media

    def _ended(self, panel: str) -> Order:
        playing = self._playing[panel]
        fields: dict[str, int | bool] = {"ended": playing.button}
        if playing.sequence is not None:
            fields["sequence"] = playing.sequence
        return Order(panel, fields)

    def _stop(self) -> Show:
        self._stopped, self._alone = True, None
        return Show(None)

    def _play(self, media: int, *, alone: bool = False) -> Show:
        self._stopped, self._alone = False, media if alone else None
        return Show(media)
