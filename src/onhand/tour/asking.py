"""Asking over HTTP as a supplier and as the operator. The signer shares nothing with the server's verifier."""

import base64
from collections.abc import Generator, Iterator
from typing import Any
from uuid import uuid4

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


class GatewayToken(httpx.Auth):
    """Gets a token with a client's id and secret when the first request needs it, and sends it with each (GW-01)."""

    requires_response_body = True

    def __init__(self, url: httpx.URL, client_id: str, secret: str) -> None:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._url = url
        self._basic = f"Basic {basic}"
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the gateway's headers on a request."""
        named = {"WM_SVC.NAME": "Onhand tour", "WM_QOS.CORRELATION_ID": str(uuid4()), "Accept": "application/json"}
        if not self._token:
            grant = {"grant_type": "client_credentials"}
            headers = {**named, "Authorization": self._basic}
            answer = yield httpx.Request("POST", self._url.join("/v3/token"), data=grant, headers=headers)
            answer.raise_for_status()
            self._token = answer.json()["access_token"]
        request.headers.update({**named, "WM_SEC.ACCESS_TOKEN": self._token})
        yield request


class Callers:
    """A supplier, as one who signs and as a drop-ship vendor with a token, a marketplace seller, and the operator."""

    def __init__(self, http: httpx.AsyncClient, credentials: Credentials, clock: Clock) -> None:
        self._http = http
        self._signature = SupplierSignature(credentials, clock)
        self._vendor = GatewayToken(http.base_url, credentials.gateway_client, credentials.gateway_secret)
        self._seller = GatewayToken(http.base_url, credentials.seller_client, credentials.seller_secret)
        self._bearer = {"Authorization": f"Bearer {credentials.operator_token}"}

    async def supplier_get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the supplier is answered."""
        return _body(await self._http.get(path, params=parameters, auth=self._signature))

    async def supplier_post(self, path: str, body: object, **parameters: str) -> dict[str, Any]:
        """What the supplier is answered."""
        return _body(await self._http.post(path, params=parameters, json=body, auth=self._signature))

    async def vendor_get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the drop-ship vendor is answered."""
        return _body(await self._http.get(path, params=parameters, auth=self._vendor))

    async def vendor_post(self, path: str, body: object, **parameters: str) -> dict[str, Any]:
        """What the drop-ship vendor is answered."""
        return _body(await self._http.post(path, params=parameters, json=body, auth=self._vendor))

    async def operator_get(self, path: str) -> dict[str, Any]:
        """What the operator is answered."""
        return _body(await self._http.get(f"/operator/v1{path}", headers=self._bearer))

    async def seller_get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the marketplace seller is answered."""
        return _body(await self._http.get(path, params=parameters, auth=self._seller))

    async def download(self, url: str) -> bytes:
        """The file of a link, which needs no token."""
        response = await self._http.get(url)
        response.raise_for_status()
        return response.content

    async def operator_post(self, path: str, body: object) -> dict[str, Any]:
        """What the operator is answered."""
        return _body(await self._http.post(f"/operator/v1{path}", json=body, headers=self._bearer))


def _body(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body
