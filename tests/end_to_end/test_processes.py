"""Servers of several processes: all answer, hold one limit, and are replaced and stopped together."""

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from onhand.client import Client, FeedStatus, GatewayClient, Throttled
from onhand.settings import Settings
from onhand.wiring.databases import open_database
from tests.dropship.feeds.yard import file_of
from tests.end_to_end.asking import ask, ask_only
from tests.feedkills import (
    BAD_ROWS,
    GOOD_ROWS,
    PARTNERS,
    add_partners,
    add_programs,
    asked,
    rows_of,
    secret_of,
)
from tests.processes import PATIENCE_SECONDS, Server, process, serving, state_of, until

PROGRAM = GatewayClient(client_id=PARTNERS[0], client_secret=secret_of(PARTNERS[0]))
# One call in a hundred seconds.
SELDOM = {"ONHAND_OPERATOR_CALLS_PER_SECOND": "1", "ONHAND_THROTTLE_MULTIPLIER": "0.01"}


def stores(client: Client) -> int:
    """How many stores there are."""
    return len(client.onboarding.stores().to_list())


def partners(client: Client) -> int:
    """How many partners there are."""
    return len(client.onboarding.partners().to_list())


@pytest.mark.contract("GW-17")
def test_what_one_process_let_through_counts_in_the_other(environ: dict[str, str]) -> None:
    with serving(environ, **SELDOM) as server:
        first, second = server.processes
        for question, order in ((stores, (first, second)), (partners, (second, first))):
            assert ask_only(server, order[0], question) == 0
            with pytest.raises(Throttled) as refused:
                ask_only(server, order[1], question)
            assert (refused.value.retry_after_seconds or 0) > 60


@pytest.mark.contract("GW-17")
def test_a_restart_refills(environ: dict[str, str]) -> None:
    with serving(environ, **SELDOM) as server:
        assert ask(server, stores) == 0
        with pytest.raises(Throttled):
            ask(server, stores)
        token = server.token
    with serving(environ, **SELDOM) as server:
        server.token = token
        assert ask(server, stores) == 0


def test_a_process_that_is_killed_is_replaced(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        killed, other = server.processes
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(server.processes) == 2 and killed not in server.processes)
        assert other in server.processes
        new = next(pid for pid in server.processes if pid != other)
        assert ask_only(server, new, stores) == 0
        line = server.next_line()
        assert (line["level"].lower(), line["process_id"], line["exit_code"]) == ("warning", killed, -9)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_them_all_well(environ: dict[str, str], number: signal.Signals) -> None:
    with serving(environ) as server:
        processes = server.processes
        server.parent.send_signal(number)
        _, told = server.parent.communicate(timeout=PATIENCE_SECONDS)
        assert (server.parent.returncode, told) == (0, "")
        assert [state_of(pid) for pid in processes] == ["Z", "Z"]


def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    environ = {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/onhand.db"}
    with serving(environ, ONHAND_SHUTDOWN_SECONDS="0") as server:
        processes = server.processes
        os.kill(processes[0], signal.SIGSTOP)
        server.parent.send_signal(signal.SIGTERM)
        _, told = server.parent.communicate(timeout=PATIENCE_SECONDS)
        assert (server.parent.returncode, "killed" in told) == (0, True)
        assert [state_of(pid) for pid in processes] == ["Z", "Z"]


def test_no_process_outlives_a_parent_that_is_killed(environ: dict[str, str]) -> None:
    with serving(environ) as server:
        processes = server.processes
        server.parent.kill()
        server.parent.wait(timeout=PATIENCE_SECONDS)
        until(lambda: all(state_of(pid) == "Z" for pid in processes))


def test_what_keeps_a_process_from_serving_is_told_once_and_ends_the_command(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with process(
        "serve", "--port", "0", "--workers", "3", ONHAND_DATABASE_URL=f"sqlite:///{tmp_path}/folder"
    ) as parent:
        _, told = parent.communicate(timeout=PATIENCE_SECONDS)
    assert (parent.returncode, told.count("\n"), told.startswith("onhand: can't open the database")) == (1, 1, True)


@pytest.mark.contract("DS-15", "DS-22")
def test_a_feed_is_processed_whoever_took_it_and_though_who_took_it_is_killed(environ: dict[str, str]) -> None:
    with serving(environ, ONHAND_WORKER_LEASE_SECONDS="0.5", ONHAND_WORKER_POLL_SECONDS="0.05") as server:
        asyncio.run(know_partners(environ))
        first, second = server.processes
        for taker in (first, second, first):
            with server.alone(taker):
                feed_id = sent(server)
            until(partial(is_processed, server, environ, feed_id))
        with server.alone(first):
            feed_id = sent(server)
            os.kill(first, signal.SIGKILL)
        until(partial(is_processed, server, environ, feed_id))


def sent(server: Server) -> str:
    """The id of a feed that was sent to the server."""
    content = file_of(rows_of(PARTNERS[0], 0))
    return ask(server, lambda client: client.feeds.submit_file(content), gateway=PROGRAM)


def is_processed(server: Server, environ: dict[str, str], feed_id: str) -> bool:
    """Whether all of a feed is done as it should be, and nobody is at work any more."""
    status: FeedStatus = ask(server, lambda client: client.feeds.status(feed_id), gateway=PROGRAM)
    counts = (status.items_succeeded, status.items_failed)
    # Nobody who still holds the lane may be made to stand still, or all would wait.
    return (status.feed_status, counts) == ("PROCESSED", (GOOD_ROWS, BAD_ROWS)) and not held_lanes(environ)


async def know_partners(environ: dict[str, str]) -> None:
    """Make partners known to a server that runs already."""
    database = await open_database(Settings.from_environment(environ))
    await add_partners(database)
    await add_programs(database)
    await database.close()


def held_lanes(environ: dict[str, str]) -> int:
    """How many lanes of work somebody holds."""

    async def counted() -> int:
        database = await open_database(Settings.from_environment(environ))
        ((held,),) = await asked(database, "SELECT COUNT(*) FROM work_lane WHERE holder IS NOT NULL")
        await database.close()
        return int(held)

    return asyncio.run(counted())
