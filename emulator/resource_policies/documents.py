"""What services refuse of a policy that is put on a resource, whatever else they know of it.

"AWS JSON policy elements: Principal" in the IAM User Guide: users and roles that are named have to be there. Sizes are
in the quotas of each service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.iam.models import iam_backends

from emulator.iam.trust import Directory


def statements_of(text: str | bytes) -> list[dict[str, Any]]:
    """Raises ValueError for what is no policy document."""
    document = json.loads(text)
    if not isinstance(document, dict) or "Statement" not in document:
        raise ValueError("There is no Statement.")
    statements = document["Statement"]
    found = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(each, dict) and each.get("Effect") in ("Allow", "Deny") for each in found):
        raise ValueError("A statement has no Effect.")
    return found


def is_open_to_all(text: str | bytes) -> bool:
    """Whether a statement lets everybody in without any condition: so much of "public" is beyond doubt."""
    return any(
        each["Effect"] == "Allow" and not each.get("Condition") and each.get("Principal") in _EVERYBODY
        for each in statements_of(text)
    )


_EVERYBODY: tuple[Any, ...] = ("*", {"AWS": "*"}, {"AWS": ["*"]})


def strangers(text: str | bytes, account_id: str, partition: str = "aws") -> Iterator[str]:
    """The AWS principals that are nobody: of other AWS accounts, only those that are none at all."""
    backend = iam_backends[account_id][partition]
    directory = Directory(account_id, iter(backend.users.values()), iter(backend.roles.values()))
    for statement in statements_of(text):
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element)
            named = principal.get("AWS", []) if isinstance(principal, dict) else []
            for each in [named] if isinstance(named, str) else named:
                if not directory.knows(each):
                    yield each


def others(text: str | bytes, arn: str) -> Iterator[str]:
    """The resources in it that are neither `arn` nor in it."""
    for statement in statements_of(text):
        resources = statement.get("Resource", [])
        for each in [resources] if isinstance(resources, str) else resources:
            pattern = re.escape(each).replace(r"\*", ".*").replace(r"\?", ".")
            inside = each == arn or each.startswith((f"{arn}/", f"{arn}:"))
            if not inside and not re.fullmatch(pattern, arn) and not re.fullmatch(pattern, f"{arn}/key"):
                yield each
