"""The application around the handlers."""

import logging
from collections.abc import AsyncIterator
from typing import Literal

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.responses import Response, StreamingResponse

from onhand.store.database import Unavailable
from onhand.surfaces.plumbing.application import Application, build_application
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.metrics import RequestMetrics, metrics_response
from onhand.surfaces.plumbing.operations import Answer, Handler, Operation, Surface
from onhand.surfaces.plumbing.responses import JsonResponse


def operation(path: str, handler: Handler, method: Literal["GET", "POST"] = "GET") -> Operation:
    """An operation with nothing but a handler."""
    return Operation(
        method=method,
        path=path,
        operation_id=f"{method} {path}",
        summary=path,
        tag="tests",
        handler=handler,
        answers={200: Answer(description="It.")},
    )


def surface(name: str, prefix: str, *operations: Operation) -> Surface:
    """A surface whose faults name it."""

    def answer_fault(call: Call, status: int) -> Response:
        return JsonResponse({"surface": name}, status)

    return Surface(name=name, prefix=prefix, operations=operations, answer_fault=answer_fault)


async def echo(call: Call) -> Response:
    """Answer with what the path held."""
    return JsonResponse(call.path_params)


async def length(call: Call) -> Response:
    """Answer with the length of the body, of at most ten bytes."""
    return JsonResponse(len(await call.read_body(10)))


def client(
    *operations: Operation, metrics: RequestMetrics | None = None, logs_every_request: bool = False
) -> httpx.AsyncClient:
    """A client of an application with one surface for everything and one beneath /inner."""
    surfaces = [surface("outer", "", *operations), surface("inner", "/inner", operation("/inner/{name}", echo))]
    application = Application(surfaces, metrics or RequestMetrics(), logs_every_request=logs_every_request)
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://tests")


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/a/1/b/2", {"x": "1", "y": "2"}),
        ("/a/plain", {}),
        ("/a/v1.csv", {"z": "v1"}),
        ("/a/ö/b/%23", {"x": "ö", "y": "#"}),
        ("/a/1%2F2/b/x%40y%2fö", {"x": "1/2", "y": "x@y/ö"}),
    ],
)
async def test_a_path_gives_its_parameters(path: str, parameters: dict[str, str]) -> None:
    asked = client(operation("/a/{x}/b/{y}", echo), operation("/a/{z}.csv", echo), operation("/a/plain", echo))
    assert (await asked.get(path)).json() == parameters


async def test_the_surface_with_the_longest_prefix_answers_where_nothing_stands() -> None:
    asked = client()
    assert (await asked.get("/inner/a/b")).json() == {"surface": "inner"}
    assert (await asked.get("/nowhere")).json() == {"surface": "outer"}


async def test_another_method_is_told_which_are_allowed() -> None:
    asked = client(operation("/a", echo), operation("/a", echo, "POST"))
    response = await asked.delete("/a")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"


def test_one_method_on_one_path_stands_once() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        client(operation("/a", echo), operation("/a", echo))


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [(Unavailable("busy"), 503, {"retry-after": "1"}), (ZeroDivisionError("a defect"), 500, {})],
)
async def test_what_a_handler_raises_is_answered_by_its_surface(
    error: Exception, status: int, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(call: Call) -> Response:
        raise error

    response = await client(operation("/a", fail)).get("/a", headers={"WM_QOS.CORRELATION_ID": "a-1"})
    assert response.status_code == status
    assert response.json() == {"surface": "outer"}
    assert headers.items() <= dict(response.headers).items()
    assert response.headers["wm_qos.correlation_id"] == "a-1"
    assert str(error) in caplog.text


async def test_a_declared_body_over_the_limit_is_refused_unread() -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x"

    asked = client(operation("/a", length, "POST"))
    response = await asked.post("/a", content=body(), headers={"content-length": "1000"})
    assert response.status_code == 413
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413)])
async def test_a_body_is_read_up_to_the_limit(size: int, status: int) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    response = await client(operation("/a", length, "POST")).post("/a", content=body())
    assert response.status_code == status


async def test_a_streamed_answer_carries_the_headers_too() -> None:
    async def stream(call: Call) -> Response:
        call.answer_headers.append((b"x-extra", b"1"))
        return StreamingResponse(iter([b"a", b"b"]))

    response = await client(operation("/a", stream)).get("/a")
    assert response.text == "ab"
    assert response.headers["x-extra"] == "1"
    assert len(response.headers["wm_qos.correlation_id"]) == 32


def logged_requests(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    """Method, path, status and operation of every line about a request."""
    said = [vars(record) for record in caplog.records if record.name == "onhand.requests"]
    return [(line["method"], line["path"], line["status"], line["operation"]) for line in said]


async def test_only_answers_that_say_no_are_logged_by_default(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "onhand.requests")
    asked = client(operation("/a", echo))
    for path in ("/a?secret=1", "/b?secret=1"):
        await asked.get(path)
    assert logged_requests(caplog) == [("GET", "/b", 404, "none")]


async def test_every_request_is_logged_where_that_is_set(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "onhand.requests")
    await client(operation("/a", echo), logs_every_request=True).get("/a?secret=1")
    assert logged_requests(caplog) == [("GET", "/a", 200, "GET /a")]


@pytest.mark.contract("OP-09")
async def test_requests_are_counted_by_surface_operation_and_status() -> None:
    metrics = RequestMetrics()
    registry = CollectorRegistry()
    registry.register(metrics)
    asked = client(operation("/a", echo), metrics=metrics)
    for path in ("/a", "/a", "/made-up-1", "/made-up-2"):
        await asked.get(path)
    text = bytes(metrics_response(registry).body).decode()
    assert 'onhand_http_requests_total{operation="GET /a",status="200",surface="outer"} 2.0' in text
    assert 'onhand_http_requests_total{operation="none",status="404",surface="outer"} 2.0' in text
    assert 'onhand_http_request_seconds_count{operation="GET /a",surface="outer"} 2.0' in text
    assert 'onhand_http_request_seconds_bucket{le="+Inf",operation="GET /a",surface="outer"} 2.0' in text


async def test_the_document_and_its_page_are_served() -> None:
    application = build_application(
        [surface("outer", "", operation("/a", echo))], metrics=RequestMetrics(), version="1"
    )
    asked = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://tests")
    document = (await asked.get("/openapi.json")).json()
    page = await asked.get("/docs")
    assert list(document["paths"]) == ["/a"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<code>/a</code>" in page.text
