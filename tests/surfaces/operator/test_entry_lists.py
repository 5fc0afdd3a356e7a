"""Lists of entries are counted before they take memory."""

import tracemalloc

import msgspec
import pytest

from onhand.surfaces.operator.entry_lists import EntryReader
from onhand.surfaces.operator.problems import Problem


class Sale(msgspec.Struct):
    """An entry."""

    number: int


@pytest.mark.parametrize("entry", [b"1", b"[]", b'{"number":1}'])
def test_far_too_many_entries_are_refused_in_little_memory(entry: bytes) -> None:
    body = b'{"sales":[' + b",".join([entry] * 300_000) + b"]}"
    reader = EntryReader("sales", Sale)
    tracemalloc.start()
    found = reader.raw_entries(body, 1_000)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Problem)
    assert "there are over 1,000 entries" in found.detail
    assert peak_bytes < 2_000_000


@pytest.mark.parametrize("commas", [10, 200_000])
def test_a_few_entries_with_many_commas_are_taken(commas: int) -> None:
    body = b'{"sales":[{"number":"' + b"," * commas + b'"},{"number":2}]}'
    found = EntryReader("sales", Sale).raw_entries(body, 1_000)
    assert not isinstance(found, Problem)
    assert len(found) == 2


def test_what_has_many_commas_and_is_no_list_of_entries_is_told_as_such() -> None:
    found = EntryReader("sales", Sale).raw_entries(b'{"sale":[' + b"1," * 200_000 + b"1]}", 1_000)
    assert isinstance(found, Problem)
    assert {fault.code for fault in found.faults} == {"unknown_field", "missing_field"}
