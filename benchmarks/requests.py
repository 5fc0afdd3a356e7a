"""A small load generator: prepared requests over kept connections, on raw sockets.

A client library would take longer over a request than the servers that are compared.
"""

import asyncio
import time
from collections.abc import Sequence

import uvloop


async def _one_connection(port: int, requests: Sequence[bytes], deadline: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    try:
        while time.monotonic() < deadline and done < len(requests):
            writer.write(requests[done])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"answered {head.splitlines()[0]!r}")
            at = head.lower().index(b"content-length:") + 15
            await reader.readexactly(int(head[at : head.index(b"\r", at)]))
            done += 1
    finally:
        writer.close()
    return done


async def _all_connections(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> tuple[int, float]:
    started = time.monotonic()
    parts = [requests[number::connections] for number in range(connections)]
    done = await asyncio.gather(*(_one_connection(port, part, started + seconds) for part in parts))
    return sum(done), time.monotonic() - started


def requests_per_second(port: int, requests: Sequence[bytes], *, connections: int = 16, seconds: float = 30.0) -> float:
    """Send every request once, or as many as the time allows; how many were answered 200 a second."""
    done, took = uvloop.run(_all_connections(port, requests, connections, seconds))
    return done / took
