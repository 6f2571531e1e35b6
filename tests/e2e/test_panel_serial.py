"""The button panel's serial side: rows of its contract, as a panel on its line sees them.

Real ptys, a real broker and the service as a process. What browsers see is tested elsewhere;
here the topics stand for them.
"""

import fcntl
import json
import os
import random
import signal
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mantel.panel_emulator import EmulatedPanel
from mantel.panel_firmware import Version
from serial_bridge.port import LOCK_FILE
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.bound import TRIES, Stopwatch, within
from tests.e2e.conftest import Hub, Process

SET = "mantel/panel/panel/set"
EVENT = "mantel/panel/panel/event"
STATE = "mantel/panel/panel/state"


class Bench:
    """A hub with one emulated panel, and a watcher of its topics."""

    def __init__(self, hub: Hub, panel: EmulatedPanel, watcher: Client) -> None:
        self.hub = hub
        self.panel = panel
        self.watcher = watcher
        self.state: dict[str, Any] = {}
        self.buttons: list[str] = []
        self.events: list[dict[str, Any]] = []

    def start(self, **settings: str) -> Process:
        ports = {"SERIAL_BRIDGE_PORTS": f"panel={self.panel.link}"} | settings
        return self.hub.start("serial-bridge", **ports)

    def take(self) -> None:
        """Wait for one more message and note it."""
        message = self.watcher.receive()
        if message.topic == STATE:
            self.state = json.loads(message.payload)
        elif message.topic == EVENT:
            self.events.append(json.loads(message.payload))
        else:
            number = message.topic.rpartition("/")[2]
            self.buttons.append(f"{number} {bytes(message.payload).decode()}")

    def await_state(self, **wanted: Any) -> None:
        while not wanted.items() <= self.state.items():
            self.take()

    def await_events(self, *wanted: tuple[str, int | None]) -> None:
        """Take these events, and no other before them."""
        while len(self.events) < len(wanted):
            self.take()
        got = [(event["event"], event["button"]) for event in self.events[: len(wanted)]]
        assert got == list(wanted)
        del self.events[: len(wanted)]

    def await_commands(self, *wanted: str) -> None:
        eventually(lambda: self.led_commands() == list(wanted))

    def led_commands(self) -> list[str]:
        return [line for line in self.panel.commands if line.startswith("LED")]

    def order(self, **fields: Any) -> None:
        self.watcher.publish(SET, json.dumps(fields))

    def nothing_more(self) -> None:
        """Check that the bridge has done everything up to now, and told no event of it."""
        self.order(led_on=1)
        while 1 not in self.state["leds"]:
            self.take()
        self.order(led_off=1)
        assert not self.events

    def press(self, number: bytes) -> None:
        self.panel.say(b"PRESS " + number + b"\n")


@pytest.fixture
def version() -> Version:
    return "2.5"


@pytest.fixture
def bench(hub: Hub, tmp_path: Path, version: Version) -> Iterator[Bench]:
    """A panel that is ready, and no service yet."""
    with (
        EmulatedPanel(version, link=tmp_path / "panel", boot_seconds=0) as panel,
        Client(hub.broker) as watcher,
    ):
        watcher.subscribe(EVENT, STATE, "mantel/panel/panel/button/+")
        yield Bench(hub, panel, watcher)


def played(before: int | None, button: int) -> tuple[tuple[str, int | None], ...]:
    return ("press", button), ("stop", before), ("play", button)


@pytest.mark.parametrize("version", ["2.2"])
def test_P02_profile_A_sets_the_led_on_a_press(bench: Bench) -> None:
    """Profile A: LEDSET nnn on serial, before or with the broadcast."""
    bench.start()
    bench.await_state(connected=True, profile="v22")
    bench.panel.press(4)
    bench.await_events(*played(None, 4), ("release", 4))
    bench.await_commands("LEDSET 003")
    assert bench.panel.leds == [4]
    assert bench.buttons == ["4 press", "4 release"]


