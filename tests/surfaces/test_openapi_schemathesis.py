"""Whatever the OpenAPI document allows, and much that it does not: nothing makes the server fail."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp

from onhand.catalogue.imports import import_items, import_mappings, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.nodes import add_ship_node
from onhand.fulfilment.centres import NewCentre, add_centres
from onhand.partners.clients import FULL_ACCESS, Scopes, add_gateway_client
from onhand.partners.consumers import add_consumer, add_key
from onhand.partners.keys import KeyPair, generate_key_pair, signing_headers
from onhand.partners.onboarding import add_partner
from onhand.partners.operators import add_operator_client
from onhand.partners.published import NOTHING_PUBLISHED
from onhand.settings import Settings
from onhand.stock.locations import NewStore, add_stores
from onhand.wiring.databases import open_database
from onhand.wiring.serving import running_server
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("GW-11", "GW-14", "OP-01", "OP-02", "OP-03", "OP-08", "OP-09", "SE-02")

TOKEN = "a-token-of-the-tests"
CONSUMER = "c-1"
CLIENT, SECRET = "vendor-client", "a-secret-of-the-tests"
NODE = "123456701"
CENTRE, SELLER = "LAX1", "10000000001"
NOW = 1_772_712_000_000_000
GTIN = "00012345678905"
EXAMPLES = 6
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def key_pair() -> KeyPair:
    """The key of the supplier."""
    return generate_key_pair()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, key_pair: KeyPair) -> Iterator[ASGIApp]:
    """The whole application over an embedded database with a supplier, a store and an item."""
    configured = Settings(
        data_directory=str(tmp_path_factory.mktemp("data")),
        throttle=False,
        housekeeping_seconds=0,
        body_bytes_max=200_000,
    )
    with asyncio.Runner() as runner:
        runner.run(_seed(configured, key_pair))
        server = running_server(configured, FrozenClock(NOW), published=NOTHING_PUBLISHED, durable=False)
        yield runner.run(server.__aenter__())
        runner.run(server.__aexit__(None, None, None))


async def _seed(configured: Settings, key_pair: KeyPair) -> None:
    clock = FrozenClock(NOW)
    database = await open_database(configured, durable=False)
    await add_operator_client(database, clock, client_id="tests", source="tests", token=TOKEN)
    await add_partner(database, clock, kind="supplier", code="awesome-company", name="Awesome Company")
    await add_consumer(database, clock, partner_code="awesome-company", consumer_id=CONSUMER)
    await add_key(database, clock, consumer_id=CONSUMER, key_version="1", public_key=key_pair.public_pem)
    await add_stores(database, clock, [NewStore(45, "Main Street")])
    await import_items(database, clock, listed([SourceRow(1, {"gtin": GTIN, "name": "Oat drink"})]))
    await import_mappings(database, clock, listed([SourceRow(1, {"gtin": GTIN, "supplier": "awesome-company"})]))
    await add_ship_node(database, clock, code=NODE, name="East", partner_code="awesome-company")
    await add_partner(database, clock, kind="seller", code=SELLER, name="Bottle Shop")
    await add_centres(database, clock, [NewCentre(CENTRE, "Los Angeles 1")])
    scopes = Scopes.of(FULL_ACCESS)
    client = {"client_id": CLIENT, "partner_code": "awesome-company", "secret": SECRET}
    await add_gateway_client(database, clock, **client, scopes=scopes)
    await database.close()


@pytest.fixture(scope="module")
def gateway_headers(application: ASGIApp) -> dict[str, str]:
    """The headers of a drop-ship vendor's client at the gateway."""
    named = {"WM_SVC.NAME": "Tests", "WM_QOS.CORRELATION_ID": "tests"}

    async def token() -> str:
        transport = httpx.ASGITransport(cast("Any", application))
        async with httpx.AsyncClient(transport=transport, base_url="http://tests") as client:
            grant = {"grant_type": "client_credentials"}
            answer = await client.post("/v3/token", data=grant, auth=(CLIENT, SECRET), headers=named)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    return {**named, "WM_SEC.ACCESS_TOKEN": asyncio.run(token())}


@pytest.fixture(scope="module")
def document(application: ASGIApp) -> BaseSchema:
    """The document as the application itself serves it."""
    return schemathesis.openapi.from_asgi("/openapi.json", application)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_makes_the_server_fail(
    document: BaseSchema, key_pair: KeyPair, gateway_headers: dict[str, str], mode: GenerationMode
) -> None:
    signed = signing_headers(key_pair.private_pem, CONSUMER, "1", NOW // 1_000)
    headers = {"Authorization": f"Bearer {TOKEN}", **signed, **gateway_headers}
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 30
    failures = [failure for operation in operations if (failure := _failure(operation, mode, headers))]
    assert not failures, "\n\n".join(failures)


def _aim(case: Case[Any]) -> None:
    """Let a request be about what is known, which no generator hits by chance."""
    known = {"storeNbr": 45, "gtin": GTIN, "id": GTIN, "node": NODE, "shipNode": NODE, "productIdType": "gtin"}
    if "/fulfilment-centres/" in case.path:
        known |= {"node": CENTRE, "code": SELLER}
    for place in (case.path_parameters, case.query):
        place.update({name: value for name, value in known.items() if name in place})
    for name in ("wm_context_identifier", "If-Match", "Idempotency-Key"):
        case.headers.pop(name, None)


def _failure(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, headers: dict[str, str]) -> str | None:
    """What is wrong with the answers of an operation, None where nothing is."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def attempt(case: Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            _aim(case)
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    try:
        attempt()
    except Unsatisfiable:
        # Nothing can be wrong with an operation that takes nothing.
        return None
    except FailureGroup as found:
        return "\n".join(str(failure) for failure in found.exceptions)
    return None
