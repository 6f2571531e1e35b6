"""What passes between media and the child that draws, and what the child does without."""

import os
import pickle
import subprocess
import sys

import pytest

from media.dashboard.job import Drawn, Fault, Outcome, Unknown, answer


@pytest.mark.parametrize(
    "said", [Fault("x", "theme.typ", 3), Drawn(png=b"\x89", note="y"), Unknown()]
)
def test_an_answer_arrives_as_it_was(said: Outcome) -> None:
    """Of its kind, too."""
    heard = answer(pickle.dumps(said))
    assert heard == said
    assert type(heard) is type(said)


@pytest.mark.parametrize("said", [os.system, subprocess.Popen, eval])
def test_a_child_can_have_nothing_called(said: object) -> None:
    """It has read what comes from outside."""
    with pytest.raises(pickle.UnpicklingError, match="is no answer"):
        answer(pickle.dumps(said))


def test_a_child_begins_with_little() -> None:
    """Each of these takes megabytes and delays every first page."""
    heavy = ("msgspec", "PIL", "dataclasses", "shutil", "asyncio")
    program = (
        "import sys, media.dashboard.child, media.dashboard.typesetter; "
        f"print(*[each for each in {heavy} if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