def test_P03_profile_C2_sends_no_led_on_a_press(bench: Bench) -> None:
    """Profile C2: no LEDSET on press; the panel has lit its LED itself."""
    bench.start()
    bench.await_state(connected=True, profile="v25", firmware="selection-panel v2.5.1")
    bench.panel.press(4)
    bench.await_events(*played(None, 4))
    bench.await_state(active=4, leds=[4])
    bench.order(ended=4)
    bench.await_events(("ended", 4))
    bench.await_commands("LEDCLR")


def test_P05_only_the_first_ended_counts(bench: Bench) -> None:
    """Stale ended, ended twice, from 2 browsers: one LEDCLR only."""
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.panel.press(4)
    bench.await_events(*played(None, 4))
    bench.order(ended=3)
    for _ in range(2):
        bench.order(ended=4)
    bench.await_events(("ended", 4))
    bench.order(ended=4)
    bench.nothing_more()
    assert bench.led_commands().count("LEDCLR") == 1
    bench.panel.press(4)
    bench.await_events(*played(None, 4))


def test_P06_a_press_preempts(bench: Bench) -> None:
    """A new press during play: stop, play of the new one; the old one's ended is ignored.

    Nor is the panel told to put its LED out in between.
    """
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.panel.press(4)
    bench.await_events(*played(None, 4))
    bench.panel.press(7)
    bench.await_events(*played(4, 7))
    bench.order(ended=4)
    bench.nothing_more()
    assert "LEDCLR" not in bench.led_commands()
    bench.order(ended=7)
    bench.await_events(("ended", 7))


def test_P06_an_ended_names_the_play_that_it_means(bench: Bench) -> None:
    """The same button again: who ends the first play does not end the second."""
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    sequences = []
    for _ in range(2):
        bench.order(play=4)
        while not bench.events or bench.events[-1]["event"] != "play":
            bench.take()
        sequences.append(bench.events[-1]["sequence"])
        bench.events.clear()
    assert sequences == sorted(set(sequences))
    bench.order(ended=4, sequence=sequences[0])
    bench.nothing_more()
    bench.order(ended=4, sequence=sequences[1])
    bench.await_events(("ended", 4))


def test_P07_ids_out_of_range_are_ignored(bench: Bench) -> None:
    """000, 011, 999: no press, no crash, and a line in the log for each."""
    service = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    for number in (b"000", b"011", b"999"):
        bench.press(number)
    bench.press(b"010")
    bench.await_events(*played(None, 10))
    for told in ("000", "011", "999"):
        assert f"PRESS {told} ignored, it counts from 1 to 10" in service.log
    assert "Traceback" not in service.log


def test_P08_line_ends_and_blanks(bench: Bench) -> None:
    r"""\n, \r\n, \r, blanks, unpadded ids are accepted."""
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    before = None
    forms = (b"PRESS 001\n", b"PRESS 002\r\n", b"PRESS 003\r", b"  PRESS 004  \n", b"PRESS 5\n")
    for button, form in enumerate(forms, 1):
        bench.panel.say(form)
        bench.await_events(*played(before, button))
        before = button


def test_P09_fragments_are_joined(bench: Bench) -> None:
    """Fragmentation at every byte boundary, gaps up to 50 ms and of 200 ms, still one press."""
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    # Its answers to what it was asked at first must not come between two pieces
    eventually(lambda: "STATUS" in bench.panel.commands)
    bench.panel.say(b"PRESS 002\n")
    bench.await_events(*played(None, 2))
    line, before = b"PRESS 004\r\n", 2
    gaps = [0.001, 0.05] * 5
    gaps[3], gaps[7] = 0.2, 0.3  # what the older program took for two lines
    for cut, gap in enumerate(gaps, 1):
        bench.panel.say(line[:cut])
        time.sleep(gap)
        bench.panel.say(line[cut:])
        bench.await_events(*played(before, 4))
        before = 4
    bench.nothing_more()


