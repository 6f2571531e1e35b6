"""The addresses of this machine, as they are."""

import ipaddress

import pytest

from media.display.addresses import own_addresses


def test_addresses_are_of_networks_where_displays_may_be() -> None:
    found = own_addresses()
    assert found == sorted(set(found))
    assert not any(ipaddress.ip_address(each).is_loopback for each in found)


def test_the_one_that_is_set_must_be_ours() -> None:
    assert own_addresses("127.0.0.1") == ["127.0.0.1"]
    with pytest.raises(OSError, match=r"192\.0\.2\.77 is no IPv4 address of this machine"):
        own_addresses("192.0.2.77")
