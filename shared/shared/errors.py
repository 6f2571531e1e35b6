"""Errors, sorted by who must act.

MantelError
 +-- SettingsError   the operator: a setting is wrong; the program ends with exit code 2
 +-- StartError      the operator: something the program needs is not to be had (a port is taken);
 |                   it ends with exit code 1 and one line, without a traceback
 +-- PayloadError    the sender of a message; the message is dropped, with one warning
"""


class MantelError(Exception):
    """Base of all errors that Mantel raises itself."""


class SettingsError(MantelError):
    """One or more settings cannot be used; `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StartError(MantelError):
    """The program cannot start or go on, and the message says what to do."""


class PayloadError(MantelError):
    """A payload does not fit its topic's model; the message says where."""
