"""`onhand sandbox`: everything on one port with seeded data and published credentials (SB-01)."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from onhand.basics.clock import format_seconds, system_clock
from onhand.cli import controls
from onhand.cli.answers import print_facts, print_json
from onhand.cli.listening import listen, url_of
from onhand.cli.opened import environment_settings
from onhand.cli.options import AsJson, NoThrottle, ServerHost, ServerPort
from onhand.cli.sign import print_headers
from onhand.partners.keys import signing_headers
from onhand.sandbox.credentials import credentials as sandbox_credentials
from onhand.sandbox.welcome import welcome
from onhand.settings import Settings

app = typer.Typer(rich_markup_mode="markdown")
app.add_typer(controls.app)


class Client(StrEnum):
    """A published client of the gateway."""

    VENDOR = "vendor"
    SELLER = "seller"
    VIEWER = "viewer"


@app.callback(invoke_without_command=True)
def sandbox(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the data here. (default: a fresh data set each start)")
    ] = None,
    host: ServerHost = None,
    port: ServerPort = None,
    no_throttle: NoThrottle = False,
    manual: Annotated[
        bool, typer.Option("--manual", help="Do feeds and whatever is due only when the clock is moved.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when ready.")] = False,
) -> None:
    """Serve a seeded copy of the APIs on this machine, with published credentials and no other service.

    Example: `onhand sandbox --port 0 --json`
    """
    if context.invoked_subcommand is None:
        settings = _settings(environment_settings(), host, port, no_throttle)
        _serve(settings, data, _tell_url if as_json else _greet, manual=manual)


@app.command()
def credentials(as_json: AsJson = False) -> None:
    """Print the published credentials; they are the same on every machine and at every start.

    Example: `onhand sandbox credentials --json | jq -r .supplier.private_key_pem > supplier.pem`
    """
    known = sandbox_credentials()
    if as_json:
        print_json(known)
        return
    for who in known.__struct_fields__:
        print(f"{who}:")
        facts = msgspec.structs.asdict(getattr(known, who))
        pem = facts.pop("private_key_pem", None)
        print_facts(facts, as_json=False)
        print(pem or "")


@app.command()
def sign(
    provider: Annotated[bool, typer.Option("--provider", help="Sign as the service provider.")] = False,
    curl: Annotated[
        str | None, typer.Option(metavar="URL", help="Print a curl command that asks for this URL instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print headers signed by the sandbox's supplier, or by its service provider on the supplier's behalf.

    Example: `onhand sandbox sign | curl -H @- http://127.0.0.1:8080/store/45/gtin/00044444444444/available`
    """
    known = sandbox_credentials()
    signer = known.provider if provider else known.supplier
    stamp = system_clock() // 1000
    headers = signing_headers(signer.private_key_pem, signer.consumer_id, signer.key_version, stamp)
    if provider:
        headers["wm_context_identifier"] = known.provider.context
    print_headers(headers, curl=curl, as_json=as_json)


@app.command()
def token(
    who: Annotated[Client, typer.Option("--as", help="The client that asks.")] = Client.VENDOR,
    url: controls.SandboxUrl = None,
    as_json: AsJson = False,
) -> None:
    """Get a token of the gateway and print the headers that a request carries; they hold for fifteen minutes.

    Example: `onhand sandbox token --as seller | curl -H @- 'http://127.0.0.1:8080/v3/inventory?sku=SELLER-MUG-01'`
    """
    # Only this command asks somebody.
    from onhand.cli.asking import Asker, partner_client
    from onhand.client.credentials import GatewayClient

    known = getattr(sandbox_credentials(), who.value)
    gateway = GatewayClient(client_id=known.client_id, client_secret=known.client_secret)
    with partner_client(Asker(url or environment_settings().sandbox_url, {"gateway": gateway})) as client:
        named = {
            "WM_SVC.NAME": "Onhand sandbox",
            "WM_QOS.CORRELATION_ID": "sandbox-token",
            "Accept": "application/json",
        }
        headers = {**named, "WM_SEC.ACCESS_TOKEN": client.tokens.ask().access_token}
    print_headers(headers, curl=None, as_json=as_json)


def _settings(settings: Settings, host: str | None, port: int | None, no_throttle: bool) -> Settings:
    return msgspec.structs.replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        throttle=settings.throttle and not no_throttle,
        # What is set for a real server on this machine is not meant for the sandbox.
        public_base_url="",
        tls_certificate="",
        tls_key="",
        log_level="warning" if settings.log_level == "info" else settings.log_level,
    )


def _tell_url(url: str) -> None:
    print_json({"url": url})


def _greet(url: str) -> None:
    print(welcome(url, f"{format_seconds(system_clock())}Z"), flush=True)


def _serve(settings: Settings, data: Path | None, announce: Callable[[str], None], *, manual: bool) -> None:
    # Only a sandbox that serves needs a server; `credentials` and `sign` answer without one.
    from onhand.cli.server import log_to_stderr, serve_until_stopped
    from onhand.sandbox.starting import running_sandbox

    log_to_stderr(settings)
    listening = listen(settings.host, settings.port)
    url = url_of(listening, settings)
    with ExitStack() as cleanup:
        directory = data or Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="onhand-sandbox-")))
        running = running_sandbox(directory, settings, system_clock, manual=manual)
        serve_until_stopped(running, settings, listening, lambda: announce(url), dates_itself=True)
