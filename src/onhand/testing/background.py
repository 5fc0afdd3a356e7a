"""An application that serves on loopback from a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

import uvloop
from starlette.types import ASGIApp

from onhand.serving.bounds import Bounds
from onhand.serving.configuration import ReadyServer, configuration

A = TypeVar("A", bound=ASGIApp)
T = TypeVar("T")

_HOST = "127.0.0.1"
_BACKLOG = 2048
# What is still asked when the tests are over is of no interest to anybody.
_SHUTDOWN_SECONDS = 1.0


class BackgroundServer(Generic[A]):
    """Serves the application that `running` gives, which puts Date headers on its answers by its own clock."""

    def __init__(self, running: AbstractAsyncContextManager[A], *, bounds: Bounds) -> None:
        self._running = running
        self._bounds = bounds
        self._ready: Future[A] = Future()
        self._server: ReadyServer
        self._loop: asyncio.AbstractEventLoop
        # Who forgets to stop it need not wait for it when the process ends.
        self._thread = threading.Thread(target=self._serve_in_thread, name="onhand-sandbox", daemon=True)
        self._listening = socket.create_server((_HOST, 0), backlog=_BACKLOG)
        self.url = f"http://{_HOST}:{self._listening.getsockname()[1]}"

    def start(self) -> A:
        """Serve; the application, as soon as it answers.

        Raises:
            Exception: whatever keeps it from being put up.
        """
        self._thread.start()
        return self._ready.result()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What a coroutine of the application returns; it runs where the application runs."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def stop(self) -> None:
        """Serve no more; what was at hand is given a moment to end."""
        self._server.should_exit = True
        self._thread.join()

    def _serve_in_thread(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                runner.run(self._serve())
            except BaseException as error:
                if self._ready.done():
                    raise
                self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._running as application:
            config = configuration(
                application,
                shutdown_seconds=_SHUTDOWN_SECONDS,
                bounds=self._bounds,
                dates_itself=True,
            )
            self._server = ReadyServer(config, lambda: self._ready.set_result(application))
            await self._server.serve([self._listening])
