"""Who asks: what a partner or an operator was given. Where it comes from is the caller's business."""

from pathlib import Path

import msgspec


class SupplierKey(msgspec.Struct, frozen=True, kw_only=True):
    """A supplier's or service provider's consumer and its private key, in PEM, for the signed store APIs.

    `context` names the supplier on whose behalf a provider asks (SG-06).
    """

    consumer_id: str
    private_key_pem: str
    key_version: str = "1"
    context: str | None = None

    @classmethod
    def from_file(
        cls, path: Path, *, consumer_id: str, key_version: str = "1", context: str | None = None
    ) -> "SupplierKey":
        """The key in a file."""
        pem = path.read_text(encoding="ascii")
        return cls(consumer_id=consumer_id, private_key_pem=pem, key_version=key_version, context=context)

    def __repr__(self) -> str:
        return f"SupplierKey(consumer_id={self.consumer_id!r}, key_version={self.key_version!r}, private_key_pem=…)"


class GatewayClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client of the gateway by its id and secret.

    A solution provider that acts for a seller gives the `refresh_token` it got for a code, and the seller's
    `partner_id` (GW-03). `channel_type` is sent where the client was given one.
    """

    client_id: str
    client_secret: str
    refresh_token: str | None = None
    partner_id: str | None = None
    channel_type: str | None = None

    def __repr__(self) -> str:
        return f"GatewayClient(client_id={self.client_id!r}, client_secret=…)"


class OperatorToken(msgspec.Struct, frozen=True):
    """The bearer token of a client of the operator's API."""

    token: str

    def __repr__(self) -> str:
        return "OperatorToken(…)"
