"""Reading ahead: everything in its order, one more at a time, and nothing goes on once it is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from onhand.store.ahead import ahead


class Source:
    """Gives numbers, and notes how far it has been read and whether a reading is under way."""

    def __init__(self, end: int, fails_at: int | None = None) -> None:
        self.begun = 0
        self.is_reading = False
        self._end = end
        self._fails_at = fails_at

    async def numbers(self) -> AsyncIterator[int]:
        for number in range(self._end):
            self.begun = number + 1
            self.is_reading = True
            try:
                await asyncio.sleep(0)
                if number == self._fails_at:
                    raise ValueError(number)
            finally:
                self.is_reading = False
            yield number


@pytest.mark.parametrize("end", [0, 1, 5])
async def test_everything_comes_in_its_order(end: int) -> None:
    assert [number async for number in ahead(Source(end).numbers())] == list(range(end))


async def test_one_more_is_read_meanwhile() -> None:
    source = Source(5)
    async for number in ahead(source.numbers()):
        assert source.begun == min(number + 2, 5)


async def test_a_failure_comes_where_it_happened() -> None:
    numbers = ahead(Source(5, fails_at=2).numbers())
    assert [await anext(numbers), await anext(numbers)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        await anext(numbers)


async def test_nothing_is_being_read_once_it_is_closed() -> None:
    source = Source(5)
    async with aclosing(ahead(source.numbers())) as numbers:
        async for _ in numbers:
            assert source.is_reading
            break
    assert not source.is_reading
    begun = source.begun
    for _ in range(3):
        await asyncio.sleep(0)
    assert source.begun == begun


async def test_a_cancelled_reader_leaves_nothing_behind() -> None:
    source = Source(1_000_000)

    async def read() -> None:
        async with aclosing(ahead(source.numbers())) as numbers:
            async for _ in numbers:
                await asyncio.sleep(0)

    task = asyncio.create_task(read())
    while source.begun < 10:  # noqa: ASYNC110
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not source.is_reading
