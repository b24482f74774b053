"""The block beside the editor of a control policy: who in the AWS accounts below loses and gains what by the draft.

It looks at the first AWS accounts that the operator may see, in less time than a plan takes, which looks at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from access.drafts.effects import WHILE_TYPING, DraftEffects
from access.drafts.words import DraftSaid, said_of
from access.plans.organization_check import account_effects
from access.plans.organization_limits import BoundAccount, bound_accounts
from accounts.access import may
from accounts.models import Operator
from accounts.roles import SEE_IAM
from policies import draft_blocks
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.engine.document import identify
from policies.engine.structure import DocumentType
from policies.holdings import ControlPolicyChange

MOST_ACCOUNTS, MOST_PRINCIPALS = 6, 3_000  # a tenth of a second of each, mostly
_KINDS = (DocumentType.SCP, DocumentType.RCP)


@dataclass(frozen=True)
class AccountSaid:
    """One AWS account: `said`, or `why` that isn't known."""

    name: str
    account_id: str
    said: DraftSaid | None
    why: str = ""


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/drafts/organization_block.html`."""
    subject = draft.subject
    if subject is None or not isinstance(subject.change, ControlPolicyChange):
        return None
    is_same = identify(draft.text).canonical_hash == identify(subject.in_force).canonical_hash
    change = replace(subject.change, document=draft.text)
    bound = [] if is_same else bound_accounts(draft.aws_account, [change])
    told = [each for each in bound if each.connected and may(draft.operator, SEE_IAM, each.connected)]
    found = [_said(each, change) for each in told[:MOST_ACCOUNTS]]
    return {
        "subject": subject,
        "is_same": is_same,
        "is_bound": bool(bound),
        "accounts": [each for each in found if each.why or (each.said and not each.said.nothing)],
        "unchanged": [each.name for each in found if not each.why and each.said and each.said.nothing],
        "later": max(0, len(told) - MOST_ACCOUNTS),
        "hidden": _hidden(bound, draft.operator),
        "not_connected": [each.account.name for each in bound if each.connected is None],
    }


def _said(bound: BoundAccount, change: ControlPolicyChange) -> AccountSaid:
    found = account_effects(bound, MOST_PRINCIPALS, WHILE_TYPING)
    if found.holdings is None:
        return AccountSaid(bound.account.name, bound.account.aws_id, None, " ".join(found.why))
    effects = DraftEffects(change, found.holdings, found.holdings, found.concerned, ())
    return AccountSaid(bound.account.name, bound.account.aws_id, said_of(effects, bound.account.aws_id))


def _hidden(bound: list[BoundAccount], operator: Operator) -> int:
    return sum(each.connected is not None and not may(operator, SEE_IAM, each.connected) for each in bound)


def register() -> None:
    title, template = "What the draft changes below", "access/drafts/organization_block.html"
    draft_blocks.register(DraftBlock("organization_access", title, template, said, 11, _is_about_it))


def _is_about_it(draft: CheckedDraft) -> bool:
    return draft.kind in _KINDS and draft.subject is not None
