"""How deep JSON may be nested."""

import msgspec
import pytest

from onhand.basics.nesting import DEPTH_MAX, check_nesting, decoded


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """Lists in lists, or objects in objects."""
    return opening * depth + b"1" + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_the_level_after_the_last_is_refused(opening: bytes, closing: bytes) -> None:
    check_nesting(nested(DEPTH_MAX, opening, closing))
    with pytest.raises(RecursionError):
        check_nesting(nested(DEPTH_MAX + 1, opening, closing))


def test_a_level_that_only_one_of_many_values_has_is_found() -> None:
    shallow = b"[" + b",".join([b"{}"] * 100)
    check_nesting(shallow + b"]")
    with pytest.raises(RecursionError):
        check_nesting(shallow + b"," + nested(DEPTH_MAX) + b"]")


def test_brackets_in_a_text_are_no_levels() -> None:
    check_nesting(msgspec.json.encode("[" * 1_000))


@pytest.mark.parametrize("text", [b"[" * 40, b"[" * 40 + b"\xff", b'["\xff"]' * 40])
def test_what_is_no_json_is_for_its_decoder_to_tell(text: bytes) -> None:
    check_nesting(text)


def test_what_is_decoded_is_looked_at_in_the_same_pass() -> None:
    assert decoded(b'{"a": [1, null]}') == {"a": [1, None]}
    with pytest.raises(RecursionError):
        decoded(nested(DEPTH_MAX + 1))
    with pytest.raises(msgspec.DecodeError):
        decoded(b"[" * 40)
