"""The address that a request came to."""

from typing import Any

import pytest

from onhand.surfaces.plumbing.addresses import called_address
from onhand.surfaces.plumbing.call import Call


def call(host: str | None, scheme: str = "http", server: tuple[str, int | None] | None = ("10.0.0.5", 8080)) -> Call:
    async def receive() -> Any:
        raise AssertionError("nobody reads the body")

    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    return Call({"type": "http", "scheme": scheme, "server": server, "headers": headers, "path": "/"}, receive)


@pytest.mark.parametrize(
    "host", ["api.example.com", "api.example.com:8443", "127.0.0.1:8080", "[::1]:8080", "localhost", "a_b-c.test"]
)
def test_it_is_the_host_that_was_called(host: str) -> None:
    assert called_address(call(host)) == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.test/path", "evil.test?x", "evil.test#", "user@evil.test", "a b", "a\r\nb", "ä.test", "x:port"],
)
def test_what_is_no_host_is_replaced_by_where_the_server_listens(host: str | None) -> None:
    assert called_address(call(host)) == "http://10.0.0.5:8080"
    assert called_address(call(host, server=("::1", 80))) == "http://[::1]:80"
    assert called_address(call(host, server=None)) == "http://localhost"


def test_behind_a_proxy_that_ends_tls_callers_use_https() -> None:
    assert called_address(call("api.example.com"), behind_tls_proxy=True) == "https://api.example.com"
    assert called_address(call("api.example.com", scheme="https")) == "https://api.example.com"
