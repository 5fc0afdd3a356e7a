"""The wire form of what is told to the settlement (OP-07): one entry of a request for each verb.

The types say what JSON may hold; what the texts and amounts have to be is checked in `commands`, where each fault has a
code of its own.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from onhand.settlement.fees import Measure, Package
from onhand.settlement.vocabulary import Fulfilment, charges_of

KEY_CHARACTERS_MAX = 128
TEXT_CHARACTERS_MAX = 256
UNITS_MAX = 1_000_000

_KEY_SCHEMA = {"minLength": 1, "maxLength": KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$"}
_TEXT_PATTERN = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
_AMOUNT_SCHEMA = {"type": ["string", "number"], "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$"}
_EventId = Annotated[
    str,
    Meta(description="The client's own id of this entry: sent again, it counts once.", extra_json_schema=_KEY_SCHEMA),
]
_Partner = Annotated[str, Meta(description="The code of the seller.", extra_json_schema=_KEY_SCHEMA)]
_Currency = Annotated[
    str, Meta(description="ISO 4217; a seller has one.", extra_json_schema={"pattern": "^[A-Z]{3}$", "maxLength": 3})
]
_Key = Annotated[str, Meta(extra_json_schema=_KEY_SCHEMA)]
_Text = Annotated[str, Meta(extra_json_schema={"maxLength": TEXT_CHARACTERS_MAX, "pattern": _TEXT_PATTERN})]
_Gtin = Annotated[str, Meta(extra_json_schema={"pattern": "^([0-9]{8,14})?$", "maxLength": 14})]
_Amount = Annotated[
    Decimal,
    Meta(
        description="An amount as a text or a number, with no more decimals than its currency has.",
        extra_json_schema={**_AMOUNT_SCHEMA, "minimum": 0},
    ),
]
_SignedAmount = Annotated[
    Decimal,
    Meta(
        description="An amount by its effect on what the seller is owed: a charge is negative.",
        extra_json_schema=_AMOUNT_SCHEMA,
    ),
]
_Percent = Annotated[
    Decimal,
    Meta(extra_json_schema={"type": ["string", "number"], "minimum": 0, "maximum": 100, "pattern": "^[0-9.]+$"}),
]
_Units = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": UNITS_MAX})]
_UnitsOrNone = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": UNITS_MAX})]
NOTHING = Decimal(0)
"""The amount that is meant where none is said."""


class _Told(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What every entry has. Without `posted_at` it is posted now."""

    event_id: _EventId
    partner: _Partner
    currency: _Currency = "USD"
    posted_at: datetime | None = None


class SaleEntry(_Told, frozen=True, kw_only=True):
    """A sold order line: posted when its shipment was confirmed. Amounts are those of the whole line.

    `tax_withheld` and `fee_withheld` say that the operator remits the tax and keeps the product fee. `original_price`
    is the price before the commission adjustment programme lowered it (RC-19). `commission_rate` overrules the
    schedule. A line that the operator fulfils (`wfs`) has no shipping, and `fulfilment_fee` or `package`.
    """

    customer_order: _Key
    customer_order_line: _Key
    purchase_order: _Key
    purchase_order_line: _Key
    contract_category: _Text
    quantity: _Units
    product_price: _Amount
    shipping: _Amount = NOTHING
    product_tax: _Amount = NOTHING
    shipping_tax: _Amount = NOTHING
    gift_wrap: _Amount = NOTHING
    gift_wrap_tax: _Amount = NOTHING
    gift_wrap_quantity: _UnitsOrNone = 0
    product_fee: _Amount = NOTHING
    promotion: Annotated[_Amount, Meta(description="What the seller's own promotion takes off.")] = NOTHING
    funded_savings: Annotated[_Amount, Meta(description="What the operator adds for savings it funds.")] = NOTHING
    tax_withheld: bool = True
    fee_withheld: bool = False
    original_price: _Amount | None = None
    commission_rate: _Percent | None = None
    commission_rule: _Text = ""
    fulfilment: Fulfilment = "seller"
    fulfilment_fee: _Amount | None = None
    package: Package | None = None
    shipping_method: _Text = ""
    partner_order: _Text = ""
    sku: _Text = ""
    gtin: _Gtin = ""
    item_name: _Text = ""
    tax_code: _Text = ""
    product_type: _Text = ""
    own_category: _Text = ""
    ship_to_state: _Text = ""
    ship_to_city: _Text = ""
    ship_to_zip: _Text = ""
    campaign: _Text = ""


class RefundEntry(_Told, frozen=True, kw_only=True):
    """Money of a sold line given back: for units, or as an amount of its price and shipping without units.

    With neither, all that is left of the line. Taxes, fees and commission follow in proportion (RC-13).
    """

    purchase_order: _Key
    purchase_order_line: _Key
    description: Annotated[str, Meta(examples=["Return Refund"])] = "Return Refund"
    reason: _Text = ""
    reason_code: _Text = ""
    quantity: _Units | None = None
    product_price: _Amount | None = None
    shipping: _Amount | None = None


class ChargeEntry(_Told, frozen=True, kw_only=True):
    """Something beside sales and refunds that changes what a seller is owed.

    `amount` is signed by its effect on that. `corrects` is the event id, of the same source, of what it corrects.
    """

    description: Annotated[str, Meta(examples=list(charges_of("adjustment"))[:1])]
    amount: _SignedAmount | None = None
    cubic_feet: Annotated[Measure | None, Meta(description="Of a storage fee, instead of an amount.")] = None
    corrects: _Key | None = None
    reason: _Text = ""
    reason_code: _Text = ""
    quantity: _UnitsOrNone = 0
    customer_order: _Text = ""
    customer_order_line: _Text = ""
    purchase_order: _Text = ""
    purchase_order_line: _Text = ""
    contract_category: _Text = ""
    product_type: _Text = ""
    fulfilment: Fulfilment | None = None
    sku: _Text = ""
    gtin: _Gtin = ""
    item_name: _Text = ""
    campaign: _Text = ""


class DepositEntry(_Told, frozen=True, kw_only=True):
    """That the payout of a closed period has arrived."""

    report_date: Annotated[_Key, Meta(description="The period's report date, YYYYMMDD or MMDDYYYY.")]
    reference: _Text = ""


Entry = SaleEntry | RefundEntry | ChargeEntry | DepositEntry
