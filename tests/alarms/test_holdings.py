"""Who holds which session; the time is passed in."""

from alarms.holdings import Holdings


def test_it_is_held_until_the_last_lets_go() -> None:
    """However often one of them takes it."""
    holdings = Holdings(10)
    for holder in ("pi/a", "pi/a", "pi/b"):
        assert holdings.hold("s", holder, 0)
    holdings.release("s", "pi/a")
    assert "s" in holdings
    holdings.release("s", "pi/x")
    holdings.release("s", "pi/b")
    assert "s" not in holdings
    assert len(holdings) == 0


def test_a_holder_that_goes_lets_go_of_all_of_its_own() -> None:
    """The others keep theirs."""
    holdings = Holdings(10)
    holdings.see("pi/a", online=True)
    for session, holder in (("s", "pi/a"), ("t", "pi/a"), ("t", "pi/b")):
        holdings.hold(session, holder, 0)
    assert holdings.see("pi/a", online=False) == {"s"}
    assert "t" in holdings


def test_a_stranger_holds_for_ten_minutes_and_a_bridge_for_ever() -> None:
    """Nobody would say that a stranger has died; its next request counts anew."""
    holdings = Holdings(10)
    holdings.see("pi/bridge", online=True)
    holdings.hold("s", "pi/bridge", 0)
    holdings.hold("t", "operator/import", 0)
    assert holdings.expire(599) == set()
    holdings.hold("t", "operator/import", 599)
    assert holdings.expire(1198) == set()
    assert holdings.expire(1199) == {"t"}
    assert "s" in holdings
    holdings.hold("t", "pi/late", 0)
    holdings.see("pi/late", online=True)
    assert holdings.expire(10_000) == set()


def test_after_a_doubt_it_has_to_be_held_anew() -> None:
    """That the holder is still there says nothing of what it holds."""
    holdings = Holdings(10)
    holdings.see("pi/bridge", online=True)
    for session in ("s", "t"):
        holdings.hold(session, "pi/bridge", 0)
    holdings.doubt(100)
    holdings.see("pi/bridge", online=True)
    holdings.hold("s", "pi/bridge", 101)
    assert holdings.expire(159) == set()
    assert holdings.expire(160) == {"t"}
    assert "s" in holdings


def test_only_so_many() -> None:
    """Of sessions, and of holders of one."""
    holdings = Holdings(2)
    assert holdings.hold("s", "pi/a", 0)
    assert holdings.hold("t", "pi/a", 0)
    assert not holdings.hold("u", "pi/a", 0)
    assert "u" not in holdings
    assert holdings.hold("s", "pi/b", 0)
    assert [holdings.hold("s", f"pi/{number}", 0) for number in range(15)] == [True] * 14 + [False]
    holdings.end("s")
    assert holdings.hold("u", "pi/a", 0)
