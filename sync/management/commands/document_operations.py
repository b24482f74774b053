"""manage.py document_operations"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from sync.operations import Gate, Operation, registry

TARGET = Path(__file__).resolve().parents[3] / "docs" / "change-operations.md"

# The prefix of IAM actions, by the beginning of the kinds, the first that fits; else it is that beginning itself.
_SERVICES: Mapping[str, str] = {
    "iam.": "iam",
    "sso.": "sso",
    "identitystore.": "identitystore",
    "cognito.identity_pool.": "cognito-identity",
    "cognito.": "cognito-idp",
    "org.": "organizations",
}

# What policies call otherwise than the call: Service Authorization Reference, "Amazon S3".
_NAMED_OTHERWISE = {"s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock"}

_INTRODUCTION = """# Operations of changes

Everything that a step of a change can do: the call that it sends, what is known when its answer was lost, what undoes
it, how much is at stake as a rule, and the permission that proposing and applying it takes as a rule. This page is
written by `make operations` from the classes in the apps' `operations/`; a test fails when it is stale. What the words
mean: [changes](changes.md); how to add one: [adding an operation](adding-an-operation.md).

| kind | call | guarantee | undo | risk | permission |
|---|---|---|---|---|---|"""


def action_of(operation: Operation[Any]) -> str:
    """The action of its call, as policies name it: "iam:CreatePolicyVersion"."""
    own = operation.kind.partition(".")[0]
    service = next((service for begins, service in _SERVICES.items() if operation.kind.startswith(begins)), own)
    called = f"{service}:{operation.aws_operation}"
    return _NAMED_OTHERWISE.get(called, called)


def written() -> str:
    return "\n".join([_INTRODUCTION, *(_row(registry[kind]) for kind in sorted(registry)), ""])


def _row(operation: Operation[Any]) -> str:
    call = f"waits: `{action_of(operation)}`" if isinstance(operation, Gate) else f"`{action_of(operation)}`"
    words = (operation.guarantee, operation.undo, operation.risk.label, f"`{operation.needs}`")
    return f"| `{operation.kind}` | {call} | {' | '.join(map(str, words))} |"


class Command(BaseCommand):
    help = "Writes docs/change-operations.md from the registered operations. For developers: `make operations`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written())
