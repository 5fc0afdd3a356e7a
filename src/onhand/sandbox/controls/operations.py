"""The sandbox's own operations (SB-05), as they serve and as OpenAPI shows them. They need no token."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, Any

from msgspec import Meta
from starlette.responses import Response

from onhand.sandbox.controls.bodies import (
    ClockMove,
    ExchangeList,
    FaultBody,
    FaultList,
    ResetBody,
    SandboxTime,
    StandingFault,
)
from onhand.sandbox.controls.handlers import Controlled, Handlers
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import (
    BAD_PARAMETERS,
    INTERNAL_ERROR,
    MEDIA_TYPE,
    REFUSED,
    TOO_LARGE,
    UNREADABLE_BODY,
    UNSUPPORTED_MEDIA_TYPE,
    Problem,
    ProblemDetails,
    answer_fault,
    problem_response,
)
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Handler, Operation, Parameter, Surface

PREFIX = "/sandbox"
_TAG = "Sandbox"
_Answering = Callable[[Readings], Awaitable[Response | Problem]]
_OF_BODIES = (UNREADABLE_BODY, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, REFUSED)


def sandbox_surface(sandbox: Controlled, operation_ids: Collection[str]) -> Surface:
    """The sandbox's own operations over it. `operation_ids` are all that faults and requests may be about."""
    handlers = Handlers(sandbox, operation_ids)
    return Surface(
        name="sandbox", prefix=PREFIX, operations=_operations(handlers, operation_ids), answer_fault=answer_fault
    )


def _operations(handlers: Handlers, operation_ids: Collection[str]) -> tuple[Operation, ...]:
    limit = Parameter(
        name="limit",
        place="query",
        description="How many are listed; 100 unless said.",
        type=Annotated[int, Meta(ge=1, le=10_000)],
    )
    after = Parameter(
        name="after",
        place="query",
        description="Only those with a higher number.",
        type=Annotated[int, Meta(ge=0, le=2**53)],
    )
    names = Annotated[str, Meta(extra_json_schema={"enum": sorted(operation_ids)})]
    operation = Parameter(name="operation", place="query", description="Only those of one operation.", type=names)
    moved = Answer(description="The time it is now.", type=SandboxTime)
    return (
        _operation(
            handlers.reset,
            "POST",
            "/sandbox/reset",
            "resetSandbox",
            "Bring back the seeded state",
            "Data, clock, faults and the list of requests are as at the start; tokens stay valid. The clock may begin "
            "at a moment.",
            answers={200: moved},
            body=Body(description="Nothing, or where the clock begins.", type=ResetBody),
        ),
        _operation(
            handlers.move_clock,
            "POST",
            "/sandbox/clock",
            "moveSandboxClock",
            "Move time for everything that reads it",
            "Signatures, tokens, links, refreshes and periods follow. What is due by then is done before it answers. "
            "Time may also go back: data stay as they are.",
            answers={200: moved},
            body=Body(description="Where to.", type=ClockMove, example={"advance": "PT15M"}),
        ),
        _operation(
            handlers.clock, "GET", "/sandbox/clock", "getSandboxClock", "The sandbox's time", "", answers={200: moved}
        ),
        _operation(
            handlers.add_fault,
            "POST",
            "/sandbox/faults",
            "addSandboxFault",
            "Let requests of an operation fail",
            "The first fault that fits a request strikes, before the operation does anything.",
            answers={201: Answer(description="It strikes from now on.", type=StandingFault)},
            body=Body(
                description="What happens, to what, how often.",
                type=FaultBody,
                example={"operation": "getInventory", "status": 503, "times": 2},
            ),
        ),
        _operation(
            handlers.faults,
            "GET",
            "/sandbox/faults",
            "listSandboxFaults",
            "The faults that may still strike",
            "",
            answers={200: Answer(description="The faults.", type=FaultList)},
        ),
        _operation(
            handlers.clear_faults,
            "DELETE",
            "/sandbox/faults",
            "clearSandboxFaults",
            "Let nothing fail any more",
            "",
            answers={200: Answer(description="No fault is left.", type=FaultList)},
        ),
        _operation(
            handlers.requests,
            "GET",
            "/sandbox/requests",
            "listSandboxRequests",
            "What was asked and answered",
            "The newest first, without those to the sandbox's own operations; tokens and signatures are masked.",
            answers={200: Answer(description="The requests.", type=ExchangeList)},
            parameters=(limit, after, operation),
        ),
    )


def _operation(  # noqa: PLR0913 - as many as an operation has parts
    answering: _Answering,
    method: Any,
    path: str,
    operation_id: str,
    summary: str,
    description: str,
    *,
    answers: dict[int, Answer],
    parameters: tuple[Parameter, ...] = (),
    body: Body | None = None,
) -> Operation:
    kinds = (BAD_PARAMETERS, INTERNAL_ERROR, *(_OF_BODIES if body else ()))
    problems = {
        kind.status: Answer(description=kind.title, type=ProblemDetails, media_type=MEDIA_TYPE) for kind in kinds
    }
    return Operation(
        method=method,
        path=path,
        operation_id=operation_id,
        summary=summary,
        description=description,
        tag=_TAG,
        handler=_handler(answering, parameters),
        parameters=parameters,
        body=body,
        answers={**problems, **answers},
    )


def _handler(answering: _Answering, parameters: tuple[Parameter, ...]) -> Handler:
    async def answer(call: Call) -> Response:
        readings = Readings(call)
        problem = None if parameters else readings.problem()
        answered = problem or await answering(readings)
        return problem_response(call, answered) if isinstance(answered, Problem) else answered

    return answer
