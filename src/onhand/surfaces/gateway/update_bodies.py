"""Reading the bodies of updates, in JSON and XML: everything that is wrong with one is told at once (DS-06 to DS-09).

Keys that are not known are passed over. What XML says is read like the texts that JSON may have in place of numbers.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from onhand.basics.nesting import decoded
from onhand.dropship.feeds.faults import shown
from onhand.dropship.vocabulary import CODES, COUNTED, UNITS_MAX, Code
from onhand.surfaces.gateway.door import Caller
from onhand.surfaces.gateway.errors import (
    INVALID_REQUEST_CONTENT,
    INVALID_REQUEST_PARAM,
    MALFORMED_REQUEST_CONTENT,
    Fault,
)
from onhand.surfaces.gateway.forms import XML, read_xml, sent_type
from onhand.surfaces.gateway.inventory_names import (
    IN_CONTENT,
    ItemName,
    Query,
    is_seller,
    read_gtin,
    read_node,
    read_sku,
)
from onhand.surfaces.gateway.wire_inventory import EACH, NODES_MAX
from onhand.surfaces.gateway.xml_forms import listed
from onhand.surfaces.plumbing.call import Call

_CODES: dict[str, Code] = {code: code for code in CODES}
_DIGITS_MAX = len(str(UNITS_MAX))
_ACCEPTED_AMOUNT = f"a whole number from 0 to {UNITS_MAX:,}"
_ACCEPTED_CODE = "AC with a quantity, or AA for infinite inventory"
_NODES = "inventories.nodes"


class Declared(msgspec.Struct, frozen=True):
    """What an update declares; `units` are None where availability is infinite."""

    code: Code
    units: int | None


class NodeEntry(msgspec.Struct, frozen=True):
    """What an update says of one node; `declared` is None where that can't be read, for the faults."""

    node: str
    declared: Declared | None
    faults: tuple[Fault, ...]


def read_content(call: Call, body: bytes, faults: list[Fault]) -> dict[str, Any] | None:
    """The object that a body is; None where it is none, which is noted."""
    if sent_type(call) == XML:
        content: Any = read_xml(body)
        said = "The body is no XML that is taken here: send a well-formed document without declarations of entities."
    else:
        content, said = _json(body)
    if isinstance(content, dict):
        return content
    faults.append(Fault(MALFORMED_REQUEST_CONTENT, "body", said))
    return None


def read_named_item(query: Query, content: Mapping[str, Any] | None, caller: Caller) -> ItemName | None:
    """The item that a query, a body, or both name; None where that can't be read, which is noted."""
    faults, faults_before = query.faults, len(query.faults)
    sku, item_id = query.sku(), query.item_id()
    said_sku, said_id = _said_names(content or {}, faults)
    for name, asked, said in (("sku", sku, said_sku), ("gtin", item_id, said_id)):
        _agree(name, "query", asked, said, faults)
    if len(faults) > faults_before:
        return None
    named = ItemName(sku if sku is not None else said_sku, item_id if item_id is not None else said_id, "sku")
    if named.sku is not None:
        return named
    if named.item_id is not None:
        return msgspec.structs.replace(named, field="gtin")
    if content is not None:
        field, mend = ("sku", "your SKU of the item") if is_seller(caller) else ("gtin", "the item's GTIN, or its sku")
        faults.append(Fault(INVALID_REQUEST_CONTENT, field, f"{field} is missing: give {mend}."))
    return None


def read_named_again(name: ItemName, content: Mapping[str, Any], faults: list[Fault]) -> ItemName:
    """The item of a path with the names that a body has of it besides, which have to be of the same item."""
    said_sku, said_id = _said_names(content, faults)
    _agree("sku", "path", name.sku, said_sku, faults)
    _agree("gtin", "path", name.item_id, said_id, faults)
    return ItemName(name.sku or said_sku, said_id if name.item_id is None else name.item_id, name.field)


def read_declared(
    content: Mapping[str, Any], quantity_name: str, faults: list[Fault], *, path: str = "", code_required: bool = False
) -> Declared | None:
    """What an object declares; None where something of it can't be read, which is noted.

    `path` stands before the names of its fields. Without a code the units are counted.
    """
    faults_before = len(faults)
    code = _code(content, path, faults, required=code_required)
    units = _units(content.get(quantity_name), f"{path}{quantity_name}", faults)
    if content.get(quantity_name) is None and code == COUNTED:
        faults.append(_missing(f"{path}{quantity_name}", 'an object such as {"unit":"EACH","amount":23}'))
    if code is None or len(faults) > faults_before:
        return None
    return Declared(code, units if code == COUNTED else None)


