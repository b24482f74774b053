"""How the contents of users, groups and roles are told: groups that they joined, policies that were attached."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.trust import joined, principals_of, trusted_of
from sync.mirror.differences import ContentPart

PARTS = {
    "name": ContentPart("Name", changed="renamed from {old} to {new}"),
    "path": ContentPart("Path"),
    "arn": ContentPart("ARN", follows="name"),
    "attached": ContentPart("Attached policies", "attached {name}", "detached {name}", named=name_of),
    "groups": ContentPart("Groups", "added to the group {name}", "removed from the group {name}"),
    "inline": ContentPart(
        "Inline policies",
        "inline policy {name} written",
        "inline policy {name} deleted",
        "inline policy {name} changed",
    ),
    "trust": ContentPart("Trust policy", "trust policy written", changed="trust policy changed"),
    "boundary": ContentPart(
        "Permissions boundary",
        "bounded by {new}",
        "boundary {old} taken off",
        "bounded by {new} instead of {old}",
        named=name_of,
    ),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
}


def trust_words(aws_account: AwsAccount, old: str, new: str, deleted: Mapping[str, str]) -> str:
    """Who came and who went: "trust policy changed: now names AWS account 999999999999". `deleted` as in `trust`."""
    before, after = (
        {each.inside: None for each in trusted_of(principals_of(text), aws_account.account_id, deleted)}
        for text in (old, new)
    )
    came, went = ([who for who in some if who not in others] for some, others in ((after, before), (before, after)))
    if not old or not (came or went):
        return "trust policy changed" if old else f"trust policy names {joined(after) or 'nobody'}"
    said = [f"{words} {joined(who)}" for words, who in (("now names", came), ("no longer names", went)) if who]
    return f"trust policy changed: {'; '.join(said)}"
