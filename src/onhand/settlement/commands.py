"""From an entry as it was sent to a command that the ledger can judge: every check that needs no database."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b

import msgspec

from onhand.basics.clock import MICROSECONDS, TIME_MAX, format_micros, from_datetime
from onhand.basics.money import MINOR_MAX, decimals_of, format_money, is_currency, parse_money
from onhand.basics.refusal import Refusal
from onhand.basics.texts import is_text
from onhand.settlement.calendar import parse_report_date
from onhand.settlement.entries import (
    KEY_CHARACTERS_MAX,
    NOTHING,
    TEXT_CHARACTERS_MAX,
    UNITS_MAX,
    ChargeEntry,
    DepositEntry,
    Entry,
    RefundEntry,
    SaleEntry,
)
from onhand.settlement.fees import fulfilment_fee, storage_fee
from onhand.settlement.rates import parse_percent
from onhand.settlement.vocabulary import CHARGES, REFUND_DESCRIPTIONS, STORAGE_FEE, Verb, charges_of

_ORDER_KEYS = ("purchase_order", "purchase_order_line")
_KEYS_OF: dict[type[Entry], tuple[str, ...]] = {
    SaleEntry: ("event_id", *_ORDER_KEYS, "customer_order", "customer_order_line"),
    RefundEntry: ("event_id", *_ORDER_KEYS),
    ChargeEntry: ("event_id",),
    DepositEntry: ("event_id",),
}
_AMOUNTS = {
    "product_price": "productPrice",
    "shipping": "shipping",
    "product_tax": "productTax",
    "shipping_tax": "shippingTax",
    "gift_wrap": "giftWrap",
    "gift_wrap_tax": "giftWrapTax",
    "product_fee": "productFee",
    "promotion": "promotion",
    "funded_savings": "fundedSavings",
    "original_price": "originalPrice",
}
_KEY_FIELDS = 4
_PARSED = (Decimal, msgspec.Struct)


class Amounts(msgspec.Struct, frozen=True, gc=False):
    """The amounts of a sold line, or the price and shipping of a refund, in minor units; none is negative."""

    product_price: int = 0
    shipping: int = 0
    product_tax: int = 0
    shipping_tax: int = 0
    gift_wrap: int = 0
    gift_wrap_tax: int = 0
    product_fee: int = 0
    promotion: int = 0
    funded_savings: int = 0
    original_price: int = 0


class Command(msgspec.Struct, frozen=True):
    """One entry, checked; `entry` still has what is text in it. `said` is a hash of the whole content.

    `amounts` are a sale's or a refund's. `amount` is the signed one of a charge, and a sale's whole fulfilment fee.
    `points` is a sale's own commission rate in hundredths of a percent, `report_date` a deposit's.
    """

    verb: Verb
    source: str
    event_id: str
    currency: str
    posted_at: int | None
    entry: Entry
    said: int
    amounts: Amounts = Amounts()
    amount: int = 0
    points: int | None = None
    report_date: date | None = None


class _Wrong(Exception):
    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, field, message)


def command_of(verb: Verb, entry: Entry, source: str, now: int, future_seconds: int) -> Command | Refusal:
    """The command that an entry of this source tells, or the first thing that is wrong with it."""
    try:
        _check_texts(entry)
        if not is_currency(entry.currency):
            said = f"{entry.currency[:80]!r} is no currency: give the three letters of one, such as USD."
            return Refusal("invalid_currency", "currency", said)
        moment = _moment(entry.posted_at, now + future_seconds * MICROSECONDS)
        match entry:
            case SaleEntry():
                return _sale(entry, source, moment)
            case RefundEntry():
                return _refund(entry, source, moment)
            case ChargeEntry():
                return _charge(verb, entry, source, moment)
            case _:
                return _deposit(entry, source, moment)
    except _Wrong as wrong:
        return wrong.refusal


def _sale(entry: SaleEntry, source: str, moment: int | None) -> Command:
    amounts = _amounts(entry)
    if not 1 <= entry.quantity <= UNITS_MAX:
        raise _Wrong("invalid_quantity", "quantity", f"quantity is a whole number from 1 to {UNITS_MAX:,}.")
    if not 0 <= entry.gift_wrap_quantity <= entry.quantity:
        said = f"giftWrapQuantity is a whole number from 0 to the line's {entry.quantity:,} units."
        raise _Wrong("invalid_quantity", "giftWrapQuantity", said)
    if amounts.product_price + amounts.funded_savings < amounts.promotion:
        raise _Wrong("invalid_amount", "promotion", "promotion takes off more than the price: it is the whole line's.")
    if entry.original_price is not None and amounts.original_price < amounts.product_price:
        said = "originalPrice is lower than productPrice: it is the price before the programme lowered it."
        raise _Wrong("invalid_amount", "originalPrice", said)
    points = None
    if entry.commission_rate is not None:
        points = parse_percent(entry.commission_rate)
        if points is None:
            said = "commissionRate is a percentage from 0 to 100 with two decimals at most."
            raise _Wrong("invalid_rate", "commissionRate", said)
    fee = _fulfilment_fee(entry, amounts)
    said_hash = _hash("sale", entry, amounts, fee, points)
    return Command(
        "sale", source, entry.event_id, entry.currency, moment, entry, said_hash, amounts, amount=-fee, points=points
    )


def _fulfilment_fee(entry: SaleEntry, amounts: Amounts) -> int:
    """The fee of the whole line in minor units; 0 where the seller fulfils."""
    told = entry.fulfilment_fee is not None or entry.package is not None
    if entry.fulfilment == "seller":
        if told:
            said = "The seller fulfils this line, so there is no fee: leave it out, or say fulfilment wfs."
            raise _Wrong("no_fulfilment_fee", "fulfilmentFee", said)
        return 0
    if amounts.shipping or amounts.shipping_tax:
        said = "A line that the operator fulfils has no shipping of the seller's: leave it out."
        raise _Wrong("no_shipping", "shipping", said)
    if entry.fulfilment_fee is not None:
        return _amount("fulfilmentFee", entry.fulfilment_fee, entry.currency)
    if entry.package is None:
        said = "A line that the operator fulfils has fulfilmentFee, or package to work it out from."
        raise _Wrong("missing_fee", "fulfilmentFee", said)
    return _known(fulfilment_fee(entry.package, entry.product_price / entry.quantity, entry.currency)) * entry.quantity


def _known(fee: int | Refusal) -> int:
    if isinstance(fee, Refusal):
        raise _Wrong(fee.code, fee.field, fee.message)
    return fee


def _refund(entry: RefundEntry, source: str, moment: int | None) -> Command:
    if entry.description not in REFUND_DESCRIPTIONS:
        said = f"description is one of {', '.join(REFUND_DESCRIPTIONS)}."
        raise _Wrong("unknown_description", "description", said)
    if entry.quantity is not None:
        if not 1 <= entry.quantity <= UNITS_MAX:
            raise _Wrong("invalid_quantity", "quantity", f"quantity is a whole number from 1 to {UNITS_MAX:,}.")
        if entry.product_price is not None or entry.shipping is not None:
            said = "Give either quantity, or amounts of money without units."
            raise _Wrong("two_ways", "quantity", said)
    amounts = _amounts(entry)
    if (entry.product_price is not None or entry.shipping is not None) and not amounts.product_price + amounts.shipping:
        raise _Wrong("invalid_amount", "productPrice", "Nothing is given back: give more than 0 of price or shipping.")
    said_hash = _hash("refund", entry, amounts)
    return Command("refund", source, entry.event_id, entry.currency, moment, entry, said_hash, amounts)


def _charge(verb: Verb, entry: ChargeEntry, source: str, moment: int | None) -> Command:
    charge = CHARGES.get(entry.description)
    if charge is None or charge.verb != verb:
        said = f"{entry.description[:80]!r} is not told here: description is one of {', '.join(charges_of(verb))}."
        raise _Wrong("unknown_description", "description", said)
    if (entry.amount is None) == (entry.cubic_feet is None):
        raise _Wrong("missing_amount", "amount", "Give an amount, or cubicFeet of a storage fee, and not both.")
    if not 0 <= entry.quantity <= UNITS_MAX:
        raise _Wrong("invalid_quantity", "quantity", f"quantity is a whole number from 0 to {UNITS_MAX:,}.")
    amount = _charged(entry)
    wrong_way = (charge.sign == "charge" and amount > 0) or (charge.sign == "credit" and amount < 0)
    if amount == 0 or wrong_way:
        meant = {"charge": "a charge: less than 0", "credit": "a credit: more than 0", "either": "not 0"}[charge.sign]
        said = f"{entry.description} is {meant}, by its effect on what the seller is owed."
        raise _Wrong("wrong_sign", "amount", said)
    said_hash = _hash(verb, entry, amount)
    return Command(verb, source, entry.event_id, entry.currency, moment, entry, said_hash, amount=amount)


def _charged(entry: ChargeEntry) -> int:
    if entry.amount is not None:
        return _signed("amount", entry.amount, entry.currency)
    feet = entry.cubic_feet or Decimal(0)
    if entry.description != STORAGE_FEE:
        raise _Wrong("no_volume", "cubicFeet", f"cubicFeet is for {STORAGE_FEE}: give an amount.")
    if not (feet.is_finite() and 0 < feet <= 10**6):
        raise _Wrong("invalid_volume", "cubicFeet", "cubicFeet is a number over 0, 1,000,000 at most.")
    return -_known(storage_fee(feet, entry.currency))


def _deposit(entry: DepositEntry, source: str, moment: int | None) -> Command:
    day = parse_report_date(entry.report_date)
    if day is None:
        said = f"{entry.report_date!r} is no report date: write it YYYYMMDD or MMDDYYYY."
        raise _Wrong("invalid_report_date", "reportDate", said)
    said_hash = _hash("deposit", entry, day.isoformat())
    return Command("deposit", source, entry.event_id, entry.currency, moment, entry, said_hash, report_date=day)


def _amounts(entry: SaleEntry | RefundEntry) -> Amounts:
    found = {}
    for name, field in _AMOUNTS.items():
        told: Decimal | None = getattr(entry, name, None)
        # Nearly all are left out, and looking at their values takes longer.
        if told is not None and told is not NOTHING and bool(told):
            found[name] = _amount(field, told, entry.currency)
    return Amounts(**found)


def _amount(field: str, told: Decimal, currency: str) -> int:
    minor = _signed(field, told, currency)
    if minor < 0:
        said = f"{field} is {format_money(minor, currency)}: give what was asked of the customer, 0 or more."
        raise _Wrong("negative_amount", field, said)
    return minor


def _signed(field: str, told: Decimal, currency: str) -> int:
    minor = parse_money(told, currency)
    if minor is None:
        largest = format_money(MINOR_MAX, currency)
        said = f"{field} is no amount of {currency}: give a number up to {largest}, {decimals_of(currency)} decimals."
        raise _Wrong("invalid_amount", field, said)
    return minor


def _check_texts(entry: Entry) -> None:
    keys = _KEYS_OF[type(entry)]
    for name in keys:
        text = getattr(entry, name)
        if not (0 < len(text) <= KEY_CHARACTERS_MAX and text.isprintable()):
            field = _camel(name)
            said = f"{field} has 1 to {KEY_CHARACTERS_MAX} printable characters."
            raise _Wrong(f"invalid_{field}", field, said)
    texts = [value for value in msgspec.structs.astuple(entry) if type(value) is str]
    if not is_text("".join(texts)) or len(max(texts, key=len)) > TEXT_CHARACTERS_MAX:
        _refuse_text(entry)
    gtin = getattr(entry, "gtin", "")
    if gtin and not (8 <= len(gtin) <= 14 and gtin.isascii() and gtin.isdigit()):
        raise _Wrong("invalid_gtin", "gtin", f"{gtin[:80]!r} is no GTIN: give its 8 to 14 digits.")


def _refuse_text(entry: Entry) -> None:
    for name, value in msgspec.structs.asdict(entry).items():
        if isinstance(value, str) and (len(value) > TEXT_CHARACTERS_MAX or not is_text(value)):
            said = f"{_camel(name)} has {TEXT_CHARACTERS_MAX} characters at most, and none for control."
            raise _Wrong("invalid_text", _camel(name), said)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _moment(time: datetime | None, latest: int) -> int | None:
    """The microseconds of a time; one without a zone is UTC."""
    if time is None:
        return None
    moment = from_datetime(time)
    if not 0 <= moment <= TIME_MAX:
        raise _Wrong("invalid_time", "postedAt", "postedAt lies before 1970 or after 9999: check the year.")
    if moment > latest:
        said = f"{format_micros(moment)} is still to come. Check the clock and the zone that it was written in."
        raise _Wrong("in_the_future", "postedAt", said)
    return moment


def _hash(verb: str, entry: Entry, *parsed: object) -> int:
    """A 64-bit hash of what an entry says: amounts by their value, however they were written."""
    # Its key and its time, which stand first, are no part of what it says, and amounts are among what was parsed.
    values = msgspec.structs.astuple(entry)[_KEY_FIELDS:]
    kept = [value for value in values if not isinstance(value, _PARSED)]
    moment = None if entry.posted_at is None else from_datetime(entry.posted_at)
    content = msgspec.msgpack.encode((verb, entry.currency, moment, kept, parsed))
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)
