"""What a store holds of up to 100 items (SI-03 to SI-07)."""

from typing import Any, Literal

import msgspec
from starlette.responses import Response

from onhand.basics.clock import format_seconds
from onhand.basics.gtin import format_gtin, parse_gtin
from onhand.partners.identity import Identity, Supplier
from onhand.stock.onhand import ItemStatus, items_by_wm_item_nbr, status
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.suppliers.errors import FieldProblem, bad_request
from onhand.surfaces.suppliers.parameters import problems_of, read_json_object, read_store_number
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.surfaces.suppliers.shelves import inventory_by_location, shown, summed
from onhand.surfaces.suppliers.single_item import location_id_of
from onhand.surfaces.suppliers.wire import CrossReference, ItemError, ItemInventory, MultiItemInventory

Identifier = Literal["gtin", "wmItemNbr"]

VALUES_MAX = 100
_ITEM_NUMBER_DIGITS = 9
_NO_DATA = "No data found"
# The misspelling is the contract's (SI-04).
_NOT_MAPPED: dict[Identifier, str] = {
    "gtin": "gtin not mapped to the supplier",
    "wmItemNbr": "wmtItemNbr not mapped to the supplier",
}


class _Question(msgspec.Struct, frozen=True):
    """Which items of which store, by which of their identifiers."""

    store_number: int
    identifier: Identifier
    values: tuple[str, ...]


async def post_status(services: SupplierServices, call: Call, identity: Identity) -> Response:
    """`POST /store/inventory/status`."""
    problems = problems_of(identity)
    question = await _read_question(services, call, problems)
    if problems or identity.supplier is None:
        return bad_request(services.clock, problems)
    return JsonResponse(await _answer(services, identity.supplier, question))


async def _read_question(services: SupplierServices, call: Call, problems: list[FieldProblem]) -> _Question:
    identifier = _read_identifier(call, problems)
    body = await read_json_object(call, services.body_bytes_max, problems)
    if body is None:
        return _Question(0, identifier, ())
    store_number = body.get("storeNbr")
    # True is an int to Python, and a store number to nobody.
    text = str(store_number) if isinstance(store_number, int | str) and not isinstance(store_number, bool) else ""
    return _Question(read_store_number(text, problems), identifier, _read_values(body.get("values"), problems))


def _read_identifier(call: Call, problems: list[FieldProblem]) -> Identifier:
    match call.query_params.get("itemIdentifier"):
        case "gtin":
            return "gtin"
        case "wmItemNbr":
            return "wmItemNbr"
    message = "The request must contain either gtin or wmItemNbr as itemIdentifier."
    problems.append(FieldProblem("itemIdentifier", message))
    return "gtin"


def _read_values(values: Any, problems: list[FieldProblem]) -> tuple[str, ...]:
    if not isinstance(values, list) or not 1 <= len(values) <= VALUES_MAX:
        problems.append(FieldProblem("values", f"Invalid values. Send a list of 1 to {VALUES_MAX} item identifiers."))
        return ()
    texts = (value if isinstance(value, str) else msgspec.json.encode(value).decode() for value in values)
    # A repeated value is answered once, where it first stood.
    return tuple(dict.fromkeys(texts))


async def _answer(services: SupplierServices, supplier: Supplier, question: _Question) -> MultiItemInventory:
    location_id = await location_id_of(services, question.store_number)
    valid = [value for value in question.values if _is_valid(question.identifier, value)]
    item_ids = await _item_ids(services, supplier, location_id, question.identifier, valid)
    statuses = await status(
        services.database,
        supplier_id=supplier.supplier_id,
        location_id=location_id,
        item_ids=list(item_ids.values()),
    )
    moment = format_seconds(services.clock())
    inventory: list[ItemInventory] = []
    errors: list[ItemError] = []
    for value in question.values:
        item = statuses.get(item_ids.get(value, -1))
        problem = _problem_of(question.identifier, value, item)
        if item is None or problem:
            errors.append(ItemError(field_name=question.identifier, value=value, message=problem, timestamp=moment))
        else:
            inventory.append(_inventory_of(item, floor_at_zero=services.floor_at_zero))
    return MultiItemInventory(
        supplier=supplier.name, store_nbr=question.store_number, inventory=tuple(inventory), errors=tuple(errors)
    )


async def _item_ids(
    services: SupplierServices, supplier: Supplier, location_id: int, identifier: Identifier, values: list[str]
) -> dict[str, int]:
    if identifier == "gtin":
        return {value: int(value) for value in values}
    return await items_by_wm_item_nbr(
        services.database, supplier_id=supplier.supplier_id, location_id=location_id, wm_item_nbrs=values
    )


def _is_valid(identifier: Identifier, value: str) -> bool:
    if identifier == "gtin":
        return parse_gtin(value) is not None
    return len(value) == _ITEM_NUMBER_DIGITS and value.isascii() and value.isdigit()


def _problem_of(identifier: Identifier, value: str, item: ItemStatus | None) -> str:
    if not _is_valid(identifier, value):
        return f"invalid {identifier}"
    if item is None:
        return _NOT_MAPPED[identifier]
    return "" if item.stocks else _NO_DATA


def _inventory_of(item: ItemStatus, *, floor_at_zero: bool) -> ItemInventory:
    own = shown(item.stocks, floor_at_zero=floor_at_zero)
    others = [(item_id, shown(stocks, floor_at_zero=floor_at_zero)) for item_id, stocks in item.cross]
    of_cid = summed([own, *(stocks for _, stocks in others)]) if item.cid is not None else ()
    return ItemInventory(
        gtin=format_gtin(item.item_id),
        wm_item_nbr=item.wm_item_nbr,
        inventory_by_location=inventory_by_location(own),
        cid_level_inventory=inventory_by_location(of_cid),
        cross_references=tuple(
            CrossReference(gtin=format_gtin(item_id), inventory_by_location=inventory_by_location(stocks))
            for item_id, stocks in others
        ),
    )
