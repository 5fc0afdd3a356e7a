"""Asking as a partner: a client for a profile or for what is said on the command line, and its errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer

from onhand.cli.answers import NotNow, Problem
from onhand.cli.profiles import NamedProfile, completed_profiles, named_profile
from onhand.client.clients import AsyncClient, Client, Options
from onhand.client.credentials import GatewayClient
from onhand.client.errors import NoAnswer, OnhandError, ServerFailed, Throttled, Unfinished
from onhand.client.policy import Policy

ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help="The profile to ask with. (default: ONHAND_PROFILE, or the file's)",
        autocompletion=completed_profiles,
    ),
]
Url = Annotated[str | None, typer.Option("--url", help="The service to ask, such as http://127.0.0.1:8080.")]
ClientId = Annotated[str | None, typer.Option(help="The client to ask as, with --url.", envvar="ONHAND_CLIENT_ID")]
ClientSecret = Annotated[str | None, typer.Option(help="Its secret.", envvar="ONHAND_CLIENT_SECRET")]

# Somebody sits before it: where nobody answers, that is said within seconds.
_POLICY = Policy(attempts_max=4, backoff_seconds=0.25)
_NOT_NOW = (NoAnswer, Throttled, ServerFailed, Unfinished)


class Asker(msgspec.Struct, frozen=True):
    """Where to ask and as whom."""

    url: str
    options: Options
    ship_node: str | None = None

    def client(self) -> Client:
        """A client that blocks."""
        return Client(self.url, **self._patient)

    def async_client(self) -> AsyncClient:
        """A client that is awaited."""
        return AsyncClient(self.url, **self._patient)

    @property
    def _patient(self) -> Options:
        patient: Options = {"policy": _POLICY}
        patient.update(self.options)
        return patient


def asker(profile: str | None, url: str | None, client_id: str | None, client_secret: str | None) -> Asker:
    """Who asks: as the command line says, or as a profile does.

    Raises:
        Problem: nobody is said, or not enough.
    """
    if url is None:
        return _of_profile(named_profile(profile))
    if not client_id or not client_secret:
        raise Problem("--url needs a client: set ONHAND_CLIENT_ID and ONHAND_CLIENT_SECRET")
    gateway = GatewayClient(client_id=client_id, client_secret=client_secret)
    return Asker(url, {"gateway": gateway})


@contextmanager
def partner_client(asks: Asker) -> Iterator[Client]:
    """A client for a command.

    Raises:
        Problem: what was asked was refused, or could not be asked.
    """
    with told_in_one_line(asks.url), asks.client() as client:
        yield client


@contextmanager
def told_in_one_line(url: str) -> Iterator[None]:
    """Errors of the client as problems of the command.

    Raises:
        Problem: there was one; NotNow where the same may go well later.
    """
    try:
        yield
    except NoAnswer as error:
        raise NotNow(f"{url} can't be asked: {_with_notes(error)}") from error
    except _NOT_NOW as error:
        raise NotNow(_with_notes(error)) from error
    except OnhandError as error:
        raise Problem(_with_notes(error)) from error


def _with_notes(error: OnhandError) -> str:
    """An error and what was noted of it on its way, such as that a feed goes on all the same."""
    return ". ".join([str(error), *getattr(error, "__notes__", ())])


def _of_profile(named: NamedProfile) -> Asker:
    options: Options = {"allow_plain_http": named.profile.allow_plain_http}
    if (gateway := named.gateway) is not None:
        options["gateway"] = gateway
    if (supplier := named.supplier) is not None:
        options["supplier"] = supplier
    return Asker(named.profile.url, options, named.profile.ship_node)
