"""Credentials that stand in public documents."""

from functools import lru_cache

import msgspec

from onhand.basics.refusal import Refusal
from onhand.partners.keys import fingerprint, read_public_key

_ANYBODY = "is that of every sandbox, and anybody can read it"


class Published(msgspec.Struct, frozen=True):
    """Credentials that anybody can read, so that a server for real data never accepts them (SB-02).

    Keys are known by their fingerprints. Whoever has a key or a secret of them has it under any id.
    """

    consumer_ids: frozenset[str] = frozenset()
    operator_tokens: frozenset[str] = frozenset()
    client_ids: frozenset[str] = frozenset()
    key_fingerprints: frozenset[str] = frozenset()
    client_secrets: frozenset[str] = frozenset()

    def refused_consumer(self, consumer_id: str) -> Refusal | None:
        """Why a consumer must not have this id."""
        if consumer_id not in self.consumer_ids:
            return None
        return _refused("consumerId", f"This consumer id {_ANYBODY}: choose another, such as a random UUID.")

    def refused_key(self, public_key: str) -> Refusal | None:
        """Why nobody must sign with this key; what is no key is for others to tell."""
        if not self.key_fingerprints or _fingerprint_of(public_key) not in self.key_fingerprints:
            return None
        message = f"The private half of this key {_ANYBODY}: make a pair with `onhand keys generate`, and give its \
public key."
        return _refused("publicKey", message)

    def refused_client(self, client_id: str, secret: str | None) -> Refusal | None:
        """Why a client of the gateway must not have this id, or this secret, where one is given."""
        if client_id in self.client_ids:
            return _refused("clientId", f"This client id {_ANYBODY}: choose another.")
        if secret in self.client_secrets:
            return _refused("secret", f"This secret {_ANYBODY}: give a random one, or none, to have one made.")
        return None

    def refused_token(self, token: str | None) -> Refusal | None:
        """Why a client of the operator's must not have this token, where one is given."""
        if token not in self.operator_tokens:
            return None
        return _refused("token", f"This token {_ANYBODY}: give a random one, or none, to have one made.")


NOTHING_PUBLISHED = Published()


@lru_cache(maxsize=1024)
def _fingerprint_of(public_key: str) -> str | None:
    key = read_public_key(public_key)
    return None if isinstance(key, Refusal) else fingerprint(key)


def _refused(field: str, message: str) -> Refusal:
    return Refusal("published", field, message)
