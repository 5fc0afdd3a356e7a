"""Partners, consumers, keys and operator clients are made known once, and may be said again."""

import asyncio
from pathlib import Path

import pytest

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
from onhand.partners.keys import generate_key_pair
from onhand.partners.onboarding import (
    Partner,
    add_partner,
    associate,
    dissociate,
    list_partners,
    list_suppliers_of,
    partner_by_code,
)
from onhand.partners.operators import (
    OperatorClient,
    add_operator_client,
    list_operator_clients,
    operator_client_by_token,
    revoke_operator_client,
)
from onhand.store.database import Database
from onhand.store.queries import Queries
from tests.conftest import FrozenClock

PAIR, OTHER_PAIR = generate_key_pair(), generate_key_pair()
TOKEN = "a-token-of-the-tests"


async def add(database: Database, clock: FrozenClock, kind: str, code: str) -> Partner:
    partner = await add_partner(database, clock, kind=kind, code=code, name=code.title())
    assert isinstance(partner, Partner)
    return partner


async def add_acme(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "supplier", "acme")
    assert isinstance(await add_consumer(database, clock, partner_code="acme", consumer_id="c-1"), Consumer)


async def key_of(database: Database, clock: FrozenClock, version: str, text: str) -> ConsumerKey | Refusal:
    return await add_key(database, clock, consumer_id="c-1", key_version=version, public_key=text)


def code_of(answer: object) -> str:
    assert isinstance(answer, Refusal)
    return answer.code


@pytest.mark.contract("OP-01")
async def test_partners_get_ids_after_the_retailers(database: Database, clock: FrozenClock) -> None:
    assert (await add(database, clock, "supplier", "acme")).partner_id == 2
    assert (await add(database, clock, "provider", "helper")).partner_id == 3


@pytest.mark.contract("OP-01")
async def test_a_partner_said_again_is_given_back_as_it_stands(database: Database, clock: FrozenClock) -> None:
    first = await add(database, clock, "supplier", "acme")
    assert await add(database, clock, "supplier", "acme") == first
    assert await list_partners(database) == [first]


@pytest.mark.contract("OP-01")
async def test_a_code_that_is_taken_is_refused(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "supplier", "acme")
    assert code_of(await add_partner(database, clock, kind="seller", code="acme", name="Acme")) == "conflict"
    assert code_of(await add_partner(database, clock, kind="supplier", code="retailer", name="R")) == "conflict"


@pytest.mark.contract("OP-01")
@pytest.mark.parametrize(
    ("kind", "code", "name", "refused"),
    [
        ("retailer", "acme", "Acme", "kind"),
        ("supplier", "", "Acme", "code"),
        ("supplier", "a b", "Acme", "code"),
        ("supplier", "a" * 65, "Acme", "code"),
        ("supplier", "é", "Acme", "code"),
        ("supplier", "acme\n", "Acme", "code"),
        ("supplier", "acme", " ", "name"),
        ("supplier", "acme", "A\x00", "name"),
        ("supplier", "acme", "A" * 201, "name"),
    ],
)
async def test_a_partner_in_bad_words_is_refused_by_field(
    sqlite_database: Database, clock: FrozenClock, kind: str, code: str, name: str, refused: str
) -> None:
    answer = await add_partner(sqlite_database, clock, kind=kind, code=code, name=name)
    assert isinstance(answer, Refusal)
    assert answer.field == refused
    assert await list_partners(sqlite_database) == []


@pytest.mark.contract("OP-01")
async def test_partners_added_at_once_each_get_an_id_of_their_own(database: Database, clock: FrozenClock) -> None:
    codes = [f"s{number}" for number in range(20)]
    partners = await asyncio.gather(*(add(database, clock, "supplier", code) for code in codes))
    assert sorted(partner.partner_id for partner in partners) == list(range(2, 22))


@pytest.mark.contract("OP-01")
async def test_one_partner_added_at_once_by_many_is_added_once(database: Database, clock: FrozenClock) -> None:
    partners = await asyncio.gather(*(add(database, clock, "supplier", "acme") for _ in range(8)))
    assert {partner.partner_id for partner in partners} == {2}


