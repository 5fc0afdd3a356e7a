"""How a seller's ledger stands while commands are judged: what was read under its lock, and what they would change."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from onhand.basics.gtin import DIGITS
from onhand.basics.money import BALANCE_MAX, format_money, share
from onhand.basics.quantity import SCALE
from onhand.basics.refusal import Refusal
from onhand.settlement.calendar import Period, SettlementCalendar, day_of_number, number_of
from onhand.settlement.commands import Command
from onhand.settlement.entries import ChargeEntry, DepositEntry, RefundEntry, SaleEntry
from onhand.settlement.outcomes import Outcome, Posted
from onhand.settlement.postings import Sold, charge_of_command, moved, parts_of, refund_of, revaluation_of, sale_of
from onhand.settlement.rates import RateTable
from onhand.settlement.reimbursements import Reimbursed, Reimbursements
from onhand.settlement.rows import (
    AccountRow,
    Draft,
    EventRow,
    Facts,
    LegRow,
    LineRow,
    PeriodRow,
    PostingRow,
)
from onhand.settlement.transaction_keys import transaction_key
from onhand.settlement.vocabulary import BANK, DEPOSIT_DESCRIPTION, PAYOUT, RESERVE, Kind

SoldKey = tuple[str, str]
"""Purchase order and its line."""


class ClosedPeriod(msgspec.Struct):
    """A closed period's payout; `deposited_at` is when it was told to have arrived."""

    period: int
    paid: int
    deposited_at: int | None


class Known(msgspec.Struct):
    """What was read of a seller's ledger.

    `said` are the hashes of what was told before, `first_nos` the numbers of the first postings of these events,
    `closed` the closed periods that deposits name, by report day, `balances` the sums of its accounts in minor units,
    `gtins` those of the SKUs that stand alone in sales.
    """

    periods: Sequence[PeriodRow] = ()
    said: dict[tuple[str, str], int] = {}
    sold: dict[SoldKey, Sold] = {}
    first_nos: dict[tuple[str, str], int] = {}
    closed: dict[int, ClosedPeriod] = {}
    balances: dict[str, int] = {}
    gtins: dict[str, str] = {}


