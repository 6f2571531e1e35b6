"""Whether a silent panel is still there."""

import math

from serial_bridge.contact import PING_SECONDS, SILENT_SECONDS, Contact


def test_P19_silence() -> None:
    """A PING 20 s after the last byte; 45 s without a byte is silence.

    It is asked on each 20 s, so that it is heard when it is back.
    """
    assert (PING_SECONDS, SILENT_SECONDS) == (20.0, 45.0)
    contact = Contact()
    contact.open(100.0)
    asked, silent_from = [], None
    while contact.next_at <= 200.0:
        now = contact.next_at
        if contact.tick(now):
            asked.append(now)
        if not contact.answering and silent_from is None:
            silent_from = now
    assert asked == [120.0, 140.0, 160.0, 180.0, 200.0]
    assert silent_from == 145.0
    contact.heard(201.0)
    assert contact.answering
    assert contact.next_at == 221.0


def test_a_panel_that_speaks_is_not_asked() -> None:
    """Each byte begins the 20 s anew; asking too early does nothing."""
    contact = Contact()
    contact.open(0.0)
    for now in range(0, 100, 19):
        assert not contact.tick(float(now))
        contact.heard(float(now))
    assert contact.answering


def test_without_a_port_nothing_is_asked() -> None:
    """And it does not answer."""
    contact = Contact()
    contact.open(0.0)
    contact.close()
    assert contact.next_at == math.inf
    assert not contact.tick(1000.0)
    assert not contact.answering
