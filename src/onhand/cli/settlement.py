"""`onhand settlement`: closing periods, proving them and the ledger of money, and the tables of commission rates."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from onhand.basics.clock import format_micros, system_clock
from onhand.basics.money import format_money
from onhand.cli import statements
from onhand.cli.answers import REFUSED, Problem, counted, print_facts, print_json, print_rows
from onhand.cli.onboarded import text_of
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson, new_group
from onhand.cli.progress import counting_bar
from onhand.partners.onboarding import partner_by_code
from onhand.settings import Settings
from onhand.settlement import audit
from onhand.settlement.calendar import day_of_number, number_of, parse_report_date
from onhand.settlement.legacy import legacy_csv
from onhand.settlement.outcomes import Settled
from onhand.settlement.proof import Proof, Sum, orders_of, prove
from onhand.settlement.publishing import (
    draft_statement,
    published_statement,
    statement_of,
)
from onhand.settlement.rates import RateProblem, RateTable, read_rates
from onhand.settlement.reading import StatementPeriod, period_numbered, period_reported_on, periods_of
from onhand.settlement.schedules import load_rates, text_in_force
from onhand.settlement.statement import Statement
from onhand.settlement.vocabulary import SELLER_KIND
from onhand.stock.locations import Locations
from onhand.store.database import Database
from onhand.wiring.settlement import calendar_of
from onhand.wiring.settling import settle

app = new_group("Settlement: periods, what they come to, and what commission is charged.")
rates = new_group("The commission that contract categories pay.")
app.add_typer(rates, name="rates")
app.add_typer(statements.app)

Seller = Annotated[str, typer.Option("--seller", help="The seller, by its code.")]
RatesFile = Annotated[Path, typer.Argument(help="A CSV of rates; a hyphen is standard input.")]


@app.command()
def close(as_json: AsJson = False) -> None:
    """Close every period that has ended and publish every report that is due, as a worker does by itself.

    What fulfilment centres lost and found until then is answered for first.

    Example: `onhand settlement close`
    """

    async def work(database: Database, settings: Settings) -> Settled:
        return await settle(settings, database, Locations(database), system_clock)

    print_facts(msgspec.structs.asdict(with_database(work)), as_json=as_json)


@app.command()
def periods(seller: Seller, as_json: AsJson = False) -> None:
    """Show the periods of a seller, newest first.

    Example: `onhand settlement periods --seller 10000000001`
    """

    async def work(database: Database, _settings: Settings) -> list[StatementPeriod]:
        return await periods_of(database, await _partner_id(database, seller))

    columns = ("report_date", "first_day", "rows", "total", "currency", "paid", "carried", "closed_at", "published_at")
    rows = [_period_row(period) for period in with_database(work)]
    print_rows(rows, columns=columns, as_json=as_json, empty="Nothing was posted to this seller yet.")


@app.command()
def proof(
    period: Annotated[str, typer.Argument(help="A report date, or the first day of a period, such as 2026-07-28.")],
    seller: Seller,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a CSV with every order instead of a table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove that a period adds up: rows, payable and payout, by order, by fee and by amount type; status 1 if not.

    Example: `onhand settlement proof 2026-07-28 --seller 10000000001`
    """
    if as_csv and as_json:
        raise Problem("a proof is printed in one form: leave --csv or --json out")
    day = _day(period)

    async def work(database: Database, settings: Settings) -> tuple[Proof, list[Sum]]:
        statement = await _statement(database, settings, seller, day)
        orders = [each async for each in orders_of(database, statement.period)] if as_csv or as_json else []
        return await prove(database, statement), orders

    found, orders = with_database(work)
    if as_csv:
        _print_csv(found, orders)
    elif as_json:
        print_json({**_period_row(found.period), "parts": list(_part_rows(found, orders))})
    else:
        _print_proof(found)
    if any(found.residuals.values()):
        raise typer.Exit(REFUSED)


