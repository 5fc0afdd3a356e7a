"""`onhand keys`: pairs of RSA keys for signed requests."""

import os
from pathlib import Path
from typing import Annotated

import typer

from onhand.cli.answers import Problem, print_facts
from onhand.cli.options import AsJson, new_group
from onhand.partners.keys import generate_key_pair

app = new_group("Pairs of RSA keys for signed requests.")
_PRIVATE_MODE = 0o600
_PUBLIC_MODE = 0o644


@app.callback()
def keys() -> None:
    """Pairs of RSA keys for signed requests."""


@app.command()
def generate(
    name: Annotated[Path, typer.Argument(help="What the files are called, with a folder if you like.")] = Path(
        "onhand"
    ),
    as_json: AsJson = False,
) -> None:
    """Make a key pair: NAME-private.pem, readable by you alone, and NAME-public.pem, which the retailer is given.

    Example: `onhand keys generate keys/acme`
    """
    if not name.name:
        raise Problem(f"{name} is a folder: say what the files in it are called, such as {name / 'acme'}")
    private_path, public_path = (name.with_name(f"{name.name}-{half}.pem") for half in ("private", "public"))
    for path in (private_path, public_path):
        _refuse_to_overwrite(path)
    private_pem, public_pem = generate_key_pair()
    _write_new(private_path, private_pem, _PRIVATE_MODE)
    _write_new(public_path, public_pem, _PUBLIC_MODE)
    print_facts({"private_key": str(private_path), "public_key": str(public_path)}, as_json=as_json)


def _refuse_to_overwrite(path: Path) -> None:
    if os.path.lexists(path):
        raise Problem(f"{path} is there already and is not overwritten: choose another name")


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise Problem(f"can't write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
