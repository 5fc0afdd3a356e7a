"""The floor of downloads: Starlette's own answer with a file, for every path. No link, no check, no log, no metrics."""

import os
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route


def build() -> Starlette:
    """The application, over the folder that the environment names."""
    folder = os.environ["BARE_FOLDER"]

    async def file(request: Request) -> FileResponse:
        name = request.path_params["name"]
        return FileResponse(f"{folder}/{name}", media_type="application/zip", filename=name)

    return Starlette(routes=[Route("/{name}", file)])


if __name__ == "__main__":
    uvicorn.run(
        build(), port=int(sys.argv[1]), http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
