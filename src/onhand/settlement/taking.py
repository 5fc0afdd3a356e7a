"""Taking commands of one seller, in one transaction: idempotent by their keys, judged one after the other.

The seller's account is locked first, in a statement of its own; everything else is read in later ones, because a
statement that waits for a lock still sees the moment before it waited. What is refused or a duplicate leaves no trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from onhand.basics.gtin import format_gtin
from onhand.settlement.calendar import SettlementCalendar, number_of
from onhand.settlement.commands import Command
from onhand.settlement.entries import ChargeEntry, RefundEntry, SaleEntry
from onhand.settlement.outcomes import Outcome
from onhand.settlement.postings import Part, Sold
from onhand.settlement.rates import RateTable
from onhand.settlement.reimbursements import Reimbursements, reimbursements_after
from onhand.settlement.rows import AccountRow, Facts, PeriodRow, SoldRow
from onhand.settlement.standing import ClosedPeriod, Known, SoldKey, Standing
from onhand.store.database import Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("taking.sql"))
_Parts = dict[str, Part]
_parts = msgspec.json.Decoder(_Parts)


async def take(
    session: Session,
    partner_id: int,
    commands: Sequence[Command],
    now: int,
    calendar: SettlementCalendar,
    rates: RateTable,
) -> list[Outcome]:
    """Judge commands of a seller and post what is accepted, within the caller's transaction.

    Raises:
        RunAgain: another writer was quicker to open the seller's account.
    """
    standing = await stand(session, partner_id, commands, now, calendar, rates)
    outcomes = [standing.judge(command) for command in commands]
    if standing.events:
        standing.revalue()
        await write(session, standing)
    return outcomes


async def stand(
    session: Session,
    partner_id: int,
    commands: Sequence[Command],
    now: int,
    calendar: SettlementCalendar,
    rates: RateTable,
) -> Standing:
    """Lock a seller's account and read what commands refer to."""
    account = await lock_account(session, partner_id)
    gtins = await _gtins(session, partner_id, commands)
    if account is None:
        # A new one is settled in the currency of the first thing that is told of it.
        currency = commands[0].currency if commands else "USD"
        account = AccountRow(partner_id, currency, 0, 0, 0)
        return Standing(account, now, calendar, rates, Known(gtins=gtins))
    said, first_nos = await _told(session, partner_id, commands)
    sold = await _sold(session, partner_id, commands)
    closed = await _closed(session, partner_id, commands)
    balances = dict[str, int](await session.all(_SQL["balances"], partner_id=partner_id))
    known = Known(await open_periods(session, account), said, sold, first_nos, closed, balances, gtins)
    standing = Standing(account, now, calendar, rates, known)
    standing.reimbursements = await _reimbursements(session, standing, commands)
    return standing


async def lock_account(session: Session, partner_id: int) -> AccountRow | None:
    """A seller's account, locked until the transaction ends; None where nothing was ever posted to it."""
    row = await session.one(_SQL["lock_account"], partner_id=partner_id)
    return AccountRow(*row) if row else None


async def open_periods(session: Session, account: AccountRow) -> list[PeriodRow]:
    """The periods of a seller that are not closed."""
    rows = await session.all(_SQL["open_periods"], partner_id=account.partner_id, open_from=account.open_from)
    return [PeriodRow(*row) for row in rows]


async def write(session: Session, standing: Standing) -> None:
    """Write what was accepted.

    Raises:
        RunAgain: another writer was quicker to open the seller's account.
    """
    await save_account(session, standing.account, standing.changed_account)
    await session.run_rows(_SQL["insert_events"], standing.events)
    await session.run_rows(_SQL["insert_postings"], standing.postings)
    await session.run_rows(_SQL["insert_lines"], standing.lines)
    await session.run_rows(_SQL["insert_legs"], standing.legs)
    await _write_sold(session, standing)
    await standing.reimbursements.write(session)
    await _write_periods(session, standing)
    partner_id, balances = standing.account.partner_id, sorted(standing.moved.items())
    await session.run(_SQL["add_balances"], partner_id=partner_id, rows=json_list(balances))


async def save_account(session: Session, before: AccountRow, after: AccountRow) -> None:
    """Write a seller's account, which is new where it has no postings yet."""
    if before.last_no == 0:
        await session.insert(_SQL["insert_account"], **msgspec.structs.asdict(after))
        return
    await session.run(
        _SQL["update_account"],
        partner_id=after.partner_id,
        last_no=after.last_no,
        last_recorded_at=after.last_recorded_at,
        open_from=after.open_from,
    )


async def _write_sold(session: Session, standing: Standing) -> None:
    opened = [_sold_row(standing, key, standing.sold[key]) for key in standing.opened]
    await session.run_rows(_SQL["insert_sold"], opened)
    changed = sorted(standing.returned - standing.opened)
    returned = [_sold_row(standing, key, standing.sold[key]) for key in changed]
    await session.run_rows(_SQL["return_sold"], returned)


