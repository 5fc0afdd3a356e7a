"""What a store holds of one item (SI-01, SI-02)."""

from starlette.responses import Response

from onhand.basics.clock import format_seconds
from onhand.basics.quantity import as_float
from onhand.partners.identity import Identity, Supplier
from onhand.stock.onhand import AreaStock, available
from onhand.stock.vocabulary import Area
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.responses import JsonResponse
from onhand.surfaces.suppliers.errors import NO_DATA, NOT_MAPPED, bad_request, refused
from onhand.surfaces.suppliers.parameters import problems_of, read_gtin, read_store_number
from onhand.surfaces.suppliers.services import SupplierServices
from onhand.surfaces.suppliers.shelves import floored, inventory_by_location, shown, store_stock
from onhand.surfaces.suppliers.wire import SingleItemInventory


async def get_available(services: SupplierServices, call: Call, identity: Identity) -> Response:
    """`GET /store/{storeNbr}/gtin/{gtin}/available`."""
    problems = problems_of(identity)
    store_number = read_store_number(call.path_params["storeNbr"], problems)
    item_id = read_gtin(call.path_params["gtin"], problems)
    supplier = identity.supplier
    if problems or supplier is None:
        return bad_request(services.clock, problems)
    location_id = await location_id_of(services, store_number)
    item = await available(
        services.database, supplier_id=supplier.supplier_id, location_id=location_id, item_id=item_id
    )
    if not item.mapped:
        return refused(call, services.clock, 404, NOT_MAPPED)
    here = store_stock(item.stocks)
    if here is None:
        return refused(call, services.clock, 404, NO_DATA)
    return JsonResponse(_inventory(supplier, store_number, call.path_params["gtin"], here, item.stocks, services))


async def location_id_of(services: SupplierServices, store_number: int) -> int:
    """The id of a store; 0, at which nothing ever lies, of one that is not known (SE-06)."""
    location = await services.locations.store(store_number)
    return location.location_id if location else 0


def _inventory(
    supplier: Supplier,
    store_number: int,
    gtin: str,
    here: AreaStock,
    stocks: tuple[AreaStock, ...],
    services: SupplierServices,
) -> SingleItemInventory:
    floor = services.floor_at_zero
    has_fulfilment_area = any(stock.area is Area.MFC for stock in stocks)
    return SingleItemInventory(
        supplier=supplier.name,
        store_nbr=store_number,
        gtin=gtin,
        location_area=here.area.name,
        state=here.state.name,
        quantity=as_float(floored(here, floor).quantity),
        last_updated_time=format_seconds(here.newest_occurred_at),
        inventory_by_location=inventory_by_location(shown(stocks, floor_at_zero=floor)) if has_fulfilment_area else (),
    )
