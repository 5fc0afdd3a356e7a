"""Codes by which service providers' clients come to act for suppliers and sellers."""

import asyncio

import pytest

from onhand.basics.refusal import Refusal
from onhand.partners.clients import Scopes, add_gateway_client, revoke_gateway_client
from onhand.partners.delegations import (
    Acting,
    CodeDenial,
    Delegation,
    end_delegation,
    issue_code,
    redeem_code,
)
from onhand.partners.onboarding import add_partner
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.conftest import FrozenClock

CODE = "the-code-of-the-tests"
OTHER_CODE = "another-code-of-the-tests"
FULL = Scopes("full_access", "full_access", "full_access")
_CODES = "SELECT code_hash FROM authorization_code ORDER BY code_hash"

pytestmark = pytest.mark.contract("GW-03")


@pytest.fixture(autouse=True)
async def partners(database: Database, clock: FrozenClock) -> None:
    for kind, code in (("supplier", "vendor"), ("seller", "seller"), ("provider", "helpers")):
        await add_partner(database, clock, kind=kind, code=code, name=code)
    for client_id, code in (("helper", "helpers"), ("helper-2", "helpers"), ("own", "vendor")):
        await add_gateway_client(
            database, clock, client_id=client_id, partner_code=code, secret=f"the-secret-of-{client_id}", scopes=FULL
        )


async def issue(database: Database, clock: FrozenClock, **fields: object) -> Delegation | Refusal:
    whole = {"client_id": "helper", "partner_code": "seller", "code": CODE, "seconds": 600, **fields}
    return await issue_code(database, clock, **whole)


async def redeem(database: Database, clock: FrozenClock, **fields: object) -> Acting | CodeDenial:
    whole = {"client_id": "helper", "partner_code": "seller", "code": CODE, "redemption": "1", **fields}
    return await redeem_code(database, clock, **whole)


def code_of(refusal: object) -> tuple[str, str]:
    assert isinstance(refusal, Refusal)
    assert refusal.message
    return refusal.code, refusal.field


async def test_a_code_lets_a_client_act_for_its_partner(database: Database, clock: FrozenClock) -> None:
    issued = await issue(database, clock)
    assert issued == Delegation("helper", "seller", clock.now + 600_000_000)
    acting = await redeem(database, clock)
    assert isinstance(acting, Acting)
    assert (acting.client_id, acting.renewals) == ("helper", 0)


async def test_only_the_hash_of_a_code_is_kept(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock)
    kept = [row[0] for row in await database.all(Query("codes", _CODES, _CODES))]
    assert len(kept) == 1
    assert CODE not in kept[0]


async def test_a_code_that_is_issued_again_stands_as_it_was(database: Database, clock: FrozenClock) -> None:
    issued = await issue(database, clock)
    clock.advance(60)
    assert await issue(database, clock) == issued
    assert code_of(await issue(database, clock, client_id="helper-2")) == ("conflict", "code")
    await redeem(database, clock)
    assert code_of(await issue(database, clock)) == ("conflict", "code")


async def test_a_code_works_once(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock)
    assert isinstance(await redeem(database, clock), Acting)
    assert await redeem(database, clock, redemption="2") == CodeDenial("spent")


async def test_a_redemption_whose_outcome_was_lost_may_be_repeated(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock)
    assert await redeem(database, clock) == await redeem(database, clock)


async def test_of_many_redemptions_at_once_one_is_granted(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock)
    answers = await asyncio.gather(*(redeem(database, clock, redemption=str(number)) for number in range(8)))
    assert sum(isinstance(answer, Acting) for answer in answers) == 1
    assert answers.count(CodeDenial("spent")) == 7


async def test_a_code_works_until_it_expires(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock, seconds=10)
    clock.advance(10)
    assert await redeem(database, clock) == CodeDenial("expired")
    clock.now -= 1
    assert isinstance(await redeem(database, clock), Acting)


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": "helper-2"},
        {"partner_code": "vendor"},
        {"partner_code": "nobody"},
        {"partner_code": "\0"},
        {"code": OTHER_CODE},
    ],
    ids=["client", "partner", "unknown partner", "no partner", "code"],
)
async def test_a_code_is_unknown_to_everybody_else(
    database: Database, clock: FrozenClock, other: dict[str, object]
) -> None:
    await issue(database, clock)
    assert await redeem(database, clock, **other) == CodeDenial("unknown")
    assert isinstance(await redeem(database, clock), Acting)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"client_id": "nobody"}, ("unknown_client", "clientId")),
        ({"client_id": "no\0body"}, ("unknown_client", "clientId")),
        ({"partner_code": "no\0body"}, ("unknown_partner", "partner")),
        ({"client_id": "own"}, ("invalid_kind", "clientId")),
        ({"partner_code": "nobody"}, ("unknown_partner", "partner")),
        ({"partner_code": "helpers"}, ("invalid_kind", "partner")),
        ({"partner_code": "retailer"}, ("invalid_kind", "partner")),
        ({"code": "short"}, ("invalid_code", "code")),
        ({"seconds": 0}, ("invalid_seconds", "seconds")),
        ({"seconds": 86_401}, ("invalid_seconds", "seconds")),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
async def test_a_code_is_issued_to_a_live_providers_client_for_a_supplier_or_seller_only(
    database: Database, clock: FrozenClock, fields: dict[str, object], refused: tuple[str, str]
) -> None:
    assert code_of(await issue(database, clock, **fields)) == refused
    assert await database.all(Query("codes", _CODES, _CODES)) == []


async def test_no_code_is_issued_to_a_revoked_client(database: Database, clock: FrozenClock) -> None:
    await revoke_gateway_client(database, clock, client_id="helper")
    assert code_of(await issue(database, clock)) == ("conflict", "clientId")


async def test_a_delegation_that_lives_is_not_renewed_and_one_that_ended_is(
    database: Database, clock: FrozenClock
) -> None:
    renewals = []
    for number, code in enumerate(("a" * 16, "b" * 16, "c" * 16)):
        await issue(database, clock, code=code)
        acting = await redeem(database, clock, code=code, redemption=str(number))
        assert isinstance(acting, Acting)
        renewals.append(acting.renewals)
        if number == 1:
            assert await end_delegation(database, clock, client_id="helper", partner_code="seller") is None
    assert renewals == [0, 0, 1]


async def test_ending_a_delegation_may_be_said_again_and_withdraws_its_codes(
    database: Database, clock: FrozenClock
) -> None:
    ending = {"client_id": "helper", "partner_code": "seller"}
    assert code_of(await end_delegation(database, clock, **ending)) == ("unknown_delegation", "clientId")
    await issue(database, clock)
    await redeem(database, clock)
    await issue(database, clock, code=OTHER_CODE)
    await issue(database, clock, code=OTHER_CODE, partner_code="vendor")
    assert await end_delegation(database, clock, **ending) is None
    assert await end_delegation(database, clock, **ending) is None
    assert await redeem(database, clock, code=OTHER_CODE) == CodeDenial("unknown")
    assert isinstance(await redeem(database, clock, code=OTHER_CODE, partner_code="vendor"), Acting)


async def test_codes_long_past_are_forgotten_when_the_next_is_issued(database: Database, clock: FrozenClock) -> None:
    await issue(database, clock)
    clock.advance(600 + 86_400 + 1)
    await issue(database, clock, code=OTHER_CODE)
    assert len(await database.all(Query("codes", _CODES, _CODES))) == 1
