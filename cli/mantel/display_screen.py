"""`mantel display add`, `edit`, `profiles` and `calibrate`: what a display's screen is."""

from typing import TYPE_CHECKING, Any

import click

from mantel.duration import DURATION
from mantel.output import document, json_option, table
from mantel.session import Session
from shared import topics
from shared.payloads import DisplayMode

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_CALIBRATION_TIME = "15m"
_MAKE_SECONDS = 20.0  # a page of two megapixels on a small machine
_MODES = click.Choice(DisplayMode.__args__)  # type: ignore[attr-defined]
_ROTATIONS = click.Choice(["0", "90", "180", "270"])
_PROFILE = "How its screen is: a name of `mantel display profiles`."
_THEME = "Of its pages: a name of `mantel dashboard themes`; empty: the one that suits its screen."


def ask(hub: "Hub", verb: str, seconds: float | None = None, **fields: Any) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(
        topics.DISPLAY_REQUEST, topics.DISPLAY_RESPONSE, _SERVICE, verb, fields, seconds
    )


@click.command(
    short_help="Add a display that is told by topic.",
    help="Add a display that gets its pictures by topic: an MQTT or relay client of this name. "
    "They are on display/NAME/bitmap, in the format of its profile.",
)
@click.argument("name")
@click.option("--profile", required=True, metavar="PROFILE", help=_PROFILE)
@click.option("--mode", type=_MODES, help="What it shows; photo if not given.")
@click.option("--rotation", type=_ROTATIONS, help="Degrees by which its picture is turned.")
@click.option("--alarms/--no-alarms", default=None, help="Whether it shows alarms; it does.")
@click.option("--theme", metavar="THEME", help=_THEME)
@json_option
@click.pass_obj
def add(
    session: Session,
    name: str,
    profile: str,
    mode: str | None,
    rotation: str | None,
    alarms: bool | None,
    theme: str | None,
    as_json: bool,
) -> None:
    """Ask for it to be added."""
    fields = _given(
        default_mode=mode, rotation=rotation and int(rotation), shows_alarms=alarms, theme=theme
    )
    with session.hub() as hub:
        told = ask(hub, "add", id=name, profile=profile, **fields)
    _tell(told, as_json, "added")


@click.command(help="Change how a display shows its pictures.")
@click.argument("id_", metavar="ID")
@click.option("--profile", metavar="PROFILE", help=_PROFILE)
@click.option("--mode", type=_MODES, help="What it shows where its schedule says nothing.")
@click.option("--rotation", type=_ROTATIONS, help="Degrees by which its picture is turned.")
@click.option("--alarms/--no-alarms", default=None, help="Whether it shows alarms that ring.")
@click.option("--timezone", metavar="ZONE", help="Such as Europe/Paris; empty: the house's.")
@click.option("--theme", metavar="THEME", help=_THEME)
@click.option("--battery-mark/--no-battery-mark", default=None,
              help="Whether a mark asks for a charge when its battery is low.")  # fmt: skip
@json_option
@click.pass_obj
def edit(
    session: Session,
    id_: str,
    profile: str | None,
    mode: str | None,
    rotation: str | None,
    alarms: bool | None,
    timezone: str | None,
    theme: str | None,
    battery_mark: bool | None,
    as_json: bool,
) -> None:
    """Ask for it to be changed."""
    fields = _given(
        profile=profile, default_mode=mode, rotation=rotation and int(rotation),
        shows_alarms=alarms, timezone=timezone, theme=theme, shows_battery=battery_mark,
    )  # fmt: skip
    if not fields:
        raise click.UsageError("nothing to change is given; see --help")
    with session.hub() as hub:
        told = ask(hub, "update", id=id_, **fields)
    _tell(told, as_json, "changed")


def _given(**fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {name: value for name, value in fields.items() if value is not None}


@click.command(help="List the screens that are known by name.")
@json_option
@click.pass_obj
def profiles(session: Session, as_json: bool) -> None:
    """Print each with its size, its format and its inks."""
    with session.hub() as hub:
        told = ask(hub, "profiles")
    if as_json:
        document(told)
        return
    table(
        ("profile", "size", "format", "inks"),
        [
            (
                each["profile"],
                f"{each['width']} x {each['height']}",
                each["format"],
                ", ".join(each["inks"]) or "all colours",
            )
            for each in told
        ],
    )


@click.command(
    short_help="Measure and tell a display's inks.",
    help="""Tell what a display's inks look like, so that its pictures have the right colours.

    With --show it shows all its inks for a while; take a photo of it in daylight beside a sheet
    of white paper, and read the colours off.

    \b
      mantel display calibrate pvx-jqr-cef --show
      mantel display calibrate pvx-jqr-cef --ink white=185,202,205 --ink black=26,13,35
      mantel display calibrate pvx-jqr-cef --reset
    """,
)
@click.argument("id_", metavar="ID")
@click.option("--show", is_flag=True, help="Show the calibration page.")
@click.option("--for", "seconds", type=DURATION, default=_CALIBRATION_TIME, show_default=True,
              metavar="TIME", help="How long it is shown.")  # fmt: skip
@click.option("--ink", "inks", multiple=True, metavar="NAME=R,G,B",
              help="What an ink looks like, three numbers from 0 to 255 in sRGB.")  # fmt: skip
@click.option("--reset", is_flag=True, help="Forget what was measured.")
@json_option
@click.pass_obj
def calibrate(
    session: Session,
    id_: str,
    show: bool,
    seconds: float,
    inks: tuple[str, ...],
    reset: bool,
    as_json: bool,
) -> None:
    """Ask for each of what is given."""
    measured = dict(_ink(each) for each in inks)
    if not (show or inks or reset):
        raise click.UsageError("give --show, --ink or --reset; see --help")
    with session.hub() as hub:
        told: Any = None
        if reset:
            told = ask(hub, "update", id=id_, calibration=None)
        if measured:
            told = ask(hub, "update", id=id_, calibration=measured)
        if show:
            shown = ask(hub, "show", _MAKE_SECONDS, id=id_, page="calibration", for_seconds=seconds)
            told = told or shown
    if as_json:
        document(told)
        return
    if reset or measured:
        known = ", ".join(f"{name}={_numbers(rgb)}" for name, rgb in told["calibration"].items())
        click.echo(f"{id_}: measured inks: {known or 'none'}")
    if show:
        click.echo(f"{id_}: shows its inks for {seconds / 60:.3g} minutes")


def _ink(text: str) -> tuple[str, list[int]]:
    name, found, numbers = text.partition("=")
    try:
        rgb = [int(number) for number in numbers.split(",")]
    except ValueError:
        rgb = []
    if not found or not name.strip() or len(rgb) != 3 or not all(0 <= each <= 255 for each in rgb):
        raise click.BadParameter(
            f"'{text}' is not NAME=R,G,B with numbers from 0 to 255, such as white=185,202,205",
            param_hint="--ink",
        )
    return name.strip(), rgb


def _numbers(rgb: list[int]) -> str:
    return ",".join(map(str, rgb))


def _tell(display: dict[str, Any], as_json: bool, done: str) -> None:
    if as_json:
        document(display)
        return
    profile = display["profile"] or f"{display['width']} x {display['height']} pixels"
    turned = f", turned by {display['rotation']} degrees" if display["rotation"] else ""
    alarms = "shows alarms" if display["shows_alarms"] else "no alarms"
    theme = f", theme {display['theme']}" if display.get("theme") else ""
    told = f"{profile}{turned}, {alarms}, {display['default_mode']}{theme}"
    click.echo(f"{display['id']}: {done}; {told}")
