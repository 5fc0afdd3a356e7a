"""One server in a process: it says where it is, answers, and ends well."""

import json
import signal
from pathlib import Path

import pytest

from onhand.client import Client, OperatorToken, Unauthorized
from onhand.sandbox.credentials import credentials
from tests.processes import PATIENCE_SECONDS, process


@pytest.mark.contract("SB-01")
def test_the_sandbox_says_in_one_line_of_json_where_it_is_and_ends_well(tmp_path: Path) -> None:
    # What is set for a real server on the same machine is not the sandbox's business.
    other = {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path}/other.db", "TMPDIR": str(tmp_path)}
    with process("sandbox", "--port", "0", "--json", **other) as sandbox:
        assert sandbox.stdout is not None
        url = json.loads(sandbox.stdout.readline())["url"]
        with Client(url, operator=OperatorToken(credentials().operator.token)) as client:
            assert 45 in [store.store_nbr for store in client.onboarding.stores()]
        sandbox.send_signal(signal.SIGTERM)
        rest, _ = sandbox.communicate(timeout=PATIENCE_SECONDS)
    assert (sandbox.returncode, rest, list(tmp_path.iterdir())) == (0, "", [])


@pytest.mark.contract("OP-09")
def test_a_server_logs_lines_of_json_and_creates_its_embedded_database(tmp_path: Path) -> None:
    with process("serve", "--port", "0", ONHAND_DATA_DIRECTORY=str(tmp_path)) as server:
        assert server.stderr is not None
        lines = [json.loads(server.stderr.readline())]
        while "url" not in lines[-1]:
            lines.append(json.loads(server.stderr.readline()))
        with Client(lines[-1]["url"], operator=OperatorToken("nobody's")) as client, pytest.raises(Unauthorized):
            client.onboarding.stores().to_list()
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE_SECONDS)
    assert server.returncode == 0
    assert (tmp_path / "onhand.db").exists()
