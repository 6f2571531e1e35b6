"""Which of several pages sounds."""

from ws_bridge.panel_frames import Hello
from ws_bridge.roles import Roles


def sounding(roles: Roles[str]) -> set[str]:
    """Return who sounds; what each was told before still holds."""
    roles.changes()
    return {page for page, role in roles._told.items() if role.sounds}


def test_the_first_that_can_sounds() -> None:
    """One that its browser does not let sound gives way."""
    roles: Roles[str] = Roles()
    roles.greet("locked", Hello("Locked"))
    assert sounding(roles) == {"locked"}
    roles.greet("able", Hello("Able", is_unlocked=True))
    assert sounding(roles) == {"able"}
    roles.greet("locked", Hello("Locked", is_unlocked=True))
    assert sounding(roles) == {"able"}


def test_who_claims_it_has_it_and_it_falls_back() -> None:
    roles: Roles[str] = Roles()
    for page in "abc":
        roles.greet(page, Hello(page.upper(), is_unlocked=True))
    roles.greet("c", Hello("C", is_unlocked=True, claims=True))
    assert sounding(roles) == {"c"}
    roles.leave("c")
    assert sounding(roles) == {"a"}
    roles.greet("a", Hello("A", "off", is_unlocked=True))
    assert sounding(roles) == {"b"}


def test_who_always_sounds_is_enough() -> None:
    roles: Roles[str] = Roles()
    roles.greet("a", Hello("A", is_unlocked=True))
    roles.greet("b", Hello("B", "on", is_unlocked=True))
    roles.greet("c", Hello("C", "on", is_unlocked=True))
    assert sounding(roles) == {"b", "c"}
    assert roles._told["a"].speaker == "B, C"


def test_only_changes_are_told() -> None:
    roles: Roles[str] = Roles()
    roles.greet("a", Hello("A", is_unlocked=True))
    assert [
        (page, role.sounds, role.speaker, role.pages) for page, role in roles.changes().items()
    ] == [("a", True, "A", 1)]
    assert roles.changes() == {}
    roles.greet("b", Hello("B"))
    assert set(roles.changes()) == {"a", "b"}, "how many pages there are"
    roles.leave("nobody")
    assert roles.changes() == {}
