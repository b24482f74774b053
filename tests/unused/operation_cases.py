"""Nothing that this app adds is sent: one waits, the others check."""

from __future__ import annotations

from tests.services.operation_cases import GATE, OperationCase

_CHECK = "It looks, and sends nothing."

OTHER_CASES = (
    OperationCase("iam.unused.wait", page="unused_stage", no_access=GATE),
    *(
        OperationCase(f"{kind}.still_unused", page="unused_stage", no_access=_CHECK)
        for kind in (
            "iam.user",
            "iam.role",
            "iam.group",
            "iam.policy",
            "iam.instance_profile",
            "iam.key",
            "iam.login",
        )
    ),
)
