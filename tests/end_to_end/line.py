"""A line to a server that breaks at random. It is no client: it passes on what a client sent, and what came back."""

import random
import socket
from email.parser import BytesHeaderParser
from urllib.parse import urlencode, urlsplit

from tests.client.rogue import Act, Asked, Drop, Reply, said

_KEPT_BACK = ("connection", "host", "content-length")
_PASSED_ON = ("content-type", "etag", "continuationpagetoken", "wm_qos.correlation_id")


class Line:
    """Passes requests on and breaks now before they arrive, now before they are answered.

    The tokens that the client gets are made up, so that `token`, the server's own, goes on in their place. `troubles`
    counts what it did; never more than three times running, so that six attempts are always enough.
    """

    def __init__(self, url: str, token: str, seed: int) -> None:
        parts = urlsplit(url)
        self._address = (str(parts.hostname), parts.port)
        self._token = token
        self._lots = random.Random(seed)
        self._running = 0
        self._kind = ""
        self.troubles = 0

    def __call__(self, asked: Asked, _: int) -> Act:
        kinds = ["good", "lost", "unheard", "failed", "busy", "throttled"]
        # A fresh token that is refused at once is an error, and rightly so.
        kind = self._lots.choice(kinds if self._kind == "expired" else [*kinds, "expired"])
        self._kind = kind
        if kind == "good" or self._running == 3:
            self._running = 0
            return self._passed(asked)
        self._running += 1
        self.troubles += 1
        if kind in ("lost", "failed", "busy"):
            # It is done, and nobody hears of it.
            self._passed(asked)
        if kind == "expired":
            return said(401, "UNAUTHORIZED.GMP_GATEWAY_API") if asked.path.startswith("/v3") else Drop()
        return {"failed": said(500), "busy": said(503), "throttled": said(429, Retry_After="2")}.get(kind, Drop())

    def _passed(self, asked: Asked) -> Reply:
        headers = {name: value for name, value in asked.headers.items() if name not in _KEPT_BACK}
        if asked.path.startswith("/v3"):
            headers["wm_sec.access_token"] = self._token
        # By the older version of HTTP an answer ends with its connection.
        target = f"{asked.path}?{urlencode(asked.query)}" if asked.query else asked.path
        lines = [f"{asked.method} {target} HTTP/1.0", f"content-length: {len(asked.body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return self._answer("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + asked.body)

    def _answer(self, sent: bytes) -> Reply:
        with socket.create_connection(self._address) as connection, connection.makefile("rb") as coming:
            connection.sendall(sent)
            status = int(coming.readline().split()[1])
            head, _, body = coming.read().partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        return Reply(status, body, {name: headers[name] for name in _PASSED_ON if name in headers})
