"""Filling a fresh sandbox through the same functions that an operator uses."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from onhand.basics.clock import Clock
from onhand.catalogue.imports import import_items, import_mappings, listed
from onhand.catalogue.report import SourceRow
from onhand.partners import consumers, onboarding, operators
from onhand.sandbox import assortment
from onhand.sandbox.checks import SeedRefused, accepted, stored
from onhand.sandbox.credentials import (
    KEY_VERSION,
    OPERATOR_CLIENT_ID,
    OPERATOR_TOKEN,
    PROVIDER_CONSUMER_ID,
    SUPPLIER_CODE,
    SUPPLIER_CONSUMER_ID,
    SUPPLIER_NAME,
    provider_public_key,
    supplier_public_key,
)
from onhand.sandbox.dropship import seed_ship_nodes
from onhand.sandbox.fulfilment import counts, movements, seed_centres
from onhand.sandbox.history import OTHER_STORE, STORE, events
from onhand.sandbox.settlement import seed_settlement
from onhand.stock.intake import Intake
from onhand.stock.locations import NewStore, add_stores
from onhand.stock.messages import decode_event
from onhand.store.database import Database

PROVIDER_CODE = "awesome-services"
OTHER_SUPPLIER_CODE = "another-company"
SOURCE = "sandbox"


async def seed(database: Database, intake: Intake, clock: Clock) -> None:
    """Fill an empty database with the sandbox's partners, items and events (SB-03).

    Raises:
        SeedRefused: something of it was not accepted.
    """
    await _add_partners(database, clock)
    await _add_consumers(database, clock)
    await _add_catalogue(database, clock)
    await seed_ship_nodes(database, clock, OTHER_SUPPLIER_CODE)
    await seed_settlement(database, clock)
    await seed_centres(database, clock)
    for told in (chain(events(), movements()), counts()):
        await _post(intake, told)


async def _post(intake: Intake, told: Iterable[Mapping[str, Any]]) -> None:
    messages = [decode_event(msgspec.json.encode(event)) for event in told]
    for outcome in await intake.post(SOURCE, messages):
        if outcome.status != "accepted":
            raise SeedRefused(outcome)


async def _add_partners(database: Database, clock: Clock) -> None:
    for kind, code, name in (
        ("supplier", SUPPLIER_CODE, SUPPLIER_NAME),
        ("supplier", OTHER_SUPPLIER_CODE, "Another Company"),
        ("provider", PROVIDER_CODE, "Awesome Services"),
    ):
        accepted(await onboarding.add_partner(database, clock, kind=kind, code=code, name=name))
    accepted(await onboarding.associate(database, clock, provider_code=PROVIDER_CODE, supplier_code=SUPPLIER_CODE))


async def _add_consumers(database: Database, clock: Clock) -> None:
    for code, consumer_id, public_key in (
        (SUPPLIER_CODE, SUPPLIER_CONSUMER_ID, supplier_public_key()),
        (PROVIDER_CODE, PROVIDER_CONSUMER_ID, provider_public_key()),
    ):
        accepted(await consumers.add_consumer(database, clock, partner_code=code, consumer_id=consumer_id))
        key = {"consumer_id": consumer_id, "key_version": KEY_VERSION, "public_key": public_key}
        accepted(await consumers.add_key(database, clock, **key))
    client = {"client_id": OPERATOR_CLIENT_ID, "source": SOURCE, "token": OPERATOR_TOKEN}
    accepted(await operators.add_operator_client(database, clock, **client))


async def _add_catalogue(database: Database, clock: Clock) -> None:
    stores = [NewStore(STORE, f"Store {STORE}"), NewStore(OTHER_STORE, f"Store {OTHER_STORE}")]
    accepted(await add_stores(database, clock, stores))
    stored(await import_items(database, clock, listed(_rows([*assortment.items(), assortment.foreign_item()]))))
    mappings = [{"gtin": item["gtin"], "supplier": SUPPLIER_CODE} for item in assortment.items()]
    foreign = {"gtin": assortment.foreign_item()["gtin"], "supplier": OTHER_SUPPLIER_CODE}
    stored(await import_mappings(database, clock, listed(_rows([*mappings, foreign]))))


def _rows(values: Sequence[assortment.Item]) -> list[SourceRow]:
    return [SourceRow(number, value) for number, value in enumerate(values, 1)]