@pytest.mark.contract("OP-01")
async def test_partners_are_listed_by_kind_and_in_pages(database: Database, clock: FrozenClock) -> None:
    for kind, code in (("supplier", "b"), ("seller", "c"), ("supplier", "a")):
        await add(database, clock, kind, code)
    assert [partner.code for partner in await list_partners(database, rows_max=2)] == ["a", "b"]
    assert [partner.code for partner in await list_partners(database, after="b")] == ["c"]
    assert [partner.code for partner in await list_partners(database, kind="supplier")] == ["a", "b"]


async def test_a_partner_is_found_by_its_code(database: Database, clock: FrozenClock) -> None:
    acme = await add(database, clock, "supplier", "acme")
    assert await partner_by_code(database, "acme") == acme
    assert await partner_by_code(database, "Acme") is None


@pytest.mark.contract("OP-01", "SG-06")
async def test_an_association_lasts_until_it_is_ended(database: Database, clock: FrozenClock) -> None:
    acme, helper = await add(database, clock, "supplier", "acme"), await add(database, clock, "provider", "helper")
    for _ in range(2):
        assert await associate(database, clock, provider_code="helper", supplier_code="acme") is None
    assert await list_suppliers_of(database, helper) == [acme]
    for _ in range(2):
        assert await dissociate(database, provider_code="helper", supplier_code="acme") is None
    assert await list_suppliers_of(database, helper) == []


@pytest.mark.contract("OP-01", "SG-06")
async def test_only_a_provider_is_associated_with_a_supplier(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "supplier", "acme")
    answers = [
        await associate(database, clock, provider_code=provider, supplier_code="acme") for provider in ("acme", "none")
    ]
    assert [code_of(answer) for answer in answers] == ["invalid_kind", "unknown_partner"]


