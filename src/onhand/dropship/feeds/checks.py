"""Looking at a row that is not well-formed: everything that is wrong with it, field by field.

Keys are read whatever their case, as those of the file's header are; quantities both plain and as `{unit, amount}`.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from onhand.basics.gtin import format_gtin, padded_gtin
from onhand.dropship.feeds import faults
from onhand.dropship.feeds.faults import FeedFault
from onhand.dropship.feeds.forms import Form
from onhand.dropship.feeds.rows import InTransit
from onhand.dropship.vocabulary import CODES, COUNTED, UNITS_MAX, is_name

_ENDLESS = -1


class CheckedRow(msgspec.Struct):
    """What could be read of a row, and what is wrong with it."""

    named: int | str | None = None
    node: str | None = None
    units: int = _ENDLESS
    in_transit: list[InTransit] | None = None
    faults: list[FeedFault] = msgspec.field(default_factory=list)


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's fields with keys in lower case, those of its only ship node among them."""
    fields = {key.lower(): value for key, value in row.items()}
    nodes = fields.get("shipnodes")
    if _is_one_node(nodes):
        fields |= {key.lower(): value for key, value in nodes[0].items()}
    return fields


def checked(fields: Mapping[str, Any], form: Form) -> CheckedRow:
    """Check the fields of a row, with keys in lower case."""
    row = CheckedRow()
    if form.by_sku:
        row.named = _sku(fields.get("sku"), row.faults)
    else:
        row.named = _gtin(fields.get("productid"), row.faults)
    nodes = fields.get("shipnodes")
    if form.name == "nodes" and nodes is not None and not _is_one_node(nodes):
        row.faults.append(faults.invalid_ship_nodes(nodes))
        return row
    row.node = _ship_node(fields.get("shipnode"), form, row.faults)
    code = _code(fields.get("availabilitycode"), form, row.faults)
    units = _units(fields.get("quantity"), row.faults)
    if code == COUNTED and fields.get("quantity") is None:
        row.faults.append(faults.missing("quantity", f"a whole number from 0 to {UNITS_MAX:,} with “AC”"))
    if code == COUNTED and units is not None:
        row.units = units
    row.in_transit = _in_transit(fields.get("intransitinventory"), row.faults)
    return row


def row_name(fields: Mapping[str, Any], form: Form) -> tuple[str, str]:
    """How a row names its item and its node, as texts to show; empty where it doesn't."""
    sent = fields.get("sku" if form.by_sku else "productid")
    node = fields.get("shipnode") or form.ship_node
    name = sent if isinstance(sent, str) else ""
    item_id = None if form.by_sku else padded_gtin(name)
    if item_id is not None:
        name = format_gtin(item_id)
    return name, node if isinstance(node, str) else ""


def _gtin(sent: Any, found: list[FeedFault]) -> int | None:
    if sent is None:
        found.append(faults.missing("productId", "the item's GTIN, a text of 14 digits"))
    elif not isinstance(sent, str) or (item_id := padded_gtin(sent)) is None:
        found.append(faults.invalid_gtin(sent))
    else:
        return item_id
    return None


def _sku(sent: Any, found: list[FeedFault]) -> str | None:
    if sent is None:
        found.append(faults.missing("sku", "your SKU of the item"))
    elif not _is_name(sent):
        found.append(faults.invalid_sku(sent))
    else:
        return str(sent)
    return None


def _ship_node(sent: Any, form: Form, found: list[FeedFault]) -> str | None:
    if sent is None:
        if form.ship_node is None:
            found.append(faults.missing("shipNode", "the code of one of your ship nodes"))
        return form.ship_node
    if not _is_name(sent):
        found.append(faults.invalid_ship_node(sent))
        return None
    return str(sent)


def _is_one_node(sent: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(sent, list) and len(sent) == 1 and isinstance(sent[0], dict)


def _is_name(sent: Any) -> bool:
    return isinstance(sent, str) and is_name(sent)


def _code(sent: Any, form: Form, found: list[FeedFault]) -> str | None:
    if sent is None and form.by_sku:
        return COUNTED
    if sent is None:
        found.append(faults.missing("availabilityCode", "“AC” with a quantity, or “AA” for infinite inventory"))
    elif sent not in CODES:
        found.append(faults.invalid_code(sent))
    else:
        return str(sent)
    return None


def _units(sent: Any, found: list[FeedFault]) -> int | None:
    if isinstance(sent, dict):
        fields = {key.lower(): value for key, value in sent.items()}
        if fields.get("unit", "EACH") != "EACH":
            found.append(faults.invalid_unit(fields["unit"]))
        return _whole(fields.get("amount"), "quantity.amount", found)
    return None if sent is None else _whole(sent, "quantity", found)


def _whole(sent: Any, field: str, found: list[FeedFault]) -> int | None:
    if type(sent) is int and 0 <= sent <= UNITS_MAX:
        return sent
    found.append(faults.invalid_quantity(sent, field))
    return None


def _in_transit(sent: Any, found: list[FeedFault]) -> list[InTransit] | None:
    if sent is None:
        return None
    listed = sent if isinstance(sent, list) else [sent]
    try:
        return msgspec.convert(listed, list[InTransit], strict=True)
    except msgspec.ValidationError as error:
        found.append(faults.invalid_in_transit(sent, str(error)))
    return None
