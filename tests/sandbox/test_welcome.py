"""The page that greets: its requests are tried as they stand."""

import shlex

import httpx
import pytest

from onhand.sandbox.welcome import welcome
from tests.sandbox.conftest import Client

URL = "http://sandbox"
SIGNING = "onhand sandbox sign | "
TOKENS = {
    f"onhand sandbox token --url {URL} | ": "vendor",
    f"onhand sandbox token --as seller --url {URL} | ": "seller",
}


def commands(page: str) -> list[str]:
    """The commands of the page, each as one line."""
    joined = page.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.startswith("  ")]


def request_of(command: str) -> httpx.Request:
    """The request that a command of the page sends, but for its signature."""
    for before in (SIGNING, *TOKENS):
        command = command.removeprefix(before)
    words = shlex.split(command)
    assert words[:2] == ["curl", "-s"]
    headers = dict(
        words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H" and words[at + 1] != "@-"
    )
    body = next((words[at + 1] for at, word in enumerate(words) if word == "-d"), None)
    return httpx.Request("POST" if body else "GET", words[-1], headers=headers, content=body)


@pytest.mark.contract("SB-01")
async def test_every_request_of_the_page_is_answered(sandbox: Client) -> None:
    found = commands(welcome(URL, "2026-03-05T11:59:00Z"))
    assert len(found) == 6
    answers = []
    for command in found:
        request = request_of(command)
        who = next((who for before, who in TOKENS.items() if command.startswith(before)), None)
        if who is not None:
            request.headers.update(await sandbox.token_headers(who))
        answer = await sandbox.send(request, signed=command.startswith(SIGNING))
        assert answer.status_code == 200, (command, answer.text)
        answers.append(answer.json())
    assert answers[3]["accepted"] == 1
    assert answers[4]["quantity"]["amount"] == 23
    assert answers[5]["inventoryLog"][0]["transactionLocation"] == "SFC2"
