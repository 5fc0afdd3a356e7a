"""What a server says about itself, to whoever asks (OP-09)."""

from urllib.parse import quote

import msgspec

from onhand.client.operations import Awaiting, Blocking, Group, operation
from onhand.client.results.server import Alive, ProblemMeaning, Ready
from onhand.client.steps import Exchange, Request


class ServerOperations(Group):
    """Health and metrics of a server; no credentials of a partner or an operator are needed."""

    @operation
    def alive(self) -> Exchange[Alive]:
        """Whether the process answers; nothing else is looked at."""
        return self._caller.result(_unsigned("GET /healthz", "/healthz"), Alive)

    @operation
    def ready(self) -> Exchange[Ready]:
        """Whether requests may be sent there. ServerFailed where it is not ready after the policy's attempts."""
        return self._caller.result(_unsigned("GET /readyz", "/readyz"), Ready)

    @operation
    def metrics(self, *, token: str | None = None) -> Exchange[str]:
        """Its metrics, as Prometheus reads them, for the `token` that the server may ask for."""
        request = _unsigned("GET /metrics", "/metrics", accept="text/plain")
        if token is not None:
            request = msgspec.structs.replace(request, headers=(("Authorization", f"Bearer {token}"),))
        answer = yield from self._caller.ask(request)
        return answer.body.decode("utf-8")

    @operation
    def problem(self, name: str) -> Exchange[ProblemMeaning]:
        """What a kind of problem means; `name` is the last piece of its type, the `code` of an error."""
        path = f"/operator/v1/problems/{quote(name, safe='')}"
        return self._caller.result(_unsigned("GET /operator/v1/problems/{name}", path), ProblemMeaning)


class Server(ServerOperations, Blocking):
    """A server's own word, blocking."""


class AsyncServer(ServerOperations, Awaiting):
    """A server's own word, awaited."""


def _unsigned(operation_name: str, path: str, *, accept: str = "application/json") -> Request:
    return Request(operation=operation_name, method="GET", path=path, door="nobody", accept=accept)