def read_nodes(content: Mapping[str, Any], faults: list[Fault]) -> list[NodeEntry]:
    """What an update says of each of its nodes; what is wrong with a node that is named stays with it."""
    held = content.get("inventories", content if "nodes" in content else None)
    if not isinstance(held, dict):
        faults.append(_wrong("inventories", held, 'an object such as {"nodes":[…]}'))
        return []
    nodes = held.get("nodes")
    # In XML a list is an element with one for each of its items.
    entries = listed(nodes["node"]) if isinstance(nodes, dict) and "node" in nodes else nodes
    if not isinstance(entries, list) or not entries:
        faults.append(_wrong(_NODES, nodes, "a list of one ship node or more"))
        return []
    if len(entries) > NODES_MAX:
        said = f"{_NODES} has {len(entries):,} ship nodes: give at most {NODES_MAX:,} in one update."
        faults.append(Fault(INVALID_REQUEST_CONTENT, _NODES, said))
        return []
    found = [_entry(entry, f"{_NODES}[{place}]", faults) for place, entry in enumerate(entries)]
    return [entry for entry in found if entry is not None]


def _entry(entry: Any, path: str, faults: list[Fault]) -> NodeEntry | None:
    if not isinstance(entry, dict):
        faults.append(_wrong(path, entry, 'an object such as {"shipNode":"…","inputQty":{…}}'))
        return None
    field = f"{path}.shipNode"
    sent = _text(entry, "shipNode", field, faults)
    if sent is None:
        if entry.get("shipNode") is None:
            faults.append(_missing(field, "the code of one of your ship nodes"))
        return None
    node = read_node(sent, IN_CONTENT, field, faults)
    if node is None:
        return None
    own: list[Fault] = []
    return NodeEntry(node, read_declared(entry, "inputQty", own), tuple(own))


def _said_names(content: Mapping[str, Any], faults: list[Fault]) -> tuple[str | None, int | None]:
    """The SKU and the item id of the GTIN that a body has."""
    sku, gtin = _text(content, "sku", "sku", faults), _text(content, "gtin", "gtin", faults)
    return (
        None if sku is None else read_sku(sku, IN_CONTENT, "sku", faults),
        None if gtin is None else read_gtin(gtin, IN_CONTENT, "gtin", faults),
    )


def _agree(name: str, place: str, asked: str | int | None, said: str | int | None, faults: list[Fault]) -> None:
    if asked is not None and said is not None and asked != said:
        differs = f"{name} is one in the {place} and another in the body: name one item."
        faults.append(Fault(INVALID_REQUEST_PARAM, name, differs))


def _json(body: bytes) -> tuple[Any, str]:
    """What a body says, or why it is no JSON object."""
    try:
        content = decoded(body)
    except msgspec.DecodeError as error:
        return None, f"The body is no JSON: {error}. Send a JSON object."
    except (UnicodeDecodeError, RecursionError):
        return None, "The body is no JSON: it is not in UTF-8, or too deep. Send a JSON object."
    return content, f"The body is {shown(content)}: send a JSON object."


def _text(content: Mapping[str, Any], name: str, field: str, faults: list[Fault]) -> str | None:
    sent = content.get(name)
    if sent is None or isinstance(sent, str):
        return sent
    faults.append(_wrong(field, sent, "a text"))
    return None


def _code(content: Mapping[str, Any], path: str, faults: list[Fault], *, required: bool) -> Code | None:
    sent = content.get("availabilityCode")
    if sent is None:
        if not required:
            return COUNTED
        faults.append(_missing(f"{path}availabilityCode", _ACCEPTED_CODE))
        return None
    code = _CODES.get(sent) if isinstance(sent, str) else None
    if code is None:
        faults.append(_wrong(f"{path}availabilityCode", sent, _ACCEPTED_CODE))
    return code


def _units(sent: Any, field: str, faults: list[Fault]) -> int | None:
    if sent is None:
        return None
    if not isinstance(sent, dict):
        faults.append(_wrong(field, sent, 'an object such as {"unit":"EACH","amount":23}'))
        return None
    unit = sent.get("unit")
    if unit is not None and unit != EACH:
        faults.append(_wrong(f"{field}.unit", unit, EACH))
    amount = sent.get("amount")
    if amount is None:
        faults.append(_missing(f"{field}.amount", _ACCEPTED_AMOUNT))
        return None
    units = _whole(amount)
    if units is None:
        faults.append(_wrong(f"{field}.amount", amount, _ACCEPTED_AMOUNT))
    return units


def _whole(sent: Any) -> int | None:
    """The units of a number or a text of digits, None where they are not within the bounds (DS-09)."""
    if isinstance(sent, str):
        digits = sent.lstrip("0")
        return int(digits or "0") if sent.isascii() and sent.isdigit() and len(digits) <= _DIGITS_MAX else None
    return sent if type(sent) is int and 0 <= sent <= UNITS_MAX else None


def _wrong(field: str, sent: Any, accepted: str) -> Fault:
    if sent is None:
        return _missing(field, accepted)
    return Fault(INVALID_REQUEST_CONTENT, field, f"{field} is {shown(sent)}: give {accepted}.")


def _missing(field: str, accepted: str) -> Fault:
    return Fault(INVALID_REQUEST_CONTENT, field, f"{field} is missing: give {accepted}.")
