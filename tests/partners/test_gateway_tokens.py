"""Tokens: what one says, and what ends it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.partners.clients import (
    Scopes,
    add_gateway_client,
    revoke_gateway_client,
    rotate_secret,
)
from onhand.partners.delegations import Acting, end_delegation, issue_code, redeem_code
from onhand.partners.onboarding import add_partner, partner_by_code
from onhand.partners.published import Published
from onhand.partners.tokens import Caller, TokenDenial, Tokens
from onhand.store.database import Database
from tests.conftest import FrozenClock

SECRET = "the-secret-of-the-tests"
SCOPES = Scopes("full_access", "view_only", "no_access")
Make = Callable[..., Tokens]


@pytest.fixture
async def make(database: Database, clock: FrozenClock) -> Make:
    """Makes what another process has: tokens over the same database."""
    for kind, code in (("supplier", "vendor"), ("seller", "seller"), ("provider", "helpers")):
        await add_partner(database, clock, kind=kind, code=code, name=code)
    for client_id, code in (("own", "vendor"), ("helper", "helpers")):
        await add_gateway_client(
            database, clock, client_id=client_id, partner_code=code, secret=SECRET, scopes=SCOPES, channel_type="ch"
        )
    numbers = count(1)

    def new_id() -> str:
        return f"{next(numbers):032x}"

    def tokens(secret: bytes = b"the platform's secret", **others: object) -> Tokens:
        return Tokens(database, clock, secret=secret, new_id=new_id, **others)

    return tokens


async def partner_id(database: Database, code: str) -> int:
    partner = await partner_by_code(database, code)
    assert partner is not None
    return partner.partner_id


async def own_token(database: Database, tokens: Tokens, **fields: object) -> str:
    return tokens.issue("own", await partner_id(database, "vendor"), **fields)


async def act(database: Database, clock: FrozenClock, number: int = 0) -> Acting:
    code = f"a-code-of-the-tests-{number}"
    await issue_code(database, clock, client_id="helper", partner_code="seller", code=code, seconds=60)
    acting = await redeem_code(
        database, clock, client_id="helper", partner_code="seller", code=code, redemption=str(number)
    )
    assert isinstance(acting, Acting)
    return acting


async def reason(tokens: Tokens, text: str | bytes, use: str = "access") -> str:
    denial = await tokens.verify(text, use)
    assert isinstance(denial, TokenDenial)
    assert denial.message
    return denial.reason


@pytest.mark.contract("GW-06")
async def test_any_process_accepts_a_token_that_another_issued(
    database: Database, clock: FrozenClock, make: Make
) -> None:
    text = await own_token(database, make())
    vendor = await partner_id(database, "vendor")
    expected = Caller("own", vendor, "vendor", "supplier", SCOPES, "ch", clock.now, clock.now + 900_000_000)
    assert await make().verify(text) == expected
    assert await make().verify(text.encode()) == expected


@pytest.mark.contract("GW-06")
async def test_a_token_ends_after_its_seconds(database: Database, clock: FrozenClock, make: Make) -> None:
    tokens = make(access_seconds=30)
    text = await own_token(database, tokens)
    clock.advance(29.999999)
    assert isinstance(await tokens.verify(text), Caller)
    clock.advance(0.000001)
    assert await reason(tokens, text) == "expired"


@pytest.mark.contract("GW-06")
async def test_any_number_of_tokens_live_beside_each_other(database: Database, make: Make) -> None:
    tokens = make()
    texts = {await own_token(database, tokens) for _ in range(3)}
    assert len(texts) == 3
    assert all([isinstance(await tokens.verify(text), Caller) for text in texts])


async def test_a_token_of_another_environment_is_unknown(database: Database, make: Make) -> None:
    text = await own_token(database, make(b"another secret"))
    assert await reason(make(), text) == "unknown"


@pytest.mark.parametrize(
    "text", ["", "x", "no token!", "é", b"\xff\xfe", "A" * 10, "A" * 2_000, "eyJraWQiOiI1MWY3MjM0Ny0wYWY5", "abcd=efgh"]
)
async def test_what_is_no_token_is_malformed(make: Make, text: str | bytes) -> None:
    assert await reason(make(), text) == "malformed"


async def test_a_part_of_a_token_is_malformed_or_unknown(database: Database, make: Make) -> None:
    tokens = make()
    text = await own_token(database, tokens)
    for end in range(len(text)):
        assert await reason(tokens, text[:end]) in {"malformed", "unknown"}


async def test_a_token_changed_in_any_byte_opens_nothing(database: Database, make: Make) -> None:
    tokens = make()
    text = await own_token(database, tokens)
    whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for place in range(len(whole)):
        changed = whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
        sent = urlsafe_b64encode(changed).rstrip(b"=")
        assert await reason(tokens, sent) in {"malformed", "unknown"}


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_whatever_is_sent_is_read_or_denied(text: bytes | str) -> None:
    tokens = Tokens(_NoDatabase(), lambda: 0, secret=b"a secret", new_id=str)
    verifying = tokens.verify(text)
    with pytest.raises(StopIteration) as ended:
        verifying.send(None)
    assert isinstance(ended.value.value, TokenDenial)


class _NoDatabase:
    """What is no token never gets as far as here."""


@pytest.mark.contract("GW-06")
async def test_rotating_a_secret_ends_no_token(database: Database, make: Make) -> None:
    tokens = make()
    text = await own_token(database, tokens)
    await rotate_secret(database, client_id="own", secret="a-new-secret-of-the-tests")
    assert isinstance(await tokens.verify(text), Caller)


@pytest.mark.contract("GW-06")
async def test_revoking_a_client_ends_all_its_tokens(database: Database, clock: FrozenClock, make: Make) -> None:
    tokens = make()
    texts = [await own_token(database, tokens) for _ in range(2)]
    assert all([isinstance(await tokens.verify(text), Caller) for text in texts])
    await revoke_gateway_client(database, clock, client_id="own")
    assert [await reason(tokens, text) for text in texts] == ["unknown", "unknown"]


@pytest.mark.contract("SB-02")
async def test_a_published_client_opens_nothing_on_another_server(database: Database, make: Make) -> None:
    text = await own_token(database, make())
    server = make(published=Published(client_ids=frozenset({"own"})))
    assert await reason(server, text) == "unknown"
    assert await server.authenticate("own", SECRET) is None
    assert await make().authenticate("own", SECRET) is not None


@pytest.mark.contract("SB-02")
async def test_a_published_secret_is_nobodys_on_another_server(database: Database, make: Make) -> None:
    await own_token(database, make())
    server = make(published=Published(client_secrets=frozenset({SECRET})))
    assert await server.authenticate("own", SECRET) is None


async def test_a_refresh_token_is_no_access_token_nor_the_other_way_round(database: Database, make: Make) -> None:
    tokens = make()
    assert await reason(tokens, await own_token(database, tokens, use="refresh")) == "unknown"
    assert await reason(tokens, await own_token(database, tokens), "refresh") == "unknown"


async def test_a_token_for_a_partner_that_nobody_let_the_client_act_for_is_unknown(
    database: Database, make: Make
) -> None:
    tokens = make()
    for client_id in ("own", "helper"):
        text = tokens.issue(client_id, await partner_id(database, "seller"))
        assert await reason(tokens, text) == "unknown"


@pytest.mark.contract("GW-03")
async def test_a_delegated_token_asks_on_behalf_of_the_partner(
    database: Database, clock: FrozenClock, make: Make
) -> None:
    tokens = make()
    acting = await act(database, clock)
    caller = await tokens.verify(tokens.issue("helper", acting.partner_id, renewals=acting.renewals))
    assert isinstance(caller, Caller)
    assert (caller.client_id, caller.partner_code, caller.kind) == ("helper", "seller", "seller")


@pytest.mark.contract("GW-03")
async def test_ending_a_delegation_ends_its_tokens_for_good(database: Database, clock: FrozenClock, make: Make) -> None:
    tokens = make()
    acting = await act(database, clock)
    for_seller = {"partner_id": acting.partner_id, "renewals": acting.renewals}
    access = tokens.issue("helper", **for_seller)
    refresh = tokens.issue("helper", use="refresh", **for_seller)
    await end_delegation(database, clock, client_id="helper", partner_code="seller")
    assert await reason(tokens, access) == "unknown"
    assert await reason(tokens, refresh, "refresh") == "unknown"
    again = await act(database, clock, 1)
    assert await reason(tokens, access) == "unknown"
    assert await reason(tokens, refresh, "refresh") == "unknown"
    assert isinstance(await tokens.verify(tokens.issue("helper", again.partner_id, renewals=again.renewals)), Caller)


async def test_a_refresh_token_lives_for_its_own_time(database: Database, clock: FrozenClock, make: Make) -> None:
    tokens = make(refresh_seconds=3_600)
    acting = await act(database, clock)
    refresh = tokens.issue("helper", acting.partner_id, use="refresh", renewals=acting.renewals)
    clock.advance(3_599)
    assert isinstance(await tokens.verify(refresh, "refresh"), Caller)
    clock.advance(1)
    assert await reason(tokens, refresh, "refresh") == "expired"


async def test_a_denial_never_repeats_the_token(database: Database, clock: FrozenClock, make: Make) -> None:
    text = await own_token(database, make(b"another secret"))
    expired = await own_token(database, make())
    clock.advance(901)
    for sent in (text, expired, "not-a-token!"):
        denial = await make().verify(sent)
        assert isinstance(denial, TokenDenial)
        assert sent not in denial.message
