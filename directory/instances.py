"""The instance of Identity Center, as an AWS account knows it: the AWS account that holds it, or its delegate, has what
is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from accounts.models import AwsAccount
from directory.models import Instance
from directory.sources import INSTANCE, administered
from iamconsole.web.once import once_a_page
from sync.selectors import SourceCoverage, coverages_of


@dataclass(frozen=True)
class InstanceState:
    """`state`: "held" – this AWS account's mirror has what is in `instance`; "elsewhere" – another one administers it;
    "applications" – an account instance, which opens no AWS account; "none"; or why it isn't known.
    """

    state: Literal["held", "elsewhere", "applications", "none", "never", "denied", "unsupported", "failed"]
    instance: Instance | None = None
    held_by: AwsAccount | None = None  # of "elsewhere": whose mirror has it, if any
    coverage: SourceCoverage | None = None


@once_a_page
def instance_state(aws_account: AwsAccount) -> InstanceState:
    coverage = coverages_of(aws_account, [INSTANCE])[INSTANCE]
    found = list(Instance.objects.live().filter(aws_account=aws_account).order_by("-administers", "pk"))
    for instance in found:
        if instance.administers and instance.has_permission_sets:
            return InstanceState("held", instance, aws_account, coverage)
    organizations = [one for one in found if not one.administers]
    if organizations:
        return InstanceState("elsewhere", organizations[0], holder_of(organizations[0].arn), coverage)
    if found:
        return InstanceState("applications", found[0], None, coverage)
    return InstanceState("none" if coverage.is_read else coverage.state, None, None, coverage)  # type: ignore[arg-type]


@once_a_page
def holder_of(instance_arn: str) -> AwsAccount | None:
    """Whose mirror has what is in the instance; the AWS account that holds it before its delegate."""
    rows = Instance.objects.live().filter(arn=instance_arn, administers=True, has_permission_sets=True)
    found = sorted(
        rows.select_related("aws_account"), key=lambda row: (row.owner_id != row.aws_account.account_id, row.pk)
    )
    return found[0].aws_account if found else None


def held_instance(aws_account: AwsAccount) -> Instance | None:
    """The one with permission sets that the AWS account administers."""
    return next(iter(administered(aws_account)), None)
