"""The header rules of the gateway (GW-07 to GW-09)."""

from typing import Annotated

from msgspec import Meta

from onhand.surfaces.gateway.errors import (
    INVALID_ACCEPT_TYPE,
    INVALID_REQUEST_HEADER,
    UNSUPPORTED_MEDIA_TYPE,
    Fault,
    Refused,
    refused,
)
from onhand.surfaces.gateway.forms import sent_type
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.correlation import CORRELATION_HEADER, accepted_correlation_id
from onhand.surfaces.plumbing.operations import Parameter

CORRELATION_NAME = "WM_QOS.CORRELATION_ID"
SERVICE_HEADER = "WM_SVC.NAME"
CHANNEL_HEADER = "WM_CONSUMER.CHANNEL.TYPE"

_SERVICE_BYTES = SERVICE_HEADER.lower().encode()
_SHOWN = 80

_Printable = Annotated[str, Meta(min_length=1, max_length=128, pattern="^[!-~]([ -~]*[!-~])?$")]
CORRELATION_ID = Parameter(
    name=CORRELATION_NAME,
    place="header",
    description="The caller's own id of this call, 1 to 128 printable characters; the answer carries it too.",
    type=_Printable,
    required=True,
    example="b3261d2d-028a-4ef7-8602-633c23200af6",
)
SERVICE_NAME = Parameter(
    name=SERVICE_HEADER,
    place="header",
    description="The name of the service that is called.",
    type=_Printable,
    required=True,
    example="Walmart Marketplace",
)
CHANNEL_TYPE = Parameter(
    name=CHANNEL_HEADER,
    place="header",
    description="The channel type that the client was given, where it was given one.",
    type=_Printable,
)


def header_faults(call: Call) -> tuple[Fault, ...]:
    """Everything that is wrong with the headers that every call carries."""
    sent = call.header_bytes
    correlation_id = sent.get(CORRELATION_HEADER)
    named = sent.get(_SERVICE_BYTES)
    if correlation_id and named and accepted_correlation_id(correlation_id):
        return ()
    faults: tuple[Fault, ...] = ()
    if not correlation_id:
        faults += (_missing(CORRELATION_NAME, "Send an id of your own for each call, such as a UUID."),)
    elif not accepted_correlation_id(correlation_id):
        said = f"The {CORRELATION_NAME} header is not 1 to 128 printable ASCII characters. A UUID is a good one."
        faults += (Fault(INVALID_REQUEST_HEADER, CORRELATION_NAME, said),)
    if not named:
        faults += (_missing(SERVICE_HEADER, "Send the name of the service, such as Walmart Marketplace."),)
    return faults


def not_acceptable(call: Call, accepts: tuple[str, ...]) -> Refused:
    """406: the Accept header names nothing that the operation answers in."""
    asked = _shown(call, b"accept")
    said = (
        f"The Accept header asks for “{asked}”, and the answer comes in {' or '.join(accepts)}. Ask for that, or */*."
    )
    return refused(406, INVALID_ACCEPT_TYPE, "Accept", said)


def has_body(call: Call) -> bool:
    """Whether a request says that it has a body."""
    sent = call.header_bytes
    return b"transfer-encoding" in sent or sent.get(b"content-length", b"0").strip() not in {b"0", b""}


def unsupported_body(call: Call, takes: tuple[str, ...]) -> Refused | None:
    """415 where the body is of a media type that is not taken, or is compressed."""
    accepted = " or ".join(takes)
    if sent_type(call) not in takes:
        sent = _shown(call, b"content-type")
        was = f"The Content-Type header is “{sent}”" if sent else "The Content-Type header is missing"
        said = f"{was}, and a body is taken as {accepted}. Send it so, with that header."
        return refused(415, UNSUPPORTED_MEDIA_TYPE, "Content-Type", said)
    if call.header_bytes.get(b"content-encoding", b"identity").strip().lower() not in {b"identity", b""}:
        said = f"The Content-Encoding header is “{_shown(call, b'content-encoding')}”. Send the body uncompressed."
        return refused(415, UNSUPPORTED_MEDIA_TYPE, "Content-Encoding", said)
    return None


def _missing(name: str, mend: str) -> Fault:
    return Fault(INVALID_REQUEST_HEADER, name, f"The {name} header is missing. {mend}")


def _shown(call: Call, name: bytes) -> str:
    return call.header_bytes.get(name, b"").decode("latin-1")[:_SHOWN]
