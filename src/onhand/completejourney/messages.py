"""Rows of the data set as inventory events."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from onhand.completejourney.numbering import gtin_of
from onhand.completejourney.simulation import OPENED_AT
from onhand.stock.messages import EventMessage

REGISTER = "register"
"""The source of what the registers really recorded."""

SIMULATED = "simulated"
"""The source of what the data set leaves out and is simulated."""


def sales(lines: pl.DataFrame) -> list[EventMessage]:
    """Register lines as SALES; the event id is made of basket and product, which no two lines share."""
    return [
        EventMessage(
            event_id=f"{basket}-{product}",
            event_type="SALES",
            gtin=gtin_of(product),
            occurred_at=sold_at,
            store_nbr=store,
            quantity=-quantity,
        )
        for store, product, basket, quantity, sold_at in _rows(
            lines, "store", "product", "basket", "quantity", "sold_at"
        )
    ]


def opening_counts(openings: pl.DataFrame) -> list[EventMessage]:
    """Simulated first counts as PI."""
    return [
        EventMessage(
            event_id=f"opening-{product}",
            event_type="PI",
            gtin=gtin_of(product),
            occurred_at=OPENED_AT,
            store_nbr=store,
            counted=units,
        )
        for store, product, units in _rows(openings, "store", "product", "units")
    ]


def receipts(deliveries: pl.DataFrame) -> list[EventMessage]:
    """Simulated deliveries as NGR."""
    return [
        EventMessage(
            event_id=f"delivery-{arrived_at:%Y-%m-%d}-{product}",
            event_type="NGR",
            gtin=gtin_of(product),
            occurred_at=arrived_at,
            store_nbr=store,
            quantity=units,
        )
        for store, product, units, arrived_at in _rows(deliveries, "store", "product", "units", "arrived_at")
    ]


def _rows(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return frame.select(columns).iter_rows()
