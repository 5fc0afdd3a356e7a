"""The programs of partners, and those of service providers that act for others, as the operator lets them in."""

from typing import Any

import pytest

from onhand.partners.clients import client_by_secret
from onhand.partners.delegations import Acting, CodeDenial, redeem_code
from tests.surfaces.operator.desk import Desk, faults, problem

pytestmark = pytest.mark.contract("OP-01", "GW-19")

OWN_SECRET = "a secret of my own 1".replace(" ", "-")
FULL = {"inventory": "full_access", "feeds": "full_access", "reports": "full_access"}


@pytest.fixture
async def desk_with_partners(desk: Desk) -> Desk:
    """A desk that knows the supplier `acme`, the seller `shop` and the provider `helper`."""
    for kind, code in (("supplier", "acme"), ("seller", "shop"), ("provider", "helper")):
        await desk.post("/partners", {"kind": kind, "code": code, "name": code.title()})
    return desk


async def added(desk: Desk, client_id: str, partner: str, **more: Any) -> Any:
    """A client that was let in, as it was answered."""
    answer = await desk.post("/gateway-clients", {"clientId": client_id, "partner": partner, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def is_let_in(desk: Desk, client_id: str, secret: str) -> bool:
    """Whether this is a client's secret."""
    return await client_by_secret(desk.database, client_id, secret) is not None


async def test_a_client_is_let_in_by_the_secret_that_was_shown_once(desk_with_partners: Desk) -> None:
    shown = await added(desk_with_partners, "acme-app", "acme")
    assert await is_let_in(desk_with_partners, "acme-app", shown.pop("secret"))
    assert shown == {
        "clientId": "acme-app",
        "partner": "acme",
        "kind": "supplier",
        "scopes": FULL,
        "createdAt": "2026-03-05T12:00:00Z",
    }
    assert (await desk_with_partners.get("/gateway-clients")).json() == {"clients": [shown]}


async def test_a_request_with_a_secret_of_its_own_may_be_repeated(desk_with_partners: Desk) -> None:
    scopes = {"inventory": "view_only", "feeds": "no_access"}
    words = {"secret": OWN_SECRET, "scopes": scopes, "channelType": "a-channel"}
    first, second = [await added(desk_with_partners, "acme-app", "acme", **words) for _ in range(2)]
    assert first == second
    assert (first["scopes"], first["channelType"]) == ({**FULL, **scopes}, "a-channel")
    other = {"clientId": "acme-app", "partner": "acme", "secret": OWN_SECRET}
    answer = await desk_with_partners.post("/gateway-clients", other)
    assert faults(answer, 409, "conflict") == [("/clientId", "conflict")]


@pytest.mark.contract("GW-06")
async def test_another_secret_takes_the_place_of_the_one_before(desk_with_partners: Desk) -> None:
    first = (await added(desk_with_partners, "acme-app", "acme"))["secret"]
    made = (await desk_with_partners.post("/gateway-clients/acme-app/secret", {})).json()["secret"]
    own = await desk_with_partners.post("/gateway-clients/acme-app/secret", {"secret": OWN_SECRET})
    assert own.json()["secret"] == OWN_SECRET
    let_in = [await is_let_in(desk_with_partners, "acme-app", secret) for secret in (first, made, OWN_SECRET)]
    assert let_in == [False, False, True]


@pytest.mark.contract("GW-06")
async def test_a_revoked_client_is_out_for_good(desk_with_partners: Desk) -> None:
    secret = (await added(desk_with_partners, "acme-app", "acme"))["secret"]
    revoked = await desk_with_partners.delete("/gateway-clients/acme-app")
    assert revoked.json()["revokedAt"] == "2026-03-05T12:00:00Z"
    assert not await is_let_in(desk_with_partners, "acme-app", secret)
    rotated = await desk_with_partners.post("/gateway-clients/acme-app/secret", {})
    assert faults(rotated, 409, "conflict") == [("/clientId", "conflict")]


async def test_an_unknown_client_is_neither_changed_nor_revoked(desk_with_partners: Desk) -> None:
    problem(await desk_with_partners.post("/gateway-clients/nobody/secret", {}), 404, "not-found")
    problem(await desk_with_partners.delete("/gateway-clients/nobody"), 404, "not-found")


async def test_clients_are_listed_in_pages_and_by_partner(desk_with_partners: Desk) -> None:
    for client_id, partner in (("c", "acme"), ("a", "shop"), ("b", "helper")):
        await added(desk_with_partners, client_id, partner)
    first = (await desk_with_partners.get("/gateway-clients", limit="2")).json()
    second = (await desk_with_partners.get("/gateway-clients", limit="2", after=first["nextAfter"])).json()
    assert [client["clientId"] for page in (first, second) for client in page["clients"]] == ["a", "b", "c"]
    assert "nextAfter" not in second
    of_shop = (await desk_with_partners.get("/gateway-clients", partner="shop")).json()["clients"]
    assert [(client["clientId"], client["kind"]) for client in of_shop] == [("a", "seller")]


@pytest.mark.parametrize(
    ("words", "pointers"),
    [
        ({"partner": "nobody"}, ["/partner"]),
        ({"secret": "short"}, ["/secret"]),
        ({"scopes": {"feeds": "everything"}}, ["/scopes/feeds"]),
        ({"clientId": "a b", "partner": ""}, ["/clientId", "/partner"]),
    ],
)
async def test_a_client_of_wrong_words_is_refused(
    desk_with_partners: Desk, words: dict[str, Any], pointers: list[str]
) -> None:
    answer = await desk_with_partners.post("/gateway-clients", {"clientId": "app", "partner": "acme", **words})
    assert [pointer for pointer, _ in faults(answer, 422, "refused")] == pointers
    assert (await desk_with_partners.get("/gateway-clients")).json() == {"clients": []}


async def redeemed(desk: Desk, code: str) -> Acting | CodeDenial:
    """What the provider's client gets for a code."""
    named = {"client_id": "helper-app", "partner_code": "shop", "code": code, "redemption": "1"}
    return await redeem_code(desk.database, desk.clock, **named)


@pytest.mark.contract("GW-03")
async def test_a_code_lets_a_providers_client_act_for_a_seller_in_time(desk_with_partners: Desk) -> None:
    await added(desk_with_partners, "helper-app", "helper")
    issued = await desk_with_partners.post(
        "/authorization-codes", {"clientId": "helper-app", "partner": "shop", "seconds": 60}
    )
    code = issued.json().pop("code")
    assert issued.json()["expiresAt"] == "2026-03-05T12:01:00Z"
    assert isinstance(await redeemed(desk_with_partners, code), Acting)
    late = await desk_with_partners.post("/authorization-codes", {"clientId": "helper-app", "partner": "shop"})
    desk_with_partners.clock.advance(601)
    assert await redeemed(desk_with_partners, late.json()["code"]) == CodeDenial("expired")


@pytest.mark.contract("GW-03")
async def test_that_a_client_acts_for_a_seller_is_ended(desk_with_partners: Desk) -> None:
    await added(desk_with_partners, "helper-app", "helper")
    await added(desk_with_partners, "acme-app", "acme")
    path = "/gateway-clients/helper-app/delegations/shop"
    for none in (path, "/gateway-clients/nobody/delegations/shop", "/gateway-clients/acme-app/delegations/shop"):
        problem(await desk_with_partners.delete(none), 404, "not-found")
    issued = await desk_with_partners.post("/authorization-codes", {"clientId": "helper-app", "partner": "shop"})
    assert (await desk_with_partners.delete(path)).status_code == 204
    assert isinstance(await redeemed(desk_with_partners, issued.json()["code"]), CodeDenial)


@pytest.mark.contract("GW-03")
@pytest.mark.parametrize(
    ("words", "pointer", "code"),
    [
        ({"clientId": "nobody"}, "/clientId", "unknown_client"),
        ({"clientId": "acme-app"}, "/clientId", "invalid_kind"),
        ({"partner": "nobody"}, "/partner", "unknown_partner"),
        ({"partner": "helper"}, "/partner", "invalid_kind"),
    ],
)
async def test_a_code_for_what_could_not_be_is_refused(
    desk_with_partners: Desk, words: dict[str, str], pointer: str, code: str
) -> None:
    await added(desk_with_partners, "helper-app", "helper")
    await added(desk_with_partners, "acme-app", "acme")
    answer = await desk_with_partners.post(
        "/authorization-codes", {"clientId": "helper-app", "partner": "shop", **words}
    )
    assert faults(answer, 422, "refused") == [(pointer, code)]