def test_P10_noise_is_no_press(bench: Bench) -> None:
    """Noise and debug lines never produce a press, a bare number neither."""
    service = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    dice = random.Random(10)
    for _ in range(20):
        bench.panel.say(dice.randbytes(100).replace(b"PRESS", b"?"))
    bench.panel.say(
        b"\n[IO] Raw: 0xFF\n1\n008\n press 003\nPRESS\nPRESS 003 junk\nXPRESS 003\nPRESS -3\n"
        b"PRESS 0003\nPRESS\xa0004\n\0\0\0\n" + b"PRESS 004 " * 40 + b"\n"
    )
    bench.panel.say(b"PRESS 9\n")
    bench.await_events(*played(None, 9))
    assert "longer than 256 bytes" in service.log
    assert "Traceback" not in service.log


def test_P10_rubbish_at_full_speed(bench: Bench) -> None:
    """A port that never stops: bounded work, one line in the log, and it is well afterwards."""
    service = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    process = psutil.Process(service.pid)
    rubbish = random.Random(11).randbytes(2000).replace(b"P", b"?")
    used, until = sum(process.cpu_times()[:2]), time.monotonic() + 2
    said = 0
    while time.monotonic() < until or said < 100_000:  # on a slow machine it takes longer
        try:
            bench.panel.say(rubbish)
            said += len(rubbish)
        except BlockingIOError:
            time.sleep(0.001)
    used = sum(process.cpu_times()[:2]) - used
    # A fifth of the time, in which a slow machine says less
    assert used < 0.2 * (time.monotonic() - until + 2)
    service.wait_for_log("too much, thrown away")
    assert service.log.count("too much, thrown away") == 1

    def heard() -> bool:
        bench.panel.say(b"\nPRESS 004\n")
        time.sleep(0.1)
        return bool(bench.watcher.drain())

    eventually(heard)


def test_P17_unplug_and_replug(bench: Bench) -> None:
    """Unplug: connected false within 1 s; replug: connected within 5 s, and it works."""
    service = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    times, lost, found = 0, 9.0, 9.0  # a machine that stands still is given more tries
    while times < 2 or ((lost >= 1 or found >= 5) and times < TRIES):
        times += 1
        bench.panel.say(b"PRESS 0")
        unplugged = Stopwatch()
        bench.panel.unplug()
        bench.await_state(connected=False, answering=False)
        lost = min(lost, unplugged.seconds)
        plugged = Stopwatch()
        bench.panel.plug()
        bench.await_state(connected=True)
        found = min(found, plugged.seconds)
        bench.panel.say(b"04\n")  # the end of a line whose beginning was lost with the port
        bench.panel.press(5)
        bench.await_events(*played(None, 5))
        bench.order(stop=True)
        bench.await_events(("stop", 5))
    assert lost < 1
    assert found < 5
    assert service.log.count("trying again") == times
    assert "Traceback" not in service.log


def test_P17_what_plays_goes_on_without_the_cable(bench: Bench) -> None:
    """A browser may end it meanwhile; a press by topic plays without any panel."""
    bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.panel.press(5)
    bench.await_events(*played(None, 5))
    bench.panel.unplug()
    bench.await_state(connected=False, active=5)
    bench.order(ended=5)
    bench.await_events(("ended", 5))
    bench.order(play=6)
    bench.await_events(*played(None, 6))
    bench.panel.plug()
    bench.await_state(connected=True, active=6)
    eventually(lambda: bench.panel.leds == [6])


def test_P18_the_port_is_absent_at_the_start(bench: Bench) -> None:
    """Everything else works, the panel's state says so, and the port is opened when it comes."""
    bench.panel.unplug()
    service = bench.start()
    bench.await_state(connected=False, port=str(bench.panel.link))
    service.wait_for_log("is not there")
    bench.order(play=2)
    bench.await_events(*played(None, 2))
    bench.panel.plug()
    bench.await_state(connected=True)
    eventually(lambda: bench.panel.leds == [2])


