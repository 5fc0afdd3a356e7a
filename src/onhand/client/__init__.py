"""A client of the five APIs, of this platform and of the services that it speaks like.

::

    from onhand.client import Client, GatewayClient

    with Client("https://api.example.com", gateway=GatewayClient(client_id="…", client_secret="…")) as client:
        client.inventory.set(gtin="00012947218283", ship_node="123456701", amount=23)

`AsyncClient` has the same operations, to be awaited. Everything that can go wrong is an `OnhandError`; the tree of
them stands in `onhand.client.errors`.
"""

from onhand.client.clients import AsyncClient, Client
from onhand.client.credentials import GatewayClient, OperatorToken, SupplierKey
from onhand.client.csvs import ReportRows, rows_of_file
from onhand.client.doors import Token
from onhand.client.errors import (
    BadInput,
    BadRequest,
    BadSetup,
    Conflict,
    Dropped,
    Failed,
    Forbidden,
    NoAnswer,
    NotConnected,
    NotFound,
    NotSent,
    NotUnderstood,
    OnhandError,
    Problem,
    Refused,
    ServerFailed,
    Throttled,
    TimedOut,
    TooLarge,
    Unauthorized,
    Unfinished,
    Unreadable,
)
from onhand.client.operations import AsyncRows, Collected, Page, Rows
from onhand.client.policy import Policy, Polling
from onhand.client.polling import SANDBOX, SERVICE
from onhand.client.results.feeds import (
    FeedResult,
    FeedRow,
    FeedRowOutcome,
    FeedStatus,
    FeedSummary,
    InTransit,
)
from onhand.client.results.fulfilment import CentreItem, LogEntry, ReconciliationRow
from onhand.client.results.inventory import (
    Inventory,
    ItemInventory,
    ItemOutcome,
    NodeInventory,
    NodeOutcome,
    Quantity,
    TokenDetail,
)
from onhand.client.results.reports import (
    FileRow,
    ReportLink,
    ReportRequest,
    RowFilter,
    SellerInventoryRow,
    VisibilityRow,
)
from onhand.client.results.sandbox import SandboxFault, SandboxRequest, SandboxTime
from onhand.client.results.settlement import LegacyRow, SettlementRow
from onhand.client.results.stores import (
    ActionLine,
    ActionOutcome,
    AreaInventory,
    HistoryEvent,
    StoreInventory,
    StoreItem,
    StoreStatus,
)

__all__ = [
    "SANDBOX",
    "SERVICE",
    "ActionLine",
    "ActionOutcome",
    "AreaInventory",
    "AsyncClient",
    "AsyncRows",
    "BadInput",
    "BadRequest",
    "BadSetup",
    "CentreItem",
    "Client",
    "Collected",
    "Conflict",
    "Dropped",
    "Failed",
    "FeedResult",
    "FeedRow",
    "FeedRowOutcome",
    "FeedStatus",
    "FeedSummary",
    "FileRow",
    "Forbidden",
    "GatewayClient",
    "HistoryEvent",
    "InTransit",
    "Inventory",
    "ItemInventory",
    "ItemOutcome",
    "LegacyRow",
    "LogEntry",
    "NoAnswer",
    "NodeInventory",
    "NodeOutcome",
    "NotConnected",
    "NotFound",
    "NotSent",
    "NotUnderstood",
    "OnhandError",
    "OperatorToken",
    "Page",
    "Policy",
    "Polling",
    "Problem",
    "Quantity",
    "ReconciliationRow",
    "Refused",
    "ReportLink",
    "ReportRequest",
    "ReportRows",
    "RowFilter",
    "Rows",
    "SandboxFault",
    "SandboxRequest",
    "SandboxTime",
    "SellerInventoryRow",
    "ServerFailed",
    "SettlementRow",
    "StoreInventory",
    "StoreItem",
    "StoreStatus",
    "SupplierKey",
    "Throttled",
    "TimedOut",
    "Token",
    "TokenDetail",
    "TooLarge",
    "Unauthorized",
    "Unfinished",
    "Unreadable",
    "VisibilityRow",
    "rows_of_file",
]
