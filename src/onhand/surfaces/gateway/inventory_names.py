"""How a call names an item and a ship node, and what is said where it names none of the caller's (DS-01 to DS-04)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from onhand.basics.gtin import format_gtin, padded_gtin
from onhand.dropship.availability import ItemAtNode, at_node_by_gtin, at_node_by_sku
from onhand.dropship.items import PartnerItem, item_by_gtin, item_by_sku
from onhand.dropship.nodes import SELLER
from onhand.dropship.vocabulary import NAME_LENGTH_MAX, is_name
from onhand.stock.locations import Location
from onhand.store.database import Database, Session
from onhand.surfaces.gateway.door import Caller
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    INVALID_REQUEST_CONTENT,
    INVALID_REQUEST_PARAM,
    MISSING_REQUEST_PARAM,
    Fault,
    Refused,
    refused,
)
from onhand.surfaces.plumbing.call import Call

PRODUCT_ID_TYPES = ("sku", "gtin")
_SHOWN = 80

IN_PARAMETERS = INVALID_REQUEST_PARAM
IN_CONTENT = INVALID_REQUEST_CONTENT
"""The code of what is wrong with a name, by where it stands."""


class ItemName(msgspec.Struct, frozen=True):
    """An item by its SKU, by its GTIN as an item id, or by both; `field` is where it was named."""

    sku: str | None
    item_id: int | None
    field: str

    @property
    def shown(self) -> str:
        """The name as it may stand in a sentence."""
        return self.sku[:_SHOWN] if self.sku is not None else format_gtin(self.item_id or 0)

    def differs_from(self, item: PartnerItem) -> bool:
        """Whether the item that its SKU stands for is not that of its GTIN."""
        return self.item_id is not None and self.item_id != item.item_id


class Query:
    """The parameters of a call's query; what is wrong with them joins `faults`."""

    def __init__(self, call: Call, faults: list[Fault]) -> None:
        self.faults = faults
        self._values: dict[str, str] = {}
        repeated = set()
        for name, value in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True):
            if self._values.setdefault(name, value) != value:
                repeated.add(name)
        self._repeated, self._told = repeated, set[str]()

    def text(self, name: str) -> str | None:
        """The value of a parameter, None where it was not sent."""
        if name in self._repeated and name not in self._told:
            self._told.add(name)
            said = f"{name} is given several times, with different values: give it once."
            self.faults.append(Fault(INVALID_REQUEST_PARAM, name, said))
        return self._values.get(name)

    def is_ambiguous(self, name: str) -> bool:
        """Whether a parameter was sent with different values, so that none of them is what is asked for."""
        return name in self._repeated

    def put(self, values: Mapping[str, str]) -> None:
        """Let these stand in the place of what was sent."""
        self._values |= values
        self._repeated -= values.keys()

    def ship_node(self, *, required: bool) -> str | None:
        """The code of the ship node, None where there is none, which is noted where it is required."""
        code = self.text("shipNode")
        if code is None and required:
            self.missing("shipNode", "the code of one of your ship nodes")
        return None if code is None else read_node(code, IN_PARAMETERS, "shipNode", self.faults)

    def sku(self) -> str | None:
        """The SKU, None where there is none."""
        sent = self.text("sku")
        return None if sent is None else read_sku(sent, IN_PARAMETERS, "sku", self.faults)

    def item_id(self) -> int | None:
        """The item of the GTIN, None where there is none."""
        sent = self.text("gtin")
        return None if sent is None else read_gtin(sent, IN_PARAMETERS, "gtin", self.faults)

    def missing(self, name: str, accepted: str) -> None:
        """Note that a parameter has to be there and is not."""
        self.faults.append(Fault(MISSING_REQUEST_PARAM, name, f"{name} is missing: give {accepted}."))


def is_seller(caller: Caller) -> bool:
    """Whether the caller asks and is answered in the forms of marketplace sellers."""
    return caller.kind == SELLER


def read_queried_item(query: Query, caller: Caller) -> ItemName | None:
    """The item that a query names, None where it names none, which is noted: a seller names it by its SKU."""
    faults_before = len(query.faults)
    sku, item_id = query.sku(), query.item_id()
    if len(query.faults) > faults_before:
        return None
    if sku is None and (item_id is None or is_seller(caller)):
        if is_seller(caller):
            query.missing("sku", "your SKU of the item")
        else:
            query.missing("gtin", "the item's GTIN of 14 digits, or your SKU of it in sku")
        return None
    return ItemName(sku, item_id, "gtin" if sku is None else "sku")


