"""Answers in JSON, built with no more work than their bytes need."""

from typing import Any

import msgspec
from starlette.responses import Response

from onhand.surfaces.plumbing.call import RawHeaders

_encode = msgspec.json.Encoder().encode


class JsonResponse(Response):
    """A value as JSON. `headers` are raw pairs, names in lower case."""

    def __init__(
        self, value: Any, status: int = 200, headers: RawHeaders | None = None, media_type: bytes = b"application/json"
    ) -> None:
        # Starlette's own constructor encodes each header anew; this one is on the path of every request.
        self.status_code = status
        self.body = _encode(value)
        self.background = None
        self.raw_headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(self.body))]
        if headers:
            self.raw_headers += headers
