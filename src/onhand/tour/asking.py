"""Asking over HTTP as a supplier and as the operator. The signer shares nothing with the server's verifier."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from onhand.basics.clock import Clock
from onhand.tour.credentials import Credentials


class SupplierSignature(httpx.Auth):
    """Signs each request as a supplier's consumer (SG-01, SG-02)."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        key = load_pem_private_key(credentials.private_pem.encode(), password=None)
        assert isinstance(key, RSAPrivateKey), "the tour makes RSA keys"
        self._key = key
        self._credentials = credentials
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        """Put the four headers on a request."""
        timestamp_ms = str(self._clock() // 1000)
        consumer_id, key_version = self._credentials.consumer_id, self._credentials.key_version
        text = f"{consumer_id}\n{timestamp_ms}\n{key_version}\n".encode()
        request.headers["WM_CONSUMER.ID"] = consumer_id
        request.headers["WM_CONSUMER.INTIMESTAMP"] = timestamp_ms
        request.headers["WM_SEC.KEY_VERSION"] = key_version
        request.headers["WM_SEC.AUTH_SIGNATURE"] = base64.b64encode(self._key.sign(text, PKCS1v15(), SHA256())).decode()
        yield request


class Callers:
    """A supplier and the operator, each with a connection to the server."""

    def __init__(self, http: httpx.AsyncClient, credentials: Credentials, clock: Clock) -> None:
        self._http = http
        self._signature = SupplierSignature(credentials, clock)
        self._bearer = {"Authorization": f"Bearer {credentials.operator_token}"}

    async def supplier_get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the supplier is answered."""
        return _body(await self._http.get(path, params=parameters, auth=self._signature))

    async def supplier_post(self, path: str, body: object, **parameters: str) -> dict[str, Any]:
        """What the supplier is answered."""
        return _body(await self._http.post(path, params=parameters, json=body, auth=self._signature))

    async def operator_post_events(self, events: list[dict[str, object]]) -> dict[str, Any]:
        """What became of the operator's events."""
        return _body(await self._http.post("/operator/v1/events", json=events, headers=self._bearer))


def _body(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body
