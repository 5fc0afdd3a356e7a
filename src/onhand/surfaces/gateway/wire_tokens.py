"""What the token operations take and answer, as it goes over the wire (GW-01 to GW-05)."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from onhand.partners.clients import Scopes

Grant = Literal["client_credentials", "authorization_code", "refresh_token"]
GRANTS: tuple[Grant, ...] = ("client_credentials", "authorization_code", "refresh_token")


class TokenForm(msgspec.Struct, frozen=True):
    """The form that asks for a token."""

    grant_type: Grant
    code: Annotated[str, Meta(description="For authorization_code: the code that the operator issued.")] | UnsetType = (
        UNSET
    )
    refresh_token: Annotated[str, Meta(description="For refresh_token: what the code gave.")] | UnsetType = UNSET


class OAuthToken(msgspec.Struct, frozen=True):
    """A token in JSON; `expires_in` in seconds. A refresh token comes only where a code was shown."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str | UnsetType = UNSET


class OAuthTokenDTO(msgspec.Struct, frozen=True, rename="camel"):
    """The same in XML, where the names are others (GW-02)."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | UnsetType = UNSET


class TokenDetail(msgspec.Struct, frozen=True):
    """A token as its owner may see it; times are texts of milliseconds since 1970 (GW-05)."""

    expire_at: str
    issued_at: str
    is_valid: bool
    is_channel_match: bool
    scopes: Scopes
