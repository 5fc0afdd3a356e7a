"""POST /v3/token and GET /v3/token/detail: what is answered, byte for byte, and what is refused."""

import logging
from base64 import b64encode
from typing import Any

import httpx
import pytest

from onhand.partners.clients import Scopes, add_gateway_client, revoke_gateway_client, rotate_secret
from onhand.partners.delegations import Delegation, end_delegation, issue_code
from onhand.partners.published import Published
from onhand.store.database import Database
from onhand.surfaces.plumbing.throttling import Rate
from tests.conftest import FrozenClock
from tests.surfaces.gateway.counter import (
    CODES,
    Counter,
    client_id,
    client_secret,
    descriptions,
    errors,
    headers_of,
    sent,
)

CODE = "the-code-of-the-tests"
SELLER = CODES["seller"]


async def issue(counter: Counter, code: str = CODE, client: str = "provider") -> None:
    issued = await issue_code(
        counter.database, counter.clock, client_id=client_id(client), partner_code=SELLER, code=code, seconds=600
    )
    assert isinstance(issued, Delegation)


async def show(counter: Counter, code: str = CODE, partner: str | None = SELLER) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://elsewhere.test"}
    return await counter.ask_token("provider", form, {"WM_PARTNER.ID": partner})


async def refresh(counter: Counter, refresh_token: str, client: str = "provider", **headers: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await counter.ask_token(client, form, headers)


async def acting(counter: Counter) -> dict[str, Any]:
    """What the provider's client was given for its code."""
    await issue(counter)
    answer = await show(counter)
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json()
    return given


async def detail(counter: Counter, token: str, **headers: str) -> httpx.Response:
    return await counter.send("GET", "/token/detail", headers={"WM_SEC.ACCESS_TOKEN": token, **headers})


@pytest.mark.contract("GW-01")
async def test_a_client_is_given_a_token_for_its_secret(counter: Counter) -> None:
    answer = await counter.ask_token()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["access_token"]
    assert answer.text == f'{{"access_token":"{token}","token_type":"Bearer","expires_in":900}}'


@pytest.mark.contract("GW-02")
async def test_a_token_comes_in_xml_where_that_is_asked_for(counter: Counter) -> None:
    answer = await counter.ask_token(headers={"Accept": "application/xml"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    declaration, _, document = answer.text.partition("?>")
    assert declaration.startswith("<?xml ")
    start, _, rest = document.partition("<accessToken>")
    token, _, end = rest.partition("</accessToken>")
    assert start == "<OAuthTokenDTO>"
    assert end == "<tokenType>Bearer</tokenType><expiresIn>900</expiresIn></OAuthTokenDTO>"
    assert (await detail(counter, token)).status_code == 200


@pytest.mark.contract("GW-05")
async def test_a_token_says_what_it_is_worth(counter: Counter) -> None:
    token = await counter.token("viewer")
    counter.clock.advance(100)
    answer = await detail(counter, token)
    assert answer.status_code == 200
    assert answer.text == (
        '{"expire_at":"1772712900000","issued_at":"1772712000000","is_valid":true,"is_channel_match":true,'
        '"scopes":{"inventory":"view_only","feeds":"view_only","reports":"no_access"}}'
    )


@pytest.mark.contract("GW-05")
@pytest.mark.parametrize(("channel", "matches"), [("channel-a", True), ("channel-b", False), (None, False)])
async def test_a_token_says_whether_the_channel_is_the_clients(
    counter: Counter, channel: str | None, matches: bool
) -> None:
    await add_gateway_client(
        counter.database,
        counter.clock,
        client_id="client-channelled",
        partner_code="vendor",
        secret=client_secret("channelled"),
        scopes=Scopes("view_only", "view_only", "view_only"),
        channel_type="channel-a",
    )
    headers = {"WM_CONSUMER.CHANNEL.TYPE": channel}
    answer = await counter.send("GET", "/token/detail", client="channelled", headers=headers)
    assert answer.json()["is_channel_match"] is matches


@pytest.mark.contract("GW-04")
@pytest.mark.parametrize("form", ["application/json", "application/xml"])
async def test_a_wrong_secret_and_an_unknown_client_are_answered_alike(counter: Counter, form: str) -> None:
    answers = [
        await counter.ask_token("vendor", headers={"Accept": form}, secret="another-secret-of-the-tests"),
        await counter.ask_token("nobody", headers={"Accept": form}),
        await counter.ask_token("vendor", headers={"Accept": form}, secret=client_secret("seller")),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert "UNAUTHORIZED.GMP_GATEWAY_API" in answers[0].text
    assert answers[0].headers["www-authenticate"].startswith("Basic")


@pytest.mark.contract("GW-04")
@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        (None, "missing"),
        ("Bearer abc", "malformed"),
        ("Basic", "malformed"),
        ("Basic not base64!", "malformed"),
        (f"Basic {b64encode(b'no colon').decode()}", "malformed"),
        (f"Basic {b64encode(bytes((255, 254))).decode()}", "malformed"),
        (f"Basic {b64encode(b':').decode()}", "No live client"),
    ],
)
async def test_what_is_no_basic_header_is_unauthorized_and_says_why(
    counter: Counter, authorization: str | None, said: str
) -> None:
    answer = await counter.ask_token(headers={"Authorization": authorization})
    assert errors(answer, 401) == [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]
    assert said in descriptions(answer)


@pytest.mark.contract("GW-01")
async def test_the_scheme_is_read_in_any_case(counter: Counter) -> None:
    basic = b64encode(f"{client_id('vendor')}:{client_secret('vendor')}".encode()).decode()
    assert (await counter.ask_token(headers={"Authorization": f"bAsIc  {basic}"})).status_code == 200


@pytest.mark.contract("GW-06")
async def test_a_rotated_secret_gives_tokens_and_the_old_one_none_but_old_tokens_live(counter: Counter) -> None:
    token = await counter.token()
    await rotate_secret(counter.database, client_id=client_id("vendor"), secret="a-new-secret-of-the-tests")
    assert errors(await counter.ask_token(), 401) == [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]
    assert (await counter.ask_token(secret="a-new-secret-of-the-tests")).status_code == 200
    assert (await detail(counter, token)).status_code == 200


@pytest.mark.contract("GW-06")
async def test_a_revoked_client_has_no_tokens_any_more(counter: Counter) -> None:
    token = await counter.token()
    await revoke_gateway_client(counter.database, counter.clock, client_id=client_id("vendor"))
    assert errors(await counter.ask_token(), 401) == [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]
    assert errors(await detail(counter, token), 401) == [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]
    assert (await counter.get("/token/detail", client="viewer")).status_code == 200


@pytest.mark.contract("SB-02")
async def test_a_published_client_is_given_no_token_elsewhere(counter: Counter) -> None:
    elsewhere = Counter(
        counter.database, counter.clock, published=Published(client_ids=frozenset({client_id("vendor")}))
    )
    assert errors(await elsewhere.ask_token(), 401) == [("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")]
    assert (await elsewhere.ask_token("seller")).status_code == 200


@pytest.mark.contract("GW-03", "GW-13")
@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"grant_type": "password"}, [("INVALID_REQUEST_PARAM", "grant_type")]),
        ({"grant_type": "Client_Credentials"}, [("INVALID_REQUEST_PARAM", "grant_type")]),
        ({"grant_type": ""}, [("MISSING_REQUEST_PARAM", "grant_type")]),
        ({"other": "1"}, [("MISSING_REQUEST_PARAM", "grant_type")]),
        ({"grant_type": "refresh_token"}, [("MISSING_REQUEST_PARAM", "refresh_token")]),
        (
            {"grant_type": "authorization_code"},
            [("MISSING_REQUEST_PARAM", "code"), ("INVALID_REQUEST_HEADER", "WM_PARTNER.ID")],
        ),
    ],
)
async def test_a_bad_form_is_refused_with_everything_that_is_wrong(
    counter: Counter, form: dict[str, str], found: list[tuple[str, str]]
) -> None:
    answer = await counter.ask_token(form=form)
    assert errors(answer, 400) == [(f"{code}.GMP_GATEWAY_API", field) for code, field in found]


