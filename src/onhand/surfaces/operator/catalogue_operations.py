"""The operations on the catalogue, as they are served and documented (OP-02)."""

from onhand.surfaces.operator.access import Access
from onhand.surfaces.operator.catalogue import CatalogueHandlers
from onhand.surfaces.operator.catalogue_bodies import (
    IMPORTED,
    ITEM,
    MAPPING,
    SKU,
    ImportedBody,
    ItemBody,
    ItemFields,
    ItemsBody,
    ItemsPage,
    MappingsBody,
    MappingsOfItem,
    SkusBody,
    SkusPage,
)
from onhand.surfaces.operator.parameters import GTIN, Gtin, Key, StoreNumber, paging
from onhand.surfaces.operator.partners import SUPPLIER
from onhand.surfaces.operator.problems import NOT_FOUND
from onhand.surfaces.plumbing.operations import Answer, Body, Operation, Parameter

TAG = "Catalogue"
_SELLER = Parameter(
    name="seller", place="path", description="The seller's or vendor's code.", type=Key, example="10000000001"
)
_SKU = Parameter(name="sku", place="path", description="What it calls the item.", type=Key, example=SKU.sku)
_MAPPED_STORE = Parameter(
    name="storeNbr",
    place="query",
    description="The store whose mapping it is. Without it, the mapping for every store.",
    type=StoreNumber,
)
_STORED = {200: Answer(description="They are stored.", type=ImportedBody, example=IMPORTED)}
_WHOLE = "The body is checked as a whole: with a single fault nothing of it is stored, and every fault is listed."


def catalogue_operations(handlers: CatalogueHandlers, access: Access) -> tuple[Operation, ...]:
    """The operations on items, mappings and SKUs."""
    return (
        *_item_operations(handlers, access),
        *_mapping_operations(handlers, access),
        *_sku_operations(handlers, access),
    )


def _item_operations(handlers: CatalogueHandlers, access: Access) -> tuple[Operation, ...]:
    item = {200: Answer(description="The item as it stands.", type=ItemBody, example=ITEM)}
    replacement = ItemFields(name=ITEM.name, wm_item_nbr=ITEM.wm_item_nbr, cid=ITEM.cid)
    return (
        access.operation(
            handlers.add_items,
            "POST",
            "/items",
            "addItems",
            "Add or change items",
            TAG,
            description=f"A field that is left out stays as it stands, null clears it. {_WHOLE}",
            body=Body(description="The items.", type=ItemsBody, example=ItemsBody([ITEM])),
            answers=_STORED,
        ),
        access.operation(
            handlers.list_items,
            "GET",
            "/items",
            "listItems",
            "List items",
            TAG,
            parameters=paging(Gtin),
            answers={200: Answer(description="A page of them.", type=ItemsPage, example=ItemsPage([ITEM]))},
        ),
        access.operation(
            handlers.get_item,
            "GET",
            "/items/{gtin}",
            "getItem",
            "One item",
            TAG,
            parameters=(GTIN,),
            answers=item,
            problems=(NOT_FOUND,),
        ),
        access.operation(
            handlers.put_item,
            "PUT",
            "/items/{gtin}",
            "putItem",
            "Add an item, or replace what is said of it",
            TAG,
            description="A field that is left out is cleared.",
            parameters=(GTIN,),
            body=Body(description="What is said of it.", type=ItemFields, example=replacement),
            answers=item,
        ),
    )


def _mapping_operations(handlers: CatalogueHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.add_mappings,
            "POST",
            "/mappings",
            "addMappings",
            "Let suppliers see items",
            TAG,
            description=f"At one store, or at every store where none is named. {_WHOLE}",
            body=Body(description="The mappings.", type=MappingsBody, example=MappingsBody([MAPPING])),
            answers=_STORED,
        ),
        access.operation(
            handlers.list_mappings,
            "GET",
            "/items/{gtin}/mappings",
            "listMappingsOfItem",
            "List who sees an item, and where",
            TAG,
            parameters=(GTIN,),
            answers={200: Answer(description="Them.", type=MappingsOfItem, example=MappingsOfItem([MAPPING]))},
        ),
        access.operation(
            handlers.remove_mapping,
            "DELETE",
            "/items/{gtin}/mappings/{supplier}",
            "removeMapping",
            "Stop a supplier from seeing an item",
            TAG,
            description="Only the mapping that is named ends: the one for every store leaves those for single stores.",
            parameters=(GTIN, SUPPLIER, _MAPPED_STORE),
            answers={204: Answer(description="It has ended, from the next request of the supplier on.")},
            problems=(NOT_FOUND,),
        ),
    )


def _sku_operations(handlers: CatalogueHandlers, access: Access) -> tuple[Operation, ...]:
    return (
        access.operation(
            handlers.add_skus,
            "POST",
            "/skus",
            "addSkus",
            "Say what sellers and vendors call items",
            TAG,
            description=_WHOLE,
            body=Body(description="The SKUs.", type=SkusBody, example=SkusBody([SKU])),
            answers=_STORED,
        ),
        access.operation(
            handlers.list_skus,
            "GET",
            "/sellers/{seller}/skus",
            "listSkusOfSeller",
            "List what a seller or vendor calls items",
            TAG,
            parameters=(_SELLER, *paging(Key)),
            answers={200: Answer(description="A page of them.", type=SkusPage, example=SkusPage([SKU]))},
        ),
        access.operation(
            handlers.remove_sku,
            "DELETE",
            "/sellers/{seller}/skus/{sku}",
            "removeSku",
            "Forget what a seller or vendor calls an item",
            TAG,
            description="A SKU with a slash in it can't be named in a path, and so can't be removed here.",
            parameters=(_SELLER, _SKU),
            answers={204: Answer(description="It is forgotten.")},
            problems=(NOT_FOUND,),
        ),
    )
