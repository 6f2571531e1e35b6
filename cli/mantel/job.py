"""`mantel job`: the work that the hub does at times, run by hand, and what became of it."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
import msgspec

from mantel.job_progress import Bar
from mantel.output import Cell, clean, document, json_option, note, table
from mantel.session import Session
from shared import topics
from shared.errors import MantelError
from shared.payloads import JobState

if TYPE_CHECKING:
    from mantel.hub import Hub

_SERVICE = "media"
_COLUMNS = ("name", "status", "cron", "last run", "took", "next run", "message")
_STYLES = {"success": "green", "running": "cyan", "error": "red", "skipped": "yellow"}
_LEVELS = {"ERROR": "red", "WARN": "yellow"}
_FOLLOW_SECONDS = 3600.0


class FailedError(MantelError):
    """A run has failed."""


@click.group(help="See the jobs of the hub, run them, and read what they have done.")
def job() -> None:
    """Hold the commands."""


@job.command("list", help="List all jobs.")
@json_option
@click.pass_obj
def list_jobs(session: Session, as_json: bool) -> None:
    """Print how each job does."""
    with session.hub() as hub:
        jobs = _ask(hub, "list")
    if as_json:
        document(jobs)
    else:
        table(_COLUMNS, [_row(each) for each in jobs])


@job.command(
    help="Run a job now, and wait for its end. The exit code is 0 only where it succeeded. "
    "Ctrl-C leaves it running."
)
@click.argument("name")
@click.option(
    "--param", "pairs", metavar="K=V", multiple=True, help="A parameter; may be given again."
)
@click.option("--params-json", metavar="JSON", help="Parameters as one JSON object.")
@click.option("--no-wait", is_flag=True, help="Return as soon as it is queued.")
@click.pass_obj
def run(
    session: Session, name: str, pairs: tuple[str, ...], params_json: str | None, no_wait: bool
) -> None:
    """Have a job run, and follow it."""
    params = parameters(pairs, params_json)
    with session.hub() as hub:
        number = int(_ask(hub, "run", name=name, params=params)["run"])
        if no_wait:
            click.echo(f"{name}: run {number} is queued")
            return
        with Bar(name) as bar:
            state = _followed(hub, name, number, bar)
    if state is None:
        raise FailedError(f"{name}: run {number} has not ended within an hour; it may go on")
    if state.status != "success":
        raise FailedError(f"{name}: {state.status}: {state.message}; see `mantel job log {name}`")
    took = f" ({state.duration_seconds:.1f} s)" if state.duration_seconds is not None else ""
    click.echo(f"{name}: {state.message}{took}")


@job.command(help="End the run of a job, and forget those of it that wait.")
@click.argument("name")
@click.pass_obj
def cancel(session: Session, name: str) -> None:
    """Ask for the run to end."""
    with session.hub() as hub:
        count = _ask(hub, "cancel", name=name)["cancelled"]
    click.echo(f"{name}: {count} cancelled" if count else f"{name}: does not run")


@job.command(help="Print what the last run of a job has logged, or that of a number.")
@click.argument("name")
@click.option("--run", "number", type=click.IntRange(min=1), metavar="N", help="Which run.")
@click.option("--runs", is_flag=True, help="List its runs instead.")
@json_option
@click.pass_obj
def log(session: Session, name: str, number: int | None, runs: bool, as_json: bool) -> None:
    """Print lines, or runs."""
    with session.hub() as hub:
        told = _ask(hub, "log", name=name, run=number)
    if as_json:
        document(told)
    elif runs:
        rows = [(str(each["id"]), *_run_row(each)) for each in told["runs"]]
        table(("run", "began", "status", "took", "summary"), rows)
    elif told["run"] is None:
        note(f"{name} has never run")
    else:
        _print_log(told)


@job.command(help="Let jobs run by their cron lines.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.pass_obj
def enable(session: Session, names: tuple[str, ...]) -> None:
    """Have each run at its times."""
    with session.hub() as hub:
        for name in names:
            due = _when(_ask(hub, "update", name=name, enabled=True)["next_run_at"])
            click.echo(f"{name}: enabled, next {due}")


@job.command(help="Keep jobs from running by their cron lines.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.pass_obj
def disable(session: Session, names: tuple[str, ...]) -> None:
    """Have none run but by hand."""
    with session.hub() as hub:
        for name in names:
            _ask(hub, "update", name=name, enabled=False)
            click.echo(f"{name}: disabled")


@job.command("set", help="Change when a job runs, and its parameters.")
@click.argument("name")
@click.option("--cron", metavar="LINE", help='Such as "*/5 * * * *"; empty: its own again.')
@click.option("--param", "pairs", metavar="K=V", multiple=True, help="A parameter to keep.")
@click.option("--params-json", metavar="JSON", help="Parameters as one JSON object.")
@click.pass_obj
def set_(
    session: Session, name: str, cron: str | None, pairs: tuple[str, ...], params_json: str | None
) -> None:
    """Change what is given."""
    fields: dict[str, Any] = {} if cron is None else {"cron": cron or None}
    if pairs or params_json:
        fields["params"] = parameters(pairs, params_json)
    with session.hub() as hub:
        told = _ask(hub, "update", name=name, **fields)
    click.echo(f"{name}: cron {told['cron'] or 'none'}, parameters {told['params'] or 'none'}")


def parameters(pairs: tuple[str, ...], params_json: str | None) -> dict[str, Any]:
    """Return parameters as they were typed: K=V beats JSON, and stays text."""
    found: dict[str, Any] = {}
    if params_json:
        try:
            found = msgspec.json.decode(params_json, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise click.UsageError(f"--params-json is not valid JSON: {error}") from None
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise click.UsageError(f"--param must be KEY=VALUE (got: {pair!r})")
        found[key] = value
    return found


def _followed(hub: "Hub", name: str, number: int, bar: Bar) -> JobState | None:
    """Return the state in which a run has ended; None: it has not, for an hour."""
    topic = topics.JOB_STATE
    retained = [state for _, state in hub.read(topic, name=name)]
    changes: Iterator[JobState] = hub.follow(topic, _FOLLOW_SECONDS, name=name)
    for state in itertools.chain(retained, changes):
        if state.run == number and state.status != "running":
            return state
        bar.show(state, waits=state.run != number)
    return None


def _ask(hub: "Hub", verb: str, **fields: Any) -> Any:  # noqa: ANN401
    """Return what media answers."""
    return hub.request(topics.JOB_REQUEST, topics.JOB_RESPONSE, _SERVICE, verb, fields)


def _row(told: dict[str, Any]) -> tuple[Cell, ...]:
    status = str(told["status"])
    return (
        str(told["name"]),
        (status, _STYLES.get(status, "")),
        str(told["cron"] or "") if told["enabled"] else "off",
        _when(told["last_run_at"]),
        _seconds(told["duration_seconds"]),
        _when(told["next_run_at"]),
        str(told["message"]),
    )


def _run_row(told: dict[str, Any]) -> tuple[Cell, ...]:
    status = str(told["status"])
    return (
        _when(told["started_at"]),
        (status, _STYLES.get(status, "")),
        _seconds(told["duration_seconds"]),
        str(told["summary"]),
    )


def _print_log(told: dict[str, Any]) -> None:
    run = next((each for each in told["runs"] if each["id"] == told["run"]), None)
    for line in told["lines"]:
        text = f"{_when(line['at'])}  {line['level']:<5}  {line['message']}"
        click.secho(text, fg=_LEVELS.get(line["level"]))
    if run is not None:
        click.echo(f"run {run['id']}: {run['status']}: {run['summary']}")
        if run["error"]:
            click.echo(clean(run["error"]))


def _when(at: str | None) -> str:
    return str(at).replace("T", " ")[:19] if at else "never"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
