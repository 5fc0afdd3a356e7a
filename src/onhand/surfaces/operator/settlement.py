"""Periods of sellers and their proofs, by HTTP (RC-22): what there is, whether it adds up, and closing what is due."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import format_micros
from onhand.basics.money import format_money
from onhand.partners.onboarding import partner_by_code
from onhand.partners.operators import OperatorClient
from onhand.settlement.calendar import SettlementCalendar, day_of_number, parse_report_date
from onhand.settlement.outcomes import Settled
from onhand.settlement.proof import CommissionDifference, Proof, prove
from onhand.settlement.publishing import draft_statement, statement_of
from onhand.settlement.reading import StatementPeriod, period_reported_on, periods_of
from onhand.settlement.vocabulary import SELLER_KIND
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import Key, Readings, Time
from onhand.surfaces.operator.problems import NOT_FOUND, Problem
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Settlement"
_Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
_Amount = Annotated[str, Meta(examples=["46.75"])]

Settle = Callable[[], Awaitable[Settled]]
"""Answers for what was lost, closes the periods that have ended, and publishes the reports that are due."""


class PeriodBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A period of a seller. `total` is what its rows come to by now; `paid` and `carried` are what became of it."""

    first_day: _Day
    report_date: _Day
    rows: int
    total: _Amount
    currency: str
    closed_at: Time | None = None
    paid: _Amount | None = None
    carried: _Amount | None = None
    published_at: Time | None = None
    deposited_at: Time | None = None


class PeriodsBody(msgspec.Struct, frozen=True):
    """Periods, newest first."""

    periods: list[PeriodBody]


class SumBody(msgspec.Struct, frozen=True, rename="camel"):
    """What some of the rows come to."""

    what: str
    rows: int
    amount: _Amount


class DifferenceBody(msgspec.Struct, frozen=True, rename="camel"):
    """A sale whose commission is not what the schedule said."""

    purchase_order: str
    purchase_order_line: str
    contract_category: str
    rate: str
    scheduled: _Amount
    charged: _Amount


class ResidualBody(msgspec.Struct, frozen=True):
    """What does not add up, and where: 0.00."""

    where: str
    amount: _Amount


class ProofBody(msgspec.Struct, frozen=True, rename="camel"):
    """A period added up again (RC-22), and the bridge to the legacy report (RC-20)."""

    period: PeriodBody
    payable: _Amount
    paid: _Amount
    carried: _Amount
    by_amount_type: list[SumBody]
    by_fee: list[SumBody]
    orders: int
    by_order: _Amount
    without_order: _Amount
    sales_and_refunds: _Amount
    legacy: _Amount
    residuals: list[ResidualBody]
    commission_differences: list[DifferenceBody]


class SettledBody(msgspec.Struct, frozen=True, rename="camel"):
    """How many periods were closed and how many reports were published."""

    closed: int
    published: int


