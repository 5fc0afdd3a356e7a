"""The operator's API: items, who sees them, and what partners call them (OP-02)."""

from collections.abc import Sequence
from urllib.parse import quote

from msgspec import to_builtins

from onhand.client.back_office import asked, walk_after
from onhand.client.operations import Awaiting, Blocking, Group, Walk, listing, operation
from onhand.client.results.operator import (
    Imported,
    Item,
    ItemsPage,
    Mapping,
    Mappings,
    Sku,
    SkusPage,
)
from onhand.client.steps import Exchange


class CatalogueOperations(Group):
    """Items, who sees them, and what partners call them. A body is checked as a whole: all of it is stored, or none."""

    @operation
    def add_items(self, items: Sequence[Item]) -> Exchange[Imported]:
        """Add items or change them."""
        return self._caller.result(asked("POST /items", "/items", body={"items": items}), Imported)

    @operation
    def item(self, gtin: str) -> Exchange[Item]:
        """One item."""
        return self._caller.result(asked("GET /items/{gtin}", f"/items/{quote(gtin, safe='')}"), Item)

    @operation
    def put_item(self, item: Item) -> Exchange[Item]:
        """Add an item, or replace all that is said of it: a field that is None is cleared."""
        said = {name: value for name, value in to_builtins(item).items() if name != "gtin"}
        request = asked("PUT /items/{gtin}", f"/items/{quote(item.gtin, safe='')}", body=said)
        return self._caller.result(request, Item)

    @listing(Item)
    def items(self) -> Walk[Item]:
        """Every item, in the order of their GTINs."""
        return walk_after(
            self._caller, "GET /items", "/items", {}, ItemsPage, lambda page: (page.items, page.next_after)
        )

    @operation
    def add_mappings(self, mappings: Sequence[Mapping]) -> Exchange[Imported]:
        """Let suppliers see items."""
        return self._caller.result(asked("POST /mappings", "/mappings", body={"mappings": mappings}), Imported)

    @operation
    def mappings(self, gtin: str) -> Exchange[tuple[Mapping, ...]]:
        """Who sees an item, and where."""
        request = asked("GET /items/{gtin}/mappings", f"/items/{quote(gtin, safe='')}/mappings")
        return (yield from self._caller.result(request, Mappings)).mappings

    @operation
    def remove_mapping(self, gtin: str, supplier: str, *, store_nbr: int | None = None) -> Exchange[None]:
        """Stop a supplier from seeing an item: at one store, or by the mapping for every store."""
        path = f"/items/{quote(gtin, safe='')}/mappings/{quote(supplier, safe='')}"
        request = asked("DELETE /items/{gtin}/mappings/{supplier}", path, {"storeNbr": store_nbr})
        yield from self._caller.ask(request)

    @operation
    def add_skus(self, skus: Sequence[Sku]) -> Exchange[Imported]:
        """Say what sellers and vendors call items."""
        return self._caller.result(asked("POST /skus", "/skus", body={"skus": skus}), Imported)

    @listing(Sku)
    def skus(self, seller: str) -> Walk[Sku]:
        """What a seller or vendor calls items."""
        path = f"/sellers/{quote(seller, safe='')}/skus"
        return walk_after(
            self._caller,
            "GET /sellers/{seller}/skus",
            path,
            {},
            SkusPage,
            lambda page: (page.skus, page.next_after),
        )

    @operation
    def remove_sku(self, seller: str, sku: str) -> Exchange[None]:
        """Forget what a seller or vendor calls an item."""
        path = f"/sellers/{quote(seller, safe='')}/skus/{quote(sku, safe='')}"
        yield from self._caller.ask(asked("DELETE /sellers/{seller}/skus/{sku}", path))


class Catalogue(CatalogueOperations, Blocking):
    """The catalogue, blocking."""


class AsyncCatalogue(CatalogueOperations, Awaiting):
    """The catalogue, awaited."""
