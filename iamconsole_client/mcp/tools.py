"""The tools: operations of the API that ask, and those that propose.

There are no others, by construction: a tool names its operation, and `permitted` sends those of this table alone. What
approves, applies, breaks glass, reveals or grants is none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from iamconsole_client.errors import InputError
from iamconsole_client.generated.inputs import INPUTS
from iamconsole_client.mcp.envelope import SCHEMA
from iamconsole_client.requests import Request, Send, segment


@dataclass(frozen=True)
class Tool:
    """`operation`: of the API. `proposes`: whether it writes: a change that a person decides on."""

    name: str
    operation: str
    description: str
    proposes: bool = False

    def described(self) -> dict[str, Any]:
        """As `tools/list` has it."""
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": INPUTS[self.operation]["schema"],
            "outputSchema": dict(SCHEMA),
            "annotations": {
                "readOnlyHint": not self.proposes,
                "destructiveHint": False,
                "idempotentHint": not self.proposes,
                "openWorldHint": False,
            },
        }


_ALWAYS = (
    Tool("list_aws_accounts", "list_aws_accounts", "The AWS accounts that the token may see."),
    Tool("list_kinds", "list_kinds", "The kinds of objects that find_objects and read_object take."),
    Tool(
        "find_objects",
        "list_objects",
        "Finds users, groups, roles, policies and other objects of an AWS account by words (q) and filters. Comes page "
        "by page.",
    ),
    Tool(
        "read_object",
        "read_object",
        "All that is known of an object, by AWS's immutable id as find_objects gives it: of a policy its document.",
    ),
    Tool("read_history", "list_revisions", "How an object was before, and what changed it."),
    Tool(
        "who_can",
        "who_can",
        "Whom policies allow an action on a resource, and because of which statements. Say what not_read names, too.",
    ),
    Tool(
        "simulate",
        "simulate",
        "Whether principals may do actions on resources, because of which statements, and what denies it; also as if a "
        "change or a document were in force (as_if).",
    ),
    Tool(
        "why_denied",
        "why_denied",
        "Why AWS denied something, of AWS's message or an event of CloudTrail (text): which layer of policies says no, "
        "and the least that would allow it. smallest.edit can be proposed.",
    ),
    Tool("lint_document", "lint_document", "What is wrong, risky or needless in a policy document."),
    Tool("compare_documents", "compare_documents", "What access one policy document gives that another doesn't."),
    Tool("list_findings", "list_findings", "What the console found to be wrong in an AWS account."),
    Tool("list_changes", "list_changes", "Changes: proposed, waiting, applied."),
    Tool(
        "read_change",
        "read_change",
        "A change with its plan: whose access it changes, its state, and what stands against applying it.",
    ),
    Tool(
        "propose_change",
        "propose_change",
        "Proposes a change: an edit of a policy document (edit), or steps. Nothing is sent to AWS: a person reads the "
        "plan in the console and decides. Give its url to the person who asked.",
        proposes=True,
    ),
    Tool(
        "try_change",
        "try_change",
        "Has workers look what each step of a proposed change would find in AWS. Nothing is written to AWS.",
        proposes=True,
    ),
)
_OF_PEOPLE = (
    Tool("look_up_people", "look_up_people", "Looks up people of a user pool by words or a filter. It is audited."),
)


def tools_of(*, people: bool) -> Mapping[str, Tool]:
    return {each.name: each for each in (*_ALWAYS, *(_OF_PEOPLE if people else ()))}


def permitted(send: Send, tools: Mapping[str, Tool]) -> Callable[[Request], Any]:
    """Sends what a tool is for, and who_am_i. Raises InputError for anything else."""
    operations = {"who_am_i", *(each.operation for each in tools.values())}

    def checked(request: Request) -> Any:
        if request.operation not in operations:
            raise InputError(f"No tool of this server is for {request.operation}.")
        return send(request)

    return checked


def request_of(tool: Tool, arguments: Mapping[str, Any]) -> Request:
    """Raises InputError for arguments that the operation doesn't take, or lacks. The rest the console checks."""
    takes = INPUTS[tool.operation]
    schema = takes["schema"]
    if unknown := sorted(set(arguments) - set(schema["properties"])):
        raise InputError(f"{tool.name} takes no argument {unknown[0][:40]}, but: {', '.join(schema['properties'])}.")
    if missing := [name for name in schema["required"] if name not in arguments]:
        raise InputError(f"{tool.name} needs the argument {missing[0]}.")
    path = takes["path"]
    for name in takes["in_path"]:
        value = _plain(name, arguments[name])
        if value == "":
            raise InputError(f"{name} is empty.")
        path = path.replace(f"{{{name}}}", segment(value))
    query = {name: arguments[name] for name in takes["in_query"] if name in arguments}
    for name, value in query.items():
        for each in value if isinstance(value, list) else [value]:
            _plain(name, each)
    in_body = {name: value for name, value in arguments.items() if name not in (*takes["in_path"], *takes["in_query"])}
    return Request(tool.operation, takes["method"], path, query, in_body if takes["has_body"] else None)


def _plain(name: str, value: Any) -> str | int:
    """Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"{name} is a text or a number, and not {json.dumps(value)[:40]}.")
    return value