@pytest.mark.contract("GW-13")
async def test_bad_headers_and_a_bad_form_are_listed_together(counter: Counter) -> None:
    headers = {"WM_SVC.NAME": None, "WM_QOS.CORRELATION_ID": None}
    answer = await counter.ask_token(form={"grant_type": "password"}, headers=headers)
    assert errors(answer, 400) == [
        ("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", "WM_QOS.CORRELATION_ID"),
        ("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", "WM_SVC.NAME"),
        ("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "grant_type"),
    ]
    only_headers = await counter.ask_token(headers=headers)
    assert len(errors(only_headers, 400)) == 2


async def post_form(counter: Counter, content: bytes, content_type: str | None) -> httpx.Response:
    basic = b64encode(f"{client_id('vendor')}:{client_secret('vendor')}".encode()).decode()
    headers = {**headers_of(), "Authorization": f"Basic {basic}", "Content-Type": content_type}
    return await counter.client.post("/v3/token", content=content, headers=sent(headers))


FORM = "application/x-www-form-urlencoded"


async def test_a_form_that_can_not_be_read_is_malformed(counter: Counter) -> None:
    for content in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(101))):
        answer = await post_form(counter, content, FORM)
        assert errors(answer, 400) == [("MALFORMED_REQUEST_CONTENT.GMP_GATEWAY_API", "body")]
    twice = await post_form(counter, b"grant_type=client_credentials&grant_type=client_credentials", FORM)
    assert errors(twice, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "grant_type")]
    large = await post_form(counter, b"grant_type=client_credentials&x=" + b"1" * 20_000, FORM)
    assert errors(large, 413) == [("INVALID_REQUEST_CONTENT.GMP_GATEWAY_API", "body")]