@pytest.mark.contract("OP-01")
async def test_a_consumer_belongs_to_one_partner(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    await add(database, clock, "provider", "helper")
    again = await add_consumer(database, clock, partner_code="acme", consumer_id="c-1")
    assert again == Consumer("c-1", 2, "acme")
    assert code_of(await add_consumer(database, clock, partner_code="helper", consumer_id="c-1")) == "conflict"


@pytest.mark.contract("OP-01")
async def test_consumers_are_listed_by_partner(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    await add(database, clock, "provider", "helper")
    await add_consumer(database, clock, partner_code="helper", consumer_id="c-0")
    assert [consumer.consumer_id for consumer in await list_consumers(database)] == ["c-0", "c-1"]
    assert [consumer.consumer_id for consumer in await list_consumers(database, partner_code="acme")] == ["c-1"]


@pytest.mark.contract("OP-01")
@pytest.mark.parametrize("consumer_id", ["", " c", "c ", "c\n", "c" * 65, "ç"])
async def test_a_consumer_id_that_no_header_carries_is_refused(
    sqlite_database: Database, clock: FrozenClock, consumer_id: str
) -> None:
    await add(sqlite_database, clock, "supplier", "acme")
    answer = await add_consumer(sqlite_database, clock, partner_code="acme", consumer_id=consumer_id)
    assert code_of(answer) == "invalid_consumer_id"


@pytest.mark.contract("OP-01")
async def test_only_who_signs_requests_gets_a_consumer(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "seller", "shop")
    answers = [
        await add_consumer(database, clock, partner_code=code, consumer_id="c-1")
        for code in ("shop", "retailer", "none")
    ]
    assert [code_of(answer) for answer in answers] == ["invalid_kind", "invalid_kind", "unknown_partner"]


@pytest.mark.contract("SG-04")
async def test_a_consumer_has_several_live_keys(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    await key_of(database, clock, "1", PAIR.public_pem)
    await key_of(database, clock, "2", OTHER_PAIR.public_pem)
    keys = await list_keys(database, "c-1")
    assert [(key.key_version, key.revoked_at) for key in keys] == [("1", None), ("2", None)]


@pytest.mark.contract("SG-04")
async def test_a_key_given_bare_is_kept_as_pem(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    bare = "".join(PAIR.public_pem.splitlines()[1:-1])
    expected = ConsumerKey("c-1", "1", PAIR.public_pem, clock.now, None)
    assert await key_of(database, clock, "1", bare) == expected
    assert await key_of(database, clock, "1", PAIR.public_pem) == expected


@pytest.mark.contract("SG-04")
async def test_another_key_under_a_version_in_use_is_refused(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    await key_of(database, clock, "1", PAIR.public_pem)
    assert code_of(await key_of(database, clock, "1", OTHER_PAIR.public_pem)) == "conflict"


@pytest.mark.contract("SG-04")
async def test_a_revoked_key_stays_revoked_from_its_first_time(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    await key_of(database, clock, "1", PAIR.public_pem)
    revoked = await revoke_key(database, clock, consumer_id="c-1", key_version="1")
    assert isinstance(revoked, ConsumerKey)
    assert revoked.revoked_at == clock.now
    clock.advance(1)
    assert await revoke_key(database, clock, consumer_id="c-1", key_version="1") == revoked
    assert code_of(await key_of(database, clock, "1", PAIR.public_pem)) == "conflict"


@pytest.mark.contract("SG-04")
async def test_a_key_needs_its_consumer_its_version_and_its_text(database: Database, clock: FrozenClock) -> None:
    await add_acme(database, clock)
    stranger = await add_key(database, clock, consumer_id="c-2", key_version="1", public_key=PAIR.public_pem)
    assert code_of(stranger) == "unknown_consumer"
    assert code_of(await key_of(database, clock, "1 2", PAIR.public_pem)) == "invalid_key_version"
    assert code_of(await key_of(database, clock, "1", PAIR.private_pem)) == "invalid_key"
    assert code_of(await revoke_key(database, clock, consumer_id="c-1", key_version="1")) == "unknown_key"


@pytest.mark.contract("OP-01")
async def test_an_operator_client_is_known_by_its_token_until_it_is_revoked(
    database: Database, clock: FrozenClock
) -> None:
    client = await add_operator_client(database, clock, client_id="till", source="pos", token=TOKEN)
    assert client == OperatorClient("till", "pos", clock.now, None)
    assert await operator_client_by_token(database, TOKEN) == client
    assert await operator_client_by_token(database, TOKEN + "x") is None
    revoked = await revoke_operator_client(database, clock, client_id="till")
    assert await operator_client_by_token(database, TOKEN) is None
    assert await list_operator_clients(database) == [revoked]


@pytest.mark.contract("OP-01")
async def test_an_operator_client_said_again_stands_and_in_other_words_is_refused(
    database: Database, clock: FrozenClock
) -> None:
    client = await add_operator_client(database, clock, client_id="till", source="pos", token=TOKEN)
    assert await add_operator_client(database, clock, client_id="till", source="pos", token=TOKEN) == client
    for client_id, source, token in (("till", "wms", TOKEN), ("till", "pos", TOKEN + "x"), ("other", "pos", TOKEN)):
        answer = await add_operator_client(database, clock, client_id=client_id, source=source, token=token)
        assert code_of(answer) == "conflict"


@pytest.mark.contract("OP-01")
@pytest.mark.parametrize("token", ["", "short", "a token with a space", "a" * 257, "ä" * 20])
async def test_a_token_that_is_no_bearer_token_is_refused_and_not_repeated(
    sqlite_database: Database, clock: FrozenClock, token: str
) -> None:
    answer = await add_operator_client(sqlite_database, clock, client_id="till", source="pos", token=token)
    assert isinstance(answer, Refusal)
    assert answer.field == "token"
    assert not token or token not in answer.message


@pytest.mark.contract("OP-01")
async def test_a_token_is_kept_as_its_sha256_only(database: Database, clock: FrozenClock, tmp_path: Path) -> None:
    await add_operator_client(database, clock, client_id="till", source="pos", token="sandbox-operator")
    (tmp_path / "look.sql").write_text("-- name: token_hashes\nSELECT token_hash FROM operator_client\n")
    # printf sandbox-operator | sha256sum
    expected = "1bcbc0b781517aabcc964c1d3fbf2560a0bf9dc6b12dc8e74c2d39d71ed1b5e1"
    assert await database.all(Queries(tmp_path / "look.sql")["token_hashes"]) == [(expected,)]


async def test_revoking_an_unknown_operator_client_is_refused(database: Database, clock: FrozenClock) -> None:
    assert code_of(await revoke_operator_client(database, clock, client_id="none")) == "unknown_client"
