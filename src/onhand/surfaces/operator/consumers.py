"""What partners sign their requests with: consumer ids and the versions of their keys (OP-01, SG-04)."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock, format_micros
from onhand.basics.refusal import Refusal
from onhand.partners.consumers import (
    Consumer,
    ConsumerKey,
    add_consumer,
    add_key,
    list_consumers,
    list_keys,
    revoke_key,
)
from onhand.partners.operators import OperatorClient
from onhand.partners.published import Published
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, Time, paging
from onhand.surfaces.operator.partners import Code
from onhand.surfaces.operator.problems import CONFLICT, NOT_FOUND, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Consumers"
_NextAfter = Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")]


class ConsumerBody(msgspec.Struct, frozen=True, rename="camel"):
    """The id that a supplier or a service provider signs its requests by; `partner` is its code."""

    partner: Code
    consumer_id: Annotated[
        str, Meta(min_length=1, max_length=64, description="1 to 64 printable ASCII characters, such as a UUID.")
    ]


class ConsumersPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some consumers in the order of their ids, and where the next ones begin."""

    consumers: list[ConsumerBody]
    next_after: _NextAfter = None


class NewKeyBody(msgspec.Struct, frozen=True, rename="camel"):
    """A version of a consumer's public key."""

    key_version: Annotated[
        str,
        Meta(min_length=1, max_length=32, description="1 to 32 printable ASCII characters without spaces, such as 1."),
    ]
    public_key: Annotated[
        str,
        Meta(
            max_length=16_384,
            description="RSA of 2048 bits or more: SPKI PEM, or its Base64 without the BEGIN and END lines.",
        ),
    ]


class KeyBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A version of a consumer's public key as it is kept; it is live unless it was revoked."""

    consumer_id: str
    key_version: str
    public_key: Annotated[str, Meta(description="SPKI PEM.")]
    created_at: Time
    revoked_at: Time | None = None


class KeysPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some versions of a consumer's key, and where the next ones begin."""

    keys: list[KeyBody]
    next_after: _NextAfter = None


_CONSUMER_ID = "00000000-0000-4000-8000-0000000000a1"
_EXAMPLE = ConsumerBody("awesome-company", _CONSUMER_ID)
_PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…\n-----END PUBLIC KEY-----\n"
_KEY = KeyBody(_CONSUMER_ID, "1", _PEM, "2026-03-05T12:00:00Z")
_CONSUMER = Parameter(name="consumerId", place="path", description="The consumer.", type=Key, example=_CONSUMER_ID)
_VERSION = Parameter(name="keyVersion", place="path", description="The version of its key.", type=Key, example="1")
_PARTNER = Parameter(name="partner", place="query", description="Consumers of the partner of this code only.", type=Key)


