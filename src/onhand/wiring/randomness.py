"""Where names that nobody can guess, and names that nothing else has, come from."""

import secrets
import uuid

_TOKEN_BYTES = 32


def new_token() -> str:
    """A random bearer token."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_id() -> str:
    """A name that nothing else has: 32 hexadecimal digits."""
    return uuid.uuid4().hex
