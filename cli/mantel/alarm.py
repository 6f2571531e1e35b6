"""`mantel alarm`: see, make and change alarms."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from mantel import alarm_fields
from mantel.alarm_words import row, said, whole
from mantel.output import clean, document, json_option, note, table
from mantel.schedule import rings
from mantel.session import Session
from mantel.verb import VERBS, Verb
from shared import topics
from shared.errors import MantelError
from shared.payloads import AlarmDefinition, AlarmState, Request

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "alarms"
Alarms = dict[str, tuple[AlarmDefinition, AlarmState | None]]


# Help is said in `help` and not in docstrings, which a container leaves out to save memory
@click.group(help="See, make and change alarms.")
def alarm() -> None:
    """Hold the commands."""


@alarm.command("list", help="List all alarms. Those that ring first stand in front.")
@json_option
@click.pass_obj
def list_alarms(session: Session, as_json: bool) -> None:
    """Print the retained definitions and states."""
    with session.hub() as hub:
        alarms = _read(hub)
        if not hub.online(_SERVICE):
            note("alarms does not run; this is the last that it said. See `mantel doctor`")
    if as_json:
        document([whole(*each) for each in alarms.values()])
    elif alarms:
        table(("id", "name", "rings", "state", "next"), [row(*each) for each in alarms.values()])
    else:
        note("there are no alarms; make one: mantel alarm add 06:30 --days Mon-Fri --name Work")


@alarm.command(
    help="""Make an alarm. It rings at TIME, such as 06:30, on all days or those given.

    \b
      mantel alarm add 06:30 --days Mon-Fri --name Work
      mantel alarm add 09:00 --dates 12/24-12/26 --audio alarm/bells.wav --volume 60
      mantel alarm add --cron "0 7 1 * *" --name "First of the month"
    """
)
@click.argument("time", required=False, callback=alarm_fields.time)
@click.option("--id", "id_", metavar="ID", help="Its id; else made from its name or time.")
@alarm_fields.options
@json_option
@click.pass_obj
def add(
    session: Session,
    /,
    time: str | None,
    id_: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Ask for a new alarm."""
    fields: Request = {"repeat": True} | alarm_fields.collect(given)
    if (time is None) == (fields.get("cron") is None):
        raise click.UsageError("type either a TIME (such as 06:30) or --cron.")
    if time is not None:
        fields["alarm_time"] = time
    if id_ is not None:
        fields["id"] = id_
    with session.hub() as hub:
        _change(hub, "add", fields, as_json)


