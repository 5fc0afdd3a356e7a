"""The sandbox's items, as rows of the catalogue's files (OP-02)."""

from onhand.sandbox.history import (
    BACKROOM_GTIN,
    CID,
    CID_GTINS,
    EMPTY_GTINS,
    FOREIGN_GTIN,
    HISTORY_GTINS,
    MFC_GTIN,
    NO_DATA_GTIN,
    NO_DATA_ITEM_NUMBER,
    WEIGHED_GTIN,
)

Item = dict[str, str]
# The item numbers of the history's items count up from here.
_FIRST_ITEM_NUMBER = 550_000_001


def items() -> list[Item]:
    """The supplier's items. Those of the store inventory document have just what its samples show."""
    return [*_of_the_history_document(), *_of_the_inventory_document(), *_of_our_own()]


def foreign_item() -> Item:
    """The other supplier's item."""
    return {"gtin": FOREIGN_GTIN, "name": "Kettle, 1.7 l"}


def _of_the_history_document() -> list[Item]:
    return [
        {"gtin": gtin, "name": f"Sample item {gtin[-2:]}", "wmItemNbr": str(number)}
        for number, gtin in enumerate((*HISTORY_GTINS, *EMPTY_GTINS), _FIRST_ITEM_NUMBER)
    ]


def _of_the_inventory_document() -> list[Item]:
    return [
        {"gtin": NO_DATA_GTIN, "name": "Sample item without data", "wmItemNbr": NO_DATA_ITEM_NUMBER},
        {"gtin": BACKROOM_GTIN, "name": "Sample item in the backroom"},
    ]


def _of_our_own() -> list[Item]:
    return [
        {"gtin": CID_GTINS[0], "name": "Oat drink, 1 l", "wmItemNbr": "614141001", "cid": CID},
        {"gtin": CID_GTINS[1], "name": "Oat drink, 1 l, new design", "wmItemNbr": "614141002", "cid": CID},
        {"gtin": WEIGHED_GTIN, "name": "Apples, by weight", "wmItemNbr": "614141003", "category": "Produce"},
        {"gtin": MFC_GTIN, "name": "Paper towels, 6 rolls", "wmItemNbr": "614141004"},
    ]