class SettlementHandlers:
    """Answers about periods."""

    def __init__(self, database: Database, calendar: SettlementCalendar, settle: Settle) -> None:
        self._database, self._calendar, self._settle = database, calendar, settle

    async def periods(self, call: Call, _: OperatorClient) -> Response | Problem:
        """The periods of a seller."""
        readings = Readings(call)
        code = readings.path_key("partner")
        seller = readings.problem() or await self._seller(code)
        if isinstance(seller, Problem):
            return seller
        return JsonResponse(PeriodsBody([_period(each) for each in await periods_of(self._database, seller)]))

    async def proof(self, call: Call, _: OperatorClient) -> Response | Problem:
        """The proof of a period, which may be open still."""
        readings = Readings(call)
        code, text = readings.path_key("partner"), readings.path_key("reportDate")
        day = _report_day(text)
        if day is None:
            readings.refuse("reportDate", "reportDate is the day of a report, such as 2026-07-28 or 20260728.")
        problem = readings.problem()
        seller = problem or await self._seller(code)
        if isinstance(seller, Problem) or day is None:
            return seller if isinstance(seller, Problem) else Problem(NOT_FOUND, NOT_FOUND.mend)
        period = await period_reported_on(self._database, seller, day)
        if period is None:
            return Problem(NOT_FOUND, f"{code} has no period that reports on {day}: its periods list the days.")
        is_published = period.published_at is not None
        statement = statement_of(period) if is_published else draft_statement(period, self._calendar)
        return JsonResponse(_proof(await prove(self._database, statement)))

    async def settle(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Close and publish what is due."""
        problem = Readings(call).problem()
        if problem:
            return problem
        settled = await self._settle()
        return JsonResponse(SettledBody(settled.closed, settled.published))

    async def _seller(self, code: str) -> int | Problem:
        partner = await partner_by_code(self._database, code)
        if partner is None or partner.kind != SELLER_KIND:
            return Problem(NOT_FOUND, f"{code!r} is not the code of a seller: add it first, or correct it.")
        return partner.partner_id


def _report_day(text: str) -> date | None:
    return parse_report_date(text.replace("-", ""))


def _period(period: StatementPeriod) -> PeriodBody:
    return PeriodBody(
        day_of_number(period.period).isoformat(),
        period.reports_on.isoformat(),
        period.last_line - period.first_line + 1,
        format_money(period.total, period.currency),
        period.currency,
        _moment(period.closed_at),
        _money(period.paid, period.currency),
        _money(period.carried, period.currency),
        _moment(period.published_at),
        _moment(period.deposited_at),
    )


def _proof(proof: Proof) -> ProofBody:
    currency = proof.period.currency

    def money(minor: int) -> str:
        return format_money(minor, currency)

    return ProofBody(
        _period(proof.period),
        money(proof.payable),
        money(proof.paid),
        money(proof.carried),
        [SumBody(each.what, each.rows, money(each.amount)) for each in proof.by_amount_type],
        [SumBody(f"{each.kind}: {each.description}", each.rows, money(each.amount)) for each in proof.by_fee],
        proof.orders,
        money(proof.by_order),
        money(proof.without_order),
        money(proof.sales_and_refunds),
        money(proof.legacy),
        [ResidualBody(where, money(amount)) for where, amount in proof.residuals.items()],
        [_difference(each, currency) for each in proof.differences],
    )


def _difference(each: CommissionDifference, currency: str) -> DifferenceBody:
    return DifferenceBody(
        each.purchase_order,
        each.purchase_order_line,
        each.contract_category,
        each.rate,
        format_money(each.scheduled, currency),
        format_money(each.charged, currency),
    )


def _moment(moment: int | None) -> str | None:
    return None if moment is None else format_micros(moment)


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_money(minor, currency)


_PARTNER = Parameter(
    name="partner", place="path", description="The seller, by its code.", type=Key, example="10000000001"
)
_REPORT_DATE = Parameter(
    name="reportDate",
    place="path",
    description="The day on which the period reports.",
    type=Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{8}$")],
    example="2026-07-28",
)
_PERIOD = PeriodBody(
    "2026-07-11", "2026-07-28", 8, "46.75", "USD", "2026-07-25T07:00:00Z", "46.75", "0.00", "2026-07-28T07:00:00Z"
)


def settlement_operations(handlers: SettlementHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on periods."""
    return (
        access.operation(
            handlers.periods,
            "GET",
            "/settlement/sellers/{partner}/periods",
            "listSettlementPeriods",
            "The periods of a seller",
            TAG,
            parameters=(_PARTNER,),
            answers={200: Answer(description="The periods.", type=PeriodsBody, example=PeriodsBody([_PERIOD]))},
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.proof,
            "GET",
            "/settlement/sellers/{partner}/periods/{reportDate}/proof",
            "proveSettlementPeriod",
            "The proof of a period",
            TAG,
            description="Its rows added up by amount type, by fee and by order, against what the ledger says is "
            "payable and what was paid; the bridge to the legacy report; commissions that differ from the schedule.",
            parameters=(_PARTNER, _REPORT_DATE),
            answers={200: Answer(description="The proof.", type=ProofBody)},
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.settle,
            "POST",
            "/settlement/close",
            "closeSettlementPeriods",
            "Close the periods that have ended, and publish the reports that are due",
            TAG,
            description="As the worker does by itself, after what fulfilment centres lost and found is answered for. "
            "Nothing is closed or published twice.",
            answers={200: Answer(description="How many.", type=SettledBody, example=SettledBody(1, 1))},
        ),
    )
