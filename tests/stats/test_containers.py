"""What the engine says and what is told of it."""

from datetime import UTC, datetime

import pytest

from stats.containers import Found, found, parse_wanted, status, told

# As Docker 26 answers GET /containers/{id}/json, cut to what is read
INSPECTED = {
    "Id": "4f1e",
    "Name": "/gitea",
    "State": {
        "Status": "running",
        "StartedAt": "2026-02-17T12:13:39.123456789Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {"Status": "healthy", "FailingStreak": 0, "Log": []},
    },
    "Config": {"Image": "gitea/gitea:1"},
}


def test_an_inspected_container() -> None:
    """Name without its slash, time without its nanoseconds."""
    assert found(INSPECTED) == Found(
        "4f1e", "gitea", "running", "healthy", "gitea/gitea:1",
        datetime(2026, 2, 17, 12, 13, 39, tzinfo=UTC),
    )  # fmt: skip
    ended = INSPECTED | {
        "State": {"Status": "exited", "StartedAt": "x", "FinishedAt": "2026-02-17T00:00:00Z"}
    }
    assert found(ended).since_at == datetime(2026, 2, 17, tzinfo=UTC)
    never = INSPECTED | {"State": {"Status": "created", "FinishedAt": "0001-01-01T00:00:00Z"}}
    assert found(never).since_at is None
    assert found(never).health is None


@pytest.mark.parametrize(
    ("state", "health", "word"),
    [
        ("running", None, "running"),
        ("running", "healthy", "running"),
        ("running", "unhealthy", "warning"),
        ("running", "starting", "warning"),
        ("restarting", None, "warning"),
        ("paused", "healthy", "warning"),
        ("exited", None, "stopped"),
        ("created", None, "stopped"),
        ("dead", None, "stopped"),
        ("removing", None, "stopped"),
    ],
)
def test_three_words_for_all_states(state: str, health: str | None, word: str) -> None:
    """As the dashboard's contract maps them."""
    assert status(state, health) == word


def test_wanted_containers_keep_their_order_and_names() -> None:
    """An absent one is stopped, and null for the rest."""
    gitea = found(INSPECTED)
    got = told(["frpc (ny)=frpc-ny", "Git=gitea"], [gitea])
    assert [(each.name, each.status) for each in got] == [
        ("frpc (ny)", "stopped"), ("Git", "running"),
    ]  # fmt: skip
    assert (got[0].health, got[0].image, got[0].since_at, got[0].memory_bytes) == (None,) * 4
    assert got[1].image == "gitea/gitea:1"


def test_without_a_wish_all_are_told_by_name() -> None:
    """Nothing wanted, nothing there: an empty list."""
    gitea = found(INSPECTED)
    samba = found(INSPECTED | {"Name": "/a-samba"})
    assert [each.name for each in told([], [gitea, samba])] == ["a-samba", "gitea"]
    assert told([], []) == []


@pytest.mark.parametrize("entry", ["=x", "a b", "x=", "/gitea", "-x"])
def test_bad_entries(entry: str) -> None:
    """Not a container's name."""
    with pytest.raises(ValueError, match="must be"):
        parse_wanted(entry)
