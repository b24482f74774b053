"""How changes of managed policies that others made are told, and what undoes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from accounts.models import AwsAccount
from policies.documents import texts_of
from policies.models import ManagedPolicy
from policies.operations import DeleteVersion, plan_set_default, plan_update
from sync.mirror import Content, ObjectRef
from sync.mirror.differences import Difference, Part, Reversal, differences
from sync.operations import StepSpec

PARTS = {
    "name": Part("Name"),
    "path": Part("Path"),
    "arn": Part("ARN", follows="name"),
    "attachable": Part("Can be attached"),
    "default_version": Part("Version in force", changed="version {new} is in force instead of {old}"),
    "versions": Part("Versions", "version {name} was written", "version {name} was deleted", "version {name} changed"),
}

CANT_DELETE = "This console can’t delete a policy yet: delete it in AWS, or accept it."
CANT_RESTORE = (
    "A deleted policy can’t be brought back: a new one gets another unique id. "
    "What its versions said stays in the history here."
)


def told(before: Content, after: Content) -> list[Difference]:
    """The texts that are compared are those in force, before and after."""
    found = differences(PARTS, before, after)
    if all(each.part != "default_version" for each in found):
        return found
    old, new = (_in_force(content) for content in (before, after))
    return [
        replace(each, old=old, new=new) if each.part == "default_version" else replace(each, old="", new="")
        for each in found
    ]


def _in_force(content: Content) -> str:
    """The hash of the text."""
    reference = content.get("versions", {}).get(content.get("default_version"), {})
    return str(reference.get("text", ""))


def reverse(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    if not before:
        return Reversal(left=(CANT_DELETE,))
    policy = ManagedPolicy.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if not after or policy is None:
        return Reversal(left=(CANT_RESTORE,))
    steps = [*_in_force_again(policy, before, after), *_without_new_versions(policy, before, after)]
    lost = sorted(before["versions"].keys() - after["versions"].keys() - {before["default_version"]})
    left = [f"{version} was deleted. Its text stays in the history here; AWS never gives its number again."
            for version in lost]  # fmt: skip
    return Reversal(tuple(steps), tuple(left))


def _in_force_again(policy: ManagedPolicy, before: Content, after: Content) -> Iterator[StepSpec]:
    version = before["default_version"]
    if version == after["default_version"]:
        return
    if version in after["versions"]:
        yield from plan_set_default(policy, version)
    else:
        text_hash = _in_force(before)
        yield from plan_update(policy, texts_of([text_hash])[text_hash])


def _without_new_versions(policy: ManagedPolicy, before: Content, after: Content) -> Iterator[StepSpec]:
    if before["default_version"] not in after["versions"]:
        return  # its text comes back as a new version, which may already need the room
    kept = set(policy.versions.filter(gone_at__isnull=True).values_list("version_id", flat=True))
    for version in sorted(after["versions"].keys() - before["versions"].keys()):
        if version in kept:
            yield StepSpec(DeleteVersion.kind, {"policy_arn": policy.arn, "version": version})