@pytest.mark.contract("GW-07")
async def test_a_form_comes_as_a_form(counter: Counter) -> None:
    content = b"grant_type=client_credentials"
    for content_type in ("application/json", None):
        answer = await post_form(counter, content, content_type)
        assert errors(answer, 415) == [("UNSUPPORTED_MEDIA_TYPE.GMP_GATEWAY_API", "Content-Type")]
    for content_type in (FORM, f"{FORM}; charset=UTF-8", FORM.upper()):
        assert (await post_form(counter, content, content_type)).status_code == 200


async def test_what_is_accepted_is_judged_for_a_token_too(counter: Counter) -> None:
    answer = await counter.ask_token(headers={"Accept": "text/csv"})
    assert errors(answer, 406) == [("INVALID_ACCEPT_TYPE.GMP_GATEWAY_API", "Accept")]
    for accept in (None, "*/*"):
        assert "access_token" in (await counter.ask_token(headers={"Accept": accept})).json()


@pytest.mark.contract("GW-03")
async def test_a_code_gives_an_access_and_a_refresh_token(counter: Counter) -> None:
    given = await acting(counter)
    assert list(given) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (await detail(counter, given["access_token"])).status_code == 200
    assert errors(await detail(counter, given["refresh_token"]), 401) == [
        ("UNAUTHORIZED.GMP_GATEWAY_API", "UNAUTHORIZED")
    ]


@pytest.mark.contract("GW-03")
async def test_a_code_is_taken_once_and_in_time_and_for_its_partner(counter: Counter) -> None:
    await issue(counter)
    for refused, said in (
        (await show(counter, partner="vendor"), "not issued"),
        (await show(counter, partner="nobody"), "not issued"),
        (await show(counter, code="another-code-of-the-tests"), "not issued"),
    ):
        assert errors(refused, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "code")]
        assert said in descriptions(refused)
    assert (await show(counter)).status_code == 200
    again = await show(counter)
    assert errors(again, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "code")]
    assert "works once" in descriptions(again)
    await issue(counter, "a-second-code-of-the-tests")
    counter.clock.advance(600)
    late = await show(counter, code="a-second-code-of-the-tests")
    assert errors(late, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "code")]
    assert "expired" in descriptions(late)


@pytest.mark.contract("GW-03")
async def test_a_code_is_of_no_use_to_another_client(counter: Counter) -> None:
    await issue(counter)
    form = {"grant_type": "authorization_code", "code": CODE}
    answer = await counter.ask_token("vendor", form, {"WM_PARTNER.ID": SELLER})
    assert errors(answer, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "code")]
    assert (await show(counter)).status_code == 200


