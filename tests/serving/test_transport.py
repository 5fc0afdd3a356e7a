"""The head and the body of an answer leave together; nothing is lost or kept back for long."""

import asyncio

from onhand.serving.transport import WholeAnswers

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Recording(asyncio.Transport):
    """A transport that remembers each write, and where it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.done.append(data)

    def close(self) -> None:
        self.done.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.done


def whole_answers() -> tuple[WholeAnswers, Recording]:
    recording = Recording()
    return WholeAnswers(recording, asyncio.get_running_loop()), recording


async def test_a_head_and_its_body_are_one_write() -> None:
    transport, recording = whole_answers()
    for body in (b"{}", b"[]"):
        transport.write(HEAD)
        assert not recording.is_closing()
        transport.write(body)
    await asyncio.sleep(0)
    assert recording.done == [HEAD + b"{}", HEAD + b"[]"]


async def test_a_head_whose_body_is_still_to_come_goes_with_the_next_turn() -> None:
    transport, recording = whole_answers()
    transport.write(HEAD)
    assert recording.done == []
    await asyncio.sleep(0)
    transport.write(b"{}")
    assert recording.done == [HEAD, b"{}"]


async def test_a_head_without_a_body_is_written_before_the_end() -> None:
    transport, recording = whole_answers()
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert recording.done == [HEAD, b"closed"]
    assert transport.is_closing()
