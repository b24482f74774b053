"""The smallest statement that allows a request, and documents with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine import catalogue
from policies.engine.json_text import read

_NO_LETTERS = re.compile(r"[^A-Za-z0-9]")  # IAM User Guide, "IAM JSON policy elements: Sid"
_PASS_ROLE, _PASSED_TO = "iam:passrole", "iam:passedtoservice"


@dataclass(frozen=True)
class Width:
    """How wide the statement is: `resource` as a policy has it."""

    name: str
    label: str
    resource: str


def widths(resource: str) -> list[Width]:
    """The resource itself, what stands beside it in its folder, and all that is in the same bucket, or of its kind."""
    literal = escaped(resource)
    found = [Width("this", "This one", literal)]
    parts = literal.split(":", 5)
    if len(parts) < 6 or "*" in literal or "?" in literal:
        return found
    head, rest = ":".join(parts[:5]), parts[5]
    folder, slash, _ = rest.rpartition("/")
    top = rest.partition("/")[0]
    if not slash:
        return found
    is_in_bucket = parts[2] == "s3" and not (parts[3] or parts[4])
    if folder != top:
        inside = folder.partition("/")[2] if is_in_bucket else folder
        found.append(Width("folder", f"{inside}/*", f"{head}:{folder}/*"))
    found.append(Width("all", "Whole bucket" if is_in_bucket else _all_of(top, resource), f"{head}:{top}/*"))
    return found


def _all_of(top: str, resource: str) -> str:
    """ "Any role", where all ARNs of a type begin so: names of other resources have slashes of their own."""
    types = catalogue.types_of_arn(resource)
    begins = [kind.arn.split(":", 5)[-1].partition("/")[0] for kind in types]
    return f"Any {top.replace('-', ' ')}" if top and top in begins else f"{top}/*"


def escaped(resource: str) -> str:
    """As a policy has it: `${` begins a variable (IAM User Guide, "IAM policy elements: Variables and tags")."""
    return resource.replace("${", "${$}{")


def smallest_statement(
    action: str, resource: str, context: Mapping[str, Sequence[str]], principal: str = "", taken: Sequence[str] = ()
) -> dict[str, Any]:
    """`resource` as a policy has it; "" for a trust policy, which has none. `principal`: of a policy of a resource."""
    found: dict[str, Any] = {"Sid": _free(_sid(action), taken), "Effect": "Allow"}
    if principal:
        found["Principal"] = {"Service" if "." in principal and ":" not in principal else "AWS": principal}
    found["Action"] = action
    if resource:
        found["Resource"] = resource
    services = context.get(_PASSED_TO, ()) if action.lower() == _PASS_ROLE else ()
    if services:
        key = catalogue.spelled(_PASSED_TO)
        found["Condition"] = {"StringEquals": {key: services[0] if len(services) == 1 else list(services)}}
    return found


def _sid(action: str) -> str:
    service, _, name = action.partition(":")
    return _NO_LETTERS.sub("", f"Allow{service.title()}{name}")


def _free(sid: str, taken: Sequence[str]) -> str:
    return next(name for number in range(len(taken) + 1) if (name := f"{sid}{number or ''}") not in taken)


def new_document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def sids_in(text: str) -> list[str]:
    value = read(text).value
    statements = value.get("Statement") if isinstance(value, dict) else None
    found = statements if isinstance(statements, list) else [statements]
    return [str(each["Sid"]) for each in found if isinstance(each, dict) and "Sid" in each]
