"""Reading ahead: a server looks for what comes next while what came is being used."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def ahead(source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """What a source gives, with one more being read meanwhile. Nothing of the source is used beside.

    Whoever does not read to the end closes it (`contextlib.aclosing`): the reading has then ended as well.
    """
    reading = asyncio.ensure_future(_next(source))
    try:
        while found := await reading:
            reading = asyncio.ensure_future(_next(source))
            # Lets it ask before what it found is used.
            await asyncio.sleep(0)
            yield found[0]
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([reading])
        # What it failed with was told already, or is of no interest any more.
        _ = reading.cancelled() or reading.exception()


async def _next(source: AsyncIterator[T]) -> tuple[T] | tuple[()]:
    try:
        return (await anext(source),)
    except StopAsyncIteration:
        return ()
