"""The names by which the hub is announced; the rest is in tests/e2e/test_mdns.py."""

from media.display.mdns import names, text_record


def test_names_are_labels_of_dns() -> None:
    """At most 63 bytes of letters, digits and hyphens, whatever the node is called."""
    assert names("raspberrypi", 1) == ("Mantel on raspberrypi", "mantel-raspberrypi.local.")
    assert names("My_Pi", 2) == ("Mantel on my-pi-2", "mantel-my-pi-2.local.")
    assert names("___", 1) == ("Mantel on hub", "mantel-hub.local.")
    instance, host = names("x" * 64, 100)
    assert len(instance) <= 63
    assert len(host.removesuffix(".local.")) <= 63


def test_text_record_has_short_names() -> None:
    """At most nine characters, as RFC 6763 asks, and each entry at most 255 bytes."""
    record = text_record("http://mantel-pi.local:8000")
    assert all(len(name) <= 9 for name in record)
    assert all(len(f"{name}={value}") <= 255 for name, value in record.items())
