"""`mantel` itself: the options that all subcommands share, and the way to each of them.

A subcommand's module is imported when it is called, so that help and completion are quick.
"""

import importlib
from typing import Any

import click

from mantel.session import Session
from shared import __version__
from shared.errors import MantelError, SettingsError

SUBCOMMANDS = {
    "alarm": "Alarms: list, add, change, snooze, dismiss.",
    "source": "What dashboards show: list, check, refresh.",
    "display": "Displays: list, let in, add, change, forget.",
    "device": "Devices without MQTT, and with: let in, list, revoke, forget.",
    "dashboard": "Dashboards: see a theme, check it, list all.",
    "image": "Pictures: show one on a display.",
    "job": "Jobs: list, run, cancel, read their logs.",
    "photo": "Photos: list, rate, hide.",
    "clock": "The clock: time, zone and alarms live, and its commands.",
    "panel": "A button panel without hardware.",
    "import": "Take over what an older server has kept.",
    "watch": "Messages as they pass through the broker.",
    "doctor": "Is everything well, and what to do where it is not.",
}
"""Each is the command of its name in the module of its name."""


class Root(click.Group):
    """A group whose commands are loaded when they are needed, and the end of all our errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the help."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in SUBCOMMANDS:
            return None
        own = "import_" if cmd_name == "import" else cmd_name  # a word of Python's
        command: click.Command = getattr(importlib.import_module(f"mantel.{own}"), own)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands, and import none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run; what is wrong becomes one line on stderr (one for each wrong setting)."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                click.echo(f"Error: {problem}", err=True)
            raise click.exceptions.Exit(2) from None
        except MantelError as error:
            from mantel.output import clean

            raise click.ClickException(clean(" ".join(str(error).split()))) from None


_HELP = """Look after a Mantel hub.

Everything goes through its MQTT broker, as the user `operator`. On the machine of the hub
nothing has to be set; elsewhere say where the broker is, by these options or by the settings
MQTT_HOST, MQTT_PORT, MQTT_USERNAME and MQTT_PASSWORD (environment or .env).

Exit codes: 0 done, 1 not done, 2 wrongly typed or a wrong setting.
"""


@click.group(cls=Root, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="Mantel %(version)s")
@click.option("--host", metavar="NAME", help="The broker's host name or address.")
@click.option("--port", type=click.IntRange(1, 65535), help="The broker's port.")
@click.option("--username", metavar="NAME", help="The broker's user.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False),
    help="File that holds its password.",
)
@click.pass_context
def main(
    ctx: click.Context,
    host: str | None,
    port: int | None,
    username: str | None,
    password_file: str | None,
) -> None:
    """Note what was given before the subcommand."""
    ctx.obj = Session(
        {
            "MQTT_HOST": host or "",
            "MQTT_PORT": str(port or ""),
            "MQTT_USERNAME": username or "",
            "MQTT_PASSWORD_FILE": password_file or "",
        }
    )
