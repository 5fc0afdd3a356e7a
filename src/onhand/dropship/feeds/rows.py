"""The rows of a feed as msgspec reads them where nothing is wrong with them: one type for each form.

A row with any other field is left to `checks`: it may be one of these in another case, which must not be passed over.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onhand.dropship.feeds.forms import FormName
from onhand.dropship.vocabulary import COUNTED, NAME_LENGTH_MAX, UNITS_MAX, Code

Units = Annotated[int, Meta(ge=0, le=UNITS_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Gtin = Annotated[str, Meta(min_length=8, max_length=14)]


class InTransit(msgspec.Struct, gc=False, rename="camel"):
    """Units on their way, and the day on which they are expected."""

    quantity: Units
    expected_availability_date: date


class Amount(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A number of units."""

    amount: Units
    unit: Literal["EACH"] = "EACH"


class ProductRow(msgspec.Struct, gc=False, rename="camel", forbid_unknown_fields=True):
    """A row of the form by GTIN."""

    product_id: Gtin
    availability_code: Code
    ship_node: Name | None = None
    quantity: Units | None = None
    in_transit_inventory: InTransit | list[InTransit] | None = None


class QuantityRow(msgspec.Struct, gc=False, rename="camel", forbid_unknown_fields=True):
    """A row of the form by SKU."""

    sku: Name
    ship_node: Name | None = None
    availability_code: Code = COUNTED
    quantity: Amount | None = None
    in_transit_inventory: InTransit | list[InTransit] | None = None


class NodeQuantity(msgspec.Struct, gc=False, rename="camel", forbid_unknown_fields=True):
    """What a node has of the SKU in whose row it stands."""

    ship_node: Name | None = None
    availability_code: Code = COUNTED
    quantity: Amount | None = None
    in_transit_inventory: InTransit | list[InTransit] | None = None


class NodesRow(msgspec.Struct, gc=False, rename="camel", forbid_unknown_fields=True):
    """A row of the form by SKU and nodes, with one node."""

    sku: Name
    ship_nodes: Annotated[list[NodeQuantity], Meta(min_length=1, max_length=1)]


FeedRow = ProductRow | QuantityRow | NodesRow
ROW_TYPES: dict[FormName, type[FeedRow]] = {
    "products": ProductRow,
    "quantities": QuantityRow,
    "nodes": NodesRow,
}