def test_P18_no_panel_is_configured(hub: Hub) -> None:
    """There is a panel all the same, without a port, and it plays by topic."""
    hub.start("serial-bridge")
    with Client(hub.broker) as watcher:
        watcher.subscribe(STATE, EVENT)
        state = json.loads(watcher.receive().payload)
        assert (state["connected"], state["port"], state["buttons"]) == (False, None, 10)
        watcher.publish(SET, b'{"play": 3}')
        while (message := watcher.receive()).topic != EVENT:
            pass
        assert json.loads(message.payload)["button"] == 3


@pytest.mark.parametrize("version", ["2.2"])
def test_P19_ping_after_connect(bench: Bench) -> None:
    """PING after connect in profile A, on each connect; PONG is heard.

    The 20 s and 45 s of silence are tested without waiting in tests/serial_bridge/test_contact.py
    and test_panel.py.
    """
    bench.start()
    for _ in range(2):
        eventually(lambda: bench.panel.commands.count("PING") == 1)
        bench.await_state(connected=True, answering=True)
        bench.panel.unplug()
        bench.await_state(connected=False)
        bench.panel.firmware.commands.clear()
        bench.panel.plug()


def test_P22_a_button_comes_back_when_no_browser_answers(bench: Bench) -> None:
    """Press without clients: LEDCLR when the time is over, then the same button works."""
    bench.start(SERIAL_BRIDGE_PLAY_TIMEOUT_SECONDS="1")
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    for ended, watch in enumerate(within(2), 1):
        bench.panel.press(4)
        bench.panel.press(4)  # silent: it is the active one
        bench.await_events(*played(None, 4), ("ended", 4))
        assert watch.seconds >= 1
        bench.await_commands(*["LEDCLR"] * ended)
    bench.panel.press(4)
    bench.await_events(*played(None, 4))


def test_P22_without_a_broker(bench: Bench) -> None:
    """The button comes back too, and what was pressed is not told when the broker returns."""
    service = bench.start(SERIAL_BRIDGE_PLAY_TIMEOUT_SECONDS="1")
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.hub.broker.stop()
    service.wait_for_log("trying again")
    bench.panel.press(4)
    bench.await_commands("LEDCLR")
    bench.hub.broker.start()
    with Client(bench.hub.broker) as watcher:
        watcher.subscribe(EVENT, STATE)
        service.wait_for_log(": connected")
        eventually(lambda: service.log.count(": connected") == 2)
        bench.panel.press(5)
        while (message := watcher.receive()).topic != EVENT:
            pass
        assert json.loads(message.payload)["button"] == 5


def test_P23_ten_or_a_hundred_media(bench: Bench) -> None:
    """PRESS 100 is out of range for a prototype of 10, and the last button of 100."""
    first = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.press(b"100")
    first.wait_for_log("PRESS 100 ignored")
    first.stop()
    bench.await_state(connected=False)
    bench.start(SERIAL_BRIDGE_BUTTONS="100")
    bench.await_state(connected=True, buttons=100)
    bench.press(b"100")
    bench.await_events(*played(None, 100))


@pytest.mark.parametrize(
    ("version", "firmware", "profile", "media"),
    [
        ("2.2", "2.2.0 (Proto 10 LEDs)", "v22", 0),
        ("2.4", "2.4.1 (Proto 10 LEDs)", "v24", 1),
        ("2.5", "selection-panel v2.5.1", "v25", 1),
    ],
)
def test_P25_firmware_is_recognised(bench: Bench, firmware: str, profile: str, media: int) -> None:
    """Firmware emulators 2.2.0, 2.4.1, 2.5.1 are auto-detected, and their numbers understood."""
    bench.start()
    bench.await_state(connected=True, firmware=firmware, profile=profile, first_media=media)
    bench.panel.press(1)
    while len(bench.events) < 3:
        bench.take()
    assert [(event["button"], event["media"]) for event in bench.events[::2]] == [(1, media)] * 2


