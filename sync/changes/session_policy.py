"""The session policy of one change: limits the role to the change's calls on its objects, and to reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sync.aws.calls import reads_in_policies
from sync.operations import Call


def session_policy(calls: Iterable[Call]) -> dict[str, Any]:
    actions_of: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    services = set()
    for call in calls:
        if call.actions:  # else it goes out unsigned, and takes no right
            actions_of[call.resource_arns].update(call.actions)
        services.add(call.service)
    writing = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(arns)} for arns, actions in actions_of.items()
    ]
    reads = sorted(f"{service}:{read}" for service in services for read in reads_in_policies(service))
    return {"Version": "2012-10-17", "Statement": [*writing, {"Effect": "Allow", "Action": reads, "Resource": "*"}]}
