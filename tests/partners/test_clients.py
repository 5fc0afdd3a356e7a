"""Clients of the gateway: what is kept of them, and what is refused."""

import pytest

from onhand.basics.refusal import Refusal
from onhand.partners.clients import (
    GatewayClient,
    Scopes,
    add_gateway_client,
    client_by_secret,
    list_gateway_clients,
    revoke_gateway_client,
    rotate_secret,
)
from onhand.partners.onboarding import add_partner
from onhand.store.database import Database
from onhand.store.queries import Query
from tests.conftest import FrozenClock

SECRET = "the-secret-of-the-tests"
OTHER_SECRET = "another-secret-of-the-tests"
SCOPES = Scopes("full_access", "view_only", "no_access")
_HASHES = "SELECT secret_hash FROM gateway_client"


@pytest.fixture(autouse=True)
async def partners(database: Database, clock: FrozenClock) -> None:
    for kind, code in (("supplier", "vendor"), ("seller", "10000000001"), ("provider", "helpers")):
        await add_partner(database, clock, kind=kind, code=code, name=code)


async def add(database: Database, clock: FrozenClock, **fields: object) -> GatewayClient | Refusal:
    whole = {"client_id": "tests", "partner_code": "vendor", "secret": SECRET, "scopes": SCOPES, **fields}
    return await add_gateway_client(database, clock, **whole)


def code_of(refusal: object) -> tuple[str, str]:
    assert isinstance(refusal, Refusal)
    assert refusal.message
    return refusal.code, refusal.field


async def test_a_client_is_given_back_as_it_stands(database: Database, clock: FrozenClock) -> None:
    added = await add(database, clock, channel_type="a-channel")
    assert added == GatewayClient("tests", "vendor", "supplier", SCOPES, "a-channel", clock.now, None)
    clock.advance(60)
    assert await add(database, clock, channel_type="a-channel") == added
    assert await list_gateway_clients(database) == [added]


@pytest.mark.parametrize(
    "other",
    [
        {"secret": OTHER_SECRET},
        {"scopes": Scopes("full_access", "full_access", "full_access")},
        {"partner_code": "10000000001"},
        {"channel_type": "another"},
    ],
    ids=["secret", "scopes", "partner", "channel type"],
)
async def test_a_client_in_other_words_is_refused(
    database: Database, clock: FrozenClock, other: dict[str, object]
) -> None:
    added = await add(database, clock)
    assert code_of(await add(database, clock, **other)) == ("conflict", "clientId")
    assert await list_gateway_clients(database) == [added]


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"client_id": "with space"}, ("invalid_code", "clientId")),
        ({"client_id": "c$1"}, ("invalid_code", "clientId")),
        ({"secret": "too-short"}, ("invalid_secret", "secret")),
        ({"secret": "x" * 257}, ("invalid_secret", "secret")),
        ({"secret": "with a space in the secret"}, ("invalid_secret", "secret")),
        ({"scopes": Scopes("full_access", "all", "no_access")}, ("invalid_scope", "scopes")),
        ({"channel_type": ""}, ("invalid_channel_type", "channelType")),
        ({"channel_type": " a"}, ("invalid_channel_type", "channelType")),
        ({"channel_type": "é"}, ("invalid_channel_type", "channelType")),
        ({"partner_code": "nobody"}, ("unknown_partner", "partner")),
        ({"partner_code": "no\0body"}, ("unknown_partner", "partner")),
        ({"partner_code": "retailer"}, ("invalid_kind", "partner")),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
async def test_what_is_no_client_is_refused_by_its_field(
    database: Database, clock: FrozenClock, fields: dict[str, object], refused: tuple[str, str]
) -> None:
    refusal = await add(database, clock, **fields)
    assert code_of(refusal) == refused
    if "secret" in fields:
        assert str(fields["secret"]) not in str(refusal)
    assert await list_gateway_clients(database) == []


@pytest.mark.contract("GW-04")
async def test_only_the_hash_of_a_secret_is_kept_and_no_two_are_alike(database: Database, clock: FrozenClock) -> None:
    await add(database, clock)
    await add(database, clock, client_id="others")
    hashes = [row[0] for row in await database.all(Query("hashes", _HASHES, _HASHES))]
    assert len(set(hashes)) == 2
    assert not any(SECRET in kept for kept in hashes)


@pytest.mark.contract("GW-04")
async def test_a_client_is_known_by_its_own_secret_only(database: Database, clock: FrozenClock) -> None:
    await add(database, clock)
    await add(database, clock, client_id="others", secret=OTHER_SECRET)
    known = await client_by_secret(database, "tests", SECRET)
    assert known is not None
    assert (known.client_id, known.partner_kind) == ("tests", "supplier")
    for client_id, secret in (
        ("tests", OTHER_SECRET),
        ("tests", ""),
        ("others", SECRET),
        ("nobody", SECRET),
        ("nöbody", SECRET),
        ("no\x00body", SECRET),
        ("tests", "ß" * 20),
    ):
        assert await client_by_secret(database, client_id, secret) is None


async def test_a_rotated_secret_takes_the_place_of_the_one_before(database: Database, clock: FrozenClock) -> None:
    added = await add(database, clock)
    assert await rotate_secret(database, client_id="tests", secret=OTHER_SECRET) == added
    assert await client_by_secret(database, "tests", SECRET) is None
    assert await client_by_secret(database, "tests", OTHER_SECRET) is not None


async def test_a_secret_is_rotated_for_a_live_client_only(database: Database, clock: FrozenClock) -> None:
    await add(database, clock)
    await revoke_gateway_client(database, clock, client_id="tests")
    refused = await rotate_secret(database, client_id="tests", secret=OTHER_SECRET)
    assert code_of(refused) == ("conflict", "clientId")
    unknown = await rotate_secret(database, client_id="nobody", secret=OTHER_SECRET)
    assert code_of(unknown) == ("unknown_client", "clientId")
    assert code_of(await rotate_secret(database, client_id="tests", secret="short")) == ("invalid_secret", "secret")


async def test_a_revoked_client_keeps_the_time_at_which_it_was(database: Database, clock: FrozenClock) -> None:
    await add(database, clock)
    revoked_at = clock.now
    for _ in range(2):
        revoked = await revoke_gateway_client(database, clock, client_id="tests")
        assert isinstance(revoked, GatewayClient)
        assert revoked.revoked_at == revoked_at
        clock.advance(1)
    assert await client_by_secret(database, "tests", SECRET) is None
    assert code_of(await add(database, clock)) == ("conflict", "clientId")
    unknown = await revoke_gateway_client(database, clock, client_id="nobody")
    assert code_of(unknown) == ("unknown_client", "clientId")


async def test_clients_are_listed_by_partner_and_in_pages(database: Database, clock: FrozenClock) -> None:
    for client_id, code in (("c", "vendor"), ("a", "10000000001"), ("b", "helpers"), ("d", "vendor")):
        await add(database, clock, client_id=client_id, partner_code=code)
    listed = [(client.client_id, client.partner_kind) for client in await list_gateway_clients(database)]
    assert listed == [("a", "seller"), ("b", "provider"), ("c", "supplier"), ("d", "supplier")]
    assert [client.client_id for client in await list_gateway_clients(database, partner_code="vendor")] == ["c", "d"]
    page = await list_gateway_clients(database, after="a", rows_max=2)
    assert [client.client_id for client in page] == ["b", "c"]
