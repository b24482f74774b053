"""The block beside the editor of a resource's policy: who gains and loses what by the draft, to whom it opens.

It looks at the AWS account itself and at the first others that the operator may see, with less effort than a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.drafts.effects import WHILE_TYPING
from access.resource_plans.blocks import ResourceBlock, block_of
from access.resource_plans.check import kept_of
from access.resource_plans.measuring import differences
from accounts.access import may
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from policies import draft_blocks
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.engine.document import identify
from policies.holdings import ResourcePolicyChange
from sync.naming import Names

MOST_ACCOUNTS = 4  # beside its own
_NOT_KNOWN = "not known"


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/resources/draft.html`."""
    subject = draft.subject
    if subject is None or not isinstance(subject.change, ResourcePolicyChange):
        return None
    change = subject.change
    is_same = identify(draft.text).canonical_hash == identify(subject.in_force).canonical_hash
    there = ResourcePolicyChange(change.resource_arn, subject.in_force or None, change.on)
    now = ResourcePolicyChange(change.resource_arn, draft.text, change.on)
    found = [] if is_same else differences(draft.aws_account, [now], [there])
    if not is_same and not found:
        return None

    def may_see(account_id: str) -> bool:
        row = AwsAccount.objects.filter(account_id=account_id).first()
        return row is not None and may(draft.operator, SEE_IAM, row)

    kept = kept_of(draft.aws_account, found[0], WHILE_TYPING, MOST_ACCOUNTS) if found else None
    block = block_of(kept, draft.aws_account.account_id, may_see) if kept else None
    return {
        "subject": subject,
        "resource": block,
        "opens": kept["opens"] if kept else [],
        "summary": _summary(block) if block else "Nothing: it says what is in force.",
        "names": Names(draft.operator, draft.aws_account),
    }


def _summary(block: ResourceBlock) -> str:
    """What comes of it, in a sentence, of a draft that opens it to nobody."""
    if block.accounts:
        return f"{' · '.join(f'{each.name}: {each.summary or _NOT_KNOWN}' for each in block.accounts)}."
    if block.why:
        return "Who gains and loses what isn’t known."
    if block.concerned:
        return "Access changes in AWS accounts that you can’t see."
    if block.is_changed:
        return "Who gets in from outside changes."
    if block.not_connected:
        return "Nobody’s access is known to change: not all AWS accounts it names are connected."
    return "Nobody’s access changes as far as it is looked at here."


def register() -> None:
    title, template = "What the draft changes", "access/resources/draft.html"
    draft_blocks.register(DraftBlock("resource_access", title, template, said, 12, _is_about_it))


def _is_about_it(draft: CheckedDraft) -> bool:
    return draft.subject is not None and isinstance(draft.subject.change, ResourcePolicyChange)
