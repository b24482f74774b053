"""What was used, as something to begin a policy from: the proposals for the policies of a user or role."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from iamconsole.web.words import counted
from identities.models import IamRole, IamUser
from policies import starting
from policies.starting import StartFound, StartQuery, StartRow, StartSource


def _rows(query: StartQuery) -> StartFound:
    """Users before roles."""
    found: list[StartRow] = []
    total = 0
    for model, kind in ((IamUser, "user"), (IamRole, "role")):
        rows: Any = model.objects.live().filter(aws_account=query.aws_account)
        for word in query.words_folded:
            rows = rows.filter(name_key__contains=word)
        begin, end = (max(0, place - total) for place in (query.span.start, query.span.stop))
        found += [_row(row, kind) for row in rows.select_related("aws_account").order_by("name_key", "pk")[begin:end]]
        total += rows.count()
    return StartFound(found, total)


def _row(row: Any, kind: str) -> StartRow:
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id}
    about = f"The {kind}’s policies without what AWS says wasn’t used."
    return StartRow("", row.name, about, url=reverse(f"{kind}_least_privilege", kwargs=kwargs))


def _count(query: StartQuery) -> str:
    users = IamUser.objects.live().filter(aws_account=query.aws_account).count()
    roles = IamRole.objects.live().filter(aws_account=query.aws_account).count()
    return f"By one of {counted(users, 'user')} and {counted(roles, 'role')}"


def register() -> None:
    starting.register(
        StartSource("used", "What was used", "timer", _count, _rows, lambda query, value: None, position=40)
    )
