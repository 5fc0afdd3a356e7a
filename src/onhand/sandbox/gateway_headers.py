"""Getting a token of a running sandbox, as one of its published clients would (GW-01)."""

import httpx

from onhand.basics.refusal import Refusal
from onhand.sandbox.credentials import ClientCredentials

_TIMEOUT_SECONDS = 10.0
_NAMED = {"WM_SVC.NAME": "Onhand sandbox", "WM_QOS.CORRELATION_ID": "sandbox-token", "Accept": "application/json"}


def gateway_headers(url: str, client: ClientCredentials) -> dict[str, str] | Refusal:
    """The headers of a request with a token that the sandbox at `url` gave to the client."""
    grant, login = {"grant_type": "client_credentials"}, (client.client_id, client.client_secret)
    try:
        # Proxies that are set for the outside have no business here.
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
            answer = http.post(f"{url.rstrip('/')}/v3/token", data=grant, auth=login, headers=_NAMED)
        answer.raise_for_status()
        token = str(answer.json()["access_token"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
        said = f"No sandbox gave a token at {url}: {error}. Start one, or name its URL with --url."
        return Refusal("no_token", "url", said)
    return {**_NAMED, "WM_SEC.ACCESS_TOKEN": token}
