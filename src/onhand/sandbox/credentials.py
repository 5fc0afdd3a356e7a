"""The sandbox's credentials (SB-02). They are published, so no other server ever accepts them."""

from pathlib import Path

import msgspec

from onhand.partners.published import Published

_HERE = Path(__file__).parent
SUPPLIER_NAME = "Awesome Company"
SUPPLIER_CODE = "awesome-company"
SUPPLIER_CONSUMER_ID = "00000000-0000-4000-8000-0000000000a1"
PROVIDER_CONSUMER_ID = "00000000-0000-4000-8000-0000000000b1"
KEY_VERSION = "1"
OPERATOR_CLIENT_ID = "sandbox-operator"
OPERATOR_TOKEN = "sandbox-operator"  # noqa: S105, published on purpose


VENDOR_CODE = "sandbox-vendor"
VENDOR_CLIENT_ID = "sandbox-vendor"
VIEWER_CLIENT_ID = "sandbox-viewer"
SELLER_CLIENT_ID = "sandbox-seller"
SELLER_CODE = "10000000001"

VENDOR_SECRET = "sandbox-vendor-secret"  # noqa: S105, published on purpose
VIEWER_SECRET = "sandbox-viewer-secret"  # noqa: S105, published on purpose
SELLER_SECRET = "sandbox-seller-secret"  # noqa: S105, published on purpose

PUBLISHED = Published(
    consumer_ids=frozenset({SUPPLIER_CONSUMER_ID, PROVIDER_CONSUMER_ID}),
    operator_tokens=frozenset({OPERATOR_TOKEN}),
    client_ids=frozenset({VENDOR_CLIENT_ID, VIEWER_CLIENT_ID, SELLER_CLIENT_ID}),
    key_fingerprints=frozenset(
        {
            "81be7fc88bd1cd12ec5895e72ecf5c100afa18ae75f4c526c73fe6d837301247",
            "3a9087a23d3b73163288f4f7f75489a165df4409944d1ccf5f3f7948f7dc5a7c",
        }
    ),
    client_secrets=frozenset({VENDOR_SECRET, VIEWER_SECRET, SELLER_SECRET}),
)


class SupplierCredentials(msgspec.Struct, frozen=True):
    """What a supplier signs its requests with."""

    consumer_id: str
    key_version: str
    private_key_pem: str


class ProviderCredentials(SupplierCredentials, frozen=True):
    """What a service provider signs its requests with, and the supplier on whose behalf it asks."""

    context: str


class ClientCredentials(msgspec.Struct, frozen=True):
    """What a client of the gateway gets its tokens with."""

    client_id: str
    client_secret: str


class SellerCredentials(ClientCredentials, frozen=True):
    """What a seller's client gets its tokens with, and the seller's partner id."""

    partner_id: str


class OperatorCredentials(msgspec.Struct, frozen=True):
    """The bearer token of the operator's API."""

    token: str


class Credentials(msgspec.Struct, frozen=True):
    """All of the sandbox's credentials."""

    supplier: SupplierCredentials
    provider: ProviderCredentials
    vendor: ClientCredentials
    seller: SellerCredentials
    viewer: ClientCredentials
    operator: OperatorCredentials


def credentials() -> Credentials:
    """The credentials of every sandbox."""
    return Credentials(
        SupplierCredentials(SUPPLIER_CONSUMER_ID, KEY_VERSION, _text("supplier_private_key.pem")),
        ProviderCredentials(PROVIDER_CONSUMER_ID, KEY_VERSION, _text("provider_private_key.pem"), SUPPLIER_CODE),
        ClientCredentials(VENDOR_CLIENT_ID, VENDOR_SECRET),
        SellerCredentials(SELLER_CLIENT_ID, SELLER_SECRET, SELLER_CODE),
        ClientCredentials(VIEWER_CLIENT_ID, VIEWER_SECRET),
        OperatorCredentials(OPERATOR_TOKEN),
    )


def supplier_public_key() -> str:
    """The public key of the supplier's private key, in PEM."""
    return _text("supplier_public_key.pem")


def provider_public_key() -> str:
    """The public key of the provider's private key, in PEM."""
    return _text("provider_public_key.pem")


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="ascii")
