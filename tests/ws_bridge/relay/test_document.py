"""docs/relay-protocol.md and its tests belong together."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs/relay-protocol.md"


def test_each_paragraph_has_a_test_of_its_number() -> None:
    """And no test has the number of a paragraph that is not there."""
    told = set(re.findall(r"^\*\*(\d+\.\d+)\*\*", DOCUMENT.read_text(), re.MULTILINE))
    found = set()
    for file in (*Path(__file__).parent.glob("test_*.py"), ROOT / "tests/shared/test_filters.py"):
        for name in re.findall(r"def (test_\w+)", file.read_text()):
            found |= {f"{a}.{b}" for a, b in re.findall(r"(?<![0-9])(\d+)_(\d+)(?=_)", name)}
    assert len(told) > 50
    assert found == told
