"""Suppliers, sellers and service providers, and who may ask for whom (OP-01)."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta
from starlette.responses import Response

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.onboarding import (
    Partner,
    add_partner,
    associate,
    dissociate,
    list_partners,
    list_suppliers_of,
    partner_by_code,
)
from onhand.partners.operators import OperatorClient
from onhand.store.database import Database
from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.parameters import PAGING, Key, Readings, paging
from onhand.surfaces.operator.problems import CONFLICT, NOT_FOUND, Problem, of_refusal
from onhand.surfaces.operator.reading import read_json
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter
from onhand.surfaces.plumbing.responses import JsonResponse

TAG = "Partners"

Code = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        max_length=64,
        description="1 to 64 letters, digits, dots, hyphens or underscores, a letter or digit first.",
    ),
]
Kind = Literal["supplier", "seller", "provider"]


class PartnerBody(msgspec.Struct, frozen=True):
    """A partner: what it is, the code that others name it by, and its name."""

    kind: Kind
    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=200, description="A name to show, of printable characters.")]


class PartnersPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some partners in the order of their codes, and where the next ones begin."""

    partners: list[PartnerBody]
    next_after: Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")] = None


class AssociationBody(msgspec.Struct, frozen=True):
    """That a service provider may ask on behalf of a supplier, both by their codes."""

    provider: Code
    supplier: Code


_EXAMPLE = PartnerBody("supplier", "awesome-company", "Awesome Company")
_ASSOCIATION = AssociationBody("data-house", "awesome-company")
_KIND = Parameter(name="kind", place="query", description="Partners of this kind only.", type=Kind)
_PROVIDER = Parameter(
    name="provider", place="path", description="The provider's code.", type=Code, example="data-house"
)
SUPPLIER = Parameter(
    name="supplier", place="path", description="The supplier's code.", type=Code, example="awesome-company"
)
_KINDS = get_args(Kind)
_PAGE = {200: Answer(description="A page of them.", type=PartnersPage, example=PartnersPage([_EXAMPLE]))}


class PartnerHandlers:
    """Answers about partners."""

    def __init__(self, database: Database, clock: Clock, body_bytes_max: int) -> None:
        self._database = database
        self._clock = clock
        self._body_bytes_max = body_bytes_max

    async def add(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Make a partner known."""
        body = await read_json(Readings(call), PartnerBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        added = await add_partner(self._database, self._clock, kind=body.kind, code=body.code, name=body.name)
        return of_refusal(added) if isinstance(added, Refusal) else JsonResponse(_shown(added))

    async def list(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of partners."""
        readings = Readings(call)
        kind = readings.optional_word("kind", _KINDS)
        after, limit = readings.page()
        problem = readings.problem("kind", *PAGING)
        if problem:
            return problem
        found = await list_partners(self._database, kind=kind, after=after, rows_max=limit + 1)
        return JsonResponse(_page(found, limit))

    async def associate(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Let a provider ask for a supplier."""
        body = await read_json(Readings(call), AssociationBody, self._body_bytes_max)
        if isinstance(body, Problem):
            return body
        refusal = await associate(self._database, self._clock, provider_code=body.provider, supplier_code=body.supplier)
        return of_refusal(refusal) if refusal else JsonResponse(body)

    async def dissociate(self, call: Call, _: OperatorClient) -> Response | Problem:
        """Stop a provider from asking for a supplier."""
        readings = Readings(call)
        provider, supplier = readings.path_key("provider"), readings.path_key("supplier")
        problem = readings.problem()
        if problem:
            return problem
        refusal = await dissociate(self._database, provider_code=provider, supplier_code=supplier)
        return Problem(NOT_FOUND, refusal.message) if refusal else Response(status_code=204)

    async def suppliers_of(self, call: Call, _: OperatorClient) -> Response | Problem:
        """A page of the suppliers that a provider may ask for."""
        readings = Readings(call)
        code = readings.path_key("provider")
        after, limit = readings.page()
        problem = readings.problem(*PAGING)
        if problem:
            return problem
        provider = await partner_by_code(self._database, code)
        if provider is None or provider.kind != "provider":
            return Problem(NOT_FOUND, f"There is no service provider “{code}”.")
        found = await list_suppliers_of(self._database, provider, after=after, rows_max=limit + 1)
        return JsonResponse(_page(found, limit))


def _shown(partner: Partner) -> PartnerBody:
    return msgspec.convert(partner, PartnerBody, from_attributes=True)


def _page(found: list[Partner], limit: int) -> PartnersPage:
    shown = found[:limit]
    return PartnersPage([_shown(partner) for partner in shown], shown[-1].code if len(found) > limit else None)


def partner_operations(handlers: PartnerHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on partners and their associations."""
    return (*_operations_on_partners(handlers, access), *_operations_on_associations(handlers, access))


def _operations_on_partners(handlers: PartnerHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.add,
            "POST",
            "/partners",
            "addPartner",
            "Add a partner",
            TAG,
            description="The same again changes nothing; another kind or name for a known code is a conflict.",
            body=Body(description="The partner.", type=PartnerBody, example=_EXAMPLE),
            answers={200: Answer(description="It is known now.", type=PartnerBody, example=_EXAMPLE)},
            problems=(CONFLICT,),
        ),
        access.operation(
            handlers.list,
            "GET",
            "/partners",
            "listPartners",
            "List partners",
            TAG,
            parameters=(_KIND, *paging(Key)),
            answers=_PAGE,
        ),
    )


def _operations_on_associations(handlers: PartnerHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.associate,
            "POST",
            "/associations",
            "addAssociation",
            "Let a service provider ask on behalf of a supplier",
            TAG,
            body=Body(description="Both by their codes.", type=AssociationBody, example=_ASSOCIATION),
            answers={200: Answer(description="It may ask now.", type=AssociationBody, example=_ASSOCIATION)},
        ),
        access.operation(
            handlers.suppliers_of,
            "GET",
            "/partners/{provider}/suppliers",
            "listSuppliersOfProvider",
            "List the suppliers that a service provider may ask for",
            TAG,
            parameters=(_PROVIDER, *paging(Key)),
            answers=_PAGE,
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.dissociate,
            "DELETE",
            "/partners/{provider}/suppliers/{supplier}",
            "removeAssociation",
            "Stop a service provider from asking on behalf of a supplier",
            TAG,
            parameters=(_PROVIDER, SUPPLIER),
            answers={204: Answer(description="It may not ask, whether it could before or not.")},
            problems=(NOT_FOUND,),
        ),
    )
