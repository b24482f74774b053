"""What was used, as something to begin a policy from: the proposals for the policies of a user or role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from identities.models import IamRole, IamUser
from policies import starting
from policies.starting import MOST_ROWS, StartRow, StartSource


def _rows(aws_account: AwsAccount, words: str) -> Sequence[StartRow]:
    found: list[StartRow] = []
    for model, kind in ((IamUser, "user"), (IamRole, "role")):
        rows: Any = model.objects.live().filter(aws_account=aws_account)
        for word in words.casefold().split()[:5]:
            rows = rows.filter(name_key__contains=word)
        found += [_row(row, kind) for row in rows.order_by("name_key")[:MOST_ROWS]]
    return found[:MOST_ROWS]


def _row(row: Any, kind: str) -> StartRow:
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id}
    about = f"The {kind}’s policies without what AWS says wasn’t used."
    return StartRow("", row.name, about, url=reverse(f"{kind}_least_privilege", kwargs=kwargs))


def _count(aws_account: AwsAccount) -> str:
    users = IamUser.objects.live().filter(aws_account=aws_account).count()
    roles = IamRole.objects.live().filter(aws_account=aws_account).count()
    return f"By one of {counted(users, 'user')} and {counted(roles, 'role')}"


def register() -> None:
    starting.register(
        StartSource("used", "What was used", "timer", _count, _rows, lambda aws_account, value: None, position=40)
    )