def test_P25_a_panel_that_does_not_name_itself(bench: Bench) -> None:
    """No answer in 1 s is the newest; PRESS 000 proves that it counts from 0."""
    bench.panel.unplug()
    master, slave = os.openpty()
    tty.setraw(slave)
    bench.start(SERIAL_BRIDGE_PORTS=f"panel={os.ttyname(slave)}")
    bench.await_state(connected=True)
    os.write(master, b"PRESS 003\n")  # it waits for the name, and is not lost
    bench.await_events(*played(None, 3))
    assert bench.state["profile"] == "v25"
    os.write(master, b"PRESS 000\n")
    bench.await_events(*played(3, 1))
    bench.await_state(profile="v22", first_media=0, firmware=None)
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("version", ["2.2", "2.4", "2.5"])
def test_P29_leds_after_a_restart_of_the_panel(bench: Bench, version: Version) -> None:
    """READY after a reboot of the ESP32: the LED of the current id is on again."""
    bench.start()
    bench.await_state(connected=True, profile=f"v{version.replace('.', '')}")
    bench.order(play=4)
    bench.await_events(*played(None, 4))
    bench.order(led_on=7)
    eventually(lambda: bench.panel.leds == [4, 7])
    bench.panel.reboot()
    eventually(lambda: bench.panel.leds == [4, 7])
    number = 3 if version == "2.2" else 4
    assert bench.led_commands().count(f"LEDSET {number:03d}") == 2
    bench.order(ended=4)
    bench.await_events(("ended", 4))
    eventually(lambda: bench.panel.leds == [])


def test_P29_what_a_killed_service_left_lit_is_put_out(bench: Bench) -> None:
    """Its button would be dead: nobody knows of it any more."""
    first = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    bench.panel.press(4)
    bench.await_events(*played(None, 4))
    first.stop(signal.SIGKILL)
    bench.start().wait_for_log(": connected")
    eventually(lambda: bench.panel.leds == [])
    bench.panel.press(4)
    bench.await_events(*played(None, 4))


def test_P30_one_process_a_port(bench: Bench) -> None:
    """Exclusive use of the port: a second process is refused, and takes over when it is free."""
    first = bench.start()
    bench.await_state(connected=True, firmware="selection-panel v2.5.1")
    second = bench.start(MANTEL_NODE="other", **bench.hub.broker.environment("tester"))
    second.wait_for_log("another program has it; trying again")
    bench.panel.press(4)
    bench.await_events(*played(None, 4))
    first.stop()
    eventually(lambda: ": opened" in second.log)


