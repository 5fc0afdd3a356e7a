"""Credentials that stand in public documents."""

import msgspec


class Published(msgspec.Struct, frozen=True):
    """Credentials that anybody can read, so that a server for real data never accepts them (SB-02)."""

    consumer_ids: frozenset[str]
    operator_tokens: frozenset[str]
    client_ids: frozenset[str] = frozenset()


NOTHING_PUBLISHED = Published(frozenset(), frozenset())
