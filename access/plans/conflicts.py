"""What access somebody else changed under a step that was not sent: from what its plan stood on to what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from access.plans.reading import holdings_between
from access.plans.revisions import AccessMeasure, measure_of
from policies.holdings import (
    AttachmentChange,
    BoundaryChange,
    InlinePolicyChange,
    ManagedPolicyChange,
    MembershipChange,
    TrustChange,
)
from sync.models import Change, Step
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, Value, registry
from sync.selectors import last_attempt

# By what a step changes: the field of it that a part decides, and the part's name for that.
_DECIDED: Mapping[type[AccessChange], tuple[str, str]] = {
    AttachmentChange: ("now", "attached"),
    MembershipChange: ("now", "member"),
    BoundaryChange: ("policy_arn", "boundary"),
}
_DOCUMENTS = (InlinePolicyChange, ManagedPolicyChange, TrustChange)
ANOTHER = "What is there now is another object of that name: what it has of access is on its page."
NOT_TOLD = "What this step found in AWS doesn’t say what access that changed."


def conflicted_step(change: Change) -> Step | None:
    if change.state != Change.State.CONFLICTED:
        return None
    return change.steps.filter(state=Step.State.CONFLICTED).prefetch_related("attempts").first()


def is_about_access(change: Change) -> bool:
    """Whether the step that conflicted changes access, so that what it found may have, too."""
    step = conflicted_step(change)
    return step is not None and bool(_told(step))


def measure_conflict(change: Change) -> AccessMeasure | str:
    """A sentence where nothing can be measured."""
    step = conflicted_step(change)
    told = _told(step) if step else []
    if step is None or len(told) != 1:
        return NOT_TOLD
    attempt = last_attempt(step)
    found = ((attempt.snapshot if attempt else None) or {}).get("part")
    if not found or not step.expects:
        return NOT_TOLD
    if found.get("object") != step.expects.get("object"):
        return ANOTHER
    base, live = (_as_it_was(step, told[0], value) for value in (step.expects, found))
    if base is None or live is None:
        return NOT_TOLD
    return measure_of(change.aws_account, holdings_between(change.aws_account, [live], [base]))


def _told(step: Step) -> list[AccessChange]:
    operation = registry.get(step.kind)
    return list(operation.access_changes(step.change.aws_account, operation.parse(step.params))) if operation else []


def _as_it_was(step: Step, told: AccessChange, value: Value) -> AccessChange | None:
    """What sets it so as the part says; None where that isn't known."""
    change: Any = told
    if type(told) in _DECIDED:
        field, name = _DECIDED[type(told)]
        return replace(change, **{field: value[name]}) if name in value else None
    operation = registry[step.kind]
    if not isinstance(told, _DOCUMENTS) or not isinstance(operation, WritesDocument):
        return None
    text = operation.document(step.change.aws_account, operation.parse(step.params), value)
    is_absent = isinstance(told, InlinePolicyChange) and value.get("document", "") is None
    return replace(change, document=text) if text or is_absent else None
