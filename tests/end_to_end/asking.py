"""Clients of servers that run as processes: each asks over a connection of its own."""

from collections.abc import Callable
from typing import TypeVar

from onhand.client import Client, GatewayClient, OperatorToken, Policy
from tests.processes import PATIENCE_SECONDS, Server

T = TypeVar("T")

# What is refused is an error at once, however soon it might be allowed.
ONCE = Policy(attempts_max=1, attempt_seconds=PATIENCE_SECONDS)


def ask(server: Server, question: Callable[[Client], T], *, gateway: GatewayClient | None = None) -> T:
    """What a server answers the operator, or a partner's program at the gateway."""
    with Client(server.url, operator=OperatorToken(server.token), gateway=gateway, policy=ONCE) as client:
        return question(client)


def ask_only(server: Server, process_id: int, question: Callable[[Client], T]) -> T:
    """What one of its processes answers the operator, while the others stand still."""
    with server.alone(process_id):
        return ask(server, question)
