"""The commands of `onhand sandbox` that bring a running one into any state, and show what it was asked (SB-05)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from onhand.cli.answers import Problem, print_facts, print_json, print_rows
from onhand.cli.opened import environment_settings
from onhand.cli.options import AsJson

if TYPE_CHECKING:
    from onhand.client.results.sandbox import SandboxFault, SandboxRequest, SandboxTime
    from onhand.client.sandbox import SandboxControls

app = typer.Typer()

SandboxUrl = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="The sandbox. (default: ONHAND_SANDBOX_URL)")
]
_At = Annotated[
    str | None, typer.Option(metavar="TIME", help="The moment, such as 2024-06-11T15:00:00Z; UTC without a zone.")
]
_FAULT_COLUMNS = ("number", "operation", "status", "drop", "delay", "times", "rate", "struck")
_REQUEST_COLUMNS = ("number", "at", "method", "path", "operation", "status", "milliseconds")


@app.command()
def reset(
    at: _At = None,
    hold: Annotated[bool, typer.Option("--hold", help="Let the clock stand still there.")] = False,
    url: SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring back the seeded state: data, clock, faults and requests; tokens stay valid.

    Example: `onhand sandbox reset --at 2024-06-11T15:00:00Z --hold`
    """
    with _controls(url) as controls:
        _print_time(controls.reset(at=_moment(at), hold=hold), as_json=as_json)


@app.command()
def clock(
    advance: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Let so much time pass: PT15M, P1D, PT0.5S.")
    ] = None,
    at: _At = None,
    hold: Annotated[
        bool | None, typer.Option("--hold/--go-on", help="Let the clock stand still there, or go on.")
    ] = None,
    url: SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show the sandbox's time, or move it; what is due by then is done before it answers.

    Example: `onhand sandbox clock --advance PT15M`
    """
    moment, by = _moment(at), _duration(advance)
    if moment is not None and by is not None:
        raise Problem("give --advance or --at, not both")
    with _controls(url) as controls:
        if moment is not None:
            told = controls.move_clock(moment, hold=hold)
        elif by is not None or hold is not None:
            told = controls.advance(by or timedelta(), hold=hold)
        else:
            told = controls.clock()
        _print_time(told, as_json=as_json)


@app.command()
def fail(
    operation: Annotated[
        str, typer.Argument(help="An operation's id, as /openapi.json has it; `*` for every one.")
    ] = "*",
    *,
    status: Annotated[int | None, typer.Option(help="Answer with this status.")] = None,
    throttle: Annotated[bool, typer.Option("--throttle", help="Answer 429.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Break the connection off in the middle of the answer.")] = False,
    delay: Annotated[str | None, typer.Option(metavar="DURATION", help="Answer so much later: PT2S.")] = None,
    retry_after: Annotated[int, typer.Option(help="The seconds that 429 and 503 name.")] = 1,
    times: Annotated[int | None, typer.Option(help="How often. (default: once)")] = None,
    rate: Annotated[float | None, typer.Option(help="In the place of --times: the part that it hits, to 1.")] = None,
    seed: Annotated[int, typer.Option(help="Makes a rate hit the same requests again.")] = 0,
    url: SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let requests of an operation fail before they do anything.

    Example: `onhand sandbox fail getInventory --status 503 --times 2`
    """
    later = _duration(delay)
    with _controls(url) as controls:
        made = controls.fail(
            operation,
            status=status,
            throttle=throttle,
            drop=drop,
            delay_seconds=later.total_seconds() if later is not None else None,
            retry_after=retry_after,
            times=times,
            rate=rate,
            seed=seed,
        )
    _print_faults((made,), as_json=as_json)


@app.command()
def faults(
    clear: Annotated[bool, typer.Option("--clear", help="Let nothing fail any more.")] = False,
    url: SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the faults that may still strike, the oldest first.

    Example: `onhand sandbox faults --clear`
    """
    with _controls(url) as controls:
        if clear:
            controls.clear_faults()
        _print_faults(controls.faults(), as_json=as_json)


@app.command()
def requests(
    operation: Annotated[str | None, typer.Option(help="Only those of one operation, by its id.")] = None,
    after: Annotated[int | None, typer.Option(help="Only those with a higher number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 20,
    url: SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """List what was asked and answered; with --json also their headers and bodies, secrets masked.

    Example: `onhand sandbox requests --operation getInventory --json`
    """
    with _controls(url) as controls:
        found = controls.requests(operation=operation, after=after, limit=limit)
    if as_json:
        print_json([msgspec.structs.asdict(each) for each in found])
        return
    rows = [_request_row(each) for each in found]
    print_rows(rows, columns=_REQUEST_COLUMNS, as_json=False, empty="Nothing was asked.")


@contextmanager
def _controls(url: str | None) -> Iterator["SandboxControls"]:
    # A sandbox that is started asks nobody, and is to answer at once.
    from onhand.cli.asking import Asker, partner_client

    with partner_client(Asker(url or environment_settings().sandbox_url, {})) as client:
        yield client.sandbox


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{text!r} is no moment: give a date and a time such as 2024-06-11T15:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return msgspec.convert(text, timedelta)
    except msgspec.ValidationError as error:
        raise Problem(f"{text!r} is no duration: give one by ISO 8601, such as PT15M, P1D or PT0.5S") from error


def _print_time(told: "SandboxTime", *, as_json: bool) -> None:
    print_facts({"now": told.now.isoformat(), "worked": told.worked}, as_json=as_json)


def _print_faults(found: "tuple[SandboxFault, ...]", *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [msgspec.structs.asdict(each) for each in found]
    print_rows(rows, columns=_FAULT_COLUMNS, as_json=as_json, empty="Nothing will fail.")


def _request_row(request: "SandboxRequest") -> dict[str, Any]:
    path = f"{request.path}?{request.query}" if request.query else request.path
    return msgspec.structs.asdict(request) | {"path": path, "at": request.at.isoformat(timespec="milliseconds")}
