"""The floor of the gateway: a Starlette handler that checks a token's signature and reads one row of SQLite.

No client that may have been revoked, no scopes, no throttle, no mapping, no errors: what nobody could leave out.
"""

import hmac
import os
import sqlite3
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_READ = "SELECT quantity FROM stock WHERE location_id = ? AND item_id = ? AND owner_id = ? AND area = 0 AND state = 0"
_KEY = b"the key of the benchmark"


def token() -> str:
    """A token that the handler takes."""
    said = b"client/1700000000"
    return urlsafe_b64encode(said + hmac.digest(_KEY, said, "sha256")).decode()


def build() -> Starlette:
    """The application, over the database, the location and the owner that the environment names."""
    database = sqlite3.connect(os.environ["BARE_DATABASE"])
    location, owner = int(os.environ["BARE_LOCATION"]), int(os.environ["BARE_OWNER"])
    encode = msgspec.json.encode

    async def inventory(request: Request) -> Response:
        whole = urlsafe_b64decode(request.headers["wm_sec.access_token"])
        if not hmac.compare_digest(hmac.digest(_KEY, whole[:-32], "sha256"), whole[-32:]):
            return Response(status_code=401)
        gtin = request.query_params["gtin"]
        (quantity,) = database.execute(_READ, (location, int(gtin), owner)).fetchone()
        body = encode({"sku": gtin, "gtin": gtin, "quantity": {"unit": "EACH", "amount": quantity // 10_000}})
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v3/inventory", inventory)])


if __name__ == "__main__":
    uvicorn.run(
        build(), port=int(sys.argv[1]), http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
