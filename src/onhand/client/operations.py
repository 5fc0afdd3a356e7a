"""An operation is written once, as an exchange, and is called in two ways: blocking, or awaited.

Which of the two a call is follows from the class that it is asked of, and type checkers see it: a method marked
`@operation` gives `T` on a `Blocking` group and an awaitable of `T` on an `Awaiting` one.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import update_wrapper
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import msgspec

from onhand.client.caller import Caller
from onhand.client.drivers import AwaitingDriver, BlockingDriver, abound, bound
from onhand.client.errors import Unreadable
from onhand.client.frames import Frames
from onhand.client.steps import Exchange

G = TypeVar("G", bound="Group")
P = ParamSpec("P")
T = TypeVar("T")


class Group:
    """Operations that belong together, over the core that they ask through."""

    def __init__(self, caller: Caller, driver: Any) -> None:
        self._caller = caller
        self._driver = driver


class Blocking(Group):
    """A group whose calls block."""

    _driver: BlockingDriver


class Awaiting(Group):
    """A group whose calls are awaited."""

    _driver: AwaitingDriver


class operation(Generic[G, P, T]):  # noqa: N801 - it is written as a decorator
    """Marks a method that is an exchange as one operation of a client."""

    def __init__(self, exchange: Callable[Concatenate[G, P], Exchange[T]]) -> None:
        self.exchange = exchange
        self.__doc__ = exchange.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, group: None, owner: type) -> "operation[G, P, T]": ...
    @overload
    def __get__(self, group: Blocking, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, group: Awaiting, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, group: Group | None, owner: type) -> Any:
        """The operation as a function of its group, made when it is first asked for."""
        if group is None:
            return self
        method = MethodType(self.exchange, group)
        binding: Any = bound if isinstance(group, Blocking) else abound
        called = binding(group._driver, method)  # noqa: SLF001 - the two are halves of one thing
        group.__dict__[self._name] = update_wrapper(called, method)
        return called


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows, and where the next ones begin; None on the last page. `total` is of all pages, where it was told."""

    rows: tuple[T, ...]
    following: str | None
    total: int | None = None


Walk = Callable[[str | None], Exchange[Page[T]]]
"""Asks for the page that begins at a place; the first one at None."""


class Places:
    """Where a walk over pages has been, so that a server that leads in a circle is found out.

    Only one place is remembered, a later one each time the walk has doubled.
    """

    def __init__(self) -> None:
        self._remembered: str | None = None
        self._steps, self._limit = 0, 1

    def follow(self, place: str | None) -> str | None:
        """The place to go on at.

        Raises:
            Unreadable: the walk has been there.
        """
        if place is not None and place == self._remembered:
            raise Unreadable("the pages lead in a circle", operation="paging")
        self._steps += 1
        if self._steps == self._limit:
            self._remembered, self._steps, self._limit = place, 0, self._limit * 2
        return place


def walked(walk: Walk[T]) -> Exchange[list[T]]:
    """The rows of all pages at once."""
    places = Places()
    page = yield from walk(None)
    rows = list(page.rows)
    while (place := places.follow(page.following)) is not None:
        page = yield from walk(place)
        rows += page.rows
    return rows


class Rows(Frames[T], Generic[T]):
    """The rows of all pages, asked for page by page as they are read; each iteration begins anew."""

    def __init__(self, driver: BlockingDriver, walk: Walk[T], kind: type[T]) -> None:
        super().__init__(kind)
        self._driver = driver
        self._walk = walk

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.rows

    def pages(self, start: str | None = None) -> Iterator[Page[T]]:
        """Page by page, from the first one or from `start`: the `following` of a page that was had before."""
        places = Places()
        page = self._driver.run(self._walk(start))
        yield page
        while (place := places.follow(page.following)) is not None:
            page = self._driver.run(self._walk(place))
            yield page


class AsyncRows(Generic[T]):
    """The rows of all pages, asked for page by page as they are read; each iteration begins anew."""

    def __init__(self, driver: AwaitingDriver, walk: Walk[T], kind: type[T]) -> None:
        self._kind = kind
        self._driver = driver
        self._walk = walk

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for row in page.rows:
                yield row

    async def pages(self, start: str | None = None) -> AsyncIterator[Page[T]]:
        """Page by page, from the first one or from `start`: the `following` of a page that was had before."""
        places = Places()
        page = await self._driver.run(self._walk(start))
        yield page
        while (place := places.follow(page.following)) is not None:
            page = await self._driver.run(self._walk(place))
            yield page

    async def collect(self) -> "Collected[T]":
        """All rows at once: a list that is also an Arrow table, a data frame of pandas or of Polars."""
        return Collected([row async for row in self], self._kind)


class Collected(Frames[T], Generic[T]):
    """Rows that have all been read."""

    def __init__(self, rows: list[T], kind: type[T]) -> None:
        super().__init__(kind)
        self.rows = rows

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class listing(Generic[T]):  # noqa: N801 - it is written as a decorator
    """Marks a method that makes a walk over pages: rows to iterate over, with `for` or with `async for`."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    def __call__(self, start: Callable[Concatenate[G, P], Walk[T]]) -> "_Listing[G, P, T]":
        """Mark the method."""
        return _Listing(self._kind, start)


class _Listing(Generic[G, P, T]):
    def __init__(self, kind: type[T], start: Callable[Concatenate[G, P], Walk[T]]) -> None:
        self.kind = kind
        self.start = start
        self.__doc__ = start.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, group: None, owner: type) -> "_Listing[G, P, T]": ...
    @overload
    def __get__(self, group: Blocking, owner: type) -> Callable[P, Rows[T]]: ...
    @overload
    def __get__(self, group: Awaiting, owner: type) -> Callable[P, AsyncRows[T]]: ...
    def __get__(self, group: Group | None, owner: type) -> Any:
        """The listing as a function of its group, made when it is first asked for."""
        if group is None:
            return self
        method = MethodType(self.start, group)
        kind: Any = Rows if isinstance(group, Blocking) else AsyncRows

        def call(*args: Any, **named: Any) -> Any:
            return kind(group._driver, method(*args, **named), self.kind)  # noqa: SLF001

        group.__dict__[self._name] = update_wrapper(call, method)
        return call
