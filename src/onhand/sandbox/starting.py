"""A sandbox as a running application: the seeded database in a folder, the server's parts on it, and their controls."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from onhand.basics.clock import Clock, http_date
from onhand.partners.published import NOTHING_PUBLISHED
from onhand.sandbox.controls.clock import MovableClock
from onhand.sandbox.controls.exchanges import OPERATION, Exchange, Exchanges
from onhand.sandbox.controls.faults import Fault, Faults, Struck
from onhand.sandbox.controls.operations import PREFIX, sandbox_surface
from onhand.sandbox.controls.rewinding import forget_refreshes
from onhand.sandbox.seeding import seed
from onhand.settings import Settings
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.operations import Surface
from onhand.wiring.databases import open_database
from onhand.wiring.intake import build_intake
from onhand.wiring.serving import Controls, Running, running_parts

_DATABASE = "sandbox.db"
_SEED = "seed.db"
# Where the settings' data directory keeps files.
_OBJECTS = "objects"
# Those that belong to the seeded data, where there are any.
_KEPT_OBJECTS = "seed-objects"
# Requests that are still being answered have so long before the data goes from under them.
_DRAIN_SECONDS = 1.0


@asynccontextmanager
async def running_sandbox(
    directory: Path, settings: Settings, clock: Clock, *, manual: bool = False
) -> AsyncIterator["Sandbox"]:
    """A sandbox whose data stand in `directory`; it is seeded where nothing stands there yet.

    With `manual`, feeds and whatever else is due are done only when its clock is moved.
    """
    sandbox = Sandbox(directory, settings, MovableClock(clock), manual=manual)
    try:
        await sandbox.start()
        yield sandbox
    finally:
        await sandbox.stop()


class Sandbox:
    """The ASGI application of a sandbox. What stands behind it is put up anew by a reset."""

    def __init__(self, directory: Path, settings: Settings, clock: MovableClock, *, manual: bool) -> None:
        self._path, self._seed = directory / _DATABASE, directory / _SEED
        self._objects, self._kept_objects = directory / _OBJECTS, directory / _KEPT_OBJECTS
        self._settings = msgspec.structs.replace(
            settings_of_sandbox(settings, self._path), worker_in_server=settings.worker_in_server and not manual
        )
        self._clock = clock
        self._faults = Faults(clock)
        self._exchanges = Exchanges(
            clock, kept=settings.sandbox_requests_max, body_bytes_kept=settings.sandbox_body_bytes_max
        )
        self._metrics = RequestMetrics()
        self._stack = AsyncExitStack()
        self._running: Running
        self._changing = asyncio.Lock()
        self._is_open, self._is_idle = asyncio.Event(), asyncio.Event()
        self._is_idle.set()
        self._at_hand = 0

    async def start(self) -> None:
        """Seed what is not there yet, and serve it."""
        if not self._path.exists():
            await self._renew()
        await self._put_up()

    async def stop(self) -> None:
        """End what runs behind it."""
        self._is_open.clear()
        await self._stack.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one that comes during a reset waits for its end."""
        dated = self._dated(send)
        if scope["type"] != "http" or scope["path"].startswith(f"{PREFIX}/"):
            await self._running.application(scope, receive, dated)
            return
        await self._is_open.wait()
        self._at_hand += 1
        self._is_idle.clear()
        try:
            await self._exchanges.record(self._running.application, scope, receive, dated)
        finally:
            self._at_hand -= 1
            if not self._at_hand:
                self._is_idle.set()

    def now(self) -> int:
        """Its present moment."""
        return self._clock()

    async def reset(self, at: int | None, *, held: bool = False) -> None:
        """Bring back the seeded state, with the clock at a moment or as the machine's, standing still or not."""
        async with self._changing:
            await self._take_down()
            self._faults.clear()
            self._exchanges.clear()
            self._clock.put_back()
            goes_back = at is not None and at < self._clock()
            if at is not None or held:
                self._clock.put(self._clock() if at is None else at, held=held)
            await self._renew()
            await self._put_up(goes_back=goes_back)

    async def keep(self) -> None:
        """Let what it holds now be what resets bring back."""
        async with self._changing:
            await self._take_down()
            _copy(self._path, self._seed)
            _copy_folder(self._objects, self._kept_objects)
            await self._put_up()

    async def move_clock(self, moment: int, *, held: bool | None = None) -> int:
        """Put the clock to a moment, and do what is due by then; how many lanes of work that was."""
        async with self._changing:
            goes_back = moment < self._clock()
            # What was asked for before time goes back is done as of what was known by then.
            worked = await self._running.worker.run_due() if goes_back else 0
            self._clock.put(moment, held=held)
            return worked + await self._catch_up(goes_back=goes_back)

    def add_fault(self, fault: Fault) -> Struck:
        """Let a fault strike from now on."""
        return self._faults.add(fault)

    def faults(self) -> list[Struck]:
        """Every fault that may still strike."""
        return self._faults.all()

    def clear_faults(self) -> None:
        """Let nothing strike any more."""
        self._faults.clear()

    def exchanges(self, rows_max: int, operation: str | None, after: int) -> list[Exchange]:
        """The newest exchanges."""
        return self._exchanges.newest(rows_max, operation, after)

    async def _catch_up(self, *, goes_back: bool) -> int:
        """Do what is due by now; how many lanes of work that was."""
        if goes_back:
            await forget_refreshes(self._running.database, self._clock())
        # What was to come round after a later moment comes round after this one.
        await self._running.begin_periodics()
        return await self._running.worker.run_due()

    async def _take_down(self) -> None:
        """End what serves, once it has answered the requests at hand; what comes now waits."""
        self._is_open.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_idle.wait(), _DRAIN_SECONDS)
        await self._stack.aclose()

    async def _put_up(self, *, goes_back: bool = False) -> None:
        running = running_parts(
            self._settings,
            self._clock,
            published=NOTHING_PUBLISHED,
            metrics=self._metrics,
            durable=False,
            controls=Controls(self._surface, self._intercept),
        )
        self._running = await self._stack.enter_async_context(running)
        await self._catch_up(goes_back=goes_back)
        self._is_open.set()

    async def _renew(self) -> None:
        """Put a copy of the seeded data in the place of what stands there."""
        if not self._seed.exists():
            await _make_seeded(self._seed, self._settings, self._clock)
        for left_over in self._path.parent.glob(f"{_DATABASE}-*"):
            left_over.unlink()
        _copy_folder(self._kept_objects, self._objects)
        _copy(self._seed, self._path)

    def _surface(self, surfaces: Sequence[Surface]) -> Surface:
        return sandbox_surface(self, {each.operation_id for surface in surfaces for each in surface.operations})

    async def _intercept(self, call: Call, surface: Surface) -> Response | None:
        if call.operation is None or call.path.startswith(f"{PREFIX}/"):
            return None
        call.scope[OPERATION] = call.operation.operation_id
        return await self._faults.strike(call, surface)

    def _dated(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", http_date(self._clock()).encode("ascii"))
                message = {**message, "headers": [date, *message.get("headers", ())]}
            await send(message)

        return sending


def _copy(source: Path, target: Path) -> None:
    # Whoever is killed meanwhile leaves no half file under the name.
    growing = target.with_name(f"{target.name}.part")
    # With its permission bits: nobody else may read it.
    shutil.copy(source, growing)
    growing.replace(target)


def _copy_folder(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target)


def settings_of_sandbox(settings: Settings, path: Path) -> Settings:
    """The settings as far as they hold for a sandbox: it has its own database, and no passes that change its data."""
    return msgspec.structs.replace(
        settings,
        database_url=f"sqlite:///{path}",
        # Its files are its own too, and go where its database goes.
        data_directory=str(path.parent),
        object_store_url="",
        housekeeping_seconds=0.0,
        metrics_open=True,
    )


async def _make_seeded(path: Path, settings: Settings, clock: Clock) -> None:
    # Seeded beside its name, so that a sandbox that was killed meanwhile leaves no half data set behind.
    growing = path.with_name(f"{path.name}.part")
    for left_over in path.parent.glob(f"{growing.name}*"):
        left_over.unlink()
    own = settings_of_sandbox(settings, growing)
    database = await open_database(own, durable=False)
    try:
        await seed(database, build_intake(database, own, clock), clock)
    finally:
        await database.close()
    # Tokens live on over a reset, because the secrets that they are made with are part of the copy; and so is what
    # comes round for the first time.
    serving = running_parts(
        msgspec.structs.replace(own, worker_in_server=False),
        clock,
        published=NOTHING_PUBLISHED,
        metrics=RequestMetrics(),
        durable=False,
    )
    async with serving as running:
        await running.begin_periodics()
        await running.worker.run_due()
    growing.replace(path)
