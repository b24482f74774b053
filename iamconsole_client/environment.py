"""Where the console is, and the token, as the environment says. Never by an argument: others see those of a process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from iamconsole_client.client import Client
from iamconsole_client.connection import Connection
from iamconsole_client.errors import InputError

ADDRESS, TOKEN, TOKEN_FILE = "IAMCONSOLE_URL", "IAMCONSOLE_TOKEN", "IAMCONSOLE_TOKEN_FILE"  # names
LONGEST_TOKEN_FILE = 4096


def client_of(environment: Mapping[str, str] = os.environ) -> Client:
    """Raises InputError."""
    return Client(*address_and_token(environment))


def connection_of(environment: Mapping[str, str] = os.environ) -> Connection:
    """Raises InputError."""
    return Connection(*address_and_token(environment))


def address_and_token(environment: Mapping[str, str]) -> tuple[str, str]:
    """Raises InputError."""
    address = environment.get(ADDRESS, "").strip()
    if not address:
        raise InputError(f"Set {ADDRESS} to the address of the console, such as https://console.example.")
    token, file = environment.get(TOKEN, "").strip(), environment.get(TOKEN_FILE, "").strip()
    if bool(token) == bool(file):
        raise InputError(f"Set either {TOKEN} to a token of the console, or {TOKEN_FILE} to a file that has one.")
    return address, token or _read(Path(file))


def _read(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            return file.read(LONGEST_TOKEN_FILE).strip()
    except OSError as error:
        raise InputError(f"{TOKEN_FILE}: {path} can’t be read: {error.strerror}.") from None
    except ValueError:
        raise InputError(f"{TOKEN_FILE}: {path} has no token: it isn’t text.") from None
