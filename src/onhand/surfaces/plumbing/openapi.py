"""The OpenAPI 3.1 document of some surfaces, from the same operations and types that serve them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter, Surface

Document = dict[str, Any]


def openapi_document(surfaces: Sequence[Surface], *, title: str, version: str, description: str) -> Document:
    """The document of every operation of `surfaces`.

    Raises:
        ValueError: two operations have one id.
    """
    operations = [operation for surface in surfaces for operation in surface.operations]
    _check_ids(operations)
    schemas = _Schemas(_types_of(operations))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    schemes = {name: dict(scheme) for surface in surfaces for name, scheme in surface.security_schemes.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": schemes},
    }


def _check_ids(operations: Sequence[Operation]) -> None:
    seen: set[str] = set()
    for operation in operations:
        if operation.operation_id in seen:
            raise ValueError(f"two operations have the id {operation.operation_id}")
        seen.add(operation.operation_id)


def _types_of(operations: Iterable[Operation]) -> Iterator[Any]:
    for operation in operations:
        yield from (parameter.type for parameter in operation.parameters)
        yield from (answer.type for answer in operation.answers.values() if answer.type is not None)
        if operation.body and operation.body.type is not None:
            yield operation.body.type


class _Schemas:
    """The JSON schema of each type that the operations speak of."""

    def __init__(self, types: Iterable[Any]) -> None:
        # Each type once, by identity: annotated types need not be hashable.
        self._types = list({id(spoken): spoken for spoken in types}.values())
        schemas, self.components = msgspec.json.schema_components(
            self._types, ref_template="#/components/schemas/{name}"
        )
        self._schema_by_id = {id(spoken): schema for spoken, schema in zip(self._types, schemas, strict=True)}

    def of(self, spoken: Any) -> dict[str, Any]:
        return self._schema_by_id[id(spoken)]


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_parameter(parameter, schemas) for parameter in operation.parameters],
        "responses": {str(status): _answer(answer, schemas) for status, answer in sorted(operation.answers.items())},
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body:
        described["requestBody"] = _body(operation.body, schemas)
    if operation.security:
        described["security"] = [{name: [] for name in operation.security}]
    return described


def _parameter(parameter: Parameter, schemas: _Schemas) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "required": parameter.required or parameter.place == "path",
        "schema": schemas.of(parameter.type),
    }
    return described if parameter.example is None else {**described, "example": parameter.example}


def _body(body: Body, schemas: _Schemas) -> dict[str, Any]:
    content = _content(body.type, body.example, schemas)
    return {
        "description": body.description,
        "required": body.required,
        "content": dict.fromkeys(body.media_types, content),
    }


def _answer(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in answer.headers.items()
        }
    if answer.type is not None:
        content = _content(answer.type, answer.example, schemas)
        described["content"] = dict.fromkeys((answer.media_type, *answer.other_media_types), content)
    return described


def _content(spoken: Any, example: Any, schemas: _Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {} if spoken is None else {"schema": schemas.of(spoken)}
    return content if example is None else {**content, "example": example}
