"""A device's WebSocket: it has to say something soon, and not too much at once."""

from ws_bridge.host import Host
from ws_bridge.line import Line
from ws_bridge.relay.allowance import MOST_PINGS, PIECE_PRICE, Allowance
from ws_bridge.relay.session import Session
from ws_bridge.relay.words import MOST_MESSAGE_BYTES, bye_frame

MOST_OWED_BYTES = 16384
FIRST_MESSAGE_SECONDS = 30.0


class DeviceLine(Line):
    """A connection of the relay; `session` is what the port makes of it."""

    def __init__(self, host: Host["DeviceLine"]) -> None:
        super().__init__(host, MOST_MESSAGE_BYTES, MOST_OWED_BYTES, FIRST_MESSAGE_SECONDS)
        self._allowance = Allowance(self._loop.time())
        self.device = ""
        """As the handshake has proved it."""
        self.session: Session | None = None
        self.why: str | None = None
        """The code of our goodbye."""

    def goodbye(self, number: int, code: str, message: str) -> None:
        """Tell why, and end the connection."""
        if self.is_open:
            self.why = code
            self.end(number, code, bye_frame(code, message))

    def charge(self, messages: float) -> None:
        """Read on later when that much work was too much for now."""
        if seconds := self._allowance.pay(self._loop.time(), messages):
            self._rest(lambda wake: self._loop.call_later(seconds, wake))

    def _note_ping(self) -> None:
        if not self._allowance.ping(self._loop.time()):
            self.goodbye(4429, "too_many", f"more than {MOST_PINGS} pings in 10 s")

    def _note_piece(self, *, is_last: bool) -> None:
        self.charge(1 if is_last else PIECE_PRICE)

    def _run_out(self) -> None:
        if self.is_open:
            self.goodbye(4408, "silent", "no first message in time")
        else:
            self.abort()
