"""Where a server may listen."""

import socket

import pytest

from onhand.cli.answers import Problem
from onhand.cli.listening import is_loopback, listen, refusal_of_plain_http, url_of
from onhand.settings import Settings


@pytest.mark.contract("GW-21")
@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_plain_http_is_served_at_loopback(host: str) -> None:
    assert is_loopback(host)
    assert refusal_of_plain_http(Settings(host=host)) is None


@pytest.mark.contract("GW-21")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example", ""])
def test_plain_http_is_refused_anywhere_else_with_what_to_do(host: str) -> None:
    assert "ONHAND_BEHIND_TLS_PROXY=true" in str(refusal_of_plain_http(Settings(host=host)))


@pytest.mark.contract("GW-21")
@pytest.mark.parametrize(
    "settings",
    [
        Settings(host="0.0.0.0", behind_tls_proxy=True),
        Settings(host="0.0.0.0", tls_certificate="some.pem", tls_key="key.pem"),
    ],
)
def test_a_proxy_or_a_certificate_lets_a_server_listen_anywhere(settings: Settings) -> None:
    assert refusal_of_plain_http(settings) is None


def test_port_0_picks_a_free_port_that_the_url_names() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert url_of(listening, Settings()) == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(Problem, match="choose another with --host or --port"):
        listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.contract("GW-21")
def test_the_public_url_and_the_scheme_are_those_that_are_set() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert url_of(listening, Settings(public_base_url="https://api.example.com/")) == "https://api.example.com"
        secure = Settings(tls_certificate="some.pem", tls_key="key.pem")
        assert url_of(listening, secure) == f"https://127.0.0.1:{port}"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_address_stands_in_brackets_in_the_url() -> None:
    try:
        listening = listen("::1", 0)
    except Problem:
        pytest.skip("this machine has no IPv6 loopback")
    with listening:
        assert url_of(listening, Settings(host="::1")).startswith("http://[::1]:")


def test_only_the_options_that_a_command_has_are_named() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(Problem, match=r"choose another with --port$"):
        listen("127.0.0.1", taken.getsockname()[1], options="--port")
