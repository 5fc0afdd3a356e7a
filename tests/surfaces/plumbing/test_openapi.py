"""The OpenAPI document, and the page that shows it."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta
from starlette.responses import Response

from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.documentation_page import documentation_page
from onhand.surfaces.plumbing.openapi import openapi_document
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter, Surface
from onhand.surfaces.plumbing.responses import JsonResponse


class Shelf(msgspec.Struct):
    """Where units lie."""

    code: Annotated[str, Meta(description="Its `code`.")]
    units: float = 0


async def _handle(call: Call) -> Response:
    return Response()


def _fault(call: Call, status: int) -> Response:
    return JsonResponse(None, status)


PUT_SHELF = Operation(
    method="PUT",
    path="/shelves/{code}",
    operation_id="putShelf",
    summary="Set up a shelf <now>",
    tag="Shelves",
    handler=_handle,
    parameters=(
        Parameter(name="code", place="path", description="Which one.", example="A1"),
        Parameter(name="dry", place="query", type=bool, description="Whether to do nothing."),
    ),
    body=Body(
        description="The shelf.", type=Shelf, media_types=("application/json", "text/csv"), example={"code": "A1"}
    ),
    answers={200: Answer(description="As it is now.", type=Shelf), 204: Answer(description="Nothing.")},
    security=("token",),
)


def _surface(*operations: Operation) -> Surface:
    schemes = {"token": {"type": "http", "scheme": "bearer"}}
    return Surface(name="tests", prefix="", operations=operations, answer_fault=_fault, security_schemes=schemes)


def test_an_operation_is_described_by_what_serves_it() -> None:
    document = openapi_document([_surface(PUT_SHELF)], title="Shelves", version="1", description="")
    described = document["paths"]["/shelves/{code}"]["put"]
    schema = {"$ref": "#/components/schemas/Shelf"}
    assert document["openapi"] == "3.1.0"
    assert described["operationId"] == "putShelf"
    assert described["security"] == [{"token": []}]
    assert [(parameter["in"], parameter["required"]) for parameter in described["parameters"]] == [
        ("path", True),
        ("query", False),
    ]
    assert described["requestBody"]["content"]["text/csv"] == {"schema": schema, "example": {"code": "A1"}}
    assert described["responses"]["200"]["content"]["application/json"]["schema"] == schema
    assert "content" not in described["responses"]["204"]
    assert document["components"]["schemas"]["Shelf"]["required"] == ["code"]


def test_two_operations_of_one_id_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="putShelf"):
        openapi_document([_surface(PUT_SHELF), _surface(PUT_SHELF)], title="", version="", description="")


def test_the_page_is_complete_in_itself() -> None:
    document = openapi_document([_surface(PUT_SHELF)], title="Shelves", version="1", description="About `shelves`.")
    page = documentation_page(document, "/openapi.json")
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "Set up a shelf &lt;now&gt;" in page
    assert "<a href='#schema-Shelf'>Shelf</a>" in page
    assert "About <code>shelves</code>." in page
