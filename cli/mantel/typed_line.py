"""A line that is being typed, key by key, and those typed before. Pure."""

_MOST_CHARACTERS = 4096  # what the clock takes
_MOST_REMEMBERED = 100
_UP, _DOWN = "\x1b[A", "\x1b[B"
_BACKSPACE = "\x7f\b"
_END, _CLEAR, _WORD, _ESCAPE = "\x04", "\x15", "\x17", "\x1b"


class TypedLine:
    """`text` is what stands there now; `ended` when Ctrl-D was typed on an empty line."""

    def __init__(self) -> None:
        self.text = ""
        self.ended = False
        self._before: list[str] = []
        self._shown = 0
        self._sequence = ""

    def take(self, keys: str) -> list[str]:
        """Take keys, and return the lines that they finish; blank ones are left out."""
        lines = []
        for key in keys:
            if self.ended:
                break
            if self._sequence or key == _ESCAPE:
                self._escape(key)
            elif key in "\r\n":
                if line := self.text.strip():
                    lines.append(line)
                    self._before = [*self._before, line][-_MOST_REMEMBERED:]
                self._shown = len(self._before)
                self.text = ""
            else:
                self._edit(key)
        return lines

    def _edit(self, key: str) -> None:
        if key == _END:
            self.ended = not self.text
        elif key == _CLEAR:
            self.text = ""
        elif key == _WORD:
            self.text = self.text.rstrip().rpartition(" ")[0]
            self.text += " " if self.text else ""
        elif key in _BACKSPACE:
            self.text = self.text[:-1]
        elif key.isprintable() and len(self.text) < _MOST_CHARACTERS:
            self.text += key

    def _escape(self, key: str) -> None:
        """Collect what an arrow or another special key types; only up and down mean something."""
        self._sequence += key
        if len(self._sequence) < 2 or self._sequence in ("\x1b[", "\x1bO"):
            return
        if self._sequence.startswith(("\x1b[", "\x1bO")) and not ("@" <= key <= "~"):
            return
        step = {_UP: -1, _DOWN: 1}.get(self._sequence.replace("O", "["), 0)
        self._sequence = ""
        if step and 0 <= self._shown + step <= len(self._before):
            self._shown += step
            self.text = [*self._before, ""][self._shown]