def read_path_item(call: Call, query: Query, *, default: str | None) -> ItemName | None:
    """The item that a path names by what `productIdType` says; `default` where nothing says it."""
    sent: str = call.path_params["id"]
    named_by = query.text("productIdType")
    if named_by is None:
        named_by = default
        if default is None:
            query.missing("productIdType", "sku or gtin, for what stands in the path")
    elif named_by not in PRODUCT_ID_TYPES:
        said = f"productIdType is “{named_by[:_SHOWN]}”: give sku or gtin, for what stands in the path."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "productIdType", said))
    if named_by == "gtin":
        item_id = read_gtin(sent, IN_PARAMETERS, "id", query.faults)
        return None if item_id is None else ItemName(None, item_id, "id")
    sku = read_sku(sent, IN_PARAMETERS, "id", query.faults)
    return None if sku is None else ItemName(sku, None, "id")


def read_sku(sent: str, code: str, field: str, faults: list[Fault]) -> str | None:
    """A SKU: printable, and not too long."""
    if is_name(sent):
        return sent
    said = f"{field} is “{_visible(sent)}”: give your SKU of the item, 1 to {NAME_LENGTH_MAX} printable characters."
    faults.append(Fault(code, field, said))
    return None


def read_gtin(sent: str, code: str, field: str, faults: list[Fault]) -> int | None:
    """The item id of a GTIN."""
    item_id = padded_gtin(sent)
    if item_id is None:
        said = f"{field} is “{_visible(sent)}”: give the item's GTIN of 14 digits, or of 8, 12 or 13 digits."
        faults.append(Fault(code, field, said))
    return item_id


def read_node(sent: str, code: str, field: str, faults: list[Fault]) -> str | None:
    """The code of a ship node."""
    if is_name(sent):
        return sent
    faults.append(Fault(code, field, f"{field} is “{_visible(sent)}”: give the code of one of your ship nodes."))
    return None


async def item_at_node(
    reader: Session | Database, partner_id: int, node: Location | None, name: ItemName
) -> ItemAtNode | None:
    """The item of that name with what a node holds of it; None where it is not the partner's there."""
    if name.sku is not None:
        return await at_node_by_sku(reader, partner_id, node, name.sku)
    assert name.item_id is not None, "an item is named by its SKU or its GTIN"
    return await at_node_by_gtin(reader, partner_id, node, name.item_id)


async def item_of(reader: Session | Database, partner_id: int, name: ItemName) -> PartnerItem | None:
    """The item of that name; None where it is not the partner's."""
    if name.sku is not None:
        return await item_by_sku(reader, partner_id, name.sku)
    assert name.item_id is not None, "an item is named by its SKU or its GTIN"
    return await item_by_gtin(reader, partner_id, name.item_id)


def not_found(name: ItemName | None, code: str | None) -> Refused:
    """404: there is no item of that name, or no node of that code, or none of the caller's; None names what there is.

    An empty code is that of the default node that a seller does not have.
    """
    faults = [] if code is None else [unknown_node(code)]
    if name is not None:
        faults.append(unknown_item(name))
    return Refused(404, tuple(faults))


def unknown_item(name: ItemName) -> Fault:
    """There is no item of that name, or it is not the caller's."""
    said = f"“{name.shown}” is no item of yours here: check it, or have the item set up first."
    return Fault(CONTENT_NOT_FOUND, name.field, said)


def unknown_node(code: str) -> Fault:
    """There is no ship node of that code, or it is not the caller's."""
    if not code:
        return Fault(CONTENT_NOT_FOUND, "shipNode", "You have no default ship node: name one of yours in shipNode.")
    said = f"“{code[:_SHOWN]}” is no ship node of yours: give the code of one that is."
    return Fault(CONTENT_NOT_FOUND, "shipNode", said)


def nothing_there(name: ItemName, code: str) -> Refused:
    """404: nothing of an item was ever declared or moved at a node."""
    said = (
        f"Nothing was ever declared of “{name.shown}” at ship node “{code[:_SHOWN]}”. Declare it with "
        "PUT /v3/inventory/update."
    )
    return refused(404, CONTENT_NOT_FOUND, "shipNode", said)


def names_differ() -> Refused:
    """400: a SKU and a GTIN that are not of one item."""
    said = "sku and gtin are not of one item: give one of them, or both of the same item."
    return refused(400, INVALID_REQUEST_PARAM, "sku", said)


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:_SHOWN])
