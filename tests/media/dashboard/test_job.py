"""What passes between media and the child that draws, and what the child does without."""

import os
import pickle
import subprocess
import sys

import pytest

from media.dashboard.job import Drawn, Fault, Outcome, Unknown, answer, packed


@pytest.mark.parametrize(
    "said", [Fault("x", "theme.typ", 3), Fault("y"), Drawn(png=b"\x89", note="y"), Unknown()]
)
def test_an_answer_arrives_as_it_was(said: Outcome) -> None:
    """Of its kind, too."""
    heard = answer(packed(said))
    assert heard == said
    assert type(heard) is type(said)


@pytest.mark.parametrize("said", [os.system, subprocess.Popen, eval, Drawn])
def test_a_child_can_have_nothing_called(said: object) -> None:
    """It has read what comes from outside."""
    with pytest.raises(pickle.UnpicklingError, match="is no answer"):
        answer(pickle.dumps(said))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b".", b"]", b"K\x01.", b"I1x\n.", b"\x80\x09.", b"\x8e" + b"\xff" * 7 + b"\0.",
        pickle.dumps(Unknown), pickle.dumps(("Other",)), pickle.dumps(("Drawn", "no bytes")),
        pickle.dumps(("Fault", "x", "y", "z")), pickle.dumps(([],)),
        pickle.dumps((*("Drawn", b"", 1, 2, "", b"", b"", ""), "more")),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    """Whatever it is, one error says so: others would end who has asked."""
    with pytest.raises(pickle.UnpicklingError):
        answer(raw)


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
