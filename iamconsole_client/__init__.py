"""The client of IAM Console's API, the command `iamconsole`, and its MCP server. It needs nothing but Python."""

from __future__ import annotations

from iamconsole_client.client import Client
from iamconsole_client.errors import ApiProblem, ClientError, Unreachable

__all__ = ["ApiProblem", "Client", "ClientError", "Unreachable"]
