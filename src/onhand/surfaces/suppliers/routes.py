"""The operations of the store APIs, as they are served and as the OpenAPI document shows them."""

from typing import Any

from onhand.stock.vocabulary import EVENT_TYPES, Area
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter, Surface
from onhand.surfaces.suppliers.errors import fault_table
from onhand.surfaces.suppliers.history import TOKEN_HEADER, get_history
from onhand.surfaces.suppliers.inventory_actions import post_action
from onhand.surfaces.suppliers.multi_item import post_status
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.surfaces.suppliers.signed import signed
from onhand.surfaces.suppliers.single_item import get_available
from onhand.surfaces.suppliers.wire import (
    InventoryAction,
    InventoryActionOutcome,
    MultiItemInventory,
    MultiItemRequest,
    Problems,
    SingleItemInventory,
    TransactionHistory,
)

THROTTLE_CLASS = "suppliers"

_SECURITY_HEADERS = {
    "consumerId": ("WM_CONSUMER.ID", "The id of the consumer that asks."),
    "timestamp": ("WM_CONSUMER.INTIMESTAMP", "When the request was signed, in milliseconds since 1970-01-01 UTC."),
    "keyVersion": ("WM_SEC.KEY_VERSION", "Which of the consumer's keys has signed."),
    "signature": (
        "WM_SEC.AUTH_SIGNATURE",
        "Consumer id, time stamp and key version, a line feed after each: RSASSA-PKCS1-v1_5 with SHA-256, in Base64.",
    ),
}
_CONTEXT = Parameter(
    name="wm_context_identifier",
    place="header",
    description="The code of the supplier that is asked for; a preferred service provider has to name it.",
)
_CORRELATION = Parameter(
    name="WM_QOS.CORRELATION_ID",
    place="header",
    description="1 to 128 printable ASCII characters that come back with the answer and stand in the server's log.",
)
_STORE = Parameter(name="storeNbr", place="path", type=int, description="The number of the store.", example=45)
_GTIN = Parameter(name="gtin", place="path", description="The 14 digits of the GTIN.", example="00044444444444")
_AREA_NAMES = ", ".join(area.name for area in Area)
_TOKEN_NAME = TOKEN_HEADER.decode()

_THROTTLED = {
    "X-Current-Token-Count": "How many calls may still be made at once.",
    "X-Next-Replenishment-Time": "When there will be one more, ISO 8601, UTC.",
}


def surface(services: SupplierServices) -> Surface:
    """The store APIs. They answer for every path that is nobody else's, as the contract says how (SE-02)."""
    return Surface(
        name="suppliers",
        prefix="",
        operations=operations(services),
        answer_fault=fault_table(services.clock),
        security_schemes={
            name: {"type": "apiKey", "in": "header", "name": header, "description": description}
            for name, (header, description) in _SECURITY_HEADERS.items()
        },
    )


def operations(services: SupplierServices) -> tuple[Operation, ...]:
    """Everything that suppliers and their service providers can ask."""
    return (_available(services), _status(services), _history(services), _inventory_actions(services))


def _available(services: SupplierServices) -> Operation:
    return Operation(
        method="GET",
        path="/store/{storeNbr}/gtin/{gtin}/available",
        operation_id="getAvailable",
        summary="What a store holds of one item",
        description=(
            "The units available in the store. Where a market fulfilment centre holds some too, every area is listed "
            "in `inventoryByLocation`."
        ),
        tag="Store inventory",
        parameters=(_STORE, _GTIN, _CONTEXT, _CORRELATION),
        answers=_answers("The item's inventory.", SingleItemInventory, _AVAILABLE_EXAMPLE, missing=True),
        security=tuple(_SECURITY_HEADERS),
        throttle_class=THROTTLE_CLASS,
        handler=signed(services, get_available),
    )


def _status(services: SupplierServices) -> Operation:
    return Operation(
        method="POST",
        path="/store/inventory/status",
        operation_id="getInventoryStatus",
        summary="What a store holds of up to 100 items",
        description="Problems with single items stand in `errors` of the answer, beside the items that were found.",
        tag="Store inventory",
        parameters=(
            Parameter(
                name="itemIdentifier",
                place="query",
                description="What `values` are: gtin (14 digits) or wmItemNbr (9 digits).",
                required=True,
                example="gtin",
            ),
            _CONTEXT,
            _CORRELATION,
        ),
        body=Body(
            description="The store and the items.",
            type=MultiItemRequest,
            example={"storeNbr": 45, "values": ["00044444444444", "00028400310414"]},
        ),
        answers=_answers("The items' inventory, in the order asked for.", MultiItemInventory, _STATUS_EXAMPLE),
        security=tuple(_SECURITY_HEADERS),
        throttle_class=THROTTLE_CLASS,
        handler=signed(services, post_status),
    )


