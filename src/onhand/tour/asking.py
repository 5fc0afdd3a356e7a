"""Asking over HTTP as a supplier, as a drop-ship vendor and as the operator: all by the client that partners use."""

from onhand.basics.clock import MICROSECONDS, Clock
from onhand.client.clients import AsyncClient
from onhand.client.credentials import GatewayClient, OperatorToken, SupplierKey
from onhand.tour.credentials import Credentials


def client_of(url: str, credentials: Credentials, clock: Clock) -> AsyncClient:
    """The client of everybody whom the tour asks as."""
    return AsyncClient(
        url,
        supplier=SupplierKey(
            consumer_id=credentials.consumer_id,
            private_key_pem=credentials.private_pem,
            key_version=credentials.key_version,
        ),
        gateway=GatewayClient(client_id=credentials.gateway_client, client_secret=credentials.gateway_secret),
        operator=OperatorToken(credentials.operator_token),
        service_name="Onhand tour",
        clock=lambda: clock() / MICROSECONDS,
    )


def seller_client_of(url: str, client_id: str, secret: str) -> AsyncClient:
    """The client of a marketplace seller."""
    return AsyncClient(
        url, gateway=GatewayClient(client_id=client_id, client_secret=secret), service_name="Onhand tour"
    )
