"""`mantel` in containers: as the operator in its own, and what it says in a service's."""

import json

import pytest

from shared import topics
from tests.docker.stack import OURS, Stack

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module", autouse=True)
def built(stack: Stack) -> None:
    """The first call builds the image, and says so."""
    stack.compose("build", "mantel")


def run(stack: Stack, *arguments: str) -> str:
    """Call the command as an operator does, and return what it printed on stdout."""
    return stack.compose("run", "--rm", "-T", "mantel", *arguments)


def test_reads_as_the_operator(stack: Stack):
    (line,) = run(stack, "watch", "--count", "1", "--json", "host/+/stats").splitlines()
    told = json.loads(line)
    assert told["topic"] == stack.topic(topics.HOST_STATS)
    assert told["payload"]["memory_total_bytes"] > 0


def test_nothing_of_it_stays(stack: Stack):
    run(stack, "--version")
    left = stack.docker("ps", "-aq", "--filter", f"name={stack.project}-mantel")
    assert left == ""


def test_doctor_sees_the_services(stack: Stack):
    done = stack.docker("compose", "run", "--rm", "-T", "mantel", "doctor", "--json", check=False)
    told = json.loads(done[done.index("{") : done.rindex("}") + 1])
    of = {finding["check"]: finding for finding in told["findings"]}
    assert of["broker"]["verdict"] == "ok"
    assert of["ws-bridge"]["text"].startswith(f"online on {stack.node} since about ")
    assert of["place"]["verdict"] == "warning"


@pytest.mark.parametrize("service", OURS)
def test_in_a_services_container_it_says_what_it_lacks(stack: Stack, service: str):
    said = stack.execute(service, "mantel", "alarm", "list", check=False)
    assert f"Error: {service} is the broker's user of that service" in said
    assert "docker compose run --rm mantel" in said


def test_tables_need_no_more_than_the_image_has(stack: Stack):
    """With a terminal it draws, by what is left of rich's own needs."""
    drawn = stack.execute(
        "ws-bridge", "python", "-c",
        "import pty, sys; sys.exit(pty.spawn(['mantel', 'doctor']) >> 8 != 1)",
    )  # fmt: skip
    assert "verdict" in drawn
    assert "Traceback" not in drawn
