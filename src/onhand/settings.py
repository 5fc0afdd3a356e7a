"""Every setting: the one reader of the environment.

A setting is a field of `Settings`; its variable is its name in capitals after `ONHAND_`. What a field accepts stands
in its type, so that the check, the message that refuses a value and the table of the reference come from one place.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

PREFIX = "ONHAND_"

_Text = Annotated[str, Meta(extra={"accepted": "text"})]
_Path = Annotated[str, Meta(extra={"accepted": "a path, or nothing"})]
_Token = Annotated[
    str,
    Meta(pattern=r"^$|^[A-Za-z0-9._~+/-]{16,512}=*$", extra={"accepted": "16 or more characters of a bearer token"}),
]
_Flag = Annotated[bool, Meta(extra={"accepted": "true or false"})]
_DatabaseUrl = Annotated[
    str,
    Meta(
        pattern=r"^$|^sqlite:///.+$|^postgres(ql)?://.+$",
        extra={"accepted": "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME?options=…"},
    ),
]
_BaseUrl = Annotated[
    str, Meta(pattern=r"^$|^https?://[^/?#\s]+[^?#\s]*$", extra={"accepted": "a URL such as https://api.example.com"})
]
_ObjectStoreUrl = Annotated[
    str,
    Meta(
        pattern=r"^$|^file:///.+$|^(s3|gs|az)://[^/?#@\s]+(/[^?#\s]*)?$",
        extra={"accepted": "file:///PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX"},
    ),
]
_LogLevel = Annotated[
    str, Meta(pattern=r"^(debug|info|warning|error)$", extra={"accepted": "debug, info, warning or error"})
]
_Port = Annotated[int, Meta(ge=0, le=65_535)]
_Count = Annotated[int, Meta(ge=1)]
_Processes = Annotated[int, Meta(ge=1, le=64)]
_Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]
_Positive = Annotated[float, Meta(gt=0, le=1_000_000)]
_WholeSeconds = Annotated[int, Meta(ge=0, le=31_536_000)]
_WholeCount = Annotated[int, Meta(ge=1, le=31_536_000)]
_Day = Annotated[
    str,
    Meta(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", extra={"accepted": "a day such as 2024-01-13"}
    ),
]
_Money = Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$", extra={"accepted": "an amount such as 5.00"})]
_Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", extra={"accepted": "three letters such as USD"})]
_Zone = Annotated[
    str, Meta(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", extra={"accepted": "a zone such as America/Los_Angeles"})
]
_GraceDays = Annotated[int, Meta(ge=0, le=27)]
_Retries = Annotated[int, Meta(ge=0, le=100)]
# What a presigned link of S3 may last at most is a week.
_LinkSeconds = Annotated[int, Meta(ge=1, le=604_800)]
_Days = Annotated[int, Meta(ge=1, le=3_650)]
_Hours = Annotated[float, Meta(gt=0, le=8_760)]


class BadSetting(Exception):
    """A variable of the environment holds what its setting does not accept; the message says how to mend it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set about a server and about the commands."""

    data_directory: Annotated[_Text, "Where the embedded database stands."] = "~/.local/share/onhand"
    database_url: Annotated[_DatabaseUrl, "The database; nothing means `onhand.db` in the data directory."] = ""
    database_connections_max: Annotated[_Count, "Connections to PostgreSQL of one process, at most."] = 10
    database_busy_seconds: Annotated[_Positive, "How long to go on trying while the database is busy or away."] = 10.0
    sqlite_cache_bytes: Annotated[_Count, "Page cache of each connection to the embedded database."] = 16_777_216

    object_store_url: Annotated[
        _ObjectStoreUrl, "Where files are kept; nothing means `objects` in the data directory."
    ] = ""
    object_store_endpoint: Annotated[_BaseUrl, "The server of an S3 bucket, where it is not Amazon's own."] = ""
    object_store_region: Annotated[_Text, "The region of an S3 bucket; nothing means that of the environment."] = ""
    object_store_access_key: Annotated[
        _Text, "The access key of an S3 bucket; nothing means that of the environment or the instance's role."
    ] = ""
    object_store_secret_key: Annotated[_Text, "The secret that belongs to the access key."] = ""
    object_store_allow_http: Annotated[_Flag, "Whether a bucket may be reached by plain HTTP."] = False
    object_store_connect_seconds: Annotated[_Positive, "How long to wait for a connection to a bucket."] = 5.0
    object_store_request_seconds: Annotated[_Positive, "How long one request to a bucket may take."] = 60.0
    object_store_retries_max: Annotated[_Retries, "How often a failed request to a bucket is tried again."] = 3
    object_store_retry_seconds: Annotated[_Positive, "For how long after the first a request is tried again."] = 30.0
    report_link_seconds: Annotated[_LinkSeconds, "How long a link to a file opens it (DS-26)."] = 3600
    presigned_links: Annotated[_Flag, "Whether links lead to a bucket itself, where it can sign them."] = True

    host: Annotated[_Text, "The address to listen at."] = "127.0.0.1"
    port: Annotated[_Port, "The port to listen at; 0 picks a free one."] = 8080
    public_base_url: Annotated[_BaseUrl, "What callers put before a path; nothing means the address listened at."] = ""
    tls_certificate: Annotated[_Path, "PEM file of the server's certificate chain, to serve HTTPS (GW-21)."] = ""
    tls_key: Annotated[_Path, "PEM file of the certificate's private key."] = ""
    behind_tls_proxy: Annotated[_Flag, "A proxy before this server terminates TLS, so plain HTTP is meant."] = False
    server_processes: Annotated[_Processes, "How many processes serve; they share one socket and all limits."] = 1
    shutdown_seconds: Annotated[_Seconds, "How long requests may go on after the server was told to stop."] = 20.0
    log_every_request: Annotated[_Flag, "Whether answers below 400 have a line in the log, as the others have."] = False
    log_level: Annotated[_LogLevel, "The least grave records that are logged."] = "info"

    metrics_token: Annotated[
        _Token, "The bearer token that `/metrics` is shown for; where there is none, it is shown to nobody."
    ] = ""
    metrics_open: Annotated[_Flag, "Whether `/metrics` is shown to anybody; a sandbox shows it in any case."] = False

    signature_seconds: Annotated[_Positive, "How long a signed time stamp is accepted (SG-03)."] = 180.0
    signature_future_seconds: Annotated[_Seconds, "How far ahead of our clock a signed time stamp may be."] = 60.0
    throttle: Annotated[_Flag, "Whether calls over the limits are answered 429."] = True
    throttle_multiplier: Annotated[_Positive, "What every limit of calls is multiplied by."] = 1.0
    supplier_calls_per_second: Annotated[_Count, "Calls of one consumer to one operation (SE-04)."] = 25
    operator_calls_per_second: Annotated[_Count, "Calls of one operator client to one operation."] = 100
    tokens_per_hour: Annotated[_Count, "Tokens that one client of the gateway may ask for (GW-16)."] = 100
    token_details_per_minute: Annotated[_Count, "Calls of one client for the details of its token."] = 600
    inventory_reads_per_minute: Annotated[_Count, "Reads of inventory by one client (GW-16)."] = 2500
    inventory_updates_per_minute: Annotated[_Count, "Updates of single items by one client (GW-16)."] = 1500
    feeds_per_hour: Annotated[_Count, "Feeds that one client may send (GW-16)."] = 50
    feed_status_per_minute: Annotated[_Count, "Calls of one client for feeds and what became of them (GW-16)."] = 5000
    feed_errors_per_minute: Annotated[_Count, "Downloads of the failed rows of feeds by one client."] = 60
    fulfilment_log_per_minute: Annotated[_Count, "Reads of the inventory log by one client (WF-10)."] = 600
    fulfilment_inventory_per_minute: Annotated[
        _Count, "Reads of what is in fulfilment centres by one client (WF-10)."
    ] = 600

    reconciliations_per_hour: Annotated[
        _Count, "Files of one month's reconciliation that one seller may retrieve (WF-06)."
    ] = 1

    reports_per_hour: Annotated[_Count, "Reports of one type that one client may ask for (GW-16)."] = 1
    report_status_per_minute: Annotated[_Count, "Calls of one client for its requests for reports (GW-16)."] = 20
    report_links_per_hour: Annotated[_Count, "Links to files that one client may ask for (GW-16)."] = 20

    settlement_reports_per_minute: Annotated[_Count, "Calls of one client for settlement reports (GW-16)."] = 100

    token_seconds: Annotated[_WholeCount, "How long a token of the gateway lives (GW-06)."] = 900
    refresh_token_seconds: Annotated[_WholeCount, "How long a refresh token lives (GW-03)."] = 31_536_000
    legacy_token_errors: Annotated[_Flag, "Whether a token that opens nothing is answered 400, not 401 (GW-12)."] = (
        False
    )
    idempotency_hours: Annotated[_Hours, "How long the answer under an Idempotency-Key is kept (DS-11)."] = 24.0

    page_rows_max: Annotated[_Count, "Rows of one page of history (TH-06)."] = 100
    floor_at_zero: Annotated[_Flag, "Whether availability below 0 is shown as 0 (OP-06)."] = False

    connections_max: Annotated[_Count, "Connections of one process, at most; further ones are answered 503."] = 1_000
    head_bytes_max: Annotated[_Count, "The longest request line and headers, together."] = 65_536
    head_seconds: Annotated[_Positive, "How long a request line and headers may take to be whole; then 408."] = 20.0
    body_silence_seconds: Annotated[_Positive, "How long a body is waited for while nothing of it comes; then 408."] = (
        30.0
    )
    body_bytes_per_second: Annotated[
        _Count, "How many bytes of a body give a second of that time back, as long as it is not full."
    ] = 500
    answer_silence_seconds: Annotated[
        _Positive, "After how long a client of which nothing of an answer was taken is left."
    ] = 120.0
    body_bytes_max: Annotated[_Count, "The largest body of a request, as sent."] = 16_777_216
    small_body_bytes_max: Annotated[
        _Count, "The largest body of a request about one thing or some hundred values, where that is less."
    ] = 262_144
    body_decompressed_bytes_max: Annotated[_Count, "The largest body of a request, once decompressed."] = 134_217_728
    line_bytes_max: Annotated[_Count, "The longest line of a file or of a body of lines."] = 1_048_576
    batch_events_max: Annotated[_Count, "Events of one request, at most."] = 10_000
    transaction_events_max: Annotated[_Count, "Events that one transaction of a batch posts, at most."] = 5_000
    transaction_locations_max: Annotated[
        _Count, "Locations that one transaction of a batch posts at, at most; 1 where tables are spread over machines."
    ] = 50
    event_future_seconds: Annotated[_WholeSeconds, "How far ahead of our clock an event may be (OP-06)."] = 300

    feed_bytes_max: Annotated[_Count, "The largest body of a feed (DS-21)."] = 10_000_000
    feed_rows_max: Annotated[_Count, "Records of one feed, at most (DS-21)."] = 10_000
    feed_transaction_rows_max: Annotated[_Count, "Rows of a feed that one transaction posts, at most."] = 10_000
    feed_attempts_max: Annotated[_Count, "After how many failures on our side a feed is given up (DS-15)."] = 5
    report_days: Annotated[_Days, "How long requests for reports and their files are kept (DS-24)."] = 30
    report_attempts_max: Annotated[_Count, "After how many attempts that failed a report is given up (DS-24)."] = 5
    batch_orders_max: Annotated[_Count, "Orders of one request, at most (DS-30)."] = 1_000
    order_gather_seconds: Annotated[
        _Seconds, "How long orders wait at most for those who were answered just before, to share a transaction."
    ] = 0.005

    settlement_anchor: Annotated[
        _Day, "A day on which a settlement period begins (RC-14); not to be changed once sellers were posted to."
    ] = "2024-01-13"
    settlement_days: Annotated[_Days, "How long a settlement period is (RC-14)."] = 14
    settlement_report_days: Annotated[_Days, "How long after a period's end its report is given out (RC-14)."] = 3
    settlement_zone: Annotated[_Zone, "The zone at whose midnight settlement periods begin (RC-14)."] = (
        "America/Los_Angeles"
    )
    settlement_processor: Annotated[_Text, "Who deposits payouts, as reports name it (RC-08)."] = "Payoneer"
    settlement_line_count: Annotated[_Flag, "Whether line 2 of a v1 file tells the number of its rows (RC-08)."] = True
    settlement_document_words: Annotated[
        _Flag, "Whether v1 files say SALE, REFUNDED and ADJMNT, as the document does (RC-10)."
    ] = False
    settlement_octet_stream_csv: Annotated[
        _Flag, "Whether an octet stream that is asked for is the CSV itself, not a ZIP (RC-03)."
    ] = False
    settlement_unit_value: Annotated[
        _Money, "What a lost or damaged unit is worth that was never sold before, in the seller's currency (WF-11)."
    ] = "0.00"
    settlement_currency: Annotated[
        _Currency, "What a seller is settled in of whom nothing but a loss was told yet (WF-11)."
    ] = "USD"
    settlement_losses_seconds: Annotated[_Positive, "How often losses of fulfilment centres are followed (WF-11)."] = (
        60.0
    )
    batch_money_entries_max: Annotated[_Count, "Sales, refunds and charges of one request, at most (OP-07)."] = 10_000
    reconciliation_grace_days: Annotated[_GraceDays, "Days after its end until a month is closed (WF-08)."] = 0
    reconciliation_transaction_streams_max: Annotated[
        _Count, "Items of sellers at a centre that one transaction of a refresh takes."
    ] = 5_000

    worker_in_server: Annotated[_Flag, "Whether a server does the work that is due itself, beside `onhand worker`."] = (
        True
    )
    worker_lease_seconds: Annotated[_Positive, "After how long a worker that died is relieved of its work."] = 30.0
    worker_poll_seconds: Annotated[_Positive, "How often a worker looks for work that another process left."] = 1.0
    order_expiry_seconds: Annotated[_Positive, "How often reservations that have expired are released."] = 5.0

    sandbox_url: Annotated[_BaseUrl, "Where commands that ask or control a sandbox find it."] = "http://127.0.0.1:8080"
    profiles: Annotated[_Text, "The file of the partners' profiles: where their commands ask, and as whom."] = (
        "~/.config/onhand/profiles.toml"
    )
    profile: Annotated[_Text, "The profile that is meant where a command names none."] = ""

    housekeeping_seconds: Annotated[_Seconds, "Time between two housekeeping passes of a server; 0 means none."] = 60.0
    backroom_hours: Annotated[_Hours, "How long a receipt stays in the backroom before it counts as binned."] = 24.0

    sandbox_requests_max: Annotated[_Count, "How many of the newest requests a sandbox remembers (SB-05)."] = 1_000
    sandbox_body_bytes_max: Annotated[_Count, "How much of each body among them it remembers."] = 16_384

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings that the variables of `environ` make; those that are absent or empty keep their defaults.

        Raises:
            BadSetting: a variable holds what its setting does not accept.
        """
        given = {name: environ.get(variable(name), "").strip() for name in cls.__struct_fields__}
        settings = cls(**{name: _parsed(name, text) for name, text in given.items() if text})
        if bool(settings.tls_certificate) != bool(settings.tls_key):
            raise _one_without_the_other("tls_certificate", "tls_key")
        if bool(settings.object_store_access_key) != bool(settings.object_store_secret_key):
            raise _one_without_the_other("object_store_access_key", "object_store_secret_key")
        return settings

    @property
    def database(self) -> str:
        """The URL of the database: the one that is set, or that of the embedded one in the data directory."""
        return self.database_url or f"sqlite:///{self.data_path / 'onhand.db'}"

    @property
    def object_store(self) -> str:
        """The URL of the object storage: the one that is set, or that of its folder in the data directory."""
        return self.object_store_url or (self.data_path.absolute() / "objects").as_uri()

    @property
    def data_path(self) -> Path:
        """The data directory; it need not be there yet."""
        return Path(self.data_directory).expanduser()


