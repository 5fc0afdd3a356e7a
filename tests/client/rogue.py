"""A server that misbehaves as it is told: it throttles, stalls, hangs up, fails, forgets tokens, repeats itself.

It is real: it listens on loopback, each connection in a thread of its own. What it does to a request is said by a
function that gets the request and its number.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

TOKEN_PATH = "/v3/token"


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


class Reply(NamedTuple):
    """An answer. One that is `cut` breaks off after so many bytes of its body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - a default that nobody changes
    cut: int | None = None

    @property
    def content(self) -> bytes:
        """Its body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Drop(NamedTuple):
    """The connection is closed without an answer."""


class Stall(NamedTuple):
    """Nothing is answered for as long as the server lives."""


class Drip(NamedTuple):
    """The head of an answer comes byte by byte, and never to its end."""

    every_seconds: float = 0.05


Act = Reply | Drop | Stall | Drip
Script = Callable[[Asked, int], Act]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing where a client has gone away: it was driven to it."""


class Rogue:
    """The server, and what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        self.tokens = 0
        self.token_seconds: int | str = 900
        self._over = threading.Event()
        self._lock = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def calls(self) -> list[Asked]:
        """What was asked, but for tokens."""
        return [each for each in self.asked if each.path != TOKEN_PATH]

    def until_called(self, times: int = 1) -> bool:
        """Whether it has been called so many times; it is waited for."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.calls) >= times, timeout=30)

    def act(self, asked: Asked) -> Act:
        """What is done about a request: tokens are given, all else is as the script says."""
        with self._lock:
            self.asked.append(asked)
            self._lock.notify_all()
            number = len(self.calls)
            if asked.path == TOKEN_PATH:
                self.tokens += 1
                return Reply(200, {"access_token": f"token-{self.tokens}", "expires_in": self.token_seconds})
        return self.script(asked, number)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One piece a write would wait for the other side's acknowledgement.
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                rogue.connections += 1

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65_537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._do(rogue.act(Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)))

            def _do(self, act: Act) -> None:
                if isinstance(act, Reply):
                    self._reply(act)
                    return
                if isinstance(act, Stall):
                    rogue._over.wait()
                if isinstance(act, Drip):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                    while not rogue._over.wait(act.every_seconds):
                        self.wfile.write(b"a")
                self.close_connection = True

            def _reply(self, reply: Reply) -> None:
                content = reply.content
                self.log_request = lambda *_: None  # type: ignore[method-assign]
                headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **reply.headers}
                head = f"HTTP/1.1 {reply.status} Said\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
                shown = content if reply.cut is None else content[: reply.cut]
                self.wfile.write(head.encode("latin-1") + b"\r\n" + shown)
                self.close_connection = reply.cut is not None

        return Handler

    @contextmanager
    def running(self) -> Iterator["Rogue"]:
        """While it listens."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def in_turn(*acts: Act) -> Script:
    """One act after the other; the last one again and again."""
    return lambda _, number: acts[min(number, len(acts)) - 1]


def said(status: int, code: str = "SYSTEM_ERROR.GMP_INVENTORY_API", **headers: str) -> Reply:
    """An error as the gateway writes it."""
    error = {"code": code, "field": "gtin", "description": "Said so.", "info": "", "severity": "ERROR"}
    return Reply(status, {"error": [error]}, {name.replace("_", "-"): value for name, value in headers.items()})
