"""The session policy of one change: its own calls on its own objects, and reading, whatever the role may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sync.operations import Call


def session_policy(calls: Iterable[Call]) -> dict[str, Any]:
    actions_of: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    services = set()
    for call in calls:
        actions_of[call.resource_arns].update(call.actions)
        services.add(call.service)
    writing = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(arns)} for arns, actions in actions_of.items()
    ]
    reads = sorted(f"{service}:{verb}*" for service in services for verb in ("Get", "List"))
    return {"Version": "2012-10-17", "Statement": [*writing, {"Effect": "Allow", "Action": reads, "Resource": "*"}]}
