"""A day of a display on its battery: how often it wakes and draws, and what that takes.

Nothing waits: the hub's own functions say when a display wakes and how it draws, and a device is
played that does so, with a clock that is some percent off, some seconds of being up, and a person
who presses its button twice. It is played for a week, in which the hub learns its clock, and the
day after that is measured. The peer is a server that has each display come and draw each 15
minutes.

What things cost is published of a board with an ESP32-C3 and a black and white 7.5 inch panel on
good Wi-Fi; measured by the same author over a day it was twice that.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bench.verdict import Outcome
from media.bitmap.frame import Frame, IndexFrame
from media.bitmap.pack import FORMATS, pack
from media.bitmap.profiles import PROFILES
from media.display.button import pressed
from media.display.contact import Contact
from media.display.difference import difference, has_two_inks
from media.display.display import Display
from media.display.quiet import Quiet, quiet_until
from media.display.refresh import hint, taken
from media.display.schedule import Mode
from media.display.wake import is_quiet, refresh_seconds

_ZONE = ZoneInfo("Europe/Brussels")
_BEGIN = datetime(2026, 7, 1, 12, 0, tzinfo=_ZONE)
_LEARNS = timedelta(days=7)
_DAY = timedelta(days=1)
_QUIET = (Quiet(23 * 60, 6 * 60 + 30),)
_SCREEN = PROFILES["mono-800x480"]
_PIXELS = _SCREEN.width * _SCREEN.height

_SLEEP_MC_HOUR, _CHECK_MC, _DRAW_MC = 165, 35, 200
_CELL_MC = 3000 * 3600  # 3000 mAh

_PEER_WAKES = 96
_PEER_MC = 24 * _SLEEP_MC_HOUR + _PEER_WAKES * _DRAW_MC
_IDLE_PEER_MC = 24 * _SLEEP_MC_HOUR + 77 * _CHECK_MC + 19 * _DRAW_MC

_OFF = (-0.03, -0.01, 0.0, 0.01, 0.03)
"""By how much the clocks of five devices are late; negative: early."""
_UP_SECONDS, _DRAWING_SECONDS, _SHAKES_SECONDS = 4, 4, 3
_PRESSES = (timedelta(hours=18, minutes=47), timedelta(hours=20, minutes=12))

# The hours at which the recorded dashboard was another than the hour before: rain, calendar
_DASHBOARD_HOURS = (0, 3, 6, 7, 8, 12, 13, 17, 21)


@dataclass
class Played:
    """What happened to one device in the measured day, and in the nights before it."""

    wakes: int = 0
    draws: int = 0
    quiet_wakes: int = 0
    quiet_before: int = 0


def measure(directory: Path, *, quick: bool) -> list[Outcome]:  # noqa: ARG001 - as all measures
    """Play five devices, and tell each; a simulation is as quick as can be."""
    days = [_play(late, number) for number, late in enumerate(_OFF)]
    unknown = _play(0.0, 0, known=False)
    wakes = tuple(float(each.wakes) for each in days)
    draws = tuple(float(each.draws) for each in days)
    taken_mc = tuple(
        24 * _SLEEP_MC_HOUR + (each.wakes - each.draws) * _CHECK_MC + each.draws * _DRAW_MC
        for each in days
    )
    peer = (float(_PEER_WAKES),) * len(days)
    clocks = "clocks " + ", ".join(f"{100 * late:+g} %" for late in _OFF)
    life = " ".join(f"{_CELL_MC / each:.0f}" for each in taken_mc)
    learning = " ".join(str(each.quiet_before) for each in days)
    return [
        Outcome("day-wakes", wakes, peer, note=clocks),
        Outcome("day-wakes-unknown", (float(unknown.wakes),), peer[:1]),
        Outcome("day-redraws", draws, peer),
        Outcome(
            "day-quiet-wakes",
            tuple(float(each.quiet_wakes) for each in days),
            note=f"in the week of learning: {learning}",
        ),
        Outcome(
            "day-charge",
            tuple(each / 1000 for each in taken_mc),
            (_PEER_MC / 1000,) * len(days),
            note=f"{life} days of 3000 mAh; of the peer {_CELL_MC / _PEER_MC:.0f}, "
            f"with 304 {_CELL_MC / _IDLE_PEER_MC:.0f}",
        ),
    ]


def _play(late: float, number: int, *, known: bool = True) -> Played:
    """Play a device whose clock is late by a part of the time.

    `known` is whether the hub knows when its picture changes.
    """
    dice, played = random.Random(number), Played()  # noqa: S311
    display = Display(
        id="a", hardware_id="1", width=800, height=480, made_at=_BEGIN, quiet=_QUIET,
        profile="mono-800x480",
    )  # fmt: skip
    presses = [
        datetime.combine(_BEGIN + _DAY * day, datetime.min.time(), _ZONE) + press
        for day in range(10)
        for press in _PRESSES
    ]
    now, woken_by, before = _BEGIN, "powercycle", None
    measured = _BEGIN + _LEARNS
    while now < measured + _DAY:
        in_quiet = quiet_until(_QUIET, now, _ZONE) is not None
        if woken_by == "button":
            display = pressed(display, "A", now, _ZONE)
        display, frame, drawn, told = _call(display, now, woken_by, before, known=known)
        before = frame if drawn else before
        if now >= measured:
            played.wakes += 1
            played.draws += drawn
            played.quiet_wakes += in_quiet
        else:
            played.quiet_before += in_quiet
        up = _UP_SECONDS + _DRAWING_SECONDS * drawn
        slept = told * (1 + late) + dice.uniform(-_SHAKES_SECONDS, _SHAKES_SECONDS)
        begins = now + timedelta(seconds=up)
        wakes = begins + timedelta(seconds=round(slept))
        press = next((each for each in presses if begins < each < wakes), None)
        now, woken_by = (press, "button") if press else (wakes, "timer")
    return played


def _call(
    display: Display, now: datetime, woken_by: str, before: Frame | None, *, known: bool
) -> tuple[Display, Frame, bool, int]:
    """Return the display after it has asked, its picture, whether it draws, and its next sleep."""
    contact = Contact(woken_by=woken_by, battery_volts=3.95)
    seen = display.seen(now, display.wakes_after_seconds or 60, contact)
    told = refresh_seconds(seen, now, _ZONE, _changes_at(now) if known else None)
    display = display.seen(now, told, contact)
    frame = _frame(display.mode_at(now, _ZONE), display.turn, now)
    shown = display.shown
    if shown is not None and shown.version == frame.version:
        return display, frame, False, told
    change = difference(before, frame) if before is not None else None
    quiet = is_quiet(display, now, _ZONE)
    given = hint(_SCREEN, shown, frame.version, change, now, quiet=quiet)
    if given == "none":
        return display, frame, False, told
    two_inks = has_two_inks(frame)
    shown = taken(shown, frame.version, given, two_inks=two_inks, now=now)
    return replace(display, shown=shown), frame, True, told


def _changes_at(now: datetime) -> datetime:
    """Return when pictures of the recorded day may be others: dashboard and photo by the hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(hours=1)


def _frame(mode: Mode, turn: int, now: datetime) -> Frame:
    """Return what the recorded day shows in a mode: dots of a photo, or a page that changes."""
    if mode == "photo":
        number = turn + now.toordinal() * 24 + now.hour
        pixels = random.Random(number).randbytes(_PIXELS)  # noqa: S311
    else:
        hour = max(each for each in _DASHBOARD_HOURS if each <= now.hour)
        dots = random.Random(now.toordinal() * 24 + hour)  # noqa: S311
        block = dots.randbytes(_PIXELS // 10)
        pixels = bytes(_PIXELS - len(block)) + block
    table = bytes(byte & 1 for byte in range(256))
    frame = IndexFrame(_SCREEN.width, _SCREEN.height, pixels.translate(table))
    return pack(frame, FORMATS[_SCREEN.format])
