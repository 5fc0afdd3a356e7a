"""Who is let in, and what is answered at the door."""

import asyncio

import httpx
import pytest

from onhand.partners.operators import add_operator_client, revoke_operator_client
from onhand.store.database import Database, Unavailable
from tests.conftest import FrozenClock
from tests.surfaces.operator.desk import TOKEN, Desk, problem


async def test_a_request_without_a_token_is_refused(desk: Desk) -> None:
    del desk.client.headers["Authorization"]
    answer = await desk.get("/partners")
    said = problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert said["detail"].startswith("The Authorization header is missing.")


@pytest.mark.parametrize("sent", ["Basic dGVzdHM6dGVzdHM=", TOKEN, "Bearer", "Bearer a b", "Bearer é"])
async def test_a_header_that_is_no_bearer_token_is_refused(desk: Desk, sent: str) -> None:
    desk.client.headers = httpx.Headers({b"Authorization": sent.encode()})
    problem(await desk.get("/partners"), 401, "unauthorized")


async def test_an_unknown_token_is_refused(desk: Desk) -> None:
    desk.client.headers["Authorization"] = "Bearer another-token-than-ours"
    answer = await desk.get("/partners")
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.contract("SB-02")
async def test_a_published_token_is_refused_even_where_it_is_known(desk: Desk) -> None:
    desk.client.headers["Authorization"] = "Bearer published-to-anybody"
    problem(await desk.get("/partners"), 401, "unauthorized")


async def test_the_scheme_is_read_in_any_case(desk: Desk) -> None:
    desk.client.headers["Authorization"] = f"bEARER  {TOKEN}"
    assert (await desk.get("/partners")).status_code == 200


@pytest.mark.contract("OP-01")
async def test_a_revoked_client_is_not_let_in_any_more(desk: Desk) -> None:
    assert (await desk.delete("/operator-clients/tests")).status_code == 200
    problem(await desk.get("/partners"), 401, "unauthorized")


async def test_a_client_over_its_calls_is_told_when_to_come_again(database: Database, clock: FrozenClock) -> None:
    desk = Desk(database, clock, calls_per_second=2)
    await desk.open()
    statuses = [(await desk.get("/partners")).status_code for _ in range(2)]
    answer = await desk.get("/partners")
    assert statuses == [200, 200]
    problem(answer, 429, "too-many-requests")
    assert answer.headers["retry-after"] == "1"
    clock.advance(1)
    assert (await desk.get("/partners")).status_code == 200
    await desk.client.aclose()


async def test_an_unknown_path_is_a_problem(desk: Desk) -> None:
    problem(await desk.get("/nothing/here"), 404, "not-found")


async def test_an_unknown_method_is_a_problem_that_lists_the_known_ones(desk: Desk) -> None:
    answer = await desk.delete("/partners")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_a_database_that_is_away_is_told_as_such(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("gone")

    for name in ("one", "all"):
        monkeypatch.setattr(desk.database, name, away)
    answer = await desk.get("/partners")
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_bug_is_answered_with_the_correlation_id_and_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    for name in ("one", "all"):
        monkeypatch.setattr(desk.database, name, broken)
    answer = await desk.client.get("/operator/v1/partners", headers={"WM_QOS.CORRELATION_ID": "of-mine"})
    said = problem(answer, 500, "internal-error")
    assert said["correlationId"] == "of-mine"
    assert "secret" not in answer.text


async def test_every_kind_of_problem_has_a_page_that_says_what_it_means(desk: Desk) -> None:
    kind = (await desk.get("/nothing")).json()["type"]
    answer = await desk.client.get(kind)
    assert answer.json()["title"] == "There is nothing at this path"
    assert answer.json()["mend"]
    problem(await desk.get("/problems/another"), 404, "not-found")


async def test_many_at_once_are_each_let_in_or_not_by_their_own_token(desk: Desk) -> None:
    for number in range(3):
        await add_operator_client(
            desk.database, desk.clock, client_id=f"c{number}", source="tills", token=f"a-token-of-client-{number}"
        )
    await revoke_operator_client(desk.database, desk.clock, client_id="c1")
    tokens = [f"a-token-of-client-{number % 4}" for number in range(24)]
    answers = await asyncio.gather(
        *(desk.client.get("/operator/v1/partners", headers={"Authorization": f"Bearer {token}"}) for token in tokens)
    )
    assert [answer.status_code for answer in answers] == [200, 401, 200, 401] * 6
