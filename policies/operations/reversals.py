"""What brings managed policies back: their version in force, their versions, their tags."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from objects.operations.tags import tags_again
from policies.documents import texts_of
from policies.kinds import POLICY
from policies.mirrors import PolicySettings, text_in_force
from policies.models import ManagedPolicy
from policies.operations.managed import create_policy, plan_delete
from policies.operations.update import DeleteVersion, plan_set_default, plan_update
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.object_ref import ObjectRef
from sync.operations import StepSpec
from sync.reversals import Reversal

IN_USE = "Somebody has it by now. Delete it from its page, which takes it from everybody first, or accept it."
GONE_SINCE = "It is gone since."
ANOTHER = "It gets another unique id than it had, and begins with v1 again. Its tags and who had it don’t come back so."


def reverse_policy(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    policy = ManagedPolicy.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if not after or (before and policy is None):
        return _made_again(before)
    if policy is None:
        return Reversal(left=(GONE_SINCE,))
    if not before:
        return _deleted(policy)
    steps = [*_in_force_again(policy, before, after), *_without_new_versions(policy, before, after)]
    lost = sorted(before["versions"].keys() - after["versions"].keys() - {before["default_version"]})
    left = [
        f"{version} was deleted. Its text stays in the history here; AWS never gives its number again."
        for version in lost
    ]
    return Reversal(tuple(steps), tuple(left))


def reverse_settings(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    """Of a policy's tags. Its description never changes."""
    policy = ManagedPolicy.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if policy is None or not before or not after:
        return Reversal(left=(GONE_SINCE,))
    return Reversal(tuple(tags_again(POLICY, policy.arn, before["tags"], after["tags"])))


def _made_again(before: Content) -> Reversal:
    text_hash = text_in_force(before)
    text = texts_of([text_hash]).get(text_hash)
    if text is None:
        return Reversal(left=("What it said isn’t kept any more.",))
    return Reversal((create_policy(before["arn"], text),), (ANOTHER,))


def _deleted(policy: ManagedPolicy) -> Reversal:
    if policy.attachment_count or policy.boundary_count:
        return Reversal(left=(IN_USE,))
    return Reversal(tuple(plan_delete(policy)))


def _in_force_again(policy: ManagedPolicy, before: Content, after: Content) -> Iterator[StepSpec]:
    version = before["default_version"]
    if version == after["default_version"]:
        return
    if version in after["versions"]:
        yield from plan_set_default(policy, version)
    else:
        text_hash = text_in_force(before)
        yield from plan_update(policy, texts_of([text_hash])[text_hash])


def _without_new_versions(policy: ManagedPolicy, before: Content, after: Content) -> Iterator[StepSpec]:
    if before["default_version"] not in after["versions"]:
        return  # its text comes back as a new version, which may already need the room
    kept = set(policy.versions.filter(gone_at__isnull=True).values_list("version_id", flat=True))
    for version in sorted(after["versions"].keys() - before["versions"].keys()):
        if version in kept:
            yield StepSpec(DeleteVersion.kind, {"policy_arn": policy.arn, "version": version})


def register() -> None:
    reversals.register(ManagedPolicy.kind, DETAILS, reverse_policy)
    reversals.register(ManagedPolicy.kind, PolicySettings.source, reverse_settings)
