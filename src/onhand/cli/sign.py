"""`onhand sign`: the four headers of a signed request (SG-01)."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import Problem, accepted, print_json
from onhand.cli.options import AsJson
from onhand.partners.keys import read_private_key, signing_headers

app = typer.Typer()


@app.command()
def sign(
    consumer: Annotated[str, typer.Option(help="The consumer id.")],
    key: Annotated[Path, typer.Option(help="The file with the private key, in PEM.")],
    key_version: Annotated[str, typer.Option(help="The version under which the retailer has the public key.")] = "1",
    time: Annotated[
        int | None, typer.Option(min=0, help="The time stamp, in milliseconds since 1970. (default: now)")
    ] = None,
    curl: Annotated[
        str | None, typer.Option(metavar="URL", help="Print a curl command that asks for this URL instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the headers that sign a request; they hold for three minutes, for any request of this consumer.

    Example: `onhand sign --consumer ID --key acme-private.pem | curl -H @- http://127.0.0.1:8080/store/45/gtin/…/available`
    """
    try:
        private_key = accepted(read_private_key(key.read_text(encoding="ascii")))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"can't read a private key from {key}: {error}") from error
    stamp = system_clock() // 1000 if time is None else time
    print_headers(signing_headers(private_key, consumer, key_version, stamp), curl=curl, as_json=as_json)


def print_headers(headers: dict[str, str], *, curl: str | None, as_json: bool) -> None:
    """Print signed headers: one a line, as JSON, or as a curl command."""
    if as_json:
        print_json(headers)
        return
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if curl is None:
        print("\n".join(lines))
    else:
        print(shlex.join(["curl", *(word for line in lines for word in ("-H", line)), curl]))
