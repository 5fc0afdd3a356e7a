"""What the operator's API answers about who may ask (OP-01). Times are texts, UTC."""

import msgspec

from onhand.client.results.operator import Consumer, ConsumerKey, KnownClient


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class ConsumersPage(_Wire, frozen=True, kw_only=True):
    """Some consumers, and where the next ones begin."""

    consumers: tuple[Consumer, ...]
    next_after: str | None = None


class KeysPage(_Wire, frozen=True, kw_only=True):
    """Some versions of a consumer's key, and where the next ones begin."""

    keys: tuple[ConsumerKey, ...]
    next_after: str | None = None


class GatewayClientsPage(_Wire, frozen=True, kw_only=True):
    """Some programs of partners, and where the next ones begin."""

    clients: tuple[KnownClient, ...]
    next_after: str | None = None


class OperatorProgram(_Wire, frozen=True, kw_only=True):
    """A program of the operator's own, and the source of the events that it posts; its token is told once."""

    client_id: str
    source: str
    created_at: str
    revoked_at: str | None = None
    token: str | None = None


class OperatorProgramsPage(_Wire, frozen=True, kw_only=True):
    """Some programs of the operator's, and where the next ones begin."""

    clients: tuple[OperatorProgram, ...]
    next_after: str | None = None
