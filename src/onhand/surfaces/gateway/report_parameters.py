"""What may be asked of reports by parameters; everything that is wrong with them is told at once (DS-23, DS-24)."""

from urllib.parse import parse_qsl, urlencode

import msgspec

from onhand.reports.kinds import Kind, Kinds
from onhand.reports.requests import STATUSES, Status
from onhand.surfaces.gateway.door import Caller
from onhand.surfaces.gateway.errors import (
    INVALID_REPORT_VERSION,
    INVALID_REQUEST_PARAM,
    MISSING_REQUEST_PARAM,
    Fault,
)
from onhand.surfaces.gateway.feed_parameters import read_whole
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.sealing import opened, sealed

LIMIT_DEFAULT = 10
LIMIT_MAX = 50

_SHOWN = 80


class AskedReport(msgspec.Struct, frozen=True):
    """A kind of report with the name and the version by which it was asked for."""

    kind: Kind
    name: str
    version: str


class ListPage(msgspec.Struct, frozen=True):
    """Which requests are asked for: page `number`, of those from before a moment, None for all."""

    statuses: tuple[Status, ...]
    limit: int
    number: int
    before: int | None


def read_asked(query: Query, caller: Caller, kinds: Kinds, *, version_required: bool = True) -> AskedReport | None:
    """The type and version that are asked for; None where they can't be read, which joins the query's faults."""
    sent = query.text("reportType")
    kind = _kind(sent, caller, kinds, query.faults)
    versions = kind.versions if kind else ("v1",)
    version = query.text("reportVersion")
    if version is None and not version_required:
        version = versions[0]
    if version is None:
        query.missing("reportVersion", " or ".join(versions))
    elif version not in versions:
        said = f"reportVersion is “{version[:_SHOWN]}”: give {' or '.join(versions)}."
        query.faults.append(Fault(INVALID_REPORT_VERSION, "reportVersion", said))
    elif kind is not None and sent is not None:
        name = next(name for name in kind.names if name == sent.upper())
        return AskedReport(kind, name, version)
    return None


def known_type(call: Call, caller: Caller, kinds: Kinds) -> str:
    """The own name of the kind that a call asks for, empty where it is none that its caller may ask for."""
    kind = kinds.of_partner(caller.kind, Query(call, []).text("reportType") or "")
    return kind.name if kind else ""


def whole_query(call: Call) -> Query:
    """The query with that of a cursor in it, which is one that a page of the list gave out.

    It may be sent as it is, in the place of the query, or as the value of the parameter `nextCursor`.
    """
    query = Query(call, [])
    carried = query.text("nextCursor") or ""
    if "=" in carried:
        query.put(dict(parse_qsl(carried)))
    return query


def read_page(query: Query, scope: str, secret: bytes) -> ListPage:
    """The page of the list that is asked for; what is wrong with it joins the query's faults."""
    faults = query.faults
    limit = read_whole(query.text("limit"), "limit", 1, faults)
    status = query.text("requestStatus")
    statuses = STATUSES if status is None else tuple(each for each in STATUSES if each == status.upper())
    if not statuses:
        said = f"requestStatus is “{status[:_SHOWN] if status else ''}”: give one of {', '.join(STATUSES)}."
        faults.append(Fault(INVALID_REQUEST_PARAM, "requestStatus", said))
    number, before = 1, None
    cursor = query.text("nextCursor")
    if cursor is not None:
        content = opened(cursor, scope.encode(), secret)
        if content is None:
            said = "nextCursor is not one that this list gave you: give it as it came, or leave it out."
            faults.append(Fault(INVALID_REQUEST_PARAM, "nextCursor", said))
        else:
            number, before = map(int, content.split())
    return ListPage(statuses, LIMIT_DEFAULT if limit is None else min(limit, LIMIT_MAX), number, before)


def cursor_after(query: Query, page: ListPage, last_requested_at: int, scope: str, secret: bytes) -> str:
    """The query string of the page after one that ends with a request of that moment."""
    cursor = sealed(b"%d %d" % (page.number + 1, last_requested_at), scope.encode(), secret)
    sent = {name: query.text(name) for name in ("reportType", "reportVersion", "requestStatus")}
    kept = {name: value for name, value in sent.items() if value is not None}
    return urlencode({**kept, "limit": page.limit, "page": page.number + 1, "nextCursor": cursor})


def _kind(sent: str | None, caller: Caller, kinds: Kinds, faults: list[Fault]) -> Kind | None:
    accepted = " or ".join(kinds.names_for(caller.kind)) or "none: there are no reports for you here"
    if sent is None:
        faults.append(Fault(MISSING_REQUEST_PARAM, "reportType", f"reportType is missing: give {accepted}."))
        return None
    kind = kinds.of_partner(caller.kind, sent)
    if kind is None:
        said = f"reportType is “{sent[:_SHOWN]}”: give {accepted}."
        faults.append(Fault(INVALID_REQUEST_PARAM, "reportType", said))
    return kind
