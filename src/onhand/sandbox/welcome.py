"""What a person reads when the sandbox is ready: where it is, and requests to try."""

from onhand.sandbox.credentials import OPERATOR_TOKEN, SUPPLIER_NAME
from onhand.sandbox.dropship import VENDOR_GTIN, VENDOR_NODES
from onhand.sandbox.fulfilment import SAMPLE_GTIN as SAMPLE_GTIN_OF_SELLER
from onhand.sandbox.history import BACKROOM_GTIN, SAMPLE_GTIN, STORE, UNMAPPED_GTIN

_TEXT = """The sandbox serves at {url}, with made-up data of {supplier} and others. Stop it with Ctrl+C.

Every request of a supplier is signed: `onhand sandbox sign` prints headers that hold for three minutes.

What is on hand of one item:
  onhand sandbox sign | curl -s -H @- {url}/store/{store}/gtin/{gtin}/available

What is on hand of several, one of them not this supplier's, one only in the backroom:
  onhand sandbox sign | curl -s -H @- -H 'Content-Type: application/json' \\
    -d '{{"storeNbr":{store},"values":["{gtin}","{unmapped}","{backroom}"]}}' \\
    '{url}/store/inventory/status?itemIdentifier=gtin'

A week of an item's history:
  onhand sandbox sign | curl -s -H @- \\
    '{url}/store/{store}/gtin/{gtin}/transactionHistory?startDate=2023-02-16&endDate=2023-02-22'

A sale, told by the operator:
  curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/x-ndjson' \\
    -d '{sale}' \\
    {url}/operator/v1/events

What a drop-ship vendor has at a ship node; `onhand sandbox token` prints the headers of its requests:
  onhand sandbox token --url {url} | curl -s -H @- \\
    '{url}/v3/inventory?gtin={vendor_gtin}&shipNode={node}'

Every movement of a seller's item in fulfilment centres in May 2024:
  onhand sandbox token --as seller --url {url} | curl -s -H @- \\
    '{url}/v3/fulfillment/inventory-log?gtin={seller_gtin}&startDate=2024-05-01&endDate=2024-05-31'

All operations: {url}/openapi.json    All credentials: onhand sandbox credentials
"""


_SALE = '{"eventId":"sale-1","eventType":"SALES","storeNbr":%d,"gtin":"%s","quantity":-2,"occurredAt":"%s"}'


def welcome(url: str, moment: str) -> str:
    """The page of text for a sandbox at `url`; the sale of its example happens at `moment`."""
    return _TEXT.format(
        url=url,
        supplier=SUPPLIER_NAME,
        store=STORE,
        gtin=SAMPLE_GTIN,
        unmapped=UNMAPPED_GTIN,
        backroom=BACKROOM_GTIN,
        token=OPERATOR_TOKEN,
        vendor_gtin=VENDOR_GTIN,
        node=VENDOR_NODES[0],
        seller_gtin=SAMPLE_GTIN_OF_SELLER,
        sale=_SALE % (STORE, SAMPLE_GTIN, moment),
    )
