"""The gateway put together: its operations over the parts of the house that they call."""

from starlette.responses import Response

from onhand.surfaces.gateway.door import SECURITY_SCHEMES, Door
from onhand.surfaces.gateway.downloads import changed_link_response, download_operations
from onhand.surfaces.gateway.errors import answer_fault
from onhand.surfaces.gateway.feeds import feed_operations
from onhand.surfaces.gateway.fulfilment import fulfilment_operations
from onhand.surfaces.gateway.inventory import inventory_operations
from onhand.surfaces.gateway.reconciliation import reconciliation_operations
from onhand.surfaces.gateway.reports import report_operations
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.settlement import recon_operations
from onhand.surfaces.gateway.tokens import token_operations
from onhand.surfaces.gateway.updates import update_operations
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Surface

PREFIX = "/v3"


def surface(services: GatewayServices) -> Surface:
    """The gateway."""
    door = Door(services)
    return Surface(
        name="gateway",
        prefix=PREFIX,
        operations=(
            *token_operations(services, door),
            *inventory_operations(services, door),
            *update_operations(services, door),
            *feed_operations(services, door),
            *recon_operations(services, door),
            *fulfilment_operations(services, door),
            *reconciliation_operations(services, door),
            *report_operations(services, door),
            *download_operations(services),
        ),
        answer_fault=_answer_fault,
        security_schemes=SECURITY_SCHEMES,
    )


def _answer_fault(call: Call, status: int) -> Response:
    changed = changed_link_response(call) if status == 404 else None
    return changed or answer_fault(call, status)
