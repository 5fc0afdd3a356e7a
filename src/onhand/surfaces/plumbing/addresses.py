"""The address that a request came to, for links that lead back to it."""

import re

from onhand.surfaces.plumbing.call import Call

_HOST = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")


def called_address(call: Call, *, behind_tls_proxy: bool = False) -> str:
    """What stood before the path of the URL that was called: `https://api.example.com`.

    It is what the caller says it called, and so only ever told to that caller.
    """
    scheme = "https" if behind_tls_proxy else call.scope["scheme"]
    host = call.header_bytes.get(b"host", b"")
    if _HOST.fullmatch(host):
        return f"{scheme}://{host.decode('ascii')}"
    name, port = call.scope.get("server") or ("localhost", None)
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}:{port}" if port else f"{scheme}://{shown}"
