"""What brings a control policy back: its text, its name and description, and where it is attached."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from policies.documents import texts_of
from policies.models import OrgPolicy
from policies.organizations.operations import (
    RenameControlPolicy,
    create_control_policy,
    delete_control_policy,
    node_of,
    plan_target,
    update_control_policy,
)
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.object_ref import ObjectRef
from sync.operations import Refusal, StepSpec
from sync.reversals import Reversal

_ANOTHER = "It gets another id than it had, and is attached nowhere then: attach it from its page."
_IN_USE = "It is attached by now. Detach it from its page first, or accept it."
_NOT_KEPT = "What it said isn’t kept any more."
_GONE_SINCE = "It is gone since."


def reverse_control_policy(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    rows = OrgPolicy.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id)
    policy = rows.select_related("document").first()
    if not after or (before and policy is None):
        return _made_again(before)
    if policy is None:
        return Reversal(left=(_GONE_SINCE,))
    if not before:
        if policy.targets.filter(gone_at__isnull=True).exists():
            return Reversal(left=(_IN_USE,))
        return Reversal((delete_control_policy(policy.arn, policy.name),))
    left: list[str] = []
    return Reversal(tuple(_steps(policy, before, after, left)), tuple(left))


def _made_again(before: Content) -> Reversal:
    text = _text(before)
    if text is None:
        return Reversal(left=(_NOT_KEPT,))
    made = create_control_policy(before["name"], before["type"], text, before["description"])
    return Reversal((made,), (_ANOTHER,))


def _steps(policy: OrgPolicy, before: Content, after: Content, left: list[str]) -> Iterator[StepSpec]:
    if before["document"]["canonical"] != after["document"]["canonical"]:
        text = _text(before)
        if text is None:
            left.append(_NOT_KEPT)
        else:
            yield update_control_policy(policy, text)
    named = {name: before[name] for name in ("name", "description")}
    if named != {name: after[name] for name in named}:
        yield StepSpec(RenameControlPolicy().kind, {"arn": policy.arn, "called": policy.name, **named})
    # Attached first: AWS leaves no place without a policy.
    for targets, now in ((before["targets"], True), (after["targets"], False)):
        others = after["targets"] if now else before["targets"]
        for target_id in sorted(set(targets) - set(others)):
            try:
                yield plan_target(policy, node_of(policy.aws_account, target_id), now=now)
            except Refusal:
                left.append(f"{target_id} isn’t in the organization any more.")


def _text(content: Content) -> str | None:
    text_hash = content["document"]["text"]
    return texts_of([text_hash]).get(text_hash)


def register() -> None:
    reversals.register(OrgPolicy.kind, DETAILS, reverse_control_policy)
