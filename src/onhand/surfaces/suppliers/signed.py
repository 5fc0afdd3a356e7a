"""The way of every signed request: verified, then throttled, then handled."""

import logging
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from onhand.partners.identity import Identity
from onhand.partners.signatures import Denial, SecurityHeaders
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Handler
from onhand.surfaces.suppliers.errors import denied, too_many_requests
from onhand.surfaces.suppliers.services import SupplierServices

_log = logging.getLogger("onhand.security")

SignedHandler = Callable[[SupplierServices, Call, Identity], Awaitable[Response]]


def signed(services: SupplierServices, handler: SignedHandler) -> Handler:
    """The handler for the table of operations: its caller is verified and within the limits first (SG-05, SE-04)."""

    async def handle(call: Call) -> Response:
        sent = call.header_bytes
        context = sent.get(b"wm_context_identifier", b"").strip().decode("latin-1") or None
        identity = await services.verifier.verify(_security_headers(sent), context)
        if isinstance(identity, Denial):
            _note_lost_headers(sent)
            return denied(call, services.clock, identity)
        if not services.throttle.admit(call, identity.consumer_id):
            return too_many_requests(call, services.clock)
        return await handler(services, call, identity)

    return handle


def _security_headers(sent: dict[bytes, bytes]) -> SecurityHeaders:
    return SecurityHeaders(
        sent.get(b"wm_consumer.id", b"").strip(),
        sent.get(b"wm_consumer.intimestamp", b"").strip(),
        sent.get(b"wm_sec.key_version", b"").strip(),
        sent.get(b"wm_sec.auth_signature", b"").strip(),
    )


def _note_lost_headers(sent: dict[bytes, bytes]) -> None:
    """Log a request that has none of our headers, as one has that came through a proxy which drops them (SG-07)."""
    if not any(name.startswith(b"wm_") for name in sent):
        _log.warning("no WM_* header at all: a proxy may have dropped header names with an underscore or a dot")
