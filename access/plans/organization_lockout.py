"""Whether the console could still get in and work in the AWS accounts below, with other control policies above them."""

from __future__ import annotations

from collections.abc import Iterator

from access.plans.organization_limits import BoundAccount
from access.protection import entering_within, lost_within
from iamconsole.web.words import some
from sync.aws.purpose import Tier
from sync.checks import PlanFinding

_SHOWN = 4  # actions


def lockouts(bound: BoundAccount) -> Iterator[PlanFinding]:
    """Of one that is connected: by the engine, with its roles before and after. Only an owner there lets it through.

    With the console's own credentials (*ambient*) there is no role to ask about.
    """
    aws_account = bound.connected
    if aws_account is None or (bound.before.scps, bound.before.rcps) == (bound.after.scps, bound.after.rcps):
        return
    account_id = bound.account.aws_id
    roles: dict[Tier, str] = {"read": aws_account.read_role_arn, "write": aws_account.write_role_arn}
    for tier, arn in roles.items():
        if not arn:
            continue
        lost, perhaps = lost_within(aws_account, tier, arn, bound.before, bound.after)
        entering_lost, entering_perhaps = entering_within(aws_account, tier, arn, bound.before, bound.after)
        lost, perhaps = [*entering_lost, *lost], [*entering_perhaps, *perhaps]
        if lost:
            words = f"After this plan the console could no longer {tier} in AWS account {account_id}: it would lack "
            yield PlanFinding(
                "LOCKS_OUT_BELOW",
                "protected",
                f"{words}{some(lost, shown=_SHOWN)}.",
                about=(account_id, tier, *lost),
                of_account=account_id,
            )
        if perhaps:
            words = f"Whether the console could still {tier} in AWS account {account_id} isn’t known: of "
            said = f"{words}{some(perhaps, shown=_SHOWN)} it can’t be told."
            yield PlanFinding("MAY_LOCK_OUT_BELOW", "warning", said, about=(account_id, tier, *perhaps))
