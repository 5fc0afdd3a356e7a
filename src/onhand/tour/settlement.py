"""The tour's last part: real baskets as sales of marketplace sellers, a period that ends, its report and its proof."""

import secrets
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from onhand.basics.clock import DAY, Clock
from onhand.basics.refusal import Refusal
from onhand.client.clients import AsyncClient
from onhand.client.results.money import SettlementProof
from onhand.completejourney.selling import SellerSales, SoldLine
from onhand.partners.clients import FULL_ACCESS, Scopes, add_gateway_client, revoke_gateway_client
from onhand.partners.onboarding import add_partner
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.closing import close_everywhere
from onhand.settlement.entries import Entry, RefundEntry, SaleEntry
from onhand.settlement.intake import SettlementIntake
from onhand.settlement.publishing import publish_everywhere
from onhand.settlement.statement import StatementForm
from onhand.settlement.vocabulary import Verb
from onhand.store.database import Database
from onhand.tour.asking import seller_client_of

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
        self, client: AsyncClient, database: Database, sales: Sequence[SellerSales], console: Console, clock: Clock
    ) -> None:
        self._client = client
        self._database = database
        self._sales = sales
        self._console = console
        self._clock = clock
        self._calendar = SettlementCalendar()

    async def take(self, url: str) -> None:
        """Every step in its order."""
        if not self._sales:
            return
        await self._post_all()
        await self._settle()
        await self._report(url, self._sales[0])

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

    async def _report(self, url: str, seller: SellerSales) -> None:
        client, secret = f"tour-{secrets.token_hex(8)}", secrets.token_urlsafe(_SECRET_BYTES)
        named = {"client_id": client, "partner_code": seller.code, "secret": secret}
        added = await add_gateway_client(self._database, self._clock, **named, scopes=Scopes.of(FULL_ACCESS))
        assert not isinstance(added, Refusal), added
        try:
            async with seller_client_of(url, client, secret) as partner:
                report_date = (await partner.settlement.dates())[-1]
                await self._head(partner, seller, report_date)
            await self._proof(seller, report_date)
        finally:
            await revoke_gateway_client(self._database, self._clock, client_id=client)

    async def _head(self, partner: AsyncClient, seller: SellerSales, report_date: date) -> None:
        shown = f"reportDate={report_date:%Y%m%d}&reportVersion=v1"
        self._heading("What a seller is paid for", f"GET {_PATH}/reconFile?{shown}")
        self._say(f"{seller.name} fetches its report; the lines are cut to the width of the page.")
        with tempfile.TemporaryDirectory(prefix="onhand-tour-") as folder:
            report = await partner.settlement.save(report_date, Path(folder), form="csv")
            assert report.path is not None, "it was saved"
            lines = report.path.read_text(encoding="utf-8").splitlines()
        for line in lines[:_HEAD_LINES]:
            self._say(line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…")

    async def _proof(self, seller: SellerSales, report_date: date) -> None:
        path = f"/settlement/sellers/{seller.code}/periods/{report_date}/proof"
        self._heading("Whether it adds up", f"GET /operator/v1{path}")
        self._console.print(_proof_table(await self._client.money.proof(seller.code, report_date)))

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


def _proof_table(proof: SettlementProof) -> Table:
    table = Table("what", "rows", "amount", title=f"Period of {proof.period.first_day}", title_justify="left")
    for each in (*proof.by_amount_type, *proof.by_fee):
        table.add_row(each.what, f"{each.rows:,}", str(each.amount))
    table.add_section()
    sums = {
        "payable": proof.payable,
        "paid": proof.paid,
        "carried": proof.carried,
        "salesAndRefunds": proof.sales_and_refunds,
        "legacy": proof.legacy,
    }
    for what, amount in sums.items():
        table.add_row(what, "", str(amount))
    table.add_section()
    for left in proof.residuals:
        table.add_row(f"residual, {left.where}", "", f"[bold]{left.amount}")
    return table
