"""The stock of an item as suppliers are shown it, area by area."""

from collections.abc import Iterable

from onhand.basics.clock import format_seconds
from onhand.basics.quantity import as_float
from onhand.stock.onhand import AreaStock
from onhand.stock.vocabulary import Area, State
from onhand.surfaces.suppliers.wire import AreaInventory


def store_stock(stocks: Iterable[AreaStock]) -> AreaStock | None:
    """What is available on the store's own floor, None where there never was any."""
    for stock in stocks:
        if stock.area is Area.STORE and stock.state is State.AVAILABLE:
            return stock
    return None


def shown(stocks: Iterable[AreaStock], *, floor_at_zero: bool) -> tuple[AreaStock, ...]:
    """What a supplier is shown: every area but the backroom, and nothing at all without available stock at store level.

    (SI-01, SI-05.) Availability below 0 is shown as 0 where `floor_at_zero` says so.
    """
    known = tuple(stocks)
    if store_stock(known) is None:
        return ()
    return tuple(floored(stock, floor_at_zero) for stock in known if stock.area is not Area.BACKROOM)


def floored(stock: AreaStock, floor_at_zero: bool) -> AreaStock:
    """The stock itself, or at 0 where it is below, may be floored and is available."""
    if not floor_at_zero or stock.quantity >= 0 or stock.state is not State.AVAILABLE:
        return stock
    return AreaStock(stock.area, stock.state, 0, stock.newest_occurred_at)


def summed(lists: Iterable[tuple[AreaStock, ...]]) -> tuple[AreaStock, ...]:
    """The sum of several lists per area and state, with the newest time of each (SI-06)."""
    sums: dict[tuple[Area, State], AreaStock] = {}
    for stock in (stock for stocks in lists for stock in stocks):
        so_far = sums.get((stock.area, stock.state), AreaStock(stock.area, stock.state, 0, stock.newest_occurred_at))
        newest = max(so_far.newest_occurred_at, stock.newest_occurred_at)
        total = so_far.quantity + stock.quantity
        sums[stock.area, stock.state] = AreaStock(stock.area, stock.state, total, newest)
    return tuple(sums[key] for key in sorted(sums))


def inventory_by_location(stocks: Iterable[AreaStock]) -> tuple[AreaInventory, ...]:
    """The list as it is sent."""
    return tuple(
        AreaInventory(
            location_area=stock.area.name,
            state=stock.state.name,
            quantity=as_float(stock.quantity),
            last_updated_time=format_seconds(stock.newest_occurred_at),
        )
        for stock in stocks
    )
