"""The block beside the editor that says which guard rails a draft is against, by the quick ones of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.guard_rails.content import Mode, OverrideBy, RailContent
from access.guard_rails.planned import meant_in, named_policies, rails_in_force
from access.guard_rails.resource_rules import ResourceRule
from access.guard_rails.rules import OWN, rule_of
from access.guard_rails.state import planned_states
from access.guard_rails.violations import sentences
from access.plans.reading import holdings_between
from policies import draft_blocks
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.engine.document import identify
from policies.holdings import ResourceChange, facts_in
from sync.models import SafeguardVersion

_SHOWN = 5
_MOST_COMPARED = 500  # who have the document: more take longer than somebody who types waits


@dataclass(frozen=True)
class TouchedRail:
    version: SafeguardVersion
    effect: str
    is_grave: bool
    sentences: Sequence[str]
    more: int
    mend: str


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/guard_rails/draft.html`."""
    if draft.subject is None or _is_same(draft.text, draft.subject.in_force):
        return None
    versions = rails_in_force(draft.aws_account)
    if isinstance(draft.subject.change, ResourceChange):  # these look at what a plan measures
        later = [each for each in versions if isinstance(rule_of(each.content), ResourceRule)]
        return {"touched": [], "met": 0, "later": later} if later else None
    if not versions:
        return None
    account_id = draft.aws_account.account_id
    facts = facts_in(account_id, draft.subject.with_text(draft.text))
    planned = holdings_between(draft.aws_account, facts, [])
    if draft.subject.in_force:  # where the draft isn't compared with what is in force now
        planned.before.apply_all(facts_in(account_id, draft.subject.change))
    before, after = planned_states(draft.aws_account, planned, named_policies(versions, draft.aws_account))
    touched, later = [], []
    for version in versions:
        rule, content = rule_of(version.content), RailContent.read(version.content)
        if rule is None:
            continue
        is_slow = rule.name == OWN and len(after.holdings.owners) > _MOST_COMPARED
        if is_slow or not rule.is_quick:
            later.append(version)
            continue
        found = sentences(rule.worsened_while_typing(before, after, meant_in(version, draft.aws_account)))
        if found:
            grave = content.mode is Mode.BLOCKS
            more = max(0, len(found) - _SHOWN)
            touched.append(TouchedRail(version, effect_of(content), grave, found[:_SHOWN], more, rule.mend))
    return {"touched": touched, "met": len(versions) - len(touched) - len(later), "later": later}


def _is_same(text: str, other: str) -> bool:
    return identify(text).canonical_hash == identify(other).canonical_hash


def effect_of(content: RailContent) -> str:
    """What becomes of a plan that is against it, in a sentence."""
    if content.mode is Mode.BLOCKS:
        return _OVERRIDDEN[content.override]
    return _EFFECTS[content.mode]


_EFFECTS = {
    Mode.OFF: "It is off.",
    Mode.NOTE: "The plan says so.",
    Mode.APPROVER: "The plan needs an approver.",
}
_OVERRIDDEN = {
    OverrideBy.NOBODY: "The plan is blocked.",
    OverrideBy.OWNER: "The plan is blocked, unless an owner overrides it.",
    OverrideBy.APPROVER: "The plan is blocked, unless an approver or owner overrides it.",
}


def register() -> None:
    template = "access/guard_rails/draft.html"
    draft_blocks.register(
        DraftBlock("guard_rails", "Guard rails", template, said, 20, lambda draft: draft.may_have_subject)
    )
