"""Drafts of inline policies of permission sets: which they are to be the document of."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import AwsAccount
from directory.access_facts import INLINE
from directory.models import PermissionSet
from directory.reserved_roles import roles_of
from policies import draft_subjects
from policies.draft_subjects import DraftSubject
from policies.holdings import InlineOfRolesChange

SET_INLINE = "set_inline"


def _set_inline(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    rows = PermissionSet.objects.live().filter(aws_account=aws_account, aws_id=aws_id).select_related("inline")
    row = rows.first()
    if row is None:
        return None
    roles = tuple((account.account_id, role.arn if role else "") for account, role in roles_of(row))
    change = InlineOfRolesChange(INLINE, roles, row.inline.text if row.inline else None)
    url = reverse("permission_set", kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})
    others = set(row.accounts) - {account_id for account_id, _ in roles}
    return DraftSubject(
        change,
        "Against the inline policy of now" if row.inline else "A first inline policy",
        url,
        note=f"Not connected, so nothing is known of {', '.join(sorted(others))}." if others else "",
    )


def register() -> None:
    draft_subjects.register(SET_INLINE, _set_inline)
