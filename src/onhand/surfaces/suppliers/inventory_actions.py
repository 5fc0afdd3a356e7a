"""What suppliers send about the stores (IA-01, IA-02)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.partners.identity import Identity
from onhand.stock.actions import ActionAnswer, ActionLine, ActionMessage, act
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.suppliers.errors import FieldProblem, bad_request, refused
from onhand.surfaces.suppliers.parameters import problems_of, read_json_object
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.surfaces.suppliers.wire import (
    InventoryAction,
    InventoryActionLine,
    InventoryActionLineOutcome,
    InventoryActionOutcome,
)

_CONFLICT = "conflict"
_FIELD_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(InventoryAction)}
_OPTIONAL = frozenset({"documentInfo"})


async def post_action(services: SupplierServices, call: Call, identity: Identity) -> Response:
    """`POST /store/inventoryActions`."""
    problems = problems_of(identity)
    action = await _read_action(services, call, problems)
    supplier = identity.supplier
    if problems or supplier is None or action is None:
        return bad_request(services.clock, problems)
    outcome = await act(
        services.database,
        services.locations,
        services.clock,
        supplier_id=supplier.supplier_id,
        message=_message_of(action),
        limits=services.limits,
    )
    if isinstance(outcome, Refusal):
        return _refusal(services, call, outcome)
    return JsonResponse(_outcome(supplier.name, action, outcome))


async def _read_action(services: SupplierServices, call: Call, problems: list[FieldProblem]) -> InventoryAction | None:
    body = await read_json_object(call, services.body_bytes_max, problems)
    if body is None:
        return None
    read = {name: _read_field(name, body, problems) for name in _FIELD_TYPES if name in body or name not in _OPTIONAL}
    return None if problems else msgspec.convert(read, InventoryAction)


def _read_field(name: str, body: Mapping[str, Any], problems: list[FieldProblem]) -> Any:
    if name not in body:
        problems.append(FieldProblem(name, _problem_with(name, "The field is required.")))
        return None
    try:
        # Field by field, so that every problem is listed and not only the first (SE-06).
        msgspec.convert(body[name], _FIELD_TYPES[name])
    except msgspec.ValidationError as error:
        problems.append(FieldProblem(name, _problem_with(name, f"{error}.")))
    return body[name]


def _problem_with(name: str, reason: str) -> str:
    # The contract gives this one's whole text (SE-02).
    return "Invalid storeNbr." if name == "storeNbr" else f"Invalid {name}. {reason}"


def _message_of(action: InventoryAction) -> ActionMessage:
    return ActionMessage(
        message_id=action.message_id,
        event_type=action.event_type,
        store_nbr=action.store_nbr,
        event_creation_time=action.event_creation_time,
        line_info=tuple(_line_of(line) for line in action.line_info),
        document_info=tuple(msgspec.Raw(msgspec.json.encode(document)) for document in action.document_info),
    )


def _line_of(line: InventoryActionLine) -> ActionLine:
    return ActionLine(gtin=line.gtin, quantity=line.quantity, reason_code=line.reason_code)


def _refusal(services: SupplierServices, call: Call, refusal: Refusal) -> Response:
    if refusal.code == _CONFLICT:
        return refused(call, services.clock, 409, refusal.message)
    return bad_request(services.clock, [FieldProblem(refusal.field, refusal.message)])


def _outcome(supplier: str, action: InventoryAction, answer: ActionAnswer) -> InventoryActionOutcome:
    return InventoryActionOutcome(
        supplier=supplier,
        store_nbr=action.store_nbr,
        message_id=answer.message_id,
        line_info=tuple(
            InventoryActionLineOutcome(gtin=line.gtin, status=line.status, message=line.message)
            for line in answer.lines
        ),
    )
