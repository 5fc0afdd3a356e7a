"""From a command to the postings that it makes: what each row is, and whose money it is (RC-09 to RC-13)."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import msgspec

from onhand.basics.money import decimals_of, share
from onhand.basics.refusal import Refusal
from onhand.settlement.commands import Amounts, Command
from onhand.settlement.entries import ChargeEntry, RefundEntry, SaleEntry
from onhand.settlement.rates import Commission, RateTable, commission_at, commission_of
from onhand.settlement.reimbursements import Reimbursed
from onhand.settlement.rows import Draft, Facts, Line
from onhand.settlement.vocabulary import (
    CHARGES,
    COUNTER_ACCOUNTS,
    FULFILMENT_FEE,
    FULFILMENT_WORDS,
    FUNDED,
    GIFT_WRAP,
    GIFT_WRAP_TAX,
    GIFT_WRAP_TAX_WITHHELD,
    OF_GIFT_WRAP,
    OF_SHIPPING,
    PAYABLE,
    PRODUCT_COMMISSION,
    PRODUCT_FEE,
    PRODUCT_FEE_WITHHELD,
    PRODUCT_PRICE,
    PRODUCT_TAX,
    PRODUCT_TAX_WITHHELD,
    PROMO,
    REVALUED,
    SALE_DESCRIPTION,
    SHIPPING,
    SHIPPING_COMMISSION,
    SHIPPING_TAX,
    SHIPPING_TAX_WITHHELD,
    Kind,
)

_DENOMINATOR_MAX = 10**18


class Part(msgspec.Struct, array_like=True, gc=False):
    """Of one amount type of a sold line: what was posted, what was not given back yet, and its commission rate.

    `unrounded` is what would be left if no part had been rounded, as a fraction; empty where that is `left`.
    """

    posted: int
    left: int
    rate: str = ""
    unrounded: str = ""

    def keep(self, fraction: Fraction) -> int:
        """Give back all but a fraction of what is left: the amount, which has the opposite sign.

        All that was given back so far is rounded, not each part of it, half away from zero.
        """
        kept = (Fraction(self.unrounded or self.left) * fraction).limit_denominator(_DENOMINATOR_MAX)
        back = self.posted - kept
        return self._leave(self.posted - share(back.numerator, 1, back.denominator), kept)

    def give(self, amount: int) -> int:
        """Give back an amount; the same with the opposite sign."""
        return self._leave(self.left - amount, Fraction(self.left - amount))

    def _leave(self, left: int, unrounded: Fraction) -> int:
        given = left - self.left
        self.left, self.unrounded = left, "" if unrounded == left else str(unrounded)
        return given


class Sold(msgspec.Struct):
    """A sold order line as refunds see it; `parts` by amount type, in the order of its rows."""

    posting_no: int
    posted_at: int
    unit_price: int
    quantity: int
    returned: int
    parts: dict[str, Part]
    facts: Facts

    def copy(self) -> "Sold":
        """The same line, of which something may be given back without changing this one."""
        parts = {amount_type: msgspec.structs.replace(part) for amount_type, part in self.parts.items()}
        return msgspec.structs.replace(self, parts=parts)


def sale_of(command: Command, rates: RateTable, day: date) -> tuple[Draft, ...] | Refusal:
    """The posting of a sold line, and that of its fulfilment fee where the operator fulfils it."""
    entry, amounts = command.entry, command.amounts
    assert isinstance(entry, SaleEntry)
    commission = _commission(command, entry, rates, day)
    if isinstance(commission, Refusal):
        return commission
    charged, scheduled, before = commission
    if charged.on_product < 0:
        said = "The price was lowered by more than the commission on it: the programme gives no more than that."
        return Refusal("adjustment_too_large", "originalPrice", said)
    facts = _sale_facts(entry, amounts, charged.rate, scheduled, before)
    sale = drafted(facts, _sale_lines(entry, amounts, charged))
    if not command.amount:
        return (sale,)
    return sale, _charged(_fee_facts(facts), FULFILMENT_FEE, command.amount)


def charge_of_command(command: Command, corrects: int | None) -> Draft:
    """The posting of a charge or a credit."""
    entry = command.entry
    assert isinstance(entry, ChargeEntry)
    facts = Facts(
        kind=CHARGES[entry.description].kind.value,
        description=entry.description,
        corrects=corrects,
        customer_order=entry.customer_order,
        customer_order_line=entry.customer_order_line,
        purchase_order=entry.purchase_order,
        purchase_order_line=entry.purchase_order_line,
        quantity=entry.quantity,
        reason_code=entry.reason_code or code_of(entry.reason),
        reason=entry.reason,
        sku=entry.sku,
        gtin=entry.gtin,
        item_name=entry.item_name,
        contract_category=entry.contract_category,
        product_type=entry.product_type,
        fulfilment=FULFILMENT_WORDS[entry.fulfilment] if entry.fulfilment else "",
        campaign=entry.campaign,
    )
    return _charged(facts, entry.description, command.amount)


def refund_of(command: Command, sold: Sold) -> Draft | Refusal:
    """The posting that gives back units of a sold line, or money of it; what is left of the line is changed by it.

    Each amount type follows in proportion, rounded over all parts, so that they come to the whole exactly (RC-13).
    """
    entry = command.entry
    assert isinstance(entry, RefundEntry)
    units = _units(entry, sold)
    if isinstance(units, Refusal):
        return units
    given = _by_units(sold, units) if units else _by_money(sold, command.amounts)
    if isinstance(given, Refusal):
        return given
    sold.returned += units
    lines = [
        Line(amount_type, given[amount_type], part.rate)
        for amount_type, part in sold.parts.items()
        if given.get(amount_type) or (units and amount_type == PRODUCT_PRICE)
    ]
    return drafted(_refund_facts(entry, sold, units), lines)


def drafted(facts: Facts, lines: Iterable[Line]) -> Draft:
    """The posting of some rows of a sale or a refund, with the other side of each."""
    kept = tuple(lines)
    legs = {PAYABLE: sum(line.amount for line in kept)}
    for line in kept:
        account = COUNTER_ACCOUNTS[line.amount_type]
        legs[account] = legs.get(account, 0) - line.amount
    return Draft(facts, kept, legs)


def moved(facts: Facts, amount: int, debited: str, credited: str, lines: tuple[Line, ...] = ()) -> Draft:
    """A posting that moves an amount from one account to another."""
    return Draft(facts, lines, {debited: -amount, credited: amount})


def code_of(reason: str) -> str:
    """The code of a reason: its words in capitals."""
    return "_".join("".join(c if c.isalnum() else " " for c in reason.upper()).split())


def revaluation_of(reimbursed: Reimbursed, difference: int) -> Draft:
    """The posting that corrects what was paid for lost or damaged units, by its difference."""
    facts = Facts(
        kind=Kind.ADJUSTMENT.value,
        description=reimbursed.description,
        corrects=reimbursed.posting_no,
        gtin=reimbursed.gtin,
        fulfilment=FULFILMENT_WORDS["wfs"],
        reason=REVALUED,
        reason_code=code_of(REVALUED),
    )
    return _charged(facts, reimbursed.description, difference)


def parts_of(draft: Draft) -> dict[str, Part]:
    """What may be given back of a sale."""
    return {line.amount_type: Part(line.amount, line.amount, line.commission_rate) for line in draft.lines}


def _charged(facts: Facts, description: str, amount: int) -> Draft:
    charge = CHARGES[description]
    return moved(facts, amount, charge.account, PAYABLE, (Line(charge.amount_type, amount),))


def _commission(
    command: Command, entry: SaleEntry, rates: RateTable, day: date
) -> tuple[Commission, int, int | None] | Refusal:
    """What is charged, what the schedule says, and the commission on the product before its price was lowered."""
    found = rates.at(entry.contract_category, day)
    if isinstance(found, Refusal):
        return found
    amounts, units, decimals = command.amounts, entry.quantity, decimals_of(command.currency)
    full_price = amounts.original_price if entry.original_price is not None else amounts.product_price
    base = full_price + amounts.funded_savings
    sold_at = amounts.product_price + amounts.funded_savings
    by_schedule = commission_of(found, sold_at, amounts.shipping, units, decimals)
    scheduled = by_schedule.on_product + by_schedule.on_shipping
    if command.points is not None:
        full = commission_at(command.points, base, amounts.shipping)
    elif base == sold_at:
        full = by_schedule
    else:
        full = commission_of(found, base, amounts.shipping, units, decimals)
    if entry.original_price is None:
        return full, scheduled, None
    lowered = full_price - amounts.product_price
    return msgspec.structs.replace(full, on_product=full.on_product - lowered), scheduled, full.on_product


def _sale_lines(entry: SaleEntry, amounts: Amounts, commission: Commission) -> Iterable[Line]:
    withheld = -1 if entry.tax_withheld else 0
    fee_withheld = -1 if entry.fee_withheld else 0
    rows = (
        (SHIPPING, amounts.shipping),
        (PRODUCT_TAX, amounts.product_tax),
        (PRODUCT_TAX_WITHHELD, withheld * amounts.product_tax),
        (SHIPPING_TAX, amounts.shipping_tax),
        (SHIPPING_TAX_WITHHELD, withheld * amounts.shipping_tax),
        (GIFT_WRAP, amounts.gift_wrap),
        (GIFT_WRAP_TAX, amounts.gift_wrap_tax),
        (GIFT_WRAP_TAX_WITHHELD, withheld * amounts.gift_wrap_tax),
        (PRODUCT_FEE, amounts.product_fee),
        (PRODUCT_FEE_WITHHELD, fee_withheld * amounts.product_fee),
        (PROMO, -amounts.promotion),
        (FUNDED, amounts.funded_savings),
    )
    yield Line(PRODUCT_PRICE, amounts.product_price)
    yield from (Line(amount_type, amount) for amount_type, amount in rows if amount)
    if commission.on_product:
        yield Line(PRODUCT_COMMISSION, -commission.on_product, commission.rate)
    if commission.on_shipping:
        yield Line(SHIPPING_COMMISSION, -commission.on_shipping, commission.rate)


def _sale_facts(entry: SaleEntry, amounts: Amounts, rate: str, scheduled: int, before: int | None) -> Facts:
    return Facts(
        kind=Kind.SALE.value,
        description=SALE_DESCRIPTION,
        customer_order=entry.customer_order,
        customer_order_line=entry.customer_order_line,
        purchase_order=entry.purchase_order,
        purchase_order_line=entry.purchase_order_line,
        partner_order=entry.partner_order,
        quantity=entry.quantity,
        sku=entry.sku,
        gtin=entry.gtin,
        item_name=entry.item_name,
        tax_code=entry.tax_code,
        state=entry.ship_to_state,
        city=entry.ship_to_city,
        zip=entry.ship_to_zip,
        contract_category=entry.contract_category,
        own_category=entry.own_category,
        product_type=entry.product_type,
        commission_rule=entry.commission_rule,
        shipping_method=entry.shipping_method,
        fulfilment=FULFILMENT_WORDS[entry.fulfilment],
        campaign=entry.campaign,
        commission_rate=rate,
        gift_wrap_quantity=entry.gift_wrap_quantity,
        tax_withheld="Y" if entry.tax_withheld else "N",
        fee_withheld="Y" if entry.fee_withheld else "N",
        original_price=amounts.original_price if before is not None else None,
        original_commission=before,
        scheduled=scheduled,
    )


def _fee_facts(sale: Facts) -> Facts:
    """Those of the fee for fulfilling a sold line: its order and item, nothing of the customer or the commission."""
    return msgspec.structs.replace(
        sale,
        kind=Kind.ADJUSTMENT.value,
        description=FULFILMENT_FEE,
        state="",
        city="",
        zip="",
        commission_rule="",
        commission_rate="",
        gift_wrap_quantity=0,
        tax_withheld="",
        fee_withheld="",
        original_price=None,
        original_commission=None,
        scheduled=None,
    )


def _refund_facts(entry: RefundEntry, sold: Sold, units: int) -> Facts:
    return msgspec.structs.replace(
        sold.facts,
        kind=Kind.REFUND.value,
        description=entry.description,
        corrects=sold.posting_no,
        quantity=units,
        reason=entry.reason,
        reason_code=entry.reason_code or code_of(entry.reason),
        state="",
        city="",
        gift_wrap_quantity=0,
        original_price=None,
        original_commission=None,
        scheduled=None,
    )


def _units(entry: RefundEntry, sold: Sold) -> int | Refusal:
    """How many units come back; 0 where money is given back without units."""
    if entry.product_price is not None or entry.shipping is not None:
        return 0
    left = sold.quantity - sold.returned
    asked = left if entry.quantity is None else entry.quantity
    if not 0 < asked <= left:
        said = f"{left} of the line's {sold.quantity} units are left to give back, not {max(asked, 1)}."
        return Refusal("above_what_is_left", "quantity", said)
    return asked


def _by_units(sold: Sold, units: int) -> dict[str, int]:
    left = sold.quantity - sold.returned
    kept = Fraction(left - units, left)
    return {amount_type: part.keep(kept) for amount_type, part in sold.parts.items()}


def _by_money(sold: Sold, amounts: Amounts) -> dict[str, int] | Refusal:
    """An amount of the price and one of the shipping, with what goes with each in proportion."""
    price_left, shipping_left = _left(sold.parts, PRODUCT_PRICE), _left(sold.parts, SHIPPING)
    for field, asked, left in (
        ("productPrice", amounts.product_price, price_left),
        ("shipping", amounts.shipping, shipping_left),
    ):
        if asked > left:
            said = f"{field} gives back more than is left of the line: {_plain(left)} minor units."
            return Refusal("above_what_is_left", field, said)
    return {
        **_with(PRODUCT_PRICE, amounts.product_price, sold.parts),
        **_with(SHIPPING, amounts.shipping, sold.parts),
    }


def _with(given_type: str, amount: int, parts: Mapping[str, Part]) -> dict[str, int]:
    """An amount of one type, and what goes with it in proportion; nothing where it is 0."""
    if not amount:
        return {}
    left = parts[given_type].left
    kept = Fraction(left - amount, left)
    return {
        amount_type: part.give(amount) if amount_type == given_type else part.keep(kept)
        for amount_type, part in parts.items()
        if _goes_with(amount_type) == given_type
    }


def _goes_with(amount_type: str) -> str | None:
    """Which money that is given back an amount type follows; None where it comes back with units alone."""
    if amount_type in OF_SHIPPING:
        return SHIPPING
    is_of_units = amount_type in OF_GIFT_WRAP or amount_type in (PRODUCT_FEE, PRODUCT_FEE_WITHHELD)
    return None if is_of_units else PRODUCT_PRICE


def _left(parts: Mapping[str, Part], amount_type: str) -> int:
    return parts[amount_type].left if amount_type in parts else 0


def _plain(amount: int) -> str:
    return f"{amount:,}"
