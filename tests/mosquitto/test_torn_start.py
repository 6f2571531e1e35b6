"""A start that was cut off, at any point, repairs itself at the next."""

import pytest

from shared.testing import Broker
from shared.users import USERS

pytestmark = pytest.mark.broker


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passwords", None),
        ("passwords", "stats:$7$101$half"),
        ("passwords", ""),
        ("passwords.plain", "stats:half"),
        ("credentials/stats/password", ""),
        ("credentials/stats/password", None),
        ("credentials/stats/password.new", "half"),
        ("acl", "user stats\ntopic rea"),
        ("acl.new", "user stats\ntopic rea"),
        ("mosquitto.conf", "listen"),
        ("mosquitto.pid", ""),
        ("mosquitto.pid", "1"),
        ("probe.conf", "listener 1"),
    ],
)
def test_torn_start_repairs_itself(broker, name, content):
    broker.kill()
    before = broker.password("operator")
    if content is None:
        (broker.data / name).unlink()
    else:
        (broker.data / name).write_text(content)
    broker.start()
    assert broker.admits("operator", before)
    assert all(broker.admits(user) for user in USERS)
    assert not (broker.data / "passwords.plain").exists()


@pytest.mark.parametrize("program", ["mosquitto_passwd", "sha256sum", "tr", "mv", "sed"])
def test_start_killed_in_the_middle_repairs_itself(tmp_path, program, put_before):
    broker = Broker(tmp_path)
    put_before(broker, program, "kill -9 $PPID")
    with pytest.raises(RuntimeError):
        broker.start()
    del broker.settings["PATH"]
    with broker:
        assert all(broker.admits(user) for user in USERS)


def test_failed_hashing_ends_the_start_with_a_reason(tmp_path, put_before):
    broker = Broker(tmp_path)
    put_before(broker, "mosquitto_passwd", "exit 1")
    with pytest.raises(RuntimeError, match="could not hash the passwords"):
        broker.start()
