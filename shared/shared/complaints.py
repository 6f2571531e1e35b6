"""Say a fault once, when it begins, and once more when it ends."""

import logging
from collections import OrderedDict

_MOST_SUBJECTS = 256


class Complaints:
    """Remembers what was said of each subject (a topic, a port, a sensor).

    A hub runs for years beside broken things: the same line each two seconds hides all others.
    The oldest subject is forgotten when there are more than 256.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._said: OrderedDict[str, str] = OrderedDict()

    def say(self, subject: str, message: str, *, first: bool = False) -> None:
        """Log `message` at WARNING unless it was the last thing said of `subject`.

        With `first` only if nothing was said: when one fault shows itself in several ways.
        """
        if self._said.get(subject) == message or (first and subject in self._said):
            return
        self._said[subject] = message
        self._said.move_to_end(subject)
        if len(self._said) > _MOST_SUBJECTS:
            self._said.popitem(last=False)
        self._log.warning("%s: %s", subject, message)

    def settle(self, subject: str, message: str = "all right again") -> bool:
        """Log `message` at INFO if there was a complaint about `subject`; tell whether."""
        if self._said.pop(subject, None) is None:
            return False
        self._log.info("%s: %s", subject, message)
        return True
