"""Files by their signed links: no token, no header, nothing but the link (DS-26)."""

import logging
from email.utils import formatdate
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.basics.clock import MICROSECONDS
from onhand.reports.links import PATH, Link, link_to, object_key
from onhand.store.objects import (
    NoSuchObject,
    StorageUnavailable,
    StoredObject,
    disposition_of,
    media_type_of,
)
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    FORBIDDEN,
    SYSTEM_ERROR,
    Refused,
    error_answers,
    refusal_response,
    refused,
)
from onhand.surfaces.gateway.parts import PART_HEADERS, PARTS_HEADERS, RANGE_PARAMETERS, file_answer
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.plumbing.addresses import called_address
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.operations import Answer, Operation, Parameter

SERVICE = "REPORT"
_RETRY = ((b"retry-after", b"5"),)
_ASK_AGAIN = "Ask GET /v3/reports/downloadReport for a link, and call it as it is."

logger = logging.getLogger(__name__)


class Downloads:
    """Gives files to whoever has a link to them."""

    def __init__(self, services: GatewayServices) -> None:
        self._objects = services.objects
        self._links = services.links
        self._clock = services.clock

    async def download(self, call: Call) -> Response:
        """The file of a link, or the part of it that is asked for."""
        raw_path = call.scope.get("raw_path") or call.path.encode()
        denial = self._links.denial(raw_path, call.scope["query_string"], self._clock())
        if denial is not None:
            return refusal_response(call, _EXPIRED if denial == "expired" else _CHANGED, SERVICE)
        try:
            answered = await self._file(call, call.path_params["folder"], call.path_params["fileName"])
        except NoSuchObject:
            answered = _GONE
        except StorageUnavailable as error:
            logger.warning("a file can't be given: %s", error)
            answered = _UNAVAILABLE
        return refusal_response(call, answered, SERVICE) if isinstance(answered, Refused) else answered

    async def _file(self, call: Call, folder: str, file_name: str) -> Response | Refused:
        stored = await self._objects.head(object_key(folder, file_name))
        if stored is None:
            return _GONE
        headers = _headers_of(stored, file_name)
        return await file_answer(
            call, stored.size_bytes, headers, lambda span: self._objects.read(stored.key, span.start, span.end)
        )


async def download_link(services: GatewayServices, call: Call, folder: str, file_name: str) -> Link:
    """The link to a file that a caller is given now.

    Raises:
        StorageUnavailable: see `link_to`.
    """
    called_at = called_address(call, behind_tls_proxy=services.behind_tls_proxy)
    return await link_to(services.links, services.objects, folder, file_name, services.clock(), called_at)


def changed_link_response(call: Call) -> Response | None:
    """The answer to a path that was the one of a link before it was changed, None for another path."""
    return refusal_response(call, _CHANGED, SERVICE) if call.path.startswith(PATH) else None


def storage_unavailable_response(call: Call) -> Response:
    """The answer to a call for which the storage of files is needed and out of reach."""
    return refusal_response(call, _UNAVAILABLE, SERVICE)


def download_operations(services: GatewayServices) -> tuple[Operation, ...]:
    """The operation on files by their links."""
    return (
        Operation(
            method="GET",
            path=f"{PATH}{{folder}}/{{fileName}}",
            operation_id="getReportFile",
            summary="Download a file by its link",
            description=(
                "Links are given out by `GET /v3/reports/downloadReport`; they need no token and no header, and are "
                "called as they are: whatever is changed of one, in whatever way, makes it one that opens nothing. One "
                "range can be asked for at a time; several are answered with the whole file."
            ),
            tag="Reports",
            handler=Downloads(services).download,
            parameters=_PARAMETERS,
            answers={
                200: Answer(description="The file.", type=msgspec.Raw, media_type="application/zip", headers=_HEADERS),
                206: Answer(
                    description="The part of the file that `Range` asked for.",
                    type=msgspec.Raw,
                    media_type="application/zip",
                    headers={**_HEADERS, **PART_HEADERS},
                ),
                **error_answers(403, 404, 416, 500, 503),
            },
        ),
    )


def _headers_of(stored: StoredObject, file_name: str) -> RawHeaders:
    modified = formatdate(stored.modified_at // MICROSECONDS, usegmt=True)
    return [
        (b"content-type", media_type_of(file_name).encode("ascii")),
        (b"content-disposition", disposition_of(file_name).encode("ascii")),
        (b"etag", b'"%x-%x"' % (stored.size_bytes, stored.modified_at)),
        (b"last-modified", modified.encode("ascii")),
        # Who may have the file is decided anew by each call of its link.
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]


_CHANGED = refused(
    403, FORBIDDEN, "sig", f"This is no link that was given out here, or no longer as it was. {_ASK_AGAIN}"
)
_EXPIRED = refused(403, FORBIDDEN, "se", f"The link has expired. {_ASK_AGAIN}")
_GONE = refused(404, CONTENT_NOT_FOUND, "fileName", "The file is not kept any more. Ask for the report again.")
_UNAVAILABLE = refused(
    503,
    SYSTEM_ERROR,
    "SYSTEM",
    "The storage of files is busy or out of reach. Send the same request again after the seconds in Retry-After.",
    _RETRY,
)
_HEADERS = {
    "Content-Disposition": "The name to save the file under.",
    **PARTS_HEADERS,
}


def _parameter(name: str, place: Any, description: str, example: str | None = None, **others: Any) -> Parameter:
    return Parameter(name=name, place=place, description=description, example=example, **others)


_PARAMETERS = (
    _parameter("folder", "path", "The kind of file.", "inventory-dsv-report"),
    _parameter("fileName", "path", "The file.", "InventoryDSVReport_721555_2025-08-24T123948.zip"),
    _parameter("sv", "query", "The version of links.", "2025-08-24", required=True),
    _parameter("se", "query", "Until when the link opens the file.", "2025-08-28T11:13:49Z", required=True),
    _parameter("sr", "query", "What is opened: `b`, one file.", "b", required=True),
    _parameter("sp", "query", "What it is opened for: `r`, reading.", "r", required=True),
    _parameter("sig", "query", "The signature of all of it.", required=True),
    *RANGE_PARAMETERS,
)
