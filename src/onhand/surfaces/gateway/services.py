"""The parts of the house that the gateway's operations call."""

from collections.abc import Callable

import msgspec

from onhand.basics.clock import Clock
from onhand.partners.tokens import Tokens
from onhand.reports.kinds import Kinds
from onhand.reports.links import Links
from onhand.reports.requests import Requests
from onhand.store.database import Database
from onhand.store.objects import ObjectStore
from onhand.surfaces.plumbing.throttling import Throttle


class GatewayServices(msgspec.Struct, frozen=True, kw_only=True):
    """The parts, and the limits.

    `cursor_secret` is shared by every process that serves the same database. `wake_worker` says that there is work to
    be done now. `legacy_token_errors` answers a token that opens nothing with the older 400 (GW-12). `behind_tls_proxy`
    says that callers use HTTPS although the server does not. `octet_stream_is_csv` gives the CSV of a settlement's
    report to those who ask for an octet stream, too (RC-03).
    """

    database: Database
    clock: Clock
    tokens: Tokens
    throttle: Throttle
    new_id: Callable[[], str]
    cursor_secret: bytes
    body_bytes_max: int
    feed_bytes_max: int
    feed_rows_max: int
    wake_worker: Callable[[], None]
    objects: ObjectStore
    links: Links
    report_kinds: Kinds
    report_requests: Requests
    legacy_token_errors: bool = False
    octet_stream_is_csv: bool = False
    behind_tls_proxy: bool = False
