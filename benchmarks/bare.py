"""The floor of serving: a Starlette handler that verifies the same signature and reads one row of SQLite.

No throttle, no context, no mapping, no errors, no metrics: what nobody could leave out.
"""

import os
import sqlite3
import sys
from base64 import b64decode

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_READ = "SELECT quantity, newest_occurred_at FROM stock WHERE location_id = ? AND item_id = ? AND owner_id = 1"


def build() -> Starlette:
    """The application, over the database and the key that the environment names."""
    database = sqlite3.connect(os.environ["BARE_DATABASE"])
    key = load_pem_public_key(os.environ["BARE_PUBLIC_KEY"].encode())
    assert isinstance(key, RSAPublicKey)
    padding, digest, encode = PKCS1v15(), SHA256(), msgspec.json.encode

    async def available(request: Request) -> Response:
        headers = request.headers
        said = f"{headers['wm_consumer.id']}\n{headers['wm_consumer.intimestamp']}\n{headers['wm_sec.key_version']}\n"
        key.verify(b64decode(headers["wm_sec.auth_signature"]), said.encode(), padding, digest)
        store, gtin = request.path_params["store"], request.path_params["gtin"]
        quantity, newest = database.execute(_READ, (store, int(gtin))).fetchone()
        body = encode({"storeNbr": store, "gtin": gtin, "quantity": quantity / 10_000, "lastUpdatedTime": newest})
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/store/{store:int}/gtin/{gtin}/available", available)])


if __name__ == "__main__":
    uvicorn.run(
        build(), port=int(sys.argv[1]), http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
