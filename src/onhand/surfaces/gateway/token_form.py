"""What asks for a token: the client's id and secret, the form, and the partner that is acted for."""

import binascii
from base64 import b64decode
from urllib.parse import parse_qsl

import msgspec

from onhand.surfaces.gateway.errors import (
    INVALID_REQUEST_HEADER,
    INVALID_REQUEST_PARAM,
    MALFORMED_REQUEST_CONTENT,
    MISSING_REQUEST_PARAM,
    Fault,
)
from onhand.surfaces.gateway.wire_tokens import GRANTS

PARTNER_HEADER = "WM_PARTNER.ID"

_FIELDS_MAX = 100
_SHOWN = 80
_ACCEPTED = f"Send one of {', '.join(GRANTS)}"


class TokenAsked(msgspec.Struct, frozen=True):
    """A form that can be answered; what its grant does not need may be empty."""

    grant: str
    code: str
    refresh_token: str
    partner_code: str


def credentials(sent: bytes) -> tuple[str, str] | None:
    """The client id and the secret of a Basic authorization header, or None where it is none."""
    scheme, _, encoded = sent.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if colon else None


def read_form(body: bytes, partner_code: str, *, acts_for_others: bool) -> TokenAsked | tuple[Fault, ...]:
    """The form, or everything that is wrong with it; `acts_for_others` where the client is a service provider's."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        said = f"The body is no form in UTF-8 of {_FIELDS_MAX} fields at most. {_ACCEPTED} as grant_type."
        return (Fault(MALFORMED_REQUEST_CONTENT, "body", said),)
    form = dict(pairs)
    asked = TokenAsked(form.get("grant_type", ""), form.get("code", ""), form.get("refresh_token", ""), partner_code)
    names = [name for name, _ in pairs]
    repeated = [name for name in ("grant_type", "code", "refresh_token") if names.count(name) > 1]
    faults = [Fault(INVALID_REQUEST_PARAM, name, f"{name} is given more than once. Send it once.") for name in repeated]
    faults += _grant_faults(asked, acts_for_others=acts_for_others)
    return tuple(faults) or asked


def _grant_faults(asked: TokenAsked, *, acts_for_others: bool) -> list[Fault]:
    match asked.grant:
        case "client_credentials" if acts_for_others:
            said = (
                "This client is a service provider's and acts for others only: send authorization_code with its code."
            )
            return [Fault(INVALID_REQUEST_PARAM, "grant_type", said)]
        case "client_credentials":
            return []
        case "authorization_code":
            faults = [] if asked.code else [_missing("code", "the code that the operator issued")]
            if not asked.partner_code:
                said = f"The {PARTNER_HEADER} header is missing. Send the id of the partner that the code is for."
                faults.append(Fault(INVALID_REQUEST_HEADER, PARTNER_HEADER, said))
            return faults
        case "refresh_token":
            return [] if asked.refresh_token else [_missing("refresh_token", "the refresh token that the code gave")]
        case "":
            return [Fault(MISSING_REQUEST_PARAM, "grant_type", f"grant_type is missing. {_ACCEPTED}.")]
    said = f"grant_type is “{asked.grant[:_SHOWN]}”, which is none that is known here. {_ACCEPTED}."
    return [Fault(INVALID_REQUEST_PARAM, "grant_type", said)]


def _missing(name: str, what: str) -> Fault:
    return Fault(MISSING_REQUEST_PARAM, name, f"{name} is missing. Send {what}.")
