"""The block beside the editor that says what a draft changes of access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from access.drafts.effects import draft_effects
from access.drafts.escalation import draft_escalations
from access.drafts.words import NOT_ABOUT_ESCALATION, said_of
from access.simulation.form import as_if
from access.surroundings import surroundings_of
from policies import draft_blocks
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.engine.document import identify
from policies.holdings import InlineOfRolesChange, OrganizationChange, ResourceChange

_ELSEWHERE = (OrganizationChange, InlineOfRolesChange, ResourceChange)


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/drafts/block.html`."""
    subject = draft.subject
    if subject is None:
        return None
    is_same = identify(draft.text).canonical_hash == identify(subject.in_force).canonical_hash
    found = None if is_same else draft_effects(draft.aws_account, subject, draft.text)
    escalations = draft_escalations(draft.aws_account, found) if found else NOT_ABOUT_ESCALATION
    account_id = draft.aws_account.account_id
    return {
        "subject": subject,
        "as_if": as_if(subject.change),
        "simulate_url": reverse("simulate", kwargs={"account_id": draft.aws_account.account_id}),
        "is_same": is_same,
        "found": said_of(found, account_id, escalations) if found else None,
        "not_read": sorted(surroundings_of(account_id).not_read.values()) if found else [],
    }


def register() -> None:
    title, template = "What the draft changes", "access/drafts/block.html"
    draft_blocks.register(DraftBlock("access", title, template, said, 10, _is_about_it))


def _is_about_it(draft: CheckedDraft) -> bool:
    """Not what is in force in several AWS accounts (access/drafts/organization_block.py, roles_block.py), nor what
    stands on a resource (access/resource_plans/draft_block.py)."""
    is_elsewhere = draft.subject is not None and isinstance(draft.subject.change, _ELSEWHERE)
    return draft.may_have_subject and not is_elsewhere