class ConsumerHandlers:
    """Answers about consumers and keys. Those that are `published` are refused."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int, published: Published) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._published = published

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Give a partner a consumer id."""
        body = await read_json(Readings(call), ConsumerBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        named = {"partner_code": body.partner, "consumer_id": body.consumer_id}
        refusal = self._published.refused_consumer(body.consumer_id)
        added = refusal or await add_consumer(self._database, self._clock, **named)
        return of_refusal(added) if isinstance(added, Refusal) else JsonResponse(body)

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of consumers."""
        readings = Readings(call)
        partner, (after, limit) = readings.key("partner"), readings.page()
        problem = readings.problem("partner", *PAGING)
        if problem:
            return problem
        found = await list_consumers(self._database, partner_code=partner or None, after=after, rows_max=limit + 1)
        shown = found[:limit]
        following = shown[-1].consumer_id if len(found) > limit else None
        return JsonResponse(ConsumersPage([_consumer_body(consumer) for consumer in shown], following))

    async def add_key(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Add a version of a consumer's key."""
        readings = Readings(call)
        consumer_id = readings.path_key("consumerId")
        body = await read_json(readings, NewKeyBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        key = self._published.refused_key(body.public_key) or await add_key(
            self._database,
            self._clock,
            consumer_id=consumer_id,
            key_version=body.key_version,
            public_key=body.public_key,
        )
        return _key_answer(key)

    async def list_keys(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of the versions of a consumer's key."""
        readings = Readings(call)
        consumer_id, (after, limit) = readings.path_key("consumerId"), readings.page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        found = await list_keys(self._database, consumer_id, after=after, rows_max=limit + 1)
        shown = found[:limit]
        following = shown[-1].key_version if len(found) > limit else None
        return JsonResponse(KeysPage([_key_body(key) for key in shown], following))

    async def revoke_key(self, call: Call, _: OperatorClient) -> Response | Problem:
        """End a version of a consumer's key for good."""
        readings = Readings(call)
        consumer_id, key_version = readings.path_key("consumerId"), readings.path_key("keyVersion")
        problem = readings.problem()
        if problem:
            return problem
        return _key_answer(
            await revoke_key(self._database, self._clock, consumer_id=consumer_id, key_version=key_version)
        )


def _key_answer(key: ConsumerKey | Refusal) -> Response | Problem:
    if not isinstance(key, Refusal):
        return JsonResponse(_key_body(key))
    # What the path names is not in the body.
    return Problem(NOT_FOUND, key.message) if key.code in ("unknown_consumer", "unknown_key") else of_refusal(key)


def _consumer_body(consumer: Consumer) -> ConsumerBody:
    return ConsumerBody(consumer.partner_code, consumer.consumer_id)


def _key_body(key: ConsumerKey) -> KeyBody:
    revoked_at = None if key.revoked_at is None else format_micros(key.revoked_at)
    return KeyBody(key.consumer_id, key.key_version, key.public_key, format_micros(key.created_at), revoked_at)


def consumer_operations(handlers: ConsumerHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on consumers and their keys."""
    return (*_operations_on_consumers(handlers, access), *_operations_on_keys(handlers, access))


def _operations_on_consumers(handlers: ConsumerHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.add,
            "POST",
            "/consumers",
            "addConsumer",
            "Give a partner a consumer id",
            TAG,
            description="For suppliers and service providers. An id that another partner has is a conflict.",
            body=Body(description="The consumer.", type=ConsumerBody, example=_EXAMPLE),
            answers={200: Answer(description="It is known now.", type=ConsumerBody, example=_EXAMPLE)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/consumers",
            "listConsumers",
            "List consumers",
            TAG,
            parameters=(_PARTNER, *paging(Key)),
            answers={200: Answer(description="A page of them.", type=ConsumersPage, example=ConsumersPage([_EXAMPLE]))},
        ),
    )


def _operations_on_keys(handlers: ConsumerHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.add_key,
            "POST",
            "/consumers/{consumerId}/keys",
            "addKey",
            "Add a version of a consumer's public key",
            TAG,
            description="The older versions stay live, so that keys can be rotated without a gap.",
            parameters=(_CONSUMER,),
            body=Body(description="The key.", type=NewKeyBody, example=NewKeyBody("1", _PEM)),
            answers={200: Answer(description="It is live now.", type=KeyBody, example=_KEY)},
            problems=(CONFLICT, NOT_FOUND),
        ),
        access.operation(
            handlers.list_keys,
            "GET",
            "/consumers/{consumerId}/keys",
            "listKeys",
            "List the versions of a consumer's key, live and revoked",
            TAG,
            parameters=(_CONSUMER, *paging(Key)),
            answers={200: Answer(description="A page of them.", type=KeysPage, example=KeysPage([_KEY]))},
        ),
        access.operation(
            handlers.revoke_key,
            "DELETE",
            "/consumers/{consumerId}/keys/{keyVersion}",
            "revokeKey",
            "Revoke a version of a consumer's key, for good",
            TAG,
            parameters=(_CONSUMER, _VERSION),
            answers={200: Answer(description="It is not accepted any more.", type=KeyBody, example=_KEY)},
            problems=(NOT_FOUND,),
        ),
    )
