"""The command `iamconsole`: docs/command.md."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from iamconsole_client.client import Client
from iamconsole_client.command.access import simulate, who_can
from iamconsole_client.command.arguments import parser
from iamconsole_client.command.changes import apply, propose, status
from iamconsole_client.command.documents import diff, lint
from iamconsole_client.command.report import Exit, Report, as_json, as_text
from iamconsole_client.command.sarif import as_sarif
from iamconsole_client.environment import client_of
from iamconsole_client.errors import ApiProblem, ClientError, InputError
from iamconsole_client.mcp.serve import serve
from iamconsole_client.texts import shown

_COMMANDS: Mapping[str, Callable[[Client, Namespace], Report]] = {
    "lint": lint,
    "diff": diff,
    "simulate": simulate,
    "who-can": who_can,
    "propose": propose,
    "status": status,
    "apply": apply,
}
_FORMATS: Mapping[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "sarif": as_sarif}
_WRONG = (400, 413, 422)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = parser().parse_args(arguments)
    try:
        if asked.command == "mcp":
            serve(people=asked.people)
            return Exit.NOTHING
        report = _COMMANDS[asked.command](client_of(), asked)
    except InputError as error:
        return _failed(error, Exit.WRONG_INPUT)
    except ApiProblem as error:
        return _failed(error, Exit.WRONG_INPUT if error.status in _WRONG else Exit.REFUSED)
    except ClientError as error:
        return _failed(error, Exit.REFUSED)
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(_FORMATS[asked.format](report) + "\n")
    return report.exit


def _failed(error: ClientError, status: Exit) -> Exit:
    sys.stderr.write(f"iamconsole: {shown(str(error))}\n")
    return status