@pytest.mark.contract("GW-03")
async def test_a_providers_client_asks_on_behalf_of_others_only(counter: Counter) -> None:
    answer = await counter.ask_token("provider")
    assert errors(answer, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "grant_type")]
    assert "authorization_code" in descriptions(answer)


@pytest.mark.contract("GW-03")
async def test_a_refresh_token_gives_new_access_tokens_while_the_delegation_lives(counter: Counter) -> None:
    given = await acting(counter)
    counter.clock.advance(901)
    assert "expired" in descriptions(await detail(counter, given["access_token"]))
    for headers in ({}, {"WM_PARTNER.ID": SELLER}):
        answer = await refresh(counter, given["refresh_token"], **headers)
        assert answer.status_code == 200
        assert list(answer.json()) == ["access_token", "token_type", "expires_in"]
        assert (await detail(counter, answer.json()["access_token"])).status_code == 200
    await end_delegation(counter.database, counter.clock, client_id=client_id("provider"), partner_code=SELLER)
    ended = await refresh(counter, given["refresh_token"])
    assert errors(ended, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "refresh_token")]
    assert "unknown" in descriptions(ended)


@pytest.mark.contract("GW-03")
async def test_a_refresh_token_is_bound_to_its_client_and_its_partner(counter: Counter) -> None:
    given = await acting(counter)
    elsewhere = await refresh(counter, given["refresh_token"], "vendor")
    assert errors(elsewhere, 400) == [("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "refresh_token")]
    otherwise = await refresh(counter, given["refresh_token"], **{"WM_PARTNER.ID": "vendor"})
    assert errors(otherwise, 400) == [("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", "WM_PARTNER.ID")]


@pytest.mark.contract("GW-03")
async def test_a_bad_refresh_token_says_which_of_malformed_unknown_and_expired_it_is(counter: Counter) -> None:
    given = await acting(counter)
    assert "malformed" in descriptions(await refresh(counter, "é"))
    assert "unknown" in descriptions(await refresh(counter, given["access_token"]))
    counter.clock.advance(365 * 86_400)
    assert "expired" in descriptions(await refresh(counter, given["refresh_token"]))


@pytest.mark.contract("GW-15")
async def test_tokens_are_limited_by_client_once_it_has_shown_its_secret(
    database: Database, clock: FrozenClock
) -> None:
    counter = Counter(database, clock, rates={"gateway_token": Rate.of(2, 3_600)})
    await counter.open()
    for _ in range(5):
        assert (await counter.ask_token(secret="a-wrong-secret-of-the-tests")).status_code == 401
    first, second = await counter.ask_token(), await counter.ask_token()
    assert [first.headers["x-current-token-count"], second.headers["x-current-token-count"]] == ["1", "0"]
    third = await counter.ask_token()
    assert errors(third, 429) == [("REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "REQUEST_THRESHOLD")]
    assert third.headers["retry-after"] == "1800"
    assert third.headers["x-next-replenishment-time"] == third.headers["x-next-replenish-time"]
    assert (await counter.ask_token("seller")).status_code == 200


@pytest.mark.contract("GW-13", "GW-20")
async def test_no_secret_code_or_token_is_in_an_answer_that_refuses_or_in_the_log(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = await acting(counter)
    wrong = "a-wrong-secret-of-the-tests"
    counter.clock.advance(901)
    refused = [
        await counter.ask_token(secret=wrong),
        await show(counter),
        await show(counter, code="a-wrong-code-of-the-tests"),
        await refresh(counter, given["access_token"]),
        await detail(counter, given["access_token"]),
        await detail(counter, "a-token-that-is-none"),
    ]
    assert all(answer.status_code in {400, 401} for answer in refused)
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    said += "".join(answer.text + str(answer.headers) for answer in refused)
    secrets = [wrong, client_secret("vendor"), CODE, "a-wrong-code", "a-token-that", *map(str, given.values())]
    secrets = [secret for secret in secrets if secret not in {"Bearer", "900"}]
    assert not [secret for secret in secrets if secret in said]
