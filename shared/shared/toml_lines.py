"""Where in a TOML file a key stands, for messages about its value. Pure.

tomllib tells the place of what it cannot read, and of nothing else.
"""

import re

_TABLE = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w.-]|"[^"]*"|'[^']*')+)\s*=\s*(.*)""")
_QUOTES = ('"""', "'''")

Place = tuple[str, int]
"""A table's name, and which of that name it is, from 0; "" is what stands before all tables."""


class TomlLines:
    """The lines of the tables and keys of a text that tomllib has read."""

    def __init__(self, text: str) -> None:
        self._tables: dict[Place, int] = {}
        self._keys: dict[tuple[Place, str], int] = {}
        counts: dict[str, int] = {}
        place: Place = ("", 0)
        closing = ""  # of a text that goes over several lines
        for number, line in enumerate(text.split("\n"), 1):
            if closing:
                closing = "" if closing in line else closing
            elif table := _TABLE.match(line):
                name = table[2].replace('"', "").replace("'", "").replace(" ", "")
                if table[1]:
                    counts[name] = counts.get(name, -1) + 1
                place = (name, counts.get(name, 0))
                self._tables.setdefault(place, number)
            elif key := _KEY.match(line):
                first, *rest = key[1].replace('"', "").replace("'", "").split(".")
                self._keys.setdefault((place, first), number)
                if rest and not place[0]:  # weather.place = ..., before all tables
                    self._tables.setdefault((first, 0), number)
                    self._keys.setdefault(((first, 0), rest[0]), number)
                closing = next(
                    (quote for quote in _QUOTES if key[2].count(quote) == 1),
                    "",
                )

    def table(self, name: str, index: int = 0) -> int:
        """Return the line on which a table begins; that of its name as a key, else 1."""
        return self._tables.get((name, index)) or self._keys.get((("", 0), name)) or 1

    def key(self, table: str, index: int, key: str) -> int:
        """Return the line of a key in a table; that of the table where it is not to be found."""
        return self._keys.get(((table, index), key)) or self.table(table, index)