@app.command()
def file(
    report_date: Annotated[str, typer.Argument(help="The report's date, such as 2026-07-28.")],
    seller: Seller,
    output: Annotated[Path, typer.Option("--output", help="Where the CSV is written; a hyphen is standard output.")],
    legacy: Annotated[bool, typer.Option("--legacy", help="Write the legacy report instead of v1.")] = False,
) -> None:
    """Write a published report, byte by byte as the gateway answers it.

    Example: `onhand settlement file 2026-07-28 --seller 10000000001 --output report.csv`
    """
    day = _day(report_date)

    async def work(database: Database, _settings: Settings) -> None:
        statement = await published_statement(database, await _partner_id(database, seller), day, system_clock())
        if statement is None:
            raise Problem(f"{seller} has no published report of {day}: `onhand settlement periods --seller {seller}`")
        chunks = legacy_csv(statement, database) if legacy else statement.csv(database)
        with _opened(output) as written:
            async for chunk in chunks:
                written.write(chunk)

    with_database(work)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Compare balances and periods with the postings that they come from; the status is 1 where something differs.

    Example: `onhand settlement verify`
    """

    async def work(database: Database, _settings: Settings) -> audit.SettlementAudit:
        with counting_bar("sellers", shown=not as_json) as bar:
            return await audit.verify(database, bar.next_one)

    report = with_database(work)
    if as_json:
        print_json(report)
    else:
        found = counted(len(report.differences), "difference")
        print(f"{counted(report.postings, 'posting')} of {counted(report.sellers, 'seller')}, {found}")
        for difference in report.differences:
            print(f"  seller {difference.partner_id}: {difference.what}")
    if report.differences:
        raise typer.Exit(REFUSED)


@rates.command()
def check(file: RatesFile, as_json: AsJson = False) -> None:
    """Say everything that is wrong with a table of rates, by line; nothing is changed.

    Example: `onhand settlement rates check rates.csv`
    """
    _tell(read_rates(text_of(file)), file, "is right", as_json=as_json)


@rates.command()
def load(file: RatesFile, as_json: AsJson = False) -> None:
    """Put a table of rates in force as a whole; what was posted keeps its commission.

    Example: `onhand settlement rates load rates.csv`
    """
    text = text_of(file)

    async def work(database: Database, _settings: Settings) -> RateTable | list[RateProblem]:
        return await load_rates(database, system_clock, text)

    _tell(with_database(work), file, "is in force", as_json=as_json)


@rates.command()
def show(as_json: AsJson = False) -> None:
    """Print the table that is in force, as a CSV that can be changed and loaded; with --json its rows.

    Example: `onhand settlement rates show > rates.csv`
    """

    async def work(database: Database, _settings: Settings) -> str:
        return await text_in_force(database)

    text = with_database(work)
    if as_json:
        print_json(list(csv.DictReader(StringIO(text))))
    else:
        print(text, end="")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, or standard output where the path is a hyphen."""
    if str(path) == "-":
        yield sys.stdout.buffer
        return
    try:
        with path.open("wb") as written:
            yield written
    except OSError as error:
        raise Problem(f"can't write {path}: {error}") from error


def _tell(read: RateTable | list[RateProblem], file: Path, what: str, *, as_json: bool) -> None:
    problems = read if isinstance(read, list) else []
    if as_json:
        found = [{"line": each.line, "message": each.refusal.message} for each in problems]
        categories = len(read.categories) if isinstance(read, RateTable) else None
        print_json({"file": str(file), "categories": categories, "problems": found})
    elif isinstance(read, RateTable):
        print(f"{file} {what}: {len(read.categories)} categories")
    if isinstance(read, RateTable):
        return
    for problem in problems:
        print(f"{file}:{problem.line}: {problem.refusal.message}", file=sys.stderr)
    raise Problem(f"{file} has {counted(len(read), 'problem')}, and nothing was changed")


