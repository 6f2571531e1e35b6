"""supervisord, as the hub needs it; run.py becomes this when all is checked.

A program of its own: supervisord then carries nothing in memory that only the checks needed.
"""

import os
import signal

from supervisor import supervisord  # type: ignore[import-untyped]
from supervisor.options import ServerOptions  # type: ignore[import-untyped]

LOCK_FD = 9
"""The lock of the one instance, taken by run.py; it is held until this process ends."""


class Options(ServerOptions):  # type: ignore[misc]
    """What supervisord is told, with another meaning of one signal."""

    def setsignals(self) -> None:
        """Take a closed terminal for the end; supervisord would start everything anew."""
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # nohup
        super().setsignals()
        signal.signal(
            signal.SIGHUP,
            signal.SIG_IGN
            if ignored
            else lambda *_: self.signal_receiver.receive(signal.SIGTERM, None),
        )


if __name__ == "__main__":
    # Not for the children: a lock that they held would outlive a supervisord that was killed
    os.set_inheritable(LOCK_FD, False)
    supervisord.ServerOptions = Options
    supervisord.main()
