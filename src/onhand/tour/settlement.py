"""The tour's last part: real baskets as sales of marketplace sellers, a period that ends, its report and its proof."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from onhand.basics.clock import DAY, Clock
from onhand.basics.refusal import Refusal
from onhand.completejourney.selling import SellerSales, SoldLine
from onhand.partners.clients import FULL_ACCESS, Scopes, add_gateway_client, revoke_gateway_client
from onhand.partners.onboarding import add_partner
from onhand.settlement.calendar import SettlementCalendar, parse_report_date
from onhand.settlement.closing import close_everywhere
from onhand.settlement.entries import Entry, RefundEntry, SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.publishing import publish_everywhere
from onhand.settlement.statement import StatementForm
from onhand.settlement.vocabulary import Verb
from onhand.store.database import Database
from onhand.tour.asking import Callers

_PATH = "/v3/report/reconreport"
_SOURCE = "tour"
_CATEGORY = "Grocery"
_REFUNDED_EVERY = 25
_HEAD_LINES = 12
_SHOWN_CHARACTERS = 118
_SECRET_BYTES = 32


class SettlementTour:
    """One walk from real baskets to a report and its proof."""

    def __init__(
        self, callers: Callers, database: Database, sales: Sequence[SellerSales], console: Console, clock: Clock
    ) -> None:
        self._callers = callers
        self._database = database
        self._sales = sales
        self._console = console
        self._clock = clock
        self._calendar = SettlementCalendar()

    async def take(self, http: httpx.AsyncClient) -> None:
        """Every step in its order."""
        if not self._sales:
            return
        await self._post_all()
        await self._settle()
        await self._report(http, self._sales[0])

    async def _post_all(self) -> None:
        lines = sum(len(seller.lines) for seller in self._sales)
        self._heading("A period of ten sellers", "POST /operator/v1/settlement/sales")
        self._say(
            f"{len(self._sales)} manufacturers are sellers: {lines:,} lines of real baskets are their sales, with the "
            "prices that were paid and the discounts that retailer and manufacturer gave. They are posted as of an "
            f"earlier period, so that it can end. Every {_REFUNDED_EVERY}th line is given back, which is made up."
        )
        moment = self._posting_moment()
        intake = SettlementIntake(self._database, lambda: moment, self._calendar)
        counts: dict[str, int] = {}
        for seller in self._sales:
            added = await add_partner(self._database, self._clock, kind="seller", code=seller.code, name=seller.name)
            assert not isinstance(added, Refusal), added
            for verb, entries in _entries(seller):
                for outcome in await intake.take(verb, _SOURCE, entries):
                    counts[f"{verb}s {outcome.status}"] = counts.get(f"{verb}s {outcome.status}", 0) + 1
        self._say("  " + ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())))

    def _posting_moment(self) -> int:
        """Some days after the start of the period before the last, whose report is due by now in any case."""
        present = self._calendar.period_of(self._clock())
        before_last = self._calendar.period_at(present.first - timedelta(days=2 * self._calendar.days))
        return self._calendar.starts_at(before_last) + 5 * DAY

    async def _settle(self) -> None:
        self._heading("The period ends", "POST /operator/v1/settlement/close")
        closed = await close_everywhere(self._database, self._clock, self._calendar)
        published = await publish_everywhere(self._database, self._clock, self._calendar, StatementForm())
        self._say(
            f"  {len(closed)} periods closed, {len(published)} reports published; said again, it changes nothing."
        )

    async def _report(self, http: httpx.AsyncClient, seller: SellerSales) -> None:
        client, secret = f"tour-{secrets.token_hex(8)}", secrets.token_urlsafe(_SECRET_BYTES)
        named = {"client_id": client, "partner_code": seller.code, "secret": secret}
        added = await add_gateway_client(self._database, self._clock, **named, scopes=Scopes.of(FULL_ACCESS))
        assert not isinstance(added, Refusal), added
        try:
            headers = await _token_headers(http, client, secret)
            listed = await http.get(f"{_PATH}/availableReconFiles", params={"reportVersion": "v1"}, headers=headers)
            report_date = listed.raise_for_status().json()["availableApReportDates"][-1]
            await self._head(http, headers, seller, report_date)
            await self._proof(seller, report_date)
        finally:
            await revoke_gateway_client(self._database, self._clock, client_id=client)

    async def _head(
        self, http: httpx.AsyncClient, headers: dict[str, str], seller: SellerSales, report_date: str
    ) -> None:
        parameters = {"reportVersion": "v1", "reportDate": report_date}
        self._heading("What a seller is paid for", f"GET {_PATH}/reconFile?reportDate={report_date}&reportVersion=v1")
        self._say(f"{seller.name} fetches its report; the lines are cut to the width of the page.")
        answer = await http.get(f"{_PATH}/reconFile", params=parameters, headers=headers)
        for line in answer.raise_for_status().text.splitlines()[:_HEAD_LINES]:
            self._say(line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…")

    async def _proof(self, seller: SellerSales, report_date: str) -> None:
        day = parse_report_date(report_date)
        path = f"/settlement/sellers/{seller.code}/periods/{day}/proof"
        self._heading("Whether it adds up", f"GET /operator/v1{path}")
        proof = await self._callers.operator_get(path)
        self._console.print(_proof_table(proof))

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False)


def _entries(seller: SellerSales) -> list[tuple[Verb, list[Entry]]]:
    sales: list[Entry] = [_sale(seller.code, line) for line in seller.lines]
    refunds: list[Entry] = [
        RefundEntry(
            event_id=f"refund/{line.basket_id}/{line.gtin}",
            partner=seller.code,
            purchase_order=line.basket_id,
            purchase_order_line=line.gtin,
            reason="No longer wanted",
        )
        for line in seller.lines[::_REFUNDED_EVERY]
    ]
    return [("sale", sales), ("refund", refunds)]


def _sale(seller_code: str, line: SoldLine) -> SaleEntry:
    price, funded = Decimal(line.price), Decimal(line.funded)
    return SaleEntry(
        event_id=f"sale/{line.basket_id}/{line.gtin}",
        partner=seller_code,
        customer_order=line.basket_id,
        customer_order_line=line.gtin,
        purchase_order=line.basket_id,
        purchase_order_line=line.gtin,
        contract_category=_CATEGORY,
        quantity=line.units,
        product_price=price,
        funded_savings=max(funded, Decimal(0)),
        promotion=min(max(Decimal(line.coupon), Decimal(0)), price),
        gtin=line.gtin,
        item_name=line.name[:250],
    )


def _proof_table(proof: dict[str, Any]) -> Table:
    table = Table("what", "rows", "amount", title=f"Period of {proof['period']['firstDay']}", title_justify="left")
    for each in (*proof["byAmountType"], *proof["byFee"]):
        table.add_row(each["what"], f"{each['rows']:,}", each["amount"])
    table.add_section()
    for what in ("payable", "paid", "carried", "salesAndRefunds", "legacy"):
        table.add_row(what, "", proof[what])
    table.add_section()
    for each in proof["residuals"]:
        table.add_row(f"residual, {each['where']}", "", f"[bold]{each['amount']}")
    return table


async def _token_headers(http: httpx.AsyncClient, client: str, secret: str) -> dict[str, str]:
    named = {"WM_SVC.NAME": "Onhand tour", "WM_QOS.CORRELATION_ID": "tour", "Accept": "*/*"}
    grant = {"grant_type": "client_credentials"}
    answer = await http.post("/v3/token", data=grant, auth=(client, secret), headers=named)
    return {**named, "WM_SEC.ACCESS_TOKEN": answer.raise_for_status().json()["access_token"]}
