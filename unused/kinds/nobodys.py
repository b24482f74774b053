"""What nobody has: policies attached to nobody, empty groups, instance profiles without a role.

There is nothing to switch off about them. AWS doesn't say since when it is so: the age goes by when they were made,
and by when this console saw that somebody had them for the last time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, InstanceProfile, Membership
from identities.operations import delete_whole, delete_whole_profile
from policies import selectors
from policies.models import ManagedPolicy
from policies.operations import plan_delete
from sync.models import Ownership
from unused.kinds.base import CleanUp, UnusedFound, UnusedKind, latest
from unused.operations import still_unused

_SINCE = "AWS doesn’t say since when: this goes by when it was made, and by what this console has seen since."


class UnusedPolicies(UnusedKind):
    slug, one, many, icon, page = "policy", "policy", "policies", "file-lock", "policy"
    source = "iam.details"
    model = ManagedPolicy
    off = "Nothing is switched off: nobody has it. It is deleted after the wait, unless somebody is given it by then."
    caveats = (_SINCE,)

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        left = _ended(aws_account, Attachment, "policy_id")
        rows = selectors.unused(aws_account).exclude(ownership=Ownership.IGNORED)
        for row in rows.order_by("pk"):
            yield UnusedFound(
                object_id=row.aws_id,
                name=row.name,
                arn=row.arn,
                page_id=row.aws_id,
                created_at=row.created_at,
                idle_since=latest(row.created_at, row.updated_at, left.get(row.pk)),
                unknown=evidence.why_not,
                why="Attached to nobody, and nobody’s permissions boundary.",
                in_code=row.in_code,
                tags=row.tags or {},
            )

    def clean_up(self, row: ManagedPolicy, used: datetime | None, at: datetime) -> CleanUp:
        return CleanUp([], still_unused(row), plan_delete(row))


class UnusedGroups(UnusedKind):
    slug, one, many, icon, page = "group", "group", "groups", "users", "group"
    source = "iam.details"
    model = IamGroup
    off = (
        "Nothing is switched off: it gives nobody anything. It is deleted after the wait, unless it has both members "
        "and policies by then."
    )
    caveats = (_SINCE,)

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        left = _ended(aws_account, Membership, "group_id")
        lost = _ended(aws_account, Attachment, "group_id")
        rows = IamGroup.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
        for row in rows.filter(Q(member_count=0) | Q(policy_count=0)).order_by("pk"):
            without = "members" if row.member_count == 0 else "policies"
            yield UnusedFound(
                object_id=row.aws_id,
                name=row.name,
                arn=row.arn,
                page_id=row.aws_id,
                created_at=row.created_at,
                idle_since=latest(row.created_at, left.get(row.pk), lost.get(row.pk)),
                unknown=evidence.why_not,
                why=f"It has no {without}, so it gives nobody anything.",
                caveats=["Somebody may use it as a list of people."] if without == "policies" else [],
                in_code=row.in_code,
            )

    def clean_up(self, row: IamGroup, used: datetime | None, at: datetime) -> CleanUp:
        return CleanUp([], still_unused(row), delete_whole(row))


class UnusedProfiles(UnusedKind):
    slug, one, many, icon = "profile", "instance profile", "instance profiles", "server"
    page = "instance_profile"
    source = "iam.instance_profiles"
    model = InstanceProfile
    off = "Nothing is switched off: no role is in it. It is deleted after the wait, unless one is put into it by then."
    caveats = ("Which instances name it isn’t seen here. Without a role they get nothing by it.", _SINCE)

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        rows = InstanceProfile.objects.live().filter(aws_account=aws_account, role__isnull=True)
        for row in rows.exclude(ownership=Ownership.IGNORED).order_by("pk"):
            yield UnusedFound(
                object_id=row.aws_id,
                name=row.name,
                arn=row.arn,
                page_id=row.aws_id,
                created_at=row.created_at,
                idle_since=row.created_at,
                unknown=evidence.why_not,
                why="No role is in it.",
                in_code=row.in_code,
                tags=row.tags or {},
            )

    def clean_up(self, row: InstanceProfile, used: datetime | None, at: datetime) -> CleanUp:
        return CleanUp([], still_unused(row), delete_whole_profile(row))


def _ended(aws_account: AwsAccount, model: Any, column: str) -> Mapping[int, datetime]:
    """When the last of them was seen to have ended, by what they were of."""
    rows = model.objects.filter(aws_account=aws_account, gone_at__isnull=False, **{f"{column}__isnull": False})
    return dict(rows.order_by().values_list(F(column)).annotate(Max("gone_at")))
