"""A process that writes one object: `writing_process WHAT URL ENDPOINT MEBIBYTES`.

`halt` says so once it has written that much, and then waits to be killed; `limited` may write a third of it to any one
file; `measure` says how much memory it took. What it prints is one line of JSON.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from onhand.store.folders import FolderStore
from onhand.store.objects import ObjectStore, StorageUnavailable
from tests.store.storing import MEBIBYTE, opened_bucket

KEY = "reports/inventory/written.zip"


def say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def opened(url: str, endpoint: str) -> ObjectStore:
    return opened_bucket(url, endpoint) if endpoint else FolderStore(Path(url))


async def written(what: str, mebibytes: int) -> AsyncIterator[bytes]:
    for _ in range(mebibytes):
        # Nothing that a file system could leave out.
        yield os.urandom(MEBIBYTE)
    if what == "halt":
        say("halted")
        await asyncio.Event().wait()


async def write(what: str, url: str, endpoint: str, mebibytes: int) -> None:
    objects = opened(url, endpoint)
    if what == "limited":
        resource.setrlimit(resource.RLIMIT_FSIZE, (mebibytes * MEBIBYTE // 3,) * 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        await objects.put(KEY, written(what, mebibytes))
    except StorageUnavailable as error:
        say(str(error))
        return
    say((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
