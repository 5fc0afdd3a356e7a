"""Who asks on the tour: a supplier with a key, a drop-ship vendor and a seller with clients, and the operator.

All are made anew for each tour and forgotten with it: no private key or token is ever written down.
"""

import secrets
from collections.abc import Sequence
from uuid import uuid4

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.dropship.nodes import add_ship_node
from onhand.partners.clients import FULL_ACCESS, Scopes, add_gateway_client, revoke_gateway_client
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
    gateway_client: str
    gateway_secret: str
    seller_client: str
    seller_secret: str


class Partners(msgspec.Struct, frozen=True):
    """The codes of those as whom the tour asks."""

    supplier: str
    vendor: str
    seller: str


async def enrol(database: Database, clock: Clock, partners: Partners, nodes: Sequence[str]) -> Credentials:
    """Let the tour in as the supplier, as the vendor with its ship nodes, as the seller, and as the operator."""
    number, keys, token = str(uuid4()), generate_key_pair(), secrets.token_urlsafe(_TOKEN_BYTES)
    client = f"tour-{number}"
    _done(await add_consumer(database, clock, partner_code=partners.supplier, consumer_id=number))
    _done(await add_key(database, clock, consumer_id=number, key_version=_KEY_VERSION, public_key=keys.public_pem))
    _done(await add_operator_client(database, clock, client_id=client, source=_SOURCE, token=token))
    for node in nodes:
        named = {"code": node, "name": f"Warehouse {node}", "partner_code": partners.vendor}
        _done(await add_ship_node(database, clock, **named))
    clients = {client: partners.vendor, f"{client}-seller": partners.seller}
    found = {name: secrets.token_urlsafe(_TOKEN_BYTES) for name in clients}
    for name, code in clients.items():
        named = {"client_id": name, "partner_code": code, "secret": found[name]}
        _done(await add_gateway_client(database, clock, **named, scopes=Scopes.of(FULL_ACCESS)))
    (vendor, vendor_secret), (seller, seller_secret) = found.items()
    signing = (number, _KEY_VERSION, keys.private_pem)
    return Credentials(*signing, client, token, vendor, vendor_secret, seller, seller_secret)


async def dismiss(database: Database, clock: Clock, credentials: Credentials) -> None:
    """End what `enrol` gave."""
    _done(await revoke_key(database, clock, consumer_id=credentials.consumer_id, key_version=credentials.key_version))
    _done(await revoke_operator_client(database, clock, client_id=credentials.operator_client))
    for client in (credentials.gateway_client, credentials.seller_client):
        _done(await revoke_gateway_client(database, clock, client_id=client))


def _done(answer: object) -> None:
    assert not isinstance(answer, Refusal), answer