def test_P30_the_older_programs_lock(bench: Bench) -> None:
    """While another program holds /var/lock/esp32-serial.lock the port is left to it."""
    try:
        lock = os.open(LOCK_FILE, os.O_RDONLY | os.O_CREAT, 0o644)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pytest.skip(f"{LOCK_FILE} cannot be taken here")
    service = bench.start()
    service.wait_for_log(f"another program holds {LOCK_FILE}; trying again")
    bench.await_state(connected=False)
    os.close(lock)
    bench.await_state(connected=True)
    other = os.open(LOCK_FILE, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_P31_sigterm_puts_the_leds_out(bench: Bench) -> None:
    """SIGTERM sends LEDCLR, within a second, and the panel's state is that nothing plays."""
    for watch in within(1):
        service = bench.start()
        bench.await_state(connected=True, firmware="selection-panel v2.5.1")
        bench.panel.press(4)
        bench.await_events(*played(None, 4))
        bench.await_state(active=4)
        bench.panel.firmware.commands.clear()
        watch.start()
        assert service.stop() == 0
        watch.stop()
        bench.await_commands("LEDCLR")
        assert bench.panel.leds == []
        bench.await_state(connected=False, active=None)


def test_orders_that_cannot_be_obeyed_are_told(bench: Bench) -> None:
    """One clear line each, and the next one is obeyed."""
    bench.watcher.publish(SET, b'{"play": 9}', retain=True)
    service = bench.start()
    bench.await_state(connected=True)
    service.wait_for_log("a retained order ignored")
    bad = [
        b"", b"play", b"[1]", b"{}", b"\xff", b'{"play": 0}', b'{"play": true}', b'{"led": "3"}',
        b'{"leds": "on"}', b'{"stop": 1}', b'{"play": 1, "stop": true}', b'{"ended": 99}',
    ]  # fmt: skip
    for payload in bad:
        bench.watcher.publish(SET, payload)
    bench.watcher.publish("mantel/panel/nobody/set", b'{"play": 1}')
    bench.order(leds="all")
    bench.await_state(leds=list(range(1, 11)))
    assert service.log.count("panel panel: set: '") == len(bad)
    assert not bench.events
    assert "there is no such panel" in service.log
    assert "Traceback" not in service.log


def test_a_panel_that_is_no_longer_configured_leaves_nothing(bench: Bench) -> None:
    """Its retained state and its entities are removed; a panel of another host stays."""
    bench.watcher.publish(
        "mantel/panel/theirs/state",
        json.dumps({"node": "attic", "connected": False, "answering": False, "port": "/dev/x",
                    "profile": "v25", "buttons": 10, "first_media": 1}),
        retain=True,
    )  # fmt: skip
    bench.start(SERIAL_BRIDGE_PORTS=f"old={bench.panel.link}").wait_for_log(": opened")
    with Client(bench.hub.broker) as home:
        home.subscribe("mantel/panel/+/state")
        while not (message := home.receive()).topic.endswith("/old/state"):
            pass
        bench.hub.processes[-1].stop()
        bench.start()
        while (message := home.receive()).payload or not message.topic.endswith("/old/state"):
            pass

    def left() -> set[str]:
        with Client(bench.hub.broker) as home:
            home.subscribe("mantel/panel/+/state")
            return {message.topic for message in home.drain()}

    eventually(lambda: left() == {STATE, "mantel/panel/theirs/state"})


def test_home_assistant_finds_every_button(bench: Bench) -> None:
    """A trigger a button, an LED each, and what tells of the panel."""
    bench.start()
    topic = "homeassistant/device/mantel-serial-bridge/pi/config"
    with Client(bench.hub.broker, "homeassistant") as home:
        home.subscribe(topic)
        components = json.loads(home.receive().payload)["cmps"]
    triggers = [each for each in components.values() if each["p"] == "device_automation"]
    assert [each["topic"] for each in triggers] == [
        f"mantel/panel/panel/button/{n}" for n in range(1, 11)
    ]
    assert {"event", "binary_sensor", "sensor", "switch", "button"} < {
        each["p"] for each in components.values()
    }


def test_two_panels_at_once(hub: Hub, tmp_path: Path) -> None:
    """Each by its name, in whatever order they come."""
    with (
        EmulatedPanel("2.2", link=tmp_path / "one", boot_seconds=0) as one,
        EmulatedPanel("2.5", link=tmp_path / "two", boot_seconds=0) as two,
        Client(hub.broker) as watcher,
        Client(hub.broker) as waiting,
    ):
        watcher.subscribe("mantel/panel/+/event")
        waiting.subscribe("mantel/panel/+/state")
        hub.start("serial-bridge", SERIAL_BRIDGE_PORTS=f"hall={one.link}, attic={two.link}")
        named: set[str] = set()  # what a number means is known by the firmware
        while len(named) < 2:
            state = waiting.receive()
            if json.loads(state.payload)["firmware"]:
                named.add(state.topic)
        for panel, name in ((one, "hall"), (two, "attic")):
            panel.press(3)
            message = watcher.receive(TIMEOUT_SECONDS)
            assert message.topic == f"mantel/panel/{name}/event"
            assert json.loads(message.payload)["button"] == 3
            for _ in range(2 + (panel is one)):
                watcher.receive()
