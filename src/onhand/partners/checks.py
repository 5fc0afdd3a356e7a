"""What a person types when somebody is made known, checked before anything is looked up."""

import re

from onhand.basics.refusal import Refusal

CONSUMER_ID_MAX = 64
KEY_VERSION_MAX = 32
NAME_MAX = 200
TOKEN_MIN = 16
TOKEN_MAX = 256
KINDS = ("supplier", "seller", "provider")

# Codes travel in headers, paths and files, so they are spelled with what needs no quoting in any of them.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONSUMER_ID = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")
_KEY_VERSION = re.compile(r"[!-~]{1,32}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,256}=*")


def refused_partner(kind: str, code: str, name: str) -> Refusal | None:
    """Why a partner can't be made known in these words."""
    if kind not in KINDS:
        return Refusal("invalid_kind", "kind", f"“{kind}” is no kind of partner: give one of {', '.join(KINDS)}.")
    return refused_code("code", code) or refused_name(name)


def refused_name(name: str) -> Refusal | None:
    """Why this can't be the name of a partner."""
    if name.strip() and name.isprintable() and len(name) <= NAME_MAX:
        return None
    return Refusal("invalid_name", "name", f"Give a name of 1 to {NAME_MAX} printable characters.")


def refused_code(field: str, code: str) -> Refusal | None:
    """Why this can't be the code of a partner or the name of an operator client."""
    if _CODE.fullmatch(code):
        return None
    message = (
        f"“{code[:80]}” is no code: give 1 to 64 letters, digits, dots, hyphens or underscores, "
        "a letter or digit first."
    )
    return Refusal("invalid_code", field, message)


def refused_consumer_id(consumer_id: str) -> Refusal | None:
    """Why this can't be a consumer id."""
    if _CONSUMER_ID.fullmatch(consumer_id):
        return None
    message = (
        f"Give a consumer id of 1 to {CONSUMER_ID_MAX} printable ASCII characters, such as a UUID, "
        "without a space at its ends."
    )
    return Refusal("invalid_consumer_id", "consumerId", message)


def refused_key_version(key_version: str) -> Refusal | None:
    """Why this can't be the version of a key."""
    if _KEY_VERSION.fullmatch(key_version):
        return None
    message = f"Give a key version of 1 to {KEY_VERSION_MAX} printable ASCII characters without spaces, such as 1."
    return Refusal("invalid_key_version", "keyVersion", message)


def refused_token(token: str) -> Refusal | None:
    """Why this can't be a bearer token; the message never repeats it."""
    return _refused_random("token", token)


def refused_secret(secret: str) -> Refusal | None:
    """Why this can't be the secret of a gateway client; the message never repeats it."""
    return _refused_random("secret", secret)


def unknown_partner(field: str, code: str) -> Refusal:
    """That nobody has this code."""
    return Refusal("unknown_partner", field, f"There is no partner “{code[:80]}”: add it first.")


def _refused_random(what: str, text: str) -> Refusal | None:
    if _TOKEN.fullmatch(text) and len(text) <= TOKEN_MAX:
        return None
    message = (
        f"Give a random {what} of {TOKEN_MIN} to {TOKEN_MAX} letters, digits or any of . _ ~ + / - "
        "with = at the end only."
    )
    return Refusal(f"invalid_{what}", what, message)
