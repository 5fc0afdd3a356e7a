"""What every sandbox knows: who may ask, and what there is."""

from onhand.client import GatewayClient, OperatorToken, SupplierKey
from onhand.sandbox.credentials import credentials

ITEM, NODE = "00012947218283", "123456701"
SHELF_ITEM, STORE = "00044444444444", 45
SELLER = "10000000001"


def gateway_client(who: str) -> GatewayClient:
    """A published client of the gateway: `vendor`, `seller` or `viewer`."""
    known = getattr(credentials(), who)
    return GatewayClient(client_id=known.client_id, client_secret=known.client_secret)


def supplier_key() -> SupplierKey:
    """The published key of the supplier."""
    known = credentials().supplier
    return SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem)


def provider_key() -> SupplierKey:
    """The published key of the service provider, who names nobody on whose behalf it asks."""
    known = credentials().provider
    return SupplierKey(consumer_id=known.consumer_id, private_key_pem=known.private_key_pem)


def operator_token() -> OperatorToken:
    """The published token of the operator."""
    return OperatorToken(credentials().operator.token)
