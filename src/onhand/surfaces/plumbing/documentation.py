"""The OpenAPI document, and a page to read it, as a surface of its own."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response

from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.documentation_page import documentation_page
from onhand.surfaces.plumbing.openapi import openapi_document
from onhand.surfaces.plumbing.operations import Answer, AnswerFault, Handler, Operation, Surface

DOCUMENT_PATH = "/openapi.json"
PAGE_PATH = "/docs"


def documentation_surface(
    surfaces: Sequence[Surface], answer_fault: AnswerFault, *, title: str, version: str, description: str
) -> Surface:
    """The surface that documents `surfaces`.

    Its answers are built when they are first asked for, once: that takes longer than all the rest of a server's start.
    """

    @cache
    def document() -> dict[str, Any]:
        return openapi_document(surfaces, title=title, version=version, description=description)

    @cache
    def encoded() -> bytes:
        return msgspec.json.format(msgspec.json.encode(document()), indent=2)

    @cache
    def page() -> bytes:
        return documentation_page(document(), DOCUMENT_PATH).encode()

    return Surface(
        name="documentation",
        prefix=PAGE_PATH,
        operations=(
            _operation(DOCUMENT_PATH, "getOpenapi", "The OpenAPI document", "application/json", encoded),
            _operation(PAGE_PATH, "getDocs", "A page to read it", "text/html; charset=utf-8", page),
        ),
        answer_fault=answer_fault,
    )


def _operation(path: str, operation_id: str, summary: str, media_type: str, body: Callable[[], bytes]) -> Operation:
    return Operation(
        method="GET",
        path=path,
        operation_id=operation_id,
        summary=summary,
        tag="Documentation",
        answers={200: Answer(description=summary, media_type=media_type)},
        handler=_giving(body, media_type),
    )


def _giving(body: Callable[[], bytes], media_type: str) -> Handler:
    async def give(_: Call) -> Response:
        return Response(body(), media_type=media_type)

    return give
