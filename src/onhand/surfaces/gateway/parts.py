"""Files of which a part may be asked for, so that a broken download is taken up again (RFC 9110, section 14)."""

from collections.abc import AsyncGenerator, Callable

from starlette.responses import Response

from onhand.surfaces.gateway.errors import INVALID_REQUEST_HEADER, Refused, refused
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.operations import Parameter
from onhand.surfaces.plumbing.ranges import Span, asked_span
from onhand.surfaces.plumbing.streaming import PiecesResponse

RANGE_PARAMETERS = (
    Parameter(name="Range", place="header", description="The part that is asked for.", example="bytes=0-1048575"),
    Parameter(
        name="If-Range",
        place="header",
        description="The ETag that the file had: if it has another, it is answered whole.",
    ),
)
PARTS_HEADERS = {
    "Accept-Ranges": "`bytes`: parts of the file can be asked for.",
    "ETag": "Stands for the file's content; with `If-Range` a download goes on only in the same file.",
}
PART_HEADERS = {"Content-Range": "Which bytes these are, and of how many."}


async def file_answer(
    call: Call, size_bytes: int, headers: RawHeaders, read: Callable[[Span], AsyncGenerator[bytes, None]]
) -> Response | Refused:
    """A file of so many bytes, or the part of it that a call asks for; `headers` are its own, the ETag with them.

    `read` gives the bytes of a span. The first of them are read before anything is answered.
    """
    headers = [*headers, (b"accept-ranges", b"bytes")]
    if call.scope["method"] == "HEAD":
        return _without_body(size_bytes, headers)
    span = asked_span(_range_header(call, headers), size_bytes)
    if span == "unsatisfiable":
        return _unsatisfiable(size_bytes)
    if span is None:
        return await _answer(read, Span(0, size_bytes), 200, headers)
    said = b"bytes %d-%d/%d" % (span.start, span.end - 1, size_bytes)
    return await _answer(read, span, 206, [*headers, (b"content-range", said)])


async def _answer(
    read: Callable[[Span], AsyncGenerator[bytes, None]], span: Span, status: int, headers: RawHeaders
) -> Response:
    pieces, size_bytes = read(span), span.end - span.start
    return PiecesResponse(await anext(pieces) if size_bytes else b"", pieces, size_bytes, status, headers)


def _range_header(call: Call, headers: RawHeaders) -> bytes | None:
    """The Range header, unless it holds only for a file that this one has taken the place of."""
    condition = call.header_bytes.get(b"if-range")
    if condition is not None:
        of_file = dict(headers)
        if condition.strip() not in {of_file.get(b"etag"), of_file.get(b"last-modified")}:
            return None
    return call.header_bytes.get(b"range")


def _without_body(size_bytes: int, headers: RawHeaders) -> Response:
    response = Response()
    response.raw_headers = [(b"content-length", b"%d" % size_bytes), *headers]
    return response


def _unsatisfiable(size_bytes: int) -> Refused:
    said = (
        f"The Range header asks for none of the {size_bytes:,} bytes that the file has. Ask for some of them, or all."
    )
    headers = ((b"content-range", b"bytes */%d" % size_bytes),)
    return refused(416, INVALID_REQUEST_HEADER, "Range", said, headers)
