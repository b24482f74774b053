"""The client: `Client("https://console.example", token).who_can("123456789012", action=…, resource=…)`."""

from __future__ import annotations

from iamconsole_client.connection import Connection
from iamconsole_client.generated.operations import Operations


class Client(Operations):
    """Each operation of the API is a method. They raise ApiProblem and Unreachable."""

    def __init__(self, address: str, token: str, *, timeout_s: float = 60) -> None:
        """Raises InputError for an address to which no token may be sent."""
        super().__init__(Connection(address, token, timeout_s=timeout_s).send)