@alarm.command(
    help="""Change an alarm. What is not given stays as it is; "" takes a field back.

    \b
      mantel alarm edit work --time 06:45 --timezone ""
    """
)
@click.argument("id_", metavar="ID")
@click.option("--time", callback=alarm_fields.time, help="When it rings, such as 06:30.")
@alarm_fields.options
@json_option
@click.pass_obj
def edit(
    session: Session,
    /,
    id_: str,
    time: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Ask for some fields to be changed."""
    fields = alarm_fields.collect(given)
    if time is not None:
        fields["alarm_time"] = time
    if not fields:
        raise click.UsageError("nothing to change is given.")
    with session.hub() as hub:
        old, _ = _known(_read(hub), id_)
        _change(hub, "update", {"id": id_} | alarm_fields.displacing(fields, old), as_json)


@alarm.command(help="Delete alarms for good.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@json_option
@click.pass_obj
def remove(session: Session, ids: tuple[str, ...], as_json: bool) -> None:
    """Ask for alarms to be deleted, one after the other."""
    with session.hub() as hub:
        alarms = _read(hub)
        for id_ in ids:
            _known(alarms, id_)
        for id_ in ids:
            hub.request(
                topics.ALARM_REQUEST, topics.ALARM_RESPONSE, _SERVICE, "delete", {"id": id_}
            )
            if not as_json:
                click.echo(f"{id_}: removed")
    if as_json:
        document([{"id": id_, "removed": True} for id_ in ids])


def _command(verb: Verb) -> click.Command:
    """Return the command that tells alarms one word."""

    def run(session: Session, ids: tuple[str, ...], as_json: bool) -> None:
        told: dict[str, AlarmState] = {}
        with session.hub() as hub:
            alarms = _read(hub)
            for id_ in ids or _meant(verb, alarms):
                definition, state = _known(alarms, id_)
                told[id_] = _tell(hub, verb, id_, state)
                if not as_json:
                    click.echo(f"{id_}: {said(definition, told[id_])}")
        if as_json:
            document([{"id": id_, **msgspec.structs.asdict(state)} for id_, state in told.items()])

    metavar = "ID..." if verb.default is None else "[ID]..."
    ids = click.argument("ids", metavar=metavar, nargs=-1, required=verb.default is None)
    wrapped: Callable[..., None] = ids(json_option(click.pass_obj(run)))
    return click.command(verb.word, help=verb.about)(wrapped)


for _verb in VERBS:
    alarm.add_command(_command(_verb))


def _meant(verb: Verb, alarms: Alarms) -> list[str]:
    """Return the alarms that a word without an id is for."""
    assert verb.default is not None  # noqa: S101 - else an id was asked for
    meant = [id_ for id_, (_, state) in alarms.items() if state and verb.default(state)]
    if not meant:
        raise MantelError("no alarm rings now")
    return meant


def _tell(hub: "Hub", verb: Verb, id_: str, state: AlarmState | None) -> AlarmState:
    """Send one word, and return the state in which the alarm is then."""
    from mantel.broker import ANSWER_SECONDS
    from mantel.hub import NoAnswerError

    if state is not None:
        if reason := verb.refusal(state):
            raise MantelError(f"{id_} {reason}")
        if verb.done(state):
            return state
    hub.send(topics.ALARM_SET, verb.word.encode(), id=id_)
    for state in hub.follow(topics.ALARM_STATE, ANSWER_SECONDS, id=id_):
        if verb.done(state):
            return state
    if hub.online(_SERVICE):
        now = state.state if state else "in no state"
        raise MantelError(f"alarms did not {verb.word} {id_}, which is {now}; its log says why")
    raise NoAnswerError(_SERVICE, ANSWER_SECONDS)


def _change(hub: "Hub", verb: str, fields: Request, as_json: bool) -> None:
    """Ask for an alarm to be made or changed, and print what it is then."""
    data = hub.request(topics.ALARM_REQUEST, topics.ALARM_RESPONSE, _SERVICE, verb, fields)
    id_ = str(data["id"] if isinstance(data, dict) and "id" in data else fields.get("id", ""))
    alarm, state = _known(_read(hub), id_)
    if as_json:
        document(whole(alarm, state))
    else:
        click.echo(clean(f"{id_}: {alarm.name}, {rings(alarm)}; {said(alarm, state)}"))


def _read(hub: "Hub") -> Alarms:
    """Return all alarms by id, those that ring first in front."""
    states = {levels["id"]: state for levels, state in hub.read(topics.ALARM_STATE)}
    alarms = {
        levels["id"]: (alarm, states.get(levels["id"]))
        for levels, alarm in hub.read(topics.ALARM_CONFIG)
    }

    def turn(item: tuple[str, tuple[AlarmDefinition, AlarmState | None]]) -> tuple[bool, float]:
        at = item[1][1].next_at if item[1][1] else None
        return (at is None, at.timestamp() if at else 0)

    return dict(sorted(alarms.items(), key=turn))


def _known(alarms: Alarms, id_: str) -> tuple[AlarmDefinition, AlarmState | None]:
    if id_ in alarms:
        return alarms[id_]
    there = f"there are: {', '.join(sorted(alarms))}" if alarms else "there is none at all"
    raise MantelError(f"no alarm {id_}; {there}")
