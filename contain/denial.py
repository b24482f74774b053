"""How everything is denied to a user or role: by an inline policy, or where there is no room by AWS's AWSDenyAll."""

from __future__ import annotations

from datetime import datetime

from identities.models import IamRole, IamUser, InlinePolicy
from identities.operations import attach, contain
from policies.engine.document import size
from policies.models import ManagedPolicy
from policies.quotas import INLINE_OF_ROLE, INLINE_OF_USER, quotas_of
from sync.operations import StepSpec

DENY_ALL = "AWSDenyAll"


def denial(owner: IamUser | IamRole, at: datetime) -> tuple[tuple[StepSpec, ...], str]:
    """The steps, and how that is done, as a sentence. No steps where neither has room."""
    step = contain(owner, at)
    if _has_room(owner, size(str(step.params["document"]))):
        return (step,), "An inline policy of this console."
    arn = f"arn:{owner.aws_account.partition}:iam::aws:policy/{DENY_ALL}"
    if ManagedPolicy.objects.live().filter(aws_account=owner.aws_account, arn=arn).exists():
        return (attach(owner, arn),), f"AWS’s own policy {DENY_ALL}, since its inline policies leave no room."
    no_room = "Its inline policies leave no room, and the mirror doesn’t have AWS’s policy"
    return (), f"{no_room} {DENY_ALL}: pull, then look again."


def _has_room(owner: IamUser | IamRole, characters: int) -> bool:
    of_user = isinstance(owner, IamUser)
    rows = InlinePolicy.objects.live().filter(**{"user" if of_user else "role": owner}).select_related("document")
    quota = quotas_of(owner.aws_account)[INLINE_OF_USER if of_user else INLINE_OF_ROLE]
    held = sum(int(row.document.size) for row in rows)
    return held + characters <= quota.value
