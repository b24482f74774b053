"""A rotation of an access key that is under way: a change that waits for one thing after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from identities.models import IamUser
from sync.models import Change, Step

_BEGINS, _ENDS = "iam.key.await_use", "iam.key.delete"
_STAGES = {
    "iam.key.create": "The new key isn’t made yet.",
    "iam.key.await_use": "The new key is there, and was not used yet.",
    "iam.key.await_quiet": "The new key is in use; the old one isn’t quiet yet.",
    "iam.key.deactivate": "The new key is in use and the old one quiet: it is switched off next.",
    "iam.key.await_soak": "The old key is off. If nobody misses it, it is deleted.",
    "iam.key.delete": "The old key is deleted next.",
}


@dataclass(frozen=True)
class Rotation:
    change: Change
    stage: str
    done: int
    steps: int


def rotation_of(user: IamUser) -> Rotation | None:
    """The newest one that is open."""
    waits: dict[str, Any] = {"kind": _BEGINS, "params__arn": user.arn, "change__aws_account": user.aws_account_id}
    steps = Step.objects.filter(**waits, change__state__in=Change.OPEN).select_related("change")
    found = steps.order_by("-change_id").first()
    if found is None:
        return None
    all_of_it = list(found.change.steps.all())
    left = [step for step in all_of_it if step.state not in Step.FINISHED]
    stage = _STAGES.get(left[0].kind, "") if left else ""
    return Rotation(found.change, stage, len(all_of_it) - len(left), len(all_of_it))