async def _write_periods(session: Session, standing: Standing) -> None:
    partner_id = standing.account.partner_id
    await session.run_rows(_SQL["insert_periods"], list(standing.new_periods.values()))
    for period, (last_line, amount) in sorted(standing.totals.items()):
        await session.run(
            _SQL["add_to_period"], partner_id=partner_id, period=period, last_line=last_line, amount=amount
        )
    for closed, reference in standing.deposited:
        await session.run(
            _SQL["deposit_period"],
            partner_id=partner_id,
            period=closed.period,
            deposited_at=closed.deposited_at,
            reference=reference,
        )


async def _told(
    session: Session, partner_id: int, commands: Iterable[Command]
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """The hashes and the first posting of what was told before, and of what commands correct."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for command in commands:
        ids[command.source].add(command.event_id)
        if isinstance(command.entry, ChargeEntry) and command.entry.corrects is not None:
            ids[command.source].add(command.entry.corrects)
    said: dict[tuple[str, str], int] = {}
    first_nos: dict[tuple[str, str], int] = {}
    for source, event_ids in ids.items():
        listed = json_list(sorted(event_ids))
        rows = await session.all(_SQL["told_events"], partner_id=partner_id, source=source, event_ids=listed)
        for event_id, content_hash, posting_no in rows:
            said[source, event_id] = content_hash
            first_nos[source, event_id] = posting_no
    return said, first_nos


async def _sold(session: Session, partner_id: int, commands: Iterable[Command]) -> dict[SoldKey, Sold]:
    """The sold lines that sales and refunds name; those that refunds name with what their rows share."""
    keys: set[SoldKey] = set()
    returned: set[SoldKey] = set()
    for command in commands:
        if isinstance(command.entry, SaleEntry | RefundEntry):
            key = (command.entry.purchase_order, command.entry.purchase_order_line)
            keys.add(key)
            if isinstance(command.entry, RefundEntry):
                returned.add(key)
    if not keys:
        return {}
    rows = await session.all(_SQL["sold_lines"], partner_id=partner_id, keys=json_list(sorted(keys)))
    facts = await _facts(session, partner_id, [row[2] for row in rows if (row[0], row[1]) in returned])
    nothing = Facts(kind="", description="")
    return {
        (order, line): Sold(
            number, posted_at, price, quantity, back, _parts.decode(amounts), facts.get(number, nothing)
        )
        for order, line, number, posted_at, price, quantity, back, amounts in rows
    }


async def _gtins(session: Session, partner_id: int, commands: Iterable[Command]) -> dict[str, str]:
    """The items, by their 14 digits, of the seller's SKUs in sales that tell no GTIN."""
    entries = (command.entry for command in commands)
    skus = {entry.sku for entry in entries if isinstance(entry, SaleEntry) and entry.sku and not entry.gtin}
    if not skus:
        return {}
    rows = await session.all(_SQL["items_of_skus"], partner_id=partner_id, skus=json_list(sorted(skus)))
    return {sku: format_gtin(item_id) for sku, item_id in rows}


async def _reimbursements(session: Session, standing: Standing, commands: Iterable[Command]) -> Reimbursements:
    """What was paid for units that were lost after what is sold by these commands."""
    sold = [
        (standing.gtin_of(command.entry), standing.now if command.posted_at is None else command.posted_at)
        for command in commands
        if isinstance(command.entry, SaleEntry)
    ]
    return await reimbursements_after(session, standing.account.partner_id, [each for each in sold if each[0]])


async def _facts(session: Session, partner_id: int, posting_nos: Sequence[int]) -> dict[int, Facts]:
    if not posting_nos:
        return {}
    listed = json_list(posting_nos)
    rows = await session.all(_SQL["facts_of_postings"], partner_id=partner_id, posting_nos=listed)
    return {row[0]: Facts(**dict(zip(Facts.__struct_fields__, row[1:], strict=True))) for row in rows}


async def _closed(session: Session, partner_id: int, commands: Iterable[Command]) -> dict[int, ClosedPeriod]:
    days = sorted({number_of(command.report_date) for command in commands if command.report_date is not None})
    if not days:
        return {}
    rows = await session.all(_SQL["closed_periods"], partner_id=partner_id, report_days=json_list(days))
    return {report_day: ClosedPeriod(period, paid, deposited_at) for report_day, period, paid, deposited_at in rows}


def _sold_row(standing: Standing, key: SoldKey, sold: Sold) -> SoldRow:
    return SoldRow(
        standing.account.partner_id,
        *key,
        sold.posting_no,
        standing.gtin_of(sold.facts),
        sold.unit_price,
        sold.posted_at,
        sold.quantity,
        sold.returned,
        _parts_json(sold),
    )


def _parts_json(sold: Sold) -> str:
    return msgspec.json.encode(sold.parts).decode()
