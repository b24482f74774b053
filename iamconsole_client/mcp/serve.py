"""`iamconsole mcp`: the server on standard input and output."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from iamconsole_client.environment import connection_of
from iamconsole_client.errors import InputError
from iamconsole_client.generated.operations import Operations
from iamconsole_client.mcp.protocol import Server
from iamconsole_client.mcp.tools import tools_of

SEE_PEOPLE, CARE, APPLY = "see_people", "care_people", "apply"


def serve(*, people: bool) -> None:
    """Until standard input ends. Raises InputError for a token that may more than this server is for."""
    connection = connection_of()
    _check_scopes(Operations(connection.send).who_am_i()["token"]["scopes"], people=people)
    server = Server(connection.send, tools_of(people=people))
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    for line in lines:
        answer = server.answer(line) if line.strip() else None
        if answer is not None:
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()


def _check_scopes(scopes: list[str], *, people: bool) -> None:
    if APPLY in scopes:
        raise InputError("This token may apply changes. Make one for the MCP server without the scope apply.")
    if CARE in scopes:
        raise InputError("This token may look after people. Make one for the MCP server without the scope care_people.")
    if SEE_PEOPLE in scopes and not people:
        raise InputError("This token may see people of user pools. Make one without that scope, or give --people.")
    if people and SEE_PEOPLE not in scopes:
        raise InputError("--people takes a token with the scope see_people.")
