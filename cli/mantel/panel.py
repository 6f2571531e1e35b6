"""`mantel panel`: a button panel without hardware."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mantel.interactive import END, Keyboard, run
from mantel.panel_firmware import VERSIONS, Version
from shared.errors import MantelError

if TYPE_CHECKING:
    from mantel.panel_emulator import EmulatedPanel

_LOOK_SECONDS = 0.05  # as long as an eye takes to see that an LED is on

Show = Callable[[str], None]


@click.group(help="A button panel without hardware.")
def panel() -> None:
    """Hold the commands."""


@panel.command(
    short_help="Be a panel, pressed by keys or a script.",
    help="""Be a button panel behind a serial port of its own, until q or Ctrl-C.

    On a terminal the keys 1 to 9 and 0 (button 10) press its buttons, u pulls its plug and puts
    it back, r is its reset button and q ends it.

    \b
      mantel panel emulate --link /tmp/panel
      mantel panel emulate --firmware 2.2 --script "5s 3 0.5s 4"
    """,
)
@click.option("--firmware", type=click.Choice(VERSIONS), default="2.5", show_default=True,
              help="Which of its versions.")  # fmt: skip
@click.option("--buttons", type=click.IntRange(1, 100), default=10, show_default=True,
              help="How many it has.")  # fmt: skip
@click.option("--link", type=click.Path(path_type=Path),
              help="Symbolic link to its port, which stays the same path.")  # fmt: skip
@click.option("--script", default="", metavar="STEPS",
              help="Buttons to press and pauses, such as '5s 3 0.5s 4'.")  # fmt: skip
def emulate(firmware: Version, buttons: int, link: Path | None, script: str) -> None:
    """Run its firmware, show its LEDs, press what is typed."""
    from mantel.panel_emulator import EmulatedPanel, read_script

    try:
        steps = read_script(script, buttons)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None
    if link is not None and link.exists() and not link.is_symlink():
        raise MantelError(f"{link} is there already, and no link")
    try:
        with (
            EmulatedPanel(firmware, buttons=buttons, link=link) as emulated,
            Keyboard() as keyboard,
        ):
            _tell(emulated, keyboard.is_live)
            run(_serve(emulated, keyboard, steps))
    except OSError as error:
        raise MantelError(f"no serial port can be made: {error}") from None


def _tell(emulated: "EmulatedPanel", is_live: bool) -> None:
    click.echo(f"panel: firmware {emulated.firmware.version} at {emulated.path}")
    click.echo(f"serial-bridge opens it with SERIAL_BRIDGE_PORTS=test={emulated.path}")
    if is_live:
        click.echo("keys: 1 to 9 and 0 press, u unplug or plug in, r reset, q quit")


async def _serve(emulated: "EmulatedPanel", keyboard: Keyboard, steps: list[int | float]) -> None:
    """Go on until q is typed; without a terminal for ever."""
    showing = asyncio.create_task(_show(emulated, is_live=keyboard.is_live))
    playing = asyncio.create_task(_play(emulated, steps))
    try:
        if keyboard.is_live:
            await _obey(emulated, keyboard)
        else:
            await asyncio.Event().wait()
    finally:
        showing.cancel()
        playing.cancel()
        await asyncio.gather(showing, playing, return_exceptions=True)


async def _play(emulated: "EmulatedPanel", steps: list[int | float]) -> None:
    for step in steps:
        if isinstance(step, float):
            await asyncio.sleep(step)
        else:
            emulated.press(step)


async def _obey(emulated: "EmulatedPanel", keyboard: Keyboard) -> None:
    while keys := await keyboard.read():
        for key in keys:
            if key in ("q", END):
                return
            if key == "r":
                emulated.reboot()
            elif key == "u" and emulated.is_plugged:
                await asyncio.to_thread(emulated.unplug)  # it waits for its thread
            elif key == "u":
                emulated.plug()
            elif key in "1234567890" and (int(key) or 10) <= emulated.firmware.buttons:
                emulated.press(int(key) or 10)


async def _show(emulated: "EmulatedPanel", *, is_live: bool) -> None:
    """Show plug and LEDs when they change: over the same line on a terminal, else each on one."""
    shown = ""
    while True:
        now = _state(emulated)
        if now != shown:
            click.echo(f"\r\x1b[K{now}" if is_live else now, nl=not is_live)
            shown = now
        await asyncio.sleep(_LOOK_SECONDS)


def _state(emulated: "EmulatedPanel") -> str:
    if not emulated.is_plugged:
        return "unplugged"
    lit = emulated.leds
    path = emulated.path
    return f"{path}  LEDs: {' '.join(map(str, lit)) if lit else 'none'}"
