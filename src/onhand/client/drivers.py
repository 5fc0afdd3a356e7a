"""Carrying out what exchanges ask for: one driver blocks, one awaits. All else about a call stands in the core."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from onhand.client.errors import BadSetup, Unreadable
from onhand.client.steps import Answer, Do, Exchange, Failure, OneAtATime, Send, Step, Wait

T = TypeVar("T")

_CONNECTING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNSENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError)
_LATE = Failure("timeout", "the answer did not come to its end in time")
_CLOSED = Failure("closed", "this client is closed: make another one, or close it later")


class BlockingDriver:
    """Carries out exchanges in the thread that calls.

    `make_http` is asked again in a process that was forked: what two processes read from one connection is mixed up.
    """

    def __init__(
        self,
        make_http: Callable[[], httpx.Client],
        *,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        answer_bytes_max: int,
    ) -> None:
        self._make_http = make_http
        self._sleep = sleep
        self._monotonic = monotonic
        self._answer_bytes_max = answer_bytes_max
        self._begin()

    def _begin(self) -> None:
        self._http = self._make_http()
        self._turn = threading.Lock()
        self._process = os.getpid()

    def run(self, exchange: Exchange[T]) -> T:
        """The result of an exchange."""
        if self._process != os.getpid():
            self._begin()
        outcome: Any = None
        try:
            step = next(exchange)
            while True:
                try:
                    outcome = self._carry_out(step)
                except Exception as error:  # noqa: BLE001 - what a step raises belongs to the exchange, whatever it is
                    step = exchange.throw(error)
                else:
                    step = exchange.send(outcome)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            # Where it is broken off from outside, it clears away at once and not when it is forgotten.
            exchange.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _carry_out(self, step: Step) -> object:
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Wait):
            self._sleep(step.seconds)
            return None
        return step.work() if isinstance(step, Do) else self._alone(step)

    def _alone(self, step: OneAtATime) -> bool:
        if not self._turn.acquire(timeout=max(0.0, step.until - self._monotonic())):
            return False
        try:
            self.run(step.exchange())
        finally:
            self._turn.release()
        return True

    def _send(self, send: Send) -> Answer | Failure:
        try:
            with self._open(send) as response:
                return self._read(send, response)
        except _TROUBLE as error:
            return failure_of(error, send)
        except RuntimeError:
            if not self._http.is_closed:
                raise
            return _CLOSED

    def _open(self, send: Send) -> AbstractContextManager[httpx.Response]:
        return self._http.stream(**arguments_of(send, self._monotonic()))

    def _read(self, send: Send, response: httpx.Response) -> Answer | Failure:
        collecting = Collecting(send, response, self._answer_bytes_max)
        for piece in response.iter_bytes():
            if self._monotonic() >= send.until:
                return _LATE
            collecting.take(piece)
        return collecting.answer()


class AwaitingDriver:
    """Carries out exchanges in the task that awaits."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
        answer_bytes_max: int,
    ) -> None:
        self._http = http
        self._sleep = sleep
        self._monotonic = monotonic
        self._answer_bytes_max = answer_bytes_max
        self._turn = asyncio.Lock()

    async def run(self, exchange: Exchange[T]) -> T:
        """The result of an exchange."""
        outcome: Any = None
        try:
            step = next(exchange)
            while True:
                try:
                    outcome = await self._carry_out(step)
                except Exception as error:  # noqa: BLE001 - what a step raises belongs to the exchange, whatever it is
                    step = exchange.throw(error)
                else:
                    step = exchange.send(outcome)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            # Where it is broken off from outside, it clears away at once and not when it is forgotten.
            exchange.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _carry_out(self, step: Step) -> object:
        if isinstance(step, Send):
            return await self._send(step)
        if isinstance(step, Wait):
            await self._sleep(step.seconds)
            return None
        return await asyncio.to_thread(step.work) if isinstance(step, Do) else await self._alone(step)

    async def _alone(self, step: OneAtATime) -> bool:
        try:
            async with asyncio.timeout(max(0.0, step.until - self._monotonic())):
                await self._turn.acquire()
        except TimeoutError:
            return False
        try:
            await self.run(step.exchange())
        finally:
            self._turn.release()
        return True

    async def _send(self, send: Send) -> Answer | Failure:
        try:
            # httpx gives up on silence only: an answer whose head drips would take for ever.
            async with asyncio.timeout(send.until - self._monotonic()), self._open(send) as response:
                return await self._read(send, response)
        except TimeoutError:
            return _LATE
        except _TROUBLE as error:
            return failure_of(error, send)
        except RuntimeError:
            if not self._http.is_closed:
                raise
            return _CLOSED

    def _open(self, send: Send) -> AbstractAsyncContextManager[httpx.Response]:
        return self._http.stream(**arguments_of(send, self._monotonic()))

    async def _read(self, send: Send, response: httpx.Response) -> Answer | Failure:
        collecting = Collecting(send, response, self._answer_bytes_max)
        async for piece in response.aiter_bytes():
            if self._monotonic() >= send.until:
                return _LATE
            collecting.take(piece)
        return collecting.answer()