async def _partner_id(database: Database, code: str) -> int:
    partner = await partner_by_code(database, code)
    if partner is None or partner.kind != SELLER_KIND:
        raise Problem(f"{code!r} is not the code of a seller: `onhand partner list --kind seller` shows them")
    return partner.partner_id


async def _statement(database: Database, settings: Settings, seller: str, day: date) -> Statement:
    partner_id = await _partner_id(database, seller)
    period = await period_reported_on(database, partner_id, day)
    period = period or await period_numbered(database, partner_id, number_of(day))
    if period is None:
        said = f"{seller} has no period that begins or reports on {day}"
        raise Problem(f"{said}: `onhand settlement periods --seller {seller}` lists them")
    return statement_of(period) if period.published_at is not None else draft_statement(period, calendar_of(settings))


def _day(text: str) -> date:
    day = parse_report_date(text.replace("-", ""))
    if day is None:
        raise Problem(f"{text!r} is not a day: give one such as 2026-07-28")
    return day


def _period_row(period: StatementPeriod) -> dict[str, Any]:
    def money(minor: int | None) -> str | None:
        return None if minor is None else format_money(minor, period.currency)

    return {
        "report_date": period.reports_on.isoformat(),
        "first_day": day_of_number(period.period).isoformat(),
        "rows": period.last_line - period.first_line + 1,
        "total": money(period.total),
        "currency": period.currency,
        "paid": money(period.paid),
        "carried": money(period.carried),
        "closed_at": None if period.closed_at is None else format_micros(period.closed_at),
        "published_at": None if period.published_at is None else format_micros(period.published_at),
    }


def _parts(found: Proof, orders: list[Sum]) -> list[tuple[str, str, int | None, int]]:
    """What a proof says: the part it belongs to, what it is, how many rows, and the amount in minor units."""
    parts: list[tuple[str, str, int | None, int]] = [
        ("rows to payout", "rows of the report", found.rows, found.total),
        ("rows to payout", "payable by the ledger", None, found.payable),
        ("rows to payout", "paid out", None, found.paid),
        ("rows to payout", "carried forward", None, found.carried),
    ]
    parts += [("by amount type", each.what, each.rows, each.amount) for each in found.by_amount_type]
    parts += [("by fee", f"{each.kind}: {each.description}", each.rows, each.amount) for each in found.by_fee]
    parts += [("by order", each.what, each.rows, each.amount) for each in orders]
    parts += [
        ("by order", f"{found.orders} orders", None, found.by_order),
        ("by order", "without an order", None, found.without_order),
        ("legacy bridge", "v1 rows of Sale and Refund", None, found.sales_and_refunds),
        ("legacy bridge", "legacy column 22", None, found.legacy),
    ]
    parts += [("residual", where, None, amount) for where, amount in found.residuals.items()]
    for each in found.differences:
        line = f"{each.purchase_order}/{each.purchase_order_line} {each.contract_category} at {each.rate}%"
        parts.append(("commission by the schedule", line, None, each.scheduled))
        parts.append(("commission charged", line, None, each.charged))
    return parts


def _print_proof(found: Proof) -> None:
    currency = found.period.currency
    days = f"from {day_of_number(found.period.period)}, reported on {found.period.reports_on}"
    print(f"Period {days}, {currency}")
    part = ""
    for name, what, rows, amount in _parts(found, []):
        if name != part:
            print(f"\n{name}")
            part = name
        counted_rows = "" if rows is None else f"{rows:,}"
        print(f"  {what:<58}{counted_rows:>10}{format_money(amount, currency):>16}")


def _print_csv(found: Proof, orders: list[Sum]) -> None:
    writer = csv.DictWriter(sys.stdout, ("part", "what", "rows", "amount", "currency"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_part_rows(found, orders))


def _part_rows(found: Proof, orders: list[Sum]) -> Iterator[dict[str, Any]]:
    currency = found.period.currency
    for part, what, rows, amount in _parts(found, orders):
        shown = format_money(amount, currency)
        yield {"part": part, "what": what, "rows": rows, "amount": shown, "currency": currency}
