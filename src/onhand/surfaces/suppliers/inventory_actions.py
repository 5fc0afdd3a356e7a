"""What suppliers send about the stores (IA-01, IA-02)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.partners.identity import Identity
from onhand.stock.actions import LINES_MAX, ActionAnswer, ActionLine, ActionMessage, act, problems_with
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
_LINES = "lineInfo"


async def post_action(services: SupplierServices, call: Call, identity: Identity) -> Response:
    """`POST /store/inventoryActions`."""
    problems = problems_of(identity)
    body = await read_json_object(call, services.body_bytes_max, problems)
    message = _read_message(body, problems) if body is not None else None
    if message is not None:
        found = problems_with(message, services.clock(), services.limits)
        problems += [FieldProblem(refusal.field, refusal.message) for refusal in found]
    supplier = identity.supplier
    if problems or supplier is None or message is None:
        return bad_request(services.clock, problems)
    outcome = await act(
        services.database,
        services.locations,
        services.clock,
        supplier_id=supplier.supplier_id,
        message=message,
        limits=services.limits,
        body=msgspec.json.encode(_in_one_spelling(body), order="sorted"),
    )
    if isinstance(outcome, Refusal):
        return _refusal(services, call, outcome)
    return JsonResponse(_outcome(supplier.name, message, outcome))


def _read_message(body: Mapping[str, Any], problems: list[FieldProblem]) -> ActionMessage | None:
    """The message of a body; field by field and line by line, so that every problem is listed (SE-06)."""
    before = len(problems)
    for name, kind in _FIELD_TYPES.items():
        if name in body:
            _check_field(name, body[name], kind, problems)
        elif name not in _OPTIONAL:
            problems.append(FieldProblem(name, _problem_with(name, "The field is required.")))
    return _message_of(msgspec.convert(dict(body), InventoryAction)) if len(problems) == before else None


def _check_field(name: str, value: Any, kind: Any, problems: list[FieldProblem]) -> None:
    if name == _LINES and isinstance(value, list) and len(value) <= LINES_MAX:
        for number, line in enumerate(value):
            _check_value(f"{name}[{number}]", line, InventoryActionLine, problems)
        if value:
            return
    _check_value(name, value, kind, problems)


def _check_value(name: str, value: Any, kind: Any, problems: list[FieldProblem]) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.append(FieldProblem(name, _problem_with(name, f"{error}.")))


def _in_one_spelling(value: Any) -> Any:
    """A JSON value in which 5.0 is 5, so that a repeat is known whichever way its numbers are written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_in_one_spelling(each) for each in value]
    if isinstance(value, dict):
        return {name: _in_one_spelling(each) for name, each in value.items()}
    return value


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
    )


def _line_of(line: InventoryActionLine) -> ActionLine:
    return ActionLine(gtin=line.gtin, quantity=line.quantity, reason_code=line.reason_code)


def _refusal(services: SupplierServices, call: Call, refusal: Refusal) -> Response:
    if refusal.code == _CONFLICT:
        return refused(call, services.clock, 409, refusal.message)
    return bad_request(services.clock, [FieldProblem(refusal.field, refusal.message)])


def _outcome(supplier: str, message: ActionMessage, answer: ActionAnswer) -> InventoryActionOutcome:
    return InventoryActionOutcome(
        supplier=supplier,
        store_nbr=message.store_nbr,
        message_id=answer.message_id,
        line_info=tuple(
            InventoryActionLineOutcome(gtin=line.gtin, status=line.status, message=line.message)
            for line in answer.lines
        ),
    )
