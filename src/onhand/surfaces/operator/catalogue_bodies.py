"""The catalogue as the operator's API speaks of it (OP-02)."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from onhand.surfaces.operator.parameters import Gtin, StoreNumber
from onhand.surfaces.operator.partners import Code

ROWS_MAX = 10_000

Rows = Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=ROWS_MAX)]
_ShortText = Annotated[str, Meta(min_length=1, max_length=64)]
_Text = Annotated[str, Meta(min_length=1, max_length=200)]
_NextAfter = Annotated[str | None, Meta(description="The `after` of the next page; absent on the last.")]


class ItemFields(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What is said of an item beside its GTIN."""

    name: Annotated[str, Meta(min_length=1, max_length=500)]
    wm_item_nbr: Annotated[str | None, Meta(description="9 digits, the retailer's own number.")] = None
    cid: Annotated[_ShortText | None, Meta(description="Groups the GTINs that are one consumer item.")] = None
    category: _Text | None = None
    product_type: _Text | None = None
    tax_code: _ShortText | None = None
    published_status: Literal["PUBLISHED", "UNPUBLISHED"] | None = "PUBLISHED"


class ItemBody(ItemFields, frozen=True, rename="camel", kw_only=True):
    """An item by its GTIN."""

    gtin: Gtin


class MappingBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """That a supplier sees an item: at one store, or at every store where none is named."""

    gtin: Gtin
    supplier: Code
    store_nbr: StoreNumber | None = None


class SkuBody(msgspec.Struct, frozen=True):
    """What a seller or a drop-ship vendor calls an item."""

    gtin: Gtin
    seller: Annotated[Code, Meta(description="The seller's or vendor's code; `partner` is taken in its place.")]
    sku: Annotated[str, Meta(min_length=1, max_length=50)]


class ItemsBody(msgspec.Struct, frozen=True):
    """Items to add or change, all or none of them."""

    items: Annotated[list[ItemBody], Meta(min_length=1, max_length=ROWS_MAX)]


class MappingsBody(msgspec.Struct, frozen=True):
    """Mappings to add, all or none of them."""

    mappings: Annotated[list[MappingBody], Meta(min_length=1, max_length=ROWS_MAX)]


class SkusBody(msgspec.Struct, frozen=True):
    """SKUs to add or change, all or none of them."""

    skus: Annotated[list[SkuBody], Meta(min_length=1, max_length=ROWS_MAX)]


class ItemRows(msgspec.Struct, frozen=True):
    """The shape of a body of items; the rows are checked by the catalogue."""

    items: Rows


class MappingRows(msgspec.Struct, frozen=True):
    """The shape of a body of mappings."""

    mappings: Rows


class SkuRows(msgspec.Struct, frozen=True):
    """The shape of a body of SKUs."""

    skus: Rows


class Warned(msgspec.Struct, frozen=True):
    """Something to look at, though it was taken."""

    pointer: str
    message: str


class ImportedBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of the rows; all of them were stored."""

    added: int
    changed: int
    unchanged: int
    warnings: tuple[Warned, ...] = ()


class ItemsPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some items in the order of their GTINs, and where the next ones begin."""

    items: list[ItemBody]
    next_after: _NextAfter = None


class MappingsOfItem(msgspec.Struct, frozen=True):
    """Who sees an item, and where."""

    mappings: list[MappingBody]


class SkusPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Some of a seller's or vendor's SKUs in their order, and where the next ones begin."""

    skus: list[SkuBody]
    next_after: _NextAfter = None


ITEM = ItemBody(gtin="00012345678905", name="Oat drink, 1 l", wm_item_nbr="900045678", cid="C-1001")
MAPPING = MappingBody("00012345678905", "awesome-company", 45)
SKU = SkuBody("00012345678905", "10000000001", "OAT-1L")
IMPORTED = ImportedBody(1, 0, 0, (Warned("/items/0/gtin", "The check digit would be 5; the GTIN was taken as it is."),))
