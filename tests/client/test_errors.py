"""What an error carries: to whoever reads it, and to another process."""

import pickle

import pytest

from onhand.client import (
    BadInput,
    BadSetup,
    Dropped,
    Failed,
    NotFound,
    OnhandError,
    Problem,
    Unfinished,
    Unreadable,
)

PROBLEM = Problem("CONTENT_NOT_FOUND", "gtin", "It is not known.")


@pytest.mark.parametrize(
    "error",
    [
        BadInput([PROBLEM]),
        BadSetup("no key"),
        Dropped("the connection broke", operation="GET /items", correlation_id="c", attempts=2),
        NotFound(404, [PROBLEM], operation="GET /items", correlation_id="c", retry_after_seconds=3.0),
        Unreadable("no JSON", operation="GET /items", correlation_id="c"),
        Unfinished("feed", "F", "INPROGRESS", 5.0),
        Failed("feed", "F", [PROBLEM]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_reaches_another_process_as_it_is(error: OnhandError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))


def test_a_message_names_the_first_problems_and_how_many_more_there_are() -> None:
    error = BadInput([Problem("bad_gtin", f"rows[{number}]", "no GTIN") for number in range(1_000)])
    assert "rows[9]" in str(error)
    assert "rows[10]" not in str(error)
    assert str(error).endswith("; and 990 more, in `problems`")
    assert len(error.problems) == 1_000
