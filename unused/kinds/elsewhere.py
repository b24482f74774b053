"""What isn't cleaned up from the page, and leads to where it is: assignments, permissions. And app clients, of which
AWS tells no last use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import AwsAccount
from cognito.models import AppClient
from directory.unused_finding_source import unused_roles_of_sets
from iamconsole.web.words import counted, day
from identities.kinds import kind_of
from identities.models import Attachment, IamRole, Principal
from policies.models import ManagedPolicy
from sync.models import Ownership
from unused.kinds.base import TRACKED_DAYS, UnusedFound, UnusedKind, latest


class UnusedAssignments(UnusedKind):
    slug, one, many, icon = "assignment", "assignment", "assignments", "user-cog"
    page = "role"
    source = "iam.details"
    model = IamRole
    caveats = (
        "AWS tells when the role of a permission set was used, and not by whom: an assignment counts as unused where "
        "nobody at all used that role.",
    )

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        for each in unused_roles_of_sets(aws_account):
            role, used = each.role, each.role.last_used_at
            last = f"The role was last used on {day(used)}" if used else f"AWS tells of no use in {TRACKED_DAYS} days"
            yield UnusedFound(
                object_id=role.aws_id,
                name=each.set_name,
                whose="Identity Center",
                arn=role.arn,
                page_id=role.aws_id,
                created_at=role.created_at,
                last_used_at=used,
                idle_since=latest(role.created_at, used),
                why=f"{counted(each.assignments, 'assignment')} of the permission set here. {last}.",
                why_not="Assignments are deleted in the AWS account that has Identity Center.",
            )


class UnusedPermissions(UnusedKind):
    slug, icon = "permission", "scissors"
    one = many = "permissions"
    page = "policy"
    source = "iam.last_accessed"
    model = ManagedPolicy
    caveats = (
        f"AWS tracks {TRACKED_DAYS} days, fewer in new Regions, and only some services by single actions. Least "
        "privilege proposes the narrower policy.",
    )

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        rows = ManagedPolicy.objects.live().filter(aws_account=aws_account, is_aws=False, unused_count__gt=0)
        holders = _first_holders(aws_account)
        for row in rows.exclude(ownership=Ownership.IGNORED).order_by("pk"):
            holder = holders.get(row.pk)
            yield UnusedFound(
                object_id=row.aws_id,
                name=row.name,
                arn=row.arn,
                page=f"{kind_of(holder).name}_least_privilege" if holder else "",
                page_id=holder.aws_id if holder else row.aws_id,
                whose=holder.name if holder else "",
                created_at=row.created_at,
                last_used_at=row.last_used_at,
                idle_since=latest(row.created_at, row.updated_at, now - timedelta(days=TRACKED_DAYS)),
                unknown=evidence.why_not,
                why=f"Nobody who has it used {counted(row.unused_count or 0, 'service')} that it allows something of.",
                why_not="It is made narrower, and not deleted: its name leads to the proposal.",
                in_code=row.in_code,
                tags=row.tags or {},
            )


def _first_holders(aws_account: AwsAccount) -> dict[int, Principal]:
    """By the pk of the policy: one who has it, whose page proposes the narrower one."""
    rows = Attachment.objects.live().filter(aws_account=aws_account, policy__isnull=False, policy__is_aws=False)
    found: dict[int, Principal] = {}
    for row in rows.select_related("user", "group", "role").order_by("pk"):
        found.setdefault(row.policy_id or 0, row.owner)
    return found


class UnusedClients(UnusedKind):
    slug, one, many, icon = "client", "app client", "app clients", "app-window"
    page = "cognito_client"
    source = ""
    model = AppClient

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        rows = AppClient.objects.live().filter(aws_account=aws_account).select_related("pool").order_by("pk")
        for row in rows:
            yield UnusedFound(
                object_id=row.aws_id,
                name=row.name,
                whose=row.pool.name,
                page_id=row.aws_id,
                created_at=row.created_at,
                idle_since=row.created_at or row.first_seen,
                unknown="AWS tells nobody when an app client was used.",
                why_not="CloudWatch counts sign-ins by client: look at the metrics of its pool.",
            )
