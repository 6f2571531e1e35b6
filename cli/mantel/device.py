"""`mantel device`: who may come in by the relay, or as a user of the broker, and what they may."""

import secrets
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mantel.output import Cell, document, json_option, note, table
from mantel.session import Session
from shared import topics
from shared.errors import MantelError
from shared.filters import filter_problem
from shared.payloads import DeviceConfig, DeviceState, hash_token
from shared.topic import ID, RESERVED_IDS
from shared.users import USERS

if TYPE_CHECKING:
    from mantel.hub import Hub

_COLUMNS = ("device", "", "reads", "writes", "dropped")
_TOKEN_BYTES = 24
_SCRIPT = "deploy/broker"
_SCRIPT_SECONDS = 60

_names = click.argument("names", metavar="NAME...", nargs=-1, required=True)


@click.group(help="Let devices in: by the relay on port 8764, or as users of the broker.")
def device() -> None:
    """Hold the commands."""


@device.command(
    short_help="Let a device in, and print its token.",
    help="""Let a device in, and print its token, which is told this once.

    FILTER is a topic filter without the root; --read and --write may be given several times.
    A device may always read device/NAME/set and write device/NAME/event and device/NAME/reading.
    One whose token was revoked gets another, and keeps its rights where none are given.

    \b
      mantel device add kitchen --read 'host/#' --read 'display/rlcd/#'
      mantel device add remote --write 'panel/#' --write 'alarm/#'
      mantel device add sensor --mqtt
    """,
)
@click.argument("name")
@click.option("--read", metavar="FILTER", multiple=True, help="Topics that it may read.")
@click.option("--write", metavar="FILTER", multiple=True, help="Topics that it may write.")
@click.option("--mqtt", is_flag=True, help="It speaks MQTT: make it a user of the broker.")
@json_option
@click.pass_obj
def add(
    session: Session,
    name: str,
    read: tuple[str, ...],
    write: tuple[str, ...],
    mqtt: bool,
    as_json: bool,
) -> None:
    """Make a token, and let the broker keep its hash."""
    _check_name(name)
    if mqtt:
        if read or write:
            raise click.UsageError("a device with MQTT has the rights of mosquitto/acl.device")
        password = _broker(session, "device", name).split()[-1]
        _tell(name, "password", password, as_json)
        return
    root = session.access.settings.mqtt_root
    for text in (*read, *write):
        if (problem := filter_problem(text)) is not None:
            raise click.BadParameter(f"{text!r}: {problem}")
        if text.split("/")[0] == root:
            raise click.BadParameter(f"{text!r}: write it without the root, {root}")
    with session.hub() as hub:
        before = _configs(hub).get(name)
        if before is not None and before.token_hash:
            raise MantelError(f"there is a device {name}; revoke or forget it first")
        if before is not None and not read and not write:
            read, write = tuple(before.read), tuple(before.write)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        config = DeviceConfig(token_hash=hash_token(token), read=list(read), write=list(write))
        hub.keep(topics.DEVICE_CONFIG, config, id=name)
    if not read and not write:
        note(f"{name} may read and write its own topics alone; --read and --write give more")
    _tell(name, "token", token, as_json)


@device.command("list", help="List the devices of the relay.")
@json_option
@click.pass_obj
def list_devices(session: Session, as_json: bool) -> None:
    """Print who may come in, and who is there."""
    with session.hub() as hub:
        configs = _configs(hub)
        states = {levels["id"]: state for levels, state in hub.read(topics.DEVICE_STATE)}
    if as_json:
        document(
            [
                {
                    "name": name,
                    "revoked": not config.token_hash,
                    "read": config.read,
                    "write": config.write,
                    "state": states.get(name),
                }
                for name, config in configs.items()
            ]
        )
    elif configs:
        table(_COLUMNS, [_row(name, each, states.get(name)) for name, each in configs.items()])
    else:
        note("there are no devices; `mantel device add` lets one in")


@device.command(
    help="Take the tokens of devices back: they are disconnected at once. "
    "`mantel device add` gives one another token; its rights are kept."
)
@_names
@click.pass_obj
def revoke(session: Session, names: tuple[str, ...]) -> None:
    """Keep the rights without a token."""
    with session.hub() as hub:
        configs = _known(_configs(hub), names)
        for name in names:
            config = DeviceConfig(read=configs[name].read, write=configs[name].write)
            hub.keep(topics.DEVICE_CONFIG, config, id=name)
            click.echo(f"{name}: its token is void")


@device.command(help="Forget devices for good, and what they have said of themselves.")
@_names
@click.option("--mqtt", is_flag=True, help="They are users of the broker.")
@click.pass_obj
def forget(session: Session, names: tuple[str, ...], mqtt: bool) -> None:
    """Clear all that the broker keeps of each."""
    if mqtt:
        for name in names:
            _check_name(name)
            _broker(session, "forget", name)
            click.echo(f"{name}: forgotten")
        return
    with session.hub() as hub:
        _known(_configs(hub), names)
        for name in names:
            # Rights first: the bridge tells of nobody who is no device any more
            for topic in (topics.DEVICE_CONFIG, topics.DEVICE_STATE, topics.DEVICE_READING):
                hub.clear(topic, id=name)
            click.echo(f"{name}: forgotten")


def _configs(hub: "Hub") -> dict[str, DeviceConfig]:
    return {levels["id"]: config for levels, config in hub.read(topics.DEVICE_CONFIG)}


def _known(configs: dict[str, DeviceConfig], names: tuple[str, ...]) -> dict[str, DeviceConfig]:
    """Return the devices; MantelError when one of `names` is none."""
    for name in names:
        if name not in configs:
            there = f"there are: {', '.join(sorted(configs))}" if configs else "there is none"
            raise MantelError(f"no device {name}; {there}")
    return configs


def _check_name(name: str) -> None:
    if not ID.fullmatch(name) or name in RESERVED_IDS or name in USERS:
        raise click.BadParameter(
            f"{name!r}: 1 to 64 of a-z, 0-9, _ and -, and no name of a service or a topic level"
        )


def _row(name: str, config: DeviceConfig, state: DeviceState | None) -> tuple[Cell, ...]:
    if not config.token_hash:
        here: Cell = ("revoked", "red")
    elif state is not None and state.connected:
        here = ("connected", "green")
    else:
        here = ("away", "yellow")
    dropped = str(state.dropped) if state is not None and state.dropped else ""
    return (name, here, ", ".join(config.read), ", ".join(config.write), dropped)


def _tell(name: str, what: str, secret: str, as_json: bool) -> None:
    if as_json:
        document({"name": name, what: secret})
    else:
        click.echo(f"{name}: {what} {secret}")


def _broker(session: Session, *arguments: str) -> str:
    """Call the broker's own command, which is where its users are; return what it prints."""
    home: Path | None = session.home
    if home is None:
        raise MantelError(
            f"users of the broker are made where it runs: type make device NAME={arguments[-1]} "
            "in the folder of the hub (or set MANTEL_HOME)"
        )
    try:
        done = subprocess.run(  # noqa: S603
            [home / _SCRIPT, *arguments],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SCRIPT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MantelError(f"{_SCRIPT} cannot be called: {error}") from None
    if done.returncode:
        raise MantelError(done.stderr.strip() or f"{_SCRIPT} ended with {done.returncode}")
    return done.stdout
