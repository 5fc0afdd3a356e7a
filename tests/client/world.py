"""The surroundings of the clients under test: a clock that moves only when somebody waits, and a key."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NOW = 1_772_712_000.0
"""2026-03-05T12:00:00Z."""
HTTP_NOW = "Thu, 05 Mar 2026 12:00:00 GMT"


class World:
    """What was waited for; time passes by nothing else."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 0.0
        self.lot = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        """The time; each look takes as long as `step`."""
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds: float) -> None:
        """The same, to be awaited."""
        self.sleep(seconds)


@cache
def key_pem() -> str:
    """A throw-away private key."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
