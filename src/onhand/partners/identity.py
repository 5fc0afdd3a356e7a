"""Who asks, and on whose behalf: one statement for a consumer, its key, and the supplier that it names."""

from pathlib import Path

import msgspec

from onhand.store.database import Database
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("identity.sql"))
_KINDS_SERVED = ("supplier", "provider")


class Supplier(msgspec.Struct, frozen=True):
    """The supplier whose items are asked for."""

    supplier_id: int
    code: str
    name: str


class Identity(msgspec.Struct, frozen=True):
    """A consumer with the key of the version that it named.

    `public_key` is None where that version is unknown or revoked. `supplier` is None where the consumer may not ask for
    the supplier that it named, or had to name one (SG-06).
    """

    consumer_id: str
    partner_id: int
    public_key: str | None
    supplier: Supplier | None


async def identify(database: Database, consumer_id: str, key_version: str, context: str | None) -> Identity | None:
    """The consumer of that id, or None where there is none that the store APIs serve.

    `context` is the code of the supplier that it named (`wm_context_identifier`).
    """
    if context is None:
        row = await database.one(_SQL["identity"], consumer_id=consumer_id, key_version=key_version)
    else:
        statement = _SQL["identity_in_context"]
        row = await database.one(statement, consumer_id=consumer_id, key_version=key_version, context=context)
    if row is None or row[1] not in _KINDS_SERVED:
        return None
    partner_id, kind, code, name, public_key, *named = row
    own = Supplier(partner_id, code, name) if kind == "supplier" else None
    supplier = own if context is None else _named_supplier(own, *named)
    return Identity(consumer_id, partner_id, public_key, supplier)


def _named_supplier(
    own: Supplier | None, supplier_id: int | None, code: str | None, name: str | None, provider_id: int | None
) -> Supplier | None:
    if supplier_id is None or code is None or name is None:
        return None
    if own is not None:
        return own if own.supplier_id == supplier_id else None
    return Supplier(supplier_id, code, name) if provider_id is not None else None
