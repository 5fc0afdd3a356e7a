"""The transaction history of one item in one store (TH)."""

import msgspec
from starlette.responses import Response

from onhand.basics.clock import format_seconds
from onhand.basics.quantity import as_number
from onhand.partners.identity import Identity, Supplier
from onhand.stock.history import HistoryPage, HistoryQuery, HistoryRow, Position, history_page
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.suppliers.errors import NO_DATA, NOT_MAPPED, FieldProblem, bad_request, refused
from onhand.surfaces.suppliers.paging import Bookmark, Walk, bookmark_of, token_of
from onhand.surfaces.suppliers.parameters import (
    Period,
    problems_of,
    read_area,
    read_event_types,
    read_gtin,
    read_period,
    read_store_number,
)
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.surfaces.suppliers.wire import HistoryEvent, TransactionHistory

TOKEN_HEADER = b"continuationpagetoken"


class _Question(msgspec.Struct, frozen=True):
    """Which history, and whereabouts in it."""

    store_number: int
    item_id: int
    area: Area
    event_types: frozenset[int] | None
    period: Period
    after: Position | None
    walk: Walk


async def get_history(services: SupplierServices, call: Call, identity: Identity) -> Response:
    """`GET /store/{storeNbr}/gtin/{gtin}/transactionHistory`."""
    problems = problems_of(identity)
    question = _read_question(services, call, identity, problems)
    supplier = identity.supplier
    if problems or supplier is None:
        return bad_request(services.clock, problems)
    page = await history_page(services.database, await _query(services, supplier, question), question.after)
    if page is None:
        return refused(call, services.clock, 404, NOT_MAPPED)
    if not page.rows:
        return refused(call, services.clock, 404, NO_DATA)
    return _answer(services, call, supplier, question, page)


def _read_question(
    services: SupplierServices, call: Call, identity: Identity, problems: list[FieldProblem]
) -> _Question:
    store_number = read_store_number(call.path_params["storeNbr"], problems)
    item_id = read_gtin(call.path_params["gtin"], problems)
    area = read_area(call, problems)
    event_types = read_event_types(call, problems)
    period = read_period(call, services.clock, problems)
    walk = _walk(call, identity, area)
    bookmark = _read_bookmark(services, call, walk, problems)
    after = bookmark.position if bookmark else None
    return _Question(store_number, item_id, area, event_types, bookmark.period if bookmark else period, after, walk)


def _walk(call: Call, identity: Identity, area: Area) -> Walk:
    asked = call.query_params
    return Walk(
        consumer_id=identity.consumer_id,
        supplier_id=identity.supplier.supplier_id if identity.supplier else 0,
        path=call.path,
        area=area.name,
        event_type=asked.get("eventType", ""),
        start_date=asked.get("startDate", ""),
        end_date=asked.get("endDate", ""),
    )


def _read_bookmark(services: SupplierServices, call: Call, walk: Walk, problems: list[FieldProblem]) -> Bookmark | None:
    name = TOKEN_HEADER.decode()
    token = call.header_bytes.get(TOKEN_HEADER, b"").decode("latin-1") or call.query_params.get(name)
    if not token:
        return None
    bookmark = bookmark_of(token, walk, services.page_token_secret)
    if bookmark is None:
        problems.append(FieldProblem(name, f"Invalid {name}."))
    return bookmark


async def _query(services: SupplierServices, supplier: Supplier, question: _Question) -> HistoryQuery:
    return HistoryQuery(
        supplier_id=supplier.supplier_id,
        location=await services.locations.store(question.store_number),
        stream=Stream(question.item_id, RETAILER_ID, question.area, State.AVAILABLE),
        since=question.period.since,
        until=question.period.until,
        event_types=question.event_types,
        known_at=None,
        rows_max=services.page_rows_max,
    )


def _answer(
    services: SupplierServices, call: Call, supplier: Supplier, question: _Question, page: HistoryPage
) -> Response:
    history = TransactionHistory(
        supplier=supplier.name,
        store_nbr=question.store_number,
        gtin=call.path_params["gtin"],
        event_history=tuple(map(_event, page.rows)),
    )
    if page.next is None:
        return JsonResponse(history)
    token = token_of(Bookmark(page.next, question.period), question.walk, services.page_token_secret)
    return JsonResponse(history, headers=[(TOKEN_HEADER, token.encode("ascii"))])


def _event(row: HistoryRow) -> HistoryEvent:
    return HistoryEvent(
        event_type=row.event_type,
        event_qty=as_number(row.quantity),
        event_creation_time=format_seconds(row.occurred_at),
        aggregated_qty=as_number(row.balance),
    )