def _history(services: SupplierServices) -> Operation:
    return Operation(
        method="GET",
        path="/store/{storeNbr}/gtin/{gtin}/transactionHistory",
        operation_id="getTransactionHistory",
        summary="What happened to one item in a store",
        description=(
            "Newest first. `aggregatedQty` is the count after the event. More pages: the answer has the header "
            f"`{_TOKEN_NAME}`, which the next request sends back, all else unchanged."
        ),
        tag="Transaction history",
        parameters=(_STORE, _GTIN, *_HISTORY_FILTERS, _CONTEXT, _CORRELATION),
        answers=_answers("A page of events.", TransactionHistory, _HISTORY_EXAMPLE, missing=True, paged=True),
        security=tuple(_SECURITY_HEADERS),
        throttle_class=THROTTLE_CLASS,
        handler=signed(services, get_history),
    )


def _inventory_actions(services: SupplierServices) -> Operation:
    return Operation(
        method="POST",
        path="/store/inventoryActions",
        operation_id="postInventoryAction",
        summary="What a supplier brought, took or counted in a store",
        description=(
            "ARRIVAL adds, REMOVAL takes (its quantity is positive), CORRECTION sets the count, BOOTSTRAP sets the "
            "first one. A message that is sent again is answered as it was the first time; with another content it "
            "is a conflict."
        ),
        tag="Inventory actions",
        parameters=(_CONTEXT, _CORRELATION),
        body=Body(description="The message.", type=InventoryAction, example=_ACTION_EXAMPLE),
        answers=_answers("What became of each line.", InventoryActionOutcome, None, conflict=True),
        security=tuple(_SECURITY_HEADERS),
        throttle_class=THROTTLE_CLASS,
        handler=signed(services, post_action),
    )


def _answers(
    description: str, kind: Any, example: Any, *, missing: bool = False, paged: bool = False, conflict: bool = False
) -> dict[int, Answer]:
    headers = {**_THROTTLED, **({_TOKEN_NAME: "Where the next page begins; absent on the last."} if paged else {})}
    answers = {200: Answer(description=description, type=kind, headers=headers, example=example)}
    refusals = dict(_REFUSALS)
    if missing:
        refusals[404] = "The GTIN is not mapped to the supplier, or there is no data."
    if conflict:
        refusals[409] = "The message id was used before, with another content."
    answers.update((status, Answer(description=said, type=Problems)) for status, said in refusals.items())
    return answers


_REFUSALS = {
    400: "Something is wrong with the request; every problem is listed with its field.",
    401: "Consumer id missing, time stamp expired, or signature not verified.",
    403: "Security headers missing, or consumer unknown.",
    413: "The body is too large.",
    429: "Too many requests; `Retry-After` says when to come again.",
    500: "A defect of the server; its log has the correlation id.",
    503: "The database is busy or away; the same request may be sent again.",
}
_HISTORY_FILTERS = (
    Parameter(
        name="eventType",
        place="query",
        description=f"One code, or ALL (default): {', '.join(event_type.name for event_type in EVENT_TYPES)}.",
        example="ALL",
    ),
    Parameter(
        name="startDate",
        place="query",
        description="The first day, yyyy-mm-dd, UTC; 6 days before the last where it is left out.",
        example="2023-02-16",
    ),
    Parameter(
        name="endDate",
        place="query",
        description="The last day, yyyy-mm-dd, UTC; up to now where it is left out.",
        example="2023-02-22",
    ),
    Parameter(name="locationArea", place="header", description=f"{_AREA_NAMES}; STORE where it is left out."),
    Parameter(name="locationArea", place="query", description="The same as a parameter; both have to agree."),
    Parameter(name=_TOKEN_NAME, place="header", description="Where the page before ended."),
    Parameter(name=_TOKEN_NAME, place="query", description="The same as a parameter."),
)
_AVAILABLE_EXAMPLE = {
    "supplier": "Awesome Company",
    "storeNbr": 45,
    "gtin": "00044444444444",
    "locationArea": "STORE",
    "state": "AVAILABLE",
    "quantity": 12.0,
    "lastUpdatedTime": "2024-01-23T00:15:03",
}
_STATUS_EXAMPLE = {
    "supplier": "Awesome Company",
    "storeNbr": 45,
    "inventory": [
        {
            "gtin": "00044444444444",
            "wmItemNbr": "900045678",
            "inventoryByLocation": [
                {
                    "locationArea": "STORE",
                    "state": "AVAILABLE",
                    "quantity": 12.0,
                    "lastUpdatedTime": "2024-01-23T00:15:03",
                }
            ],
        }
    ],
    "errors": [
        {
            "fieldName": "gtin",
            "value": "00028400310414",
            "message": "gtin not mapped to the supplier",
            "timestamp": "2024-01-23T00:15:03",
        }
    ],
}
_HISTORY_EXAMPLE = {
    "supplier": "Awesome Company",
    "storeNbr": 45,
    "gtin": "00044444444444",
    "eventHistory": [
        {"eventType": "LP", "eventQty": 3, "eventCreationTime": "2023-02-22T06:00:00", "aggregatedQty": 150}
    ],
}
_ACTION_EXAMPLE = {
    "messageId": "7f7c2c1e-0d5f-4b43-9f4f-7c5a3c0e8a11",
    "eventType": "ARRIVAL",
    "storeNbr": 45,
    "eventCreationTime": 1700000000000,
    "lineInfo": [{"gtin": "00044444444444", "quantity": 12}],
}
