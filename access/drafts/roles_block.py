"""The block beside the editor of a permission set's inline policy: what the draft changes in each AWS account.

It looks at the first AWS accounts that the operator may see, in less time than a plan takes, which looks at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.drafts.effects import draft_effects
from access.drafts.organization_block import MOST_ACCOUNTS, AccountSaid
from access.drafts.words import said_of
from accounts.access import may
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from policies import draft_blocks
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.draft_subjects import DraftSubject
from policies.engine.document import identify
from policies.holdings import InlineOfRolesChange, InlinePolicyChange

_NOT_READ = "Its role there wasn’t read yet."


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/drafts/roles_block.html`."""
    subject = draft.subject
    if subject is None or not isinstance(change := subject.change, InlineOfRolesChange):
        return None
    is_same = identify(draft.text).canonical_hash == identify(subject.in_force).canonical_hash
    roles = {} if is_same else dict(change.roles)
    accounts = list(AwsAccount.objects.filter(account_id__in=roles).order_by("name", "account_id"))
    seen = [each for each in accounts if may(draft.operator, SEE_IAM, each)]
    found = [_said(each, roles[each.account_id], change, draft.text) for each in seen[:MOST_ACCOUNTS]]
    return {
        "subject": subject,
        "is_same": is_same,
        "is_anywhere": bool(roles),
        "accounts": [each for each in found if each.why or (each.said and not each.said.nothing)],
        "unchanged": [each.name for each in found if not each.why and each.said and each.said.nothing],
        "later": max(0, len(seen) - MOST_ACCOUNTS),
        "hidden": len(accounts) - len(seen),
    }


def _said(account: AwsAccount, role_arn: str, change: InlineOfRolesChange, text: str) -> AccountSaid:
    if not role_arn:
        return AccountSaid(account.name, account.account_id, None, _NOT_READ)
    subject = DraftSubject(InlinePolicyChange(role_arn, change.name, change.document), "")
    effects = draft_effects(account, subject, text)
    return AccountSaid(account.name, account.account_id, said_of(effects, account.account_id))


def register() -> None:
    title, template = "What the draft changes in AWS accounts", "access/drafts/roles_block.html"
    draft_blocks.register(DraftBlock("roles_access", title, template, said, 12, _is_about_it))


def _is_about_it(draft: CheckedDraft) -> bool:
    return draft.subject is not None and isinstance(draft.subject.change, InlineOfRolesChange)
