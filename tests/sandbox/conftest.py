"""A running sandbox, and requests to it that are signed without the platform's own signer."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from starlette.types import ASGIApp

from onhand.sandbox.credentials import credentials
from onhand.sandbox.starting import running_sandbox
from onhand.settings import Settings
from tests.conftest import FrozenClock

UNTHROTTLED = Settings(throttle=False)


def signed_headers(who: str, clock: FrozenClock) -> dict[str, str]:
    """Headers signed with the credentials that `onhand sandbox credentials` prints."""
    printed = msgspec.to_builtins(credentials())[who]
    key = _private_key(printed["private_key_pem"])
    values = (printed["consumer_id"], str(clock.now // 1000), printed["key_version"])
    signature = key.sign("".join(f"{value}\n" for value in values).encode(), PKCS1v15(), SHA256())
    names = ("WM_CONSUMER.ID", "WM_CONSUMER.INTIMESTAMP", "WM_SEC.KEY_VERSION", "WM_SEC.AUTH_SIGNATURE")
    return dict(zip(names, (*values, b64encode(signature).decode()), strict=True))


@cache
def _private_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@asynccontextmanager
async def asked(running: AbstractAsyncContextManager[ASGIApp]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that runs in this process."""
    async with running as application:
        # httpx and Starlette write the same interface down with different types.
        transport = httpx.ASGITransport(cast("Any", application))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            yield http


class Client:
    """Asks a sandbox as one of its callers."""

    def __init__(self, http: httpx.AsyncClient, clock: FrozenClock) -> None:
        self._http = http
        self._clock = clock

    async def get(self, path: str, who: str = "supplier", **headers: str) -> httpx.Response:
        return await self._http.get(path, headers=signed_headers(who, self._clock) | headers)

    async def status(self, kind: str, *values: str) -> Any:
        path = f"/store/inventory/status?itemIdentifier={kind}"
        body = {"storeNbr": 45, "values": values}
        answer = await self._http.post(path, json=body, headers=signed_headers("supplier", self._clock))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def history(self, gtin: str, *, store: str = "45", **filters: str) -> httpx.Response:
        dates = {"startDate": "2023-02-16", "endDate": "2023-02-22"} | filters
        path = f"/store/{store}/gtin/{gtin}/transactionHistory"
        headers = signed_headers("supplier", self._clock)
        return await self._http.get(path, params=dates, headers=headers)

    async def send(self, request: httpx.Request, *, signed: bool) -> httpx.Response:
        if signed:
            request.headers.update(signed_headers("supplier", self._clock))
        return await self._http.send(request)

    async def token_headers(self, who: str) -> dict[str, str]:
        """The headers of a client's requests to the gateway, with a token that it got."""
        client = msgspec.to_builtins(credentials())[who]
        named = {"WM_SVC.NAME": "Tests", "WM_QOS.CORRELATION_ID": "1"}
        login, grant = (client["client_id"], client["client_secret"]), {"grant_type": "client_credentials"}
        answer = await self._http.post("/v3/token", data=grant, auth=login, headers=named)
        return {**named, "WM_SEC.ACCESS_TOKEN": answer.json()["access_token"]}

    async def ask(self, who: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        """What the gateway answers one of its clients."""
        headers = await self.token_headers(who) | arguments.pop("headers", {})
        return await self._http.request(method, path, headers=headers, **arguments)

    async def probe(self, path: str) -> httpx.Response:
        """What is answered to a request without any header."""
        return await self._http.get(path)


@pytest.fixture
async def sandbox(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Client]:
    """A freshly seeded sandbox."""
    async with asked(running_sandbox(tmp_path, UNTHROTTLED, clock)) as http:
        yield Client(http, clock)
