"""The operator's API put together: its operations over the parts of the house that they call."""

from collections.abc import Callable

import msgspec
from prometheus_client import CollectorRegistry

from onhand.basics.clock import Clock
from onhand.dropship.orders.intake import OrderIntake
from onhand.files.bodies import BodyLimits
from onhand.partners.published import NOTHING_PUBLISHED, Published
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.intake import SettlementIntake
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations
from onhand.store.database import Database
from onhand.surfaces.operator.access import PREFIX, SECURITY_SCHEMES, Access
from onhand.surfaces.operator.as_of import AsOfHandlers, as_of_operations
from onhand.surfaces.operator.catalogue import CatalogueHandlers
from onhand.surfaces.operator.catalogue_operations import catalogue_operations
from onhand.surfaces.operator.centre_reading import CentreReadingHandlers, centre_reading_operations
from onhand.surfaces.operator.centres import CentreHandlers, centre_operations
from onhand.surfaces.operator.clients import ClientHandlers, client_operations
from onhand.surfaces.operator.codes import CodeHandlers, code_operations
from onhand.surfaces.operator.consumers import ConsumerHandlers, consumer_operations
from onhand.surfaces.operator.events import EventHandlers, event_operations
from onhand.surfaces.operator.gateway_clients import GatewayClientHandlers, gateway_client_operations
from onhand.surfaces.operator.health import HealthHandlers, MetricsDoor, RevisionOf, health_operations
from onhand.surfaces.operator.history import HistoryHandlers, history_operations
from onhand.surfaces.operator.ledger import LedgerHandlers, ledger_operations
from onhand.surfaces.operator.money import MoneyHandlers, money_operations
from onhand.surfaces.operator.order_reading import OrderReadingHandlers, order_reading_operations
from onhand.surfaces.operator.orders import OrderHandlers, order_operations
from onhand.surfaces.operator.partners import PartnerHandlers, partner_operations
from onhand.surfaces.operator.problems import answer_fault
from onhand.surfaces.operator.reconciliation import ReconciliationHandlers, reconciliation_operations
from onhand.surfaces.operator.settlement import Settle, SettlementHandlers, settlement_operations
from onhand.surfaces.operator.ship_nodes import ShipNodeHandlers, ship_node_operations
from onhand.surfaces.operator.shortfalls import ShortfallHandlers, shortfall_operations
from onhand.surfaces.operator.stores import StoreHandlers, store_operations
from onhand.surfaces.plumbing.operations import Operation, Surface
from onhand.surfaces.plumbing.throttling import Throttle


class OperatorServices(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that the operations call.

    `new_token` makes a random bearer token; `cursor_secret` is shared by every process that serves the same database.
    """

    database: Database
    locations: Locations
    clock: Clock
    intake: Intake
    throttle: Throttle
    registry: CollectorRegistry
    revision_of: RevisionOf
    new_token: Callable[[], str]
    cursor_secret: bytes
    body_limits: BodyLimits
    small_body_bytes_max: int = 262_144
    settlement: SettlementIntake
    calendar: SettlementCalendar
    settle: Settle
    backroom_hours: float = 24.0
    batch_orders_max: int = 1_000
    order_gather_seconds: float = 0.005
    batch_money_entries_max: int = 10_000
    event_future_seconds: int = 300
    published: Published = NOTHING_PUBLISHED
    metrics_door: MetricsDoor = MetricsDoor()


def surface(services: OperatorServices) -> Surface:
    """The operator's API, and the health of the server."""
    return Surface(
        name="operator",
        prefix=PREFIX,
        operations=(*_guarded(services), *_open(services)),
        answer_fault=answer_fault,
        security_schemes=SECURITY_SCHEMES,
    )


def _guarded(services: OperatorServices) -> tuple[Operation, ...]:
    database, locations, clock = services.database, services.locations, services.clock
    bytes_max, small, published = services.body_limits.body_bytes_max, services.small_body_bytes_max, services.published
    access = Access(database, services.throttle, services.published.operator_tokens)
    ledger = LedgerHandlers(database, locations, clock, small, backroom_hours=services.backroom_hours)
    orders = OrderIntake(
        database,
        locations,
        clock,
        future_seconds=services.event_future_seconds,
        gather_seconds=services.order_gather_seconds,
    )
    return (
        *partner_operations(PartnerHandlers(database, clock, small), access),
        *consumer_operations(ConsumerHandlers(database, clock, small, published), access),
        *client_operations(ClientHandlers(database, clock, small, services.new_token, published), access),
        *gateway_client_operations(
            GatewayClientHandlers(database, clock, small, services.new_token, published), access
        ),
        *code_operations(CodeHandlers(database, clock, small, services.new_token), access),
        *store_operations(StoreHandlers(database, locations, clock, bytes_max), access),
        *ship_node_operations(ShipNodeHandlers(database, clock, bytes_max), access),
        *centre_operations(CentreHandlers(database, clock, bytes_max), access),
        *reconciliation_operations(ReconciliationHandlers(database, clock), access),
        *catalogue_operations(CatalogueHandlers(database, clock, bytes_max), access),
        *event_operations(EventHandlers(services.intake, services.body_limits), access),
        *order_operations(OrderHandlers(orders, bytes_max, services.batch_orders_max), access),
        *order_reading_operations(OrderReadingHandlers(database, locations), access),
        *money_operations(MoneyHandlers(services.settlement, bytes_max, services.batch_money_entries_max), access),
        *settlement_operations(SettlementHandlers(database, services.calendar, services.settle), access),
        *shortfall_operations(ShortfallHandlers(database, locations, services.cursor_secret), access),
        *as_of_operations(AsOfHandlers(database, locations), access),
        *history_operations(HistoryHandlers(database, locations, services.cursor_secret), access),
        *centre_reading_operations(CentreReadingHandlers(database, locations, services.cursor_secret), access),
        *ledger_operations(ledger, access),
    )


def _open(services: OperatorServices) -> tuple[Operation, ...]:
    return health_operations(HealthHandlers(services.revision_of, services.registry, services.metrics_door))
