"""Partners, associations, consumers, keys and operator clients."""

import pytest

from onhand.partners.keys import generate_key_pair
from onhand.sandbox.credentials import supplier_public_key
from tests.surfaces.operator.desk import Desk, faults, problem

pytestmark = pytest.mark.contract("OP-01")

SUPPLIER = {"kind": "supplier", "code": "awesome-company", "name": "Awesome Company"}
PROVIDER = {"kind": "provider", "code": "data-house", "name": "Data House"}


async def test_a_partner_added_again_is_the_same_partner(desk: Desk) -> None:
    answers = [await desk.post("/partners", SUPPLIER) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, SUPPLIER)] * 2
    assert (await desk.get("/partners")).json() == {"partners": [SUPPLIER]}


async def test_a_known_code_with_another_name_is_a_conflict(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    answer = await desk.post("/partners", {**SUPPLIER, "name": "Another"})
    assert faults(answer, 409, "conflict") == [("/code", "conflict")]
    assert (await desk.get("/partners")).json() == {"partners": [SUPPLIER]}


async def test_every_fault_of_a_body_is_listed_with_its_place(desk: Desk) -> None:
    answer = await desk.post("/partners", {"kind": "buyer", "code": "no spaces", "title": "x"})
    assert faults(answer, 422, "refused") == [
        ("/title", "unknown_field"),
        ("/kind", "invalid_value"),
        ("/code", "invalid_value"),
        ("/name", "missing_field"),
    ]
    assert "the fields are kind, code, name" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("name", ["a\u0000b", "line\nfeed", " ", "\u202e"])
async def test_a_name_that_can_not_be_printed_is_refused(desk: Desk, name: str) -> None:
    assert faults(await desk.post("/partners", {**SUPPLIER, "name": name}), 422, "refused") == [
        ("/name", "invalid_name")
    ]


async def test_a_code_with_a_line_feed_at_its_end_is_refused(desk: Desk) -> None:
    assert faults(await desk.post("/partners", {**SUPPLIER, "code": "code\n"}), 422, "refused") == [
        ("/code", "invalid_code")
    ]


async def test_partners_are_listed_in_pages_by_kind(desk: Desk) -> None:
    for code in ("c", "a", "b"):
        await desk.post("/partners", {"kind": "supplier", "code": code, "name": code})
    await desk.post("/partners", PROVIDER)
    first = (await desk.get("/partners", kind="supplier", limit="2")).json()
    second = (await desk.get("/partners", kind="supplier", limit="2", after=first["nextAfter"])).json()
    assert [partner["code"] for page in (first, second) for partner in page["partners"]] == ["a", "b", "c"]
    assert "nextAfter" not in second


async def test_every_bad_parameter_of_a_list_is_named(desk: Desk) -> None:
    answer = await desk.get("/partners", kind="buyer", limit="0", after="\x00", order="name")
    assert sorted(faults(answer, 400, "bad-parameters")) == [
        ("after", "invalid_after"),
        ("kind", "unknown_word"),
        ("limit", "invalid_limit"),
        ("order", "unknown_parameter"),
    ]


async def test_a_provider_is_associated_with_a_supplier_and_parted_again(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    await desk.post("/partners", PROVIDER)
    pair = {"provider": "data-house", "supplier": "awesome-company"}
    answers = [await desk.post("/associations", pair) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, pair)] * 2
    assert (await desk.get("/partners/data-house/suppliers")).json() == {"partners": [SUPPLIER]}
    parted = [await desk.delete("/partners/data-house/suppliers/awesome-company") for _ in range(2)]
    assert [answer.status_code for answer in parted] == [204, 204]
    assert (await desk.get("/partners/data-house/suppliers")).json() == {"partners": []}


async def test_an_association_of_an_unknown_or_wrong_partner_is_refused(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    unknown = await desk.post("/associations", {"provider": "nobody", "supplier": "awesome-company"})
    wrong = await desk.post("/associations", {"provider": "awesome-company", "supplier": "awesome-company"})
    assert faults(unknown, 422, "refused") == [("/provider", "unknown_partner")]
    assert faults(wrong, 422, "refused") == [("/provider", "invalid_kind")]
    problem(await desk.get("/partners/nobody/suppliers"), 404, "not-found")
    problem(await desk.delete("/partners/nobody/suppliers/awesome-company"), 404, "not-found")


async def test_a_consumer_is_one_partners_only(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    await desk.post("/partners", PROVIDER)
    consumer = {"partner": "awesome-company", "consumerId": "c-1"}
    answers = [await desk.post("/consumers", consumer) for _ in range(2)]
    taken = await desk.post("/consumers", {"partner": "data-house", "consumerId": "c-1"})
    nobody = await desk.post("/consumers", {"partner": "nobody", "consumerId": "c-2"})
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, consumer)] * 2
    assert faults(taken, 409, "conflict") == [("/consumerId", "conflict")]
    assert faults(nobody, 422, "refused") == [("/partner", "unknown_partner")]
    assert (await desk.get("/consumers", partner="awesome-company")).json() == {"consumers": [consumer]}


@pytest.mark.contract("SG-04")
async def test_a_key_is_added_beside_the_older_ones_and_revoked_for_good(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    await desk.post("/consumers", {"partner": "awesome-company", "consumerId": "c-1"})
    pem = generate_key_pair().public_pem
    bare = "".join(pem.splitlines()[1:-1])
    for version in ("1", "2"):
        added = await desk.post("/consumers/c-1/keys", {"keyVersion": version, "publicKey": bare})
        assert added.json() == {
            "consumerId": "c-1",
            "keyVersion": version,
            "publicKey": pem,
            "createdAt": "2026-03-05T12:00:00Z",
        }
    desk.clock.advance(60)
    revoked = [await desk.delete("/consumers/c-1/keys/1") for _ in range(2)]
    assert [answer.json()["revokedAt"] for answer in revoked] == ["2026-03-05T12:01:00Z"] * 2
    keys = (await desk.get("/consumers/c-1/keys")).json()["keys"]
    assert [(key["keyVersion"], "revokedAt" in key) for key in keys] == [("1", True), ("2", False)]
    again = await desk.post("/consumers/c-1/keys", {"keyVersion": "1", "publicKey": bare})
    assert faults(again, 409, "conflict") == [("/keyVersion", "conflict")]


@pytest.mark.contract("SG-04")
async def test_a_private_key_is_refused_and_not_repeated(desk: Desk) -> None:
    await desk.post("/partners", SUPPLIER)
    await desk.post("/consumers", {"partner": "awesome-company", "consumerId": "c-1"})
    secret = generate_key_pair().private_pem
    answer = await desk.post("/consumers/c-1/keys", {"keyVersion": "1", "publicKey": secret})
    assert faults(answer, 422, "refused") == [("/publicKey", "invalid_key")]
    assert secret.splitlines()[1] not in answer.text


async def test_keys_of_a_consumer_that_is_not_known_are_not_found(desk: Desk) -> None:
    key = {"keyVersion": "1", "publicKey": generate_key_pair().public_pem}
    problem(await desk.post("/consumers/nobody/keys", key), 404, "not-found")
    problem(await desk.delete("/consumers/nobody/keys/1"), 404, "not-found")


async def test_the_token_of_a_client_is_shown_once_and_lets_it_in(desk: Desk) -> None:
    added = (await desk.post("/operator-clients", {"clientId": "tills-2", "source": "tills-2"})).json()
    listed = (await desk.get("/operator-clients", after="tests")).json()["clients"]
    assert added["token"] == "a-random-token-1"
    assert listed == [{"clientId": "tills-2", "source": "tills-2", "createdAt": "2026-03-05T12:00:00Z"}]
    desk.client.headers["Authorization"] = f"Bearer {added['token']}"
    assert (await desk.get("/partners")).status_code == 200


async def test_a_client_with_a_token_of_its_own_may_be_added_again(desk: Desk) -> None:
    body = {"clientId": "tills-2", "source": "tills-2", "token": "a-token-of-its-own-making"}
    answers = [await desk.post("/operator-clients", body) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    other = await desk.post("/operator-clients", {**body, "source": "another"})
    assert faults(other, 409, "conflict") == [("/clientId", "conflict")]


async def test_the_source_of_the_platform_itself_is_nobodys(desk: Desk) -> None:
    answer = await desk.post("/operator-clients", {"clientId": "tills-2", "source": "onhand"})
    assert faults(answer, 422, "refused") == [("/source", "reserved_source")]


async def test_revoking_an_unknown_client_is_not_found(desk: Desk) -> None:
    problem(await desk.delete("/operator-clients/nobody"), 404, "not-found")


@pytest.mark.contract("SB-02")
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/consumers", {"partner": "acme", "consumerId": "everybodys-consumer"}, "consumerId"),
        ("/consumers/c-1/keys", {"keyVersion": "1", "publicKey": supplier_public_key()}, "publicKey"),
        ("/gateway-clients", {"partner": "acme", "clientId": "everybodys-client"}, "clientId"),
        ("/gateway-clients", {"partner": "acme", "clientId": "a", "secret": "a-secret-of-everybody"}, "secret"),
        ("/operator-clients", {"clientId": "a", "source": "a", "token": "published-to-anybody"}, "token"),
    ],
)
async def test_what_anybody_can_read_is_refused_under_any_id(
    desk: Desk, path: str, body: dict[str, str], field: str
) -> None:
    await desk.post("/partners", {"kind": "supplier", "code": "acme", "name": "Acme"})
    await desk.post("/consumers", {"partner": "acme", "consumerId": "c-1"})
    assert faults(await desk.post(path, body), 422, "refused") == [(f"/{field}", "published")]


@pytest.mark.contract("SB-02")
async def test_a_published_secret_is_refused_as_the_next_one_of_a_client(desk: Desk) -> None:
    await desk.post("/partners", {"kind": "supplier", "code": "acme", "name": "Acme"})
    await desk.post("/gateway-clients", {"partner": "acme", "clientId": "a"})
    rotated = await desk.post("/gateway-clients/a/secret", {"secret": "a-secret-of-everybody"})
    assert faults(rotated, 422, "refused") == [("/secret", "published")]
