"""Key pairs, and signing with them."""

import json
import shlex
import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.cli.conftest import Run


@pytest.fixture
def private_key(run: Run, tmp_path: Path) -> Path:
    """A key made by the command."""
    assert run("keys", "generate", "acme").status == 0
    return tmp_path / "acme-private.pem"


@pytest.mark.contract("SG-04")
def test_a_private_key_is_readable_by_its_owner_alone(private_key: Path) -> None:
    assert stat.S_IMODE(private_key.stat().st_mode) == 0o600


@pytest.mark.contract("SG-04")
def test_a_key_that_is_there_is_never_overwritten(run: Run, private_key: Path) -> None:
    before = private_key.read_bytes()
    ran = run("keys", "generate", "acme")
    assert (ran.status, private_key.read_bytes()) == (1, before)
    assert "acme-private.pem is there already" in ran.err


@pytest.mark.contract("SG-02", "SG-04")
def test_signed_headers_verify_with_the_public_key(run: Run, private_key: Path) -> None:
    options = (
        "--consumer",
        "some-consumer",
        "--key",
        str(private_key),
        "--key-version",
        "3",
        "--time",
        "1700000000000",
    )
    headers = run("sign", *options, "--json").json
    public_key = load_pem_public_key(private_key.with_name("acme-public.pem").read_bytes())
    assert isinstance(public_key, RSAPublicKey)
    signature = b64decode(headers.pop("WM_SEC.AUTH_SIGNATURE"))
    public_key.verify(signature, b"some-consumer\n1700000000000\n3\n", PKCS1v15(), SHA256())
    assert headers == {
        "WM_CONSUMER.ID": "some-consumer",
        "WM_CONSUMER.INTIMESTAMP": "1700000000000",
        "WM_SEC.KEY_VERSION": "3",
    }


def test_headers_are_printed_as_curl_reads_them_from_a_file(run: Run, private_key: Path) -> None:
    lines = run("sign", "--consumer", "c", "--key", str(private_key)).out.splitlines()
    names = [line.split(": ", 1)[0] for line in lines]
    assert names == ["WM_CONSUMER.ID", "WM_CONSUMER.INTIMESTAMP", "WM_SEC.KEY_VERSION", "WM_SEC.AUTH_SIGNATURE"]


def test_a_curl_command_is_quoted_for_the_shell(run: Run, private_key: Path) -> None:
    url = "http://127.0.0.1:8080/store/45/gtin/1/transactionHistory?startDate=2023-02-16&endDate=2023-02-22"
    words = shlex.split(run("sign", "--consumer", "c", "--key", str(private_key), "--curl", url).out)
    assert (words[0], words[-1], words.count("-H")) == ("curl", url, 4)


@pytest.mark.parametrize("text", [None, "not a key"])
def test_a_file_without_a_private_key_is_told_in_one_line(run: Run, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "some.pem"
    if text is not None:
        path.write_text(text)
    ran = run("sign", "--consumer", "c", "--key", str(path))
    assert (ran.status, ran.err.count("\n")) == (1, 1)


def test_the_names_of_both_files_are_told(run: Run) -> None:
    told = json.loads(run("keys", "generate", "keys/shop", "--json").out)
    assert told == {"private_key": "keys/shop-private.pem", "public_key": "keys/shop-public.pem"}


@pytest.mark.parametrize("name", ["afile/acme", "/proc/nope/acme", ".", "/"])
def test_a_place_where_no_key_can_be_written_is_told_in_one_line(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "afile").touch()
    ran = run("keys", "generate", name)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