class SettingReference(msgspec.Struct, frozen=True):
    """One line of the reference."""

    variable: str
    accepted: str
    default: str
    description: str


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def reference() -> list[SettingReference]:
    """Every setting, as the reference shows it."""
    return [
        SettingReference(variable(field.name), _accepted(field.type), _shown(field.default), _description(field.type))
        for field in msgspec.structs.fields(Settings)
    ]


def misspelt(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of `environ` with our prefix that are no setting but nearly one, each with the one it is near.

    Others are let be: Kubernetes, for one, makes `ONHAND_SERVICE_HOST` of a service's name.
    """
    known = [variable(name) for name in Settings.__struct_fields__]
    ours = [name for name in environ if name.startswith(PREFIX) and name not in known]
    nearest = {name: get_close_matches(name, known, n=1, cutoff=0.85) for name in ours}
    return {name: matches[0] for name, matches in nearest.items() if matches}


def without_password(url: str) -> str:
    """A database URL as it may be shown."""
    scheme, separator, rest = url.partition("://")
    account, at, place = rest.rpartition("@")
    user, colon, _ = account.partition(":")
    # A password may also stand among the parameters.
    place = place.partition("?")[0] if "password=" in place else place
    return f"{scheme}{separator}{user}{':***' if colon else ''}{at}{place}"


def _one_without_the_other(first: str, second: str) -> BadSetting:
    return BadSetting(f"{variable(first)} and {variable(second)} go together: set both, or neither")


def _parsed(name: str, text: str) -> Any:
    kind = _FIELD_TYPES[name]
    try:
        return msgspec.convert(text.lower() if _plain(kind) is bool else text, kind, strict=False)
    except msgspec.ValidationError:
        shown = without_password(text) if name.endswith("_url") else text
        raise BadSetting(f"{variable(name)} is {shown!r}; accepted: {_accepted(kind)}") from None


def _accepted(kind: Any) -> str:
    meta = _meta(kind)
    if meta.extra:
        return str(meta.extra["accepted"])
    noun = "a whole number" if _plain(kind) is int else "a number"
    low = f"over {meta.gt:,}" if meta.gt is not None else f"of {meta.ge:,} or more"
    return f"{noun} {low}" + (f", {meta.le:,} at most" if meta.le is not None else "")


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def _plain(kind: Any) -> type:
    plain: type = get_args(kind)[0]
    return plain


def _meta(kind: Any) -> Meta:
    return next(part for part in get_args(kind) if isinstance(part, Meta))


def _description(kind: Any) -> str:
    return next(part for part in get_args(kind)[1:] if isinstance(part, str))


_FIELD_TYPES = {field.name: field.type for field in msgspec.structs.fields(Settings)}