class Standing:
    """A seller's ledger as the commands of one transaction see it, one after the other."""

    def __init__(
        self, account: AccountRow, now: int, calendar: SettlementCalendar, rates: RateTable, known: Known
    ) -> None:
        self.account, self.said, self.sold, self.closed = account, known.said, known.sold, known.closed
        self.now = max(now, account.last_recorded_at)
        self.opened: set[SoldKey] = set()
        self.returned: set[SoldKey] = set()
        self.deposited: list[tuple[ClosedPeriod, str]] = []
        self.events: list[EventRow] = []
        self.postings: list[PostingRow] = []
        self.lines: list[LineRow] = []
        self.legs: list[LegRow] = []
        self.moved: dict[str, int] = {}
        self.totals: dict[int, list[int]] = {}
        self.new_periods: dict[int, PeriodRow] = {}
        self.reimbursements = Reimbursements()
        self._gtins = known.gtins
        self._known_periods = {row.period: row for row in known.periods}
        self._first_nos, self._balances = known.first_nos, known.balances
        self._calendar, self._rates = calendar, rates
        self._last_no = account.last_no

    @property
    def changed_account(self) -> AccountRow:
        """The account as the accepted commands leave it."""
        account = self.account
        return AccountRow(account.partner_id, account.currency, self._last_no, self.now, account.open_from)

    def judge(self, command: Command) -> Outcome:
        """What becomes of a command; where it is accepted, its rows join those that are to be written."""
        key = (command.source, command.event_id)
        said = self.said.get(key)
        if said is not None:
            if said == command.said:
                return Outcome("duplicate", command.event_id)
            message = "This id was told before with other content, and the first stands: give a new entry its own id."
            return Outcome("refused", command.event_id, Refusal("conflict", "eventId", message))
        refusal = self._refused_currency(command)
        posted_at = self.now if command.posted_at is None else command.posted_at
        drafts = refusal or self._drafts(command, posted_at)
        if isinstance(drafts, Refusal):
            return Outcome("refused", command.event_id, drafts)
        return self._accept(command, drafts, posted_at)

    def period(self, number: int) -> PeriodRow:
        """The period of that number, opened where it is not there yet."""
        return self._opened(self._calendar.period_at(day_of_number(number)))

    def post(self, draft: Draft, posted_at: int, period: PeriodRow) -> PostingRow:
        """Give a posting its numbers, and its rows to those that are to be written."""
        assert sum(draft.legs.values()) == 0, "a posting balances"
        self._last_no += 1
        number, partner_id = self._last_no, self.account.partner_id
        facts = msgspec.structs.astuple(draft.facts)
        row = PostingRow(partner_id, number, period.period, posted_at, self.now, *facts)
        self.postings.append(row)
        total = self.totals.setdefault(period.period, [period.last_line, 0])
        for line in draft.lines:
            total[0] += 1
            total[1] += line.amount
            self.lines.append(
                LineRow(
                    partner_id, period.period, total[0], number, line.amount_type, line.amount, line.commission_rate
                )
            )
        for account, amount in draft.legs.items():
            self.legs.append(LegRow(partner_id, number, account, amount))
            self.moved[account] = self.moved.get(account, 0) + amount
        return row

    def gtin_of(self, sold: SaleEntry | Facts) -> str:
        """The 14 digits of an item that was sold, or of its SKU's; empty where neither is known."""
        return sold.gtin.zfill(DIGITS) if sold.gtin else self._gtins.get(sold.sku, "")

    def revalue(self) -> None:
        """Correct what was paid for lost and damaged units whose last sale before is one of those just taken."""
        sales: defaultdict[str, list[Sold]] = defaultdict(list)
        for sold in (self.sold[key] for key in self.opened):
            sales[self.gtin_of(sold.facts)].append(sold)
        for each in self.reimbursements.known():
            priced_by = [sold for sold in sales[each.gtin] if each.is_priced_by(sold.posted_at)]
            if priced_by:
                self._revalue(each, max(priced_by, key=lambda sold: (sold.posted_at, sold.posting_no)))

    def _revalue(self, reimbursed: Reimbursed, sold: Sold) -> None:
        amount = share(reimbursed.quantity * sold.unit_price, 1, SCALE)
        draft = revaluation_of(reimbursed, amount - reimbursed.amount)
        if isinstance(self._within_bounds((draft,), "amount"), Refusal):
            return
        if amount != reimbursed.amount:
            self.post(draft, self.now, self._period_of(self.now))
        self.reimbursements.revalue(reimbursed, amount, sold.posted_at)

    def _accept(self, command: Command, drafts: Sequence[Draft], posted_at: int) -> Outcome:
        first = None
        for draft in drafts:
            row = self.post(draft, posted_at, self._period_of(posted_at))
            first = first or row
            if draft.facts.kind == Kind.SALE:
                self._sell(draft, row)
        assert first is not None, "an accepted command makes a posting"
        key = (command.source, command.event_id)
        self.said[key] = command.said
        self._first_nos[key] = first.posting_no
        partner_id = self.account.partner_id
        self.events.append(
            EventRow(partner_id, command.source, command.event_id, command.said, first.posting_no, self.now)
        )
        amount = sum(line.amount for draft in drafts for line in draft.lines)
        named = transaction_key(self._calendar.day_of(posted_at), first.posting_no)
        return Outcome("accepted", command.event_id, posted=Posted(named, amount, command.currency))

    def _drafts(self, command: Command, posted_at: int) -> Sequence[Draft] | Refusal:
        match command.entry:
            case SaleEntry():
                return self._sale(command, command.entry, posted_at)
            case RefundEntry():
                return self._refund(command, command.entry)
            case ChargeEntry():
                return self._charge(command, command.entry)
            case _:
                return self._deposit(command, command.entry)

    def _sale(self, command: Command, entry: SaleEntry, posted_at: int) -> Sequence[Draft] | Refusal:
        if (entry.purchase_order, entry.purchase_order_line) in self.sold:
            said = "This line of the purchase order was sold before, under another id: mend the line, or leave it out."
            return Refusal("already_sold", "purchaseOrderLine", said)
        drafts = sale_of(command, self._rates, self._calendar.day_of(posted_at))
        return drafts if isinstance(drafts, Refusal) else self._within_bounds(drafts, "productPrice")

    def _sell(self, draft: Draft, row: PostingRow) -> None:
        key = (row.purchase_order, row.purchase_order_line)
        price = share(draft.lines[0].amount, 1, row.quantity)
        self.sold[key] = Sold(row.posting_no, row.posted_at, price, row.quantity, 0, parts_of(draft), draft.facts)
        self.opened.add(key)

    def _refund(self, command: Command, entry: RefundEntry) -> Sequence[Draft] | Refusal:
        key = (entry.purchase_order, entry.purchase_order_line)
        sold = self.sold.get(key)
        if sold is None:
            said = f"No sale of line {entry.purchase_order_line} of {entry.purchase_order} is known: tell it first."
            return Refusal("unknown_order", "purchaseOrder", said)
        left = sold.copy()
        draft = refund_of(command, left)
        drafts = draft if isinstance(draft, Refusal) else self._within_bounds((draft,), "productPrice")
        if not isinstance(drafts, Refusal):
            self.sold[key] = left
            self.returned.add(key)
        return drafts

    def _charge(self, command: Command, entry: ChargeEntry) -> Sequence[Draft] | Refusal:
        corrects = None
        if entry.corrects is not None:
            corrects = self._first_nos.get((command.source, entry.corrects))
            if corrects is None:
                said = f"{entry.corrects[:80]!r} was not told by this client: give the eventId of what is corrected."
                return Refusal("unknown_event", "corrects", said)
        if command.verb == "release" and command.amount > self._balance(RESERVE):
            held = format_money(self._balance(RESERVE), command.currency)
            said = f"{held} is held of this seller: give back no more, and tell what was held back first."
            return Refusal("above_what_is_left", "amount", said)
        return self._within_bounds((charge_of_command(command, corrects),), "amount")

    def _deposit(self, command: Command, entry: DepositEntry) -> Sequence[Draft] | Refusal:
        assert command.report_date is not None
        period = self.closed.get(number_of(command.report_date))
        if period is None or not period.paid:
            said = f"No payout was made for the report of {command.report_date}: its period is open or came to nothing."
            return Refusal("no_payout", "reportDate", said)
        if period.deposited_at is not None:
            said = f"The payout of {command.report_date} was told to have arrived before, under another id."
            return Refusal("already_deposited", "reportDate", said)
        period.deposited_at = self.now if command.posted_at is None else command.posted_at
        self.deposited.append((period, entry.reference))
        facts = Facts(kind=Kind.DEPOSIT.value, description=DEPOSIT_DESCRIPTION, reason=entry.reference)
        return (moved(facts, period.paid, PAYOUT, BANK),)

    def _balance(self, account: str) -> int:
        return self._balances.get(account, 0) + self.moved.get(account, 0)

    def _within_bounds(self, drafts: Sequence[Draft], field: str) -> Sequence[Draft] | Refusal:
        """The postings of an entry, unless an account would go beyond its bound by them."""
        for account in sorted({account for draft in drafts for account in draft.legs}):
            before, amount = self._balance(account), sum(draft.legs.get(account, 0) for draft in drafts)
            if max(BALANCE_MAX, abs(before)) < abs(before + amount):
                said = f"The sum of {account} would go beyond {BALANCE_MAX:,} minor units: no seller comes there. "
                return Refusal("sum_too_large", field, said + "Correct the amounts that were told before.")
        return drafts

    def _refused_currency(self, command: Command) -> Refusal | None:
        if command.currency == self.account.currency:
            return None
        said = f"This seller is settled in {self.account.currency}, not in {command.currency}: convert the amounts."
        return Refusal("other_currency", "currency", said)

    def _period_of(self, posted_at: int) -> PeriodRow:
        """The period that a posting goes to: that of its posted time, or the first that is still open (RC-14)."""
        period = self._calendar.period_of(max(posted_at, self.now))
        if period.number < self.account.open_from:
            # Only a clock that fell back comes here.
            period = self._calendar.period_at(day_of_number(self.account.open_from))
        return self._opened(period)

    def _opened(self, period: Period) -> PeriodRow:
        row = self._known_periods.get(period.number)
        if row is None:
            row = new_period(self.account.partner_id, period, self._calendar)
            self._known_periods[row.period] = self.new_periods[row.period] = row
        return row


def new_period(partner_id: int, period: Period, calendar: SettlementCalendar) -> PeriodRow:
    """A period before anything is posted to it."""
    starts_at, ends_at = calendar.starts_at(period), calendar.ends_at(period)
    reports_at, report_day = calendar.reports_at(period), number_of(period.reports_on)
    return PeriodRow(partner_id, period.number, starts_at, ends_at, reports_at, report_day, 1, 0, 0)
