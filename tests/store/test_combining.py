"""Entries that wait go together; each caller gets what became of its own, and nobody pays for another's."""

import asyncio
from collections.abc import Sequence

from onhand.store.combining import Combiner
from onhand.store.database import Unavailable


class Works:
    """Work that takes a while, remembers what went together, and fails where an entry says so."""

    def __init__(self) -> None:
        self.together: list[list[str]] = []
        self.at_once = 0
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, entries: Sequence[str]) -> list[str]:
        self.together.append(list(entries))
        self.at_once += 1
        self.begun.set()
        assert self.at_once == 1
        await self.gate.wait()
        await asyncio.sleep(0)
        self.at_once -= 1
        for failure in (Unavailable, KeyError):
            if failure.__name__ in entries:
                raise failure("as asked")
        return [entry.upper() for entry in entries]


async def begun(works: Works, combiner: Combiner[str, str], *calls: list[str]) -> list[asyncio.Task[Sequence[str]]]:
    """Let the first call be under way, and the others wait behind it."""
    works.gate.clear()
    tasks = [asyncio.create_task(combiner.take(calls[0]))]
    await works.begun.wait()
    tasks += [asyncio.create_task(combiner.take(call)) for call in calls[1:]]
    for _ in range(3):
        await asyncio.sleep(0)
    works.gate.set()
    return tasks


async def test_what_arrives_meanwhile_goes_together_and_each_gets_its_own() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100)
    tasks = await begun(works, combiner, ["a"], ["b", "c"], ["d"])
    assert await asyncio.gather(*tasks) == [["A"], ["B", "C"], ["D"]]
    assert works.together == [["a"], ["b", "c", "d"]]
    assert await combiner.take(["e"]) == ["E"]


async def test_no_more_go_together_than_may() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 2)
    tasks = await begun(works, combiner, ["a"], ["b", "c", "d"], ["e"], ["f"], ["g"])
    await asyncio.gather(*tasks)
    assert works.together == [["a"], ["b", "c", "d"], ["e", "f"], ["g"]]


async def test_a_database_that_is_away_is_told_to_everybody_whose_work_it_was() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100)
    tasks = await begun(works, combiner, ["a"], ["Unavailable"], ["b"])
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [list, Unavailable, Unavailable]
    assert works.together == [["a"], ["Unavailable", "b"]]
    assert await combiner.take(["c"]) == ["C"]


async def test_what_was_not_foreseen_harms_its_own_caller_alone() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100)
    tasks = await begun(works, combiner, ["a"], ["b"], ["c", "KeyError", "d"], ["e"])
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each if isinstance(each, list) else type(each) for each in found] == [["A"], ["B"], KeyError, ["E"]]
    assert works.together[2:] == [["b"], ["c"], ["KeyError"], ["d"], ["e"]]
    assert await combiner.take(["f"]) == ["F"]


async def test_a_caller_that_goes_away_takes_nobody_with_it() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100)
    first, second, third = await begun(works, combiner, ["a"], ["b"], ["c"])
    first.cancel()
    second.cancel()
    assert await third == ["C"]
    assert works.together == [["a"], ["b", "c"]]


async def test_who_was_answered_a_moment_ago_comes_along() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100, gather_seconds=3_600)
    first, second = await begun(works, combiner, ["a"], ["b"])
    assert await first == ["A"]
    again = asyncio.create_task(combiner.take(["c"]))
    assert list(await asyncio.gather(second, again)) == [["B"], ["C"]]
    assert works.together == [["a"], ["b", "c"]]


async def test_those_who_stay_away_are_not_waited_for_longer_than_a_moment() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100, gather_seconds=0.01)
    tasks = await begun(works, combiner, ["a"], ["b"])
    assert await asyncio.gather(*tasks) == [["A"], ["B"]]
    assert works.together == [["a"], ["b"]]


async def test_a_lone_caller_waits_for_nobody() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 100, gather_seconds=3_600)
    for name in ("a", "b", "c"):
        assert await combiner.take([name]) == [name.upper()]
    assert works.together == [["a"], ["b"], ["c"]]


async def test_what_fills_the_work_waits_for_nobody() -> None:
    works = Works()
    combiner: Combiner[str, str] = Combiner(works, 2, gather_seconds=3_600)
    tasks = await begun(works, combiner, ["a"], ["b", "c"])
    assert await asyncio.gather(*tasks) == [["A"], ["B", "C"]]