class Collecting:
    """The body of an answer while it comes: kept, or handed to the sink that wants it."""

    def __init__(self, send: Send, response: httpx.Response, bytes_max: int) -> None:
        self._named = f"{send.method} {send.url}"
        self._response = response
        self._bytes_max = bytes_max
        self._pieces: list[bytes] = []
        self._bytes = 0
        self._sink = send.sink if send.sink and send.sink.begin(response.status_code, response.headers) else None

    def take(self, piece: bytes) -> None:
        """The next piece."""
        if self._sink:
            self._sink.write(piece)
            return
        self._pieces.append(piece)
        self._bytes += len(piece)
        if self._bytes > self._bytes_max:
            reason = f"it has more than {self._bytes_max:,} bytes, which answer_bytes_max of the policy allows"
            raise Unreadable(reason, operation=self._named)

    def answer(self) -> Answer:
        """The whole of it."""
        return Answer(self._response.status_code, self._response.headers, b"".join(self._pieces))


def arguments_of(send: Send, now: float) -> dict[str, Any]:
    """What httpx is told to send."""
    return {
        "method": send.method,
        "url": send.url,
        "params": send.query or None,
        "headers": send.headers,
        "content": send.body,
        "follow_redirects": send.follows,
        "timeout": max(0.001, min(send.silence_seconds, send.until - now)),
    }


def failure_of(error: Exception, send: Send) -> Failure:
    """What went wrong on the way, as the core knows it.

    Raises:
        BadSetup: the request could never have been sent.
        Unreadable: links lead nowhere.
    """
    reason = str(error) or type(error).__name__
    if isinstance(error, UnicodeEncodeError):
        raise BadSetup(f"this can't be sent: names, ids and keys in headers take ASCII only ({reason})") from error
    if isinstance(error, _UNSENDABLE):
        raise BadSetup(f"this can't be sent: {reason}") from error
    if isinstance(error, httpx.TooManyRedirects):
        raise Unreadable("it leads on and on to other places", operation=f"{send.method} a link") from error
    if isinstance(error, _CONNECTING):
        return Failure("connect", f"no connection was made to {_server_of(send.url)}: {reason}")
    if isinstance(error, httpx.TimeoutException):
        return Failure("timeout", f"the answer did not come in time ({type(error).__name__})")
    if isinstance(error, httpx.DecodingError):
        return Failure("dropped", f"the body can't be unpacked: {reason}")
    return Failure("dropped", f"the connection broke: {reason}")


def _server_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def bound(driver: BlockingDriver, exchange: Callable[..., Exchange[T]]) -> Callable[..., T]:
    """A function that carries out an exchange and blocks."""

    def call(*args: Any, **named: Any) -> T:
        return driver.run(exchange(*args, **named))

    return call


def abound(driver: AwaitingDriver, exchange: Callable[..., Exchange[T]]) -> Callable[..., Coroutine[Any, Any, T]]:
    """A function that carries out an exchange when it is awaited."""

    async def call(*args: Any, **named: Any) -> T:
        return await driver.run(exchange(*args, **named))

    return call


REAL_SLEEP = time.sleep
REAL_ASYNC_SLEEP = asyncio.sleep
