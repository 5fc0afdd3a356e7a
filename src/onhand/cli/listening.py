"""Where a server listens: whether it may do so in plain HTTP, the socket, and the URL that leads there."""

import socket
from ipaddress import ip_address

from onhand.cli.answers import Problem
from onhand.settings import Settings

_BACKLOG = 2048


def refusal_of_plain_http(settings: Settings) -> str | None:
    """Why a server with these settings must not start, or None where it may (GW-21)."""
    if settings.tls_certificate or settings.behind_tls_proxy or is_loopback(settings.host):
        return None
    return (
        f"plain HTTP at {settings.host} would send credentials over the network for anyone to read: set "
        "ONHAND_TLS_CERTIFICATE and ONHAND_TLS_KEY, or ONHAND_BEHIND_TLS_PROXY=true where a proxy terminates TLS, "
        "or listen at 127.0.0.1"
    )


def is_loopback(host: str) -> bool:
    """Whether nothing but this machine can reach `host`. Names other than localhost are taken for the outside."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int, *, options: str = "--host or --port") -> socket.socket:
    """A socket that accepts connections at `host`; they wait until somebody serves them.

    `options` are those of the command by which a person can choose another place.

    Raises:
        Problem: nothing can listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Problem(f"can't listen at {host} port {port}: {reason}; choose another with {options}") from error
    return listening


def url_of(listening: socket.socket, settings: Settings) -> str:
    """The URL that callers use: the public one where it is set, else that of the socket."""
    if settings.public_base_url:
        return settings.public_base_url.rstrip("/")
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls_certificate else 'http'}://{host}:{port}"
