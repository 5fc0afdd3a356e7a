"""Who asks on the tour: a consumer of a supplier with a key of its own, and a client of the operator.

Both are made anew for each tour and forgotten with it: no private key or token is ever written down.
"""

import secrets
from uuid import uuid4

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.consumers import add_consumer, add_key, revoke_key
from onhand.partners.keys import generate_key_pair
from onhand.partners.operators import add_operator_client, revoke_operator_client
from onhand.store.database import Database

_KEY_VERSION = "1"
_SOURCE = "tour"
_TOKEN_BYTES = 32


class Credentials(msgspec.Struct, frozen=True):
    """What the tour signs with and what it identifies itself to the operator's API by."""

    consumer_id: str
    key_version: str
    private_pem: str
    operator_client: str
    operator_token: str


async def enrol(database: Database, clock: Clock, supplier_code: str) -> Credentials:
    """Let the tour in as the supplier and as the operator."""
    number, keys, token = str(uuid4()), generate_key_pair(), secrets.token_urlsafe(_TOKEN_BYTES)
    client = f"tour-{number}"
    _done(await add_consumer(database, clock, partner_code=supplier_code, consumer_id=number))
    _done(await add_key(database, clock, consumer_id=number, key_version=_KEY_VERSION, public_key=keys.public_pem))
    _done(await add_operator_client(database, clock, client_id=client, source=_SOURCE, token=token))
    return Credentials(number, _KEY_VERSION, keys.private_pem, client, token)


async def dismiss(database: Database, clock: Clock, credentials: Credentials) -> None:
    """End what `enrol` gave."""
    _done(await revoke_key(database, clock, consumer_id=credentials.consumer_id, key_version=credentials.key_version))
    _done(await revoke_operator_client(database, clock, client_id=credentials.operator_client))


def _done(answer: object) -> None:
    assert not isinstance(answer, Refusal), answer
