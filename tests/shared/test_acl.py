"""Access rights as rendered from the table of topics."""

import re
from itertools import pairwise

import pytest

from shared.acl import allowed, render_device, render_users
from shared.testing import MOSQUITTO
from shared.users import USERS


def sections(text: str) -> dict[str, list[tuple[str, str]]]:
    """Return the rules of each user, in order: [(access, filter)]."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("user "):
            rules = found.setdefault(line.removeprefix("user "), [])
        elif line.startswith("topic "):
            _, access, name = line.split(" ", 2)
            rules.append((access, name))
    return found


@pytest.mark.parametrize(
    ("file", "rendered"), [("acl", render_users()), ("acl.device", render_device())]
)
def test_committed_file_is_what_the_table_gives(file, rendered):
    assert (MOSQUITTO / file).read_text() == rendered, "run `make docs`"


def test_there_is_a_section_for_each_user_and_for_a_device():
    assert tuple(sections(render_users())) == USERS
    assert tuple(sections(render_device())) == ("%u",)


@pytest.mark.parametrize("text", [render_users(), render_device()])
def test_every_rule_has_its_reason_above_it(text):
    lines = text.splitlines()
    for before, line in pairwise(lines):
        assert not line.startswith("topic ") or re.match("# .{10,}", before), line


def test_no_filter_stands_twice_in_a_section():
    for user, rules in sections(render_users()).items():
        names = [name for _, name in rules]
        assert len(names) == len(set(names)), user


def test_whoever_reads_and_writes_has_one_line():
    rules = sections(render_users())["stats"]
    assert ("readwrite", "homeassistant/device/mantel-stats/+/config") in rules


def test_no_placeholder_is_left():
    assert not re.search("[{}]", render_users() + render_device())


def test_a_service_speaks_for_itself_and_its_copies_alone():
    topic = "mantel/service/attic/{}/health"
    assert allowed("ws-bridge", "write", topic.format("ws-bridge"))
    assert allowed("ws-bridge", "write", topic.format("ws-bridge-9"))
    assert not allowed("ws-bridge", "write", topic.format("ws-bridge-10"))
    assert not allowed("ws-bridge", "write", topic.format("stats"))
    assert not allowed("stats", "write", topic.format("stats-1"))


def test_operator_reads_everything_under_the_root_and_writes_only_its_own():
    assert allowed("operator", "read", "mantel/anything/at/all")
    assert not allowed("operator", "read", "elsewhere/x")
    assert not allowed("operator", "write", "mantel/anything/at/all")
    assert allowed("operator", "write", "mantel/host/attic/container/web/set")


def test_any_other_name_is_a_device():
    assert allowed("kitchen-clock", "read", "mantel/host/attic/stats")
    assert not allowed("kitchen-clock", "write", "mantel/host/attic/stats")
    assert not allowed("kitchen-clock", "read", "mantel/service/attic/stats/log")


def test_root_and_prefix_are_settings():
    discovery = "{}/device/{}-stats/attic/config"
    assert allowed("stats", "write", discovery.format("ha", "home"), "home", "ha")
    assert not allowed("stats", "write", discovery.format("ha", "mantel"), "home", "ha")
    assert not allowed("stats", "write", discovery.format("homeassistant", "home"), "home", "ha")
    assert allowed("stats", "write", "home/service/n/stats/availability", "home", "ha")
    assert not allowed("stats", "write", "mantel/service/n/stats/availability", "home", "ha")


def test_media_reads_what_dashboards_show_and_no_secret():
    for name in ("host/attic/stats", "host/attic/containers", "value/a/b/c", "panel/one/state"):
        assert allowed("media", "read", f"mantel/{name}"), name
    for name in ("device/clock/config", "hub/login", "service/pi/stats/log"):
        assert not allowed("media", "read", f"mantel/{name}"), name
    assert allowed("homeassistant", "write", "mantel/value/sensor/kitchen/state")
    assert not allowed("media", "write", "mantel/value/sensor/kitchen/state")
