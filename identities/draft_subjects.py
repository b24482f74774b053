"""Drafts of inline policies and trust policies: which they are to be the document of."""

from __future__ import annotations

from functools import partial
from typing import Any

from accounts.models import AwsAccount
from identities.kinds import GROUP, ROLE, USER
from identities.models import IamRole, InlinePolicy
from objects.kinds import IamKind
from policies import draft_subjects
from policies.draft_subjects import DraftSubject
from policies.holdings import InlinePolicyChange, TrustChange

TRUST = "trust"


def _inline(kind: IamKind, aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    model: Any = kind.model
    owner = model.objects.live().filter(aws_account=aws_account, aws_id=aws_id).first()
    if owner is None:
        return None
    held = InlinePolicy.objects.live().filter(**{kind.name: owner}, name=name).select_related("document").first()
    change = InlinePolicyChange(owner.arn, name, held.document.text if held else None)
    return DraftSubject(change, "Against the policy of now" if held else "A new inline policy")


def _trust(aws_account: AwsAccount, aws_id: str, name: str) -> DraftSubject | None:
    row = IamRole.objects.live().filter(aws_account=aws_account, aws_id=aws_id).select_related("trust").first()
    if row is None:
        return None
    return DraftSubject(TrustChange(row.arn, row.trust.text if row.trust else ""), "Against the trust policy of now")


def register() -> None:
    for kind in (USER, GROUP, ROLE):
        draft_subjects.register(f"inline_{kind.name}", partial(_inline, kind))
    draft_subjects.register(TRUST, _trust)
