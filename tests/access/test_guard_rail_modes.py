"""Guard rails: their modes, overrides, who changes them, and what is against them already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from access.guard_rails import draft_block
from access.guard_rails.content import Mode, OverrideBy, RailContent
from access.guard_rails.finding_source import GuardRailSource
from access.guard_rails.kind import GuardRailKind
from access.guard_rails.rules import OWN
from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from findings.models import Finding
from findings.refresh import refresh
from identities import operations as ops
from identities.models import IamUser
from policies import draft_subjects
from policies.draft_blocks import CheckedDraft
from policies.engine.structure import DocumentType
from sync import changes
from sync.changes.bookkeeping import PlanError
from sync.changes.guards import objection
from sync.models import Change, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.services import SafeguardError
from tests.access.guarding import LAKE, giving, power, rail, why_not
from tests.access.mirrored import administrator, managed, user
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.rows import attach, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
State = SafeguardVersion.State


# ---- Modes -----------------------------------------------------------------------------------------------------
def test_a_note_is_a_note(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", Mode.NOTE)
    change = giving(here, erin)
    assert [each["severity"] for each in change.findings if each["code"] == "GUARD_RAIL"] == ["warning"]
    changes.apply(change=change, actor=erin)


def test_it_needs_an_approver(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", Mode.APPROVER)
    anton = make_operator("anton", Role.APPROVER, here)
    change = giving(here, erin)
    assert "1 more approval is needed" in why_not(change, erin)
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)


def test_nobody_overrides_it(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access")
    change = giving(here, erin)
    assert "dana: all actions on all resources, by the policy power" in why_not(change, erin)
    with pytest.raises(PlanError, match="nothing to override"):
        changes.override_guard_rail(change=change, actor=alice, reason="Because")


def test_an_owner_overrides_it_with_a_reason(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", override=OverrideBy.OWNER)
    anton = make_operator("anton", Role.APPROVER, here)
    change = giving(here, erin)
    changes.approve(change=change, actor=anton) if change.approvals_required else None
    before = change.digest
    with pytest.raises(PlanError, match="Only an owner"):
        changes.override_guard_rail(change=change, actor=anton, reason="Because")
    with pytest.raises(PlanError):
        changes.override_guard_rail(change=change, actor=erin, reason="Because")
    with pytest.raises(PlanError, match="Say why"):
        changes.override_guard_rail(change=change, actor=alice, reason=" ")
    assert "Only an owner can let it through" in why_not(change, erin)
    changes.override_guard_rail(change=change, actor=alice, reason="Ticket OPS-1")
    change.refresh_from_db()
    assert change.digest != before
    entry = AuditEntry.objects.get(verb="change.guard_rail_overridden")
    assert "OPS-1" not in str(entry.data)
    changes.apply(change=change, actor=erin)


def test_not_for_a_change_of_their_own(here: AwsAccount, alice: Operator, dana: IamUser) -> None:
    make_operator("oscar", Role.OWNER, here)
    rail(here, alice, "no_full_access", override=OverrideBy.OWNER)
    change = giving(here, alice)
    with pytest.raises(PlanError, match="You proposed this change"):
        changes.override_guard_rail(change=change, actor=alice, reason="Because")


def test_approvals_from_before_the_override_are_asked_again(
    here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    here.refresh_from_db()
    anton = make_operator("anton", Role.APPROVER, here)
    rail(here, alice, "no_full_access", override=OverrideBy.OWNER)
    change = giving(here, erin)
    changes.approve(change=change, actor=anton)
    changes.override_guard_rail(change=change, actor=alice, reason="Ticket OPS-1")
    assert "1 more approval is needed" in why_not(change, erin)
    assert change.state == Change.State.PROPOSED


def test_an_override_that_somebody_wrote_into_the_database(
    here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser
) -> None:
    rail(here, alice, "no_full_access", override=OverrideBy.OWNER)
    change = giving(here, erin)
    change.overrides.create(operator=alice, reason="x", findings=change.findings)
    assert "isn't the one that was proposed" in why_not(change, erin)


def test_a_plan_from_before_it_was_tightened(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", Mode.NOTE)
    change = giving(here, erin)
    rail(here, alice, "no_full_access")
    assert "What plans here have to meet has changed since this one was made" in why_not(change, erin)


def test_a_scheduled_change_from_before_it_was_tightened(
    here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser
) -> None:
    change = propose(here, erin, [ops.attach(dana, power(here).arn)], not_before=timezone.now() + timedelta(minutes=1))
    changes.apply(change=change, actor=erin)
    rail(here, alice, "no_full_access")
    change.refresh_from_db()
    assert change.state == Change.State.SCHEDULED
    against = objection(change, erin)  # as the worker asks, when its time has come
    assert against is not None and against.voids_approvals
    assert "all actions on all resources" in against.sentence


def test_many_at_once(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access")
    people = [make_user(here, f"p{number}") for number in range(5)]
    change = propose(here, erin, [ops.attach(each, power(here).arn) for each in people])
    assert "p0, p1, p2 and 2 more: all actions on all resources" in why_not(change, erin)


# ---- In an editor ----------------------------------------------------------------------------------------------
def test_what_a_draft_is_against(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    policy = managed(here, "reports", [allow("s3:GetObject", LAKE)])
    attach(dana, policy)

    def said_while_typing(*statements: dict[str, Any]) -> Any:
        subject = draft_subjects.find(here, "policy", policy.aws_id)
        draft = CheckedDraft(document_text(*statements), DocumentType.IDENTITY, here, erin, subject)
        return draft_block.said(draft)

    assert said_while_typing(allow("s3:*")) is None  # there is none
    rail(here, alice, OWN, document=document_text(deny("s3:Delete*")))
    rail(here, alice, "no_new_escalation")
    found = said_while_typing(allow("s3:*"))
    assert [(each.effect, each.sentences) for each in found["touched"]] == [
        ("The plan is blocked.", ["dana: may do s3:Delete*"])
    ]
    assert [each.content["rule"] for each in found["later"]] == ["no_new_escalation"]
    assert said_while_typing(allow("s3:Get*"))["touched"] == []


# ---- Who changes it --------------------------------------------------------------------------------------------
def test_only_owners_change_one(here: AwsAccount, alice: Operator, erin: Operator, bob: Operator) -> None:
    for operator in (erin, bob, make_operator("anton", Role.APPROVER, here)):
        with pytest.raises(SafeguardError, match="Only an owner can change a guard rail"):
            rail(here, operator, "no_full_access", Mode.NOTE)
    made = rail(here, alice, "no_full_access", Mode.NOTE)
    with pytest.raises(SafeguardError, match="Only an owner"):
        rail(here, erin, "no_full_access", Mode.OFF)
    assert rail(here, alice, "no_full_access").safeguard_id == made.safeguard_id


def test_to_loosen_it_takes_two(here: AwsAccount, alice: Operator, dana: IamUser) -> None:
    AwsAccount.objects.update(approvals_required=1)
    here.refresh_from_db()
    anton = make_operator("anton", Role.APPROVER, here)
    rail(here, alice, "no_full_access")
    looser: tuple[tuple[Mode, dict[str, Any]], ...]
    looser = ((Mode.OFF, {}), (Mode.APPROVER, {}), (Mode.BLOCKS, {"exempt": "dana"}))
    for mode, typed in looser:
        waiting = rail(here, alice, "no_full_access", mode, **typed)
        assert waiting.state == State.PENDING
        services.refuse(version=waiting, actor=anton)
    waiting = rail(here, alice, "no_full_access", override=OverrideBy.OWNER)
    with pytest.raises(SafeguardError, match="somebody else"):
        services.accept(version=waiting, actor=alice)
    services.accept(version=waiting, actor=anton)
    assert rail(here, alice, "no_full_access", override=OverrideBy.NOBODY).state == State.IN_FORCE  # stricter


def test_who_proposed_what_it_stands_against_does_not_loosen_it(
    here: AwsAccount, alice: Operator, dana: IamUser
) -> None:
    oscar = make_operator("oscar", Role.OWNER, here)
    rail(here, alice, "no_full_access")
    change = giving(here, alice)
    with pytest.raises(SafeguardError, match=f"You proposed change {change.pk}"):
        rail(here, alice, "no_full_access", Mode.OFF)
    assert rail(here, oscar, "no_full_access", Mode.OFF).state == State.IN_FORCE


def test_what_loosens_a_document(here: AwsAccount) -> None:
    def content(*statements: Any) -> dict[str, Any]:
        return RailContent(OWN, Mode.BLOCKS, parameters={"document": document_text(*statements)}).as_json()

    kind, before = GuardRailKind(), content(deny("s3:Delete*"))
    assert not kind.loosens(before, content(deny("s3:Delete*"), deny("iam:*")))
    assert not kind.loosens(before, content(deny("s3:*")))
    assert kind.loosens(before, content(deny("s3:DeleteBucket")))
    assert kind.loosens(before, content(deny("s3:Delete*", Condition={"Bool": {"aws:SecureTransport": "true"}})))


# ---- What is so already ----------------------------------------------------------------------------------------
def test_what_is_against_it_already_is_a_finding(here: AwsAccount, alice: Operator, dana: IamUser) -> None:
    administrator(dana)
    user(here, "lee", allow("s3:DeleteBucket"))
    own = rail(here, alice, OWN, document=document_text(deny("s3:DeleteBucket")))
    rail(here, alice, "no_full_access", Mode.NOTE)
    refresh(here, sources=[GuardRailSource()])
    rows = Finding.objects.filter(source="guard_rails")
    assert sorted(rows.values_list("name", "severity")) == [("dana", "high"), ("dana", "medium"), ("lee", "high")]
    assert {each.object_id for each in rows if each.name == "dana"} == {dana.aws_id}
    services.delete(safeguard=own.safeguard, actor=alice)
    refresh(here, sources=[GuardRailSource()])
    assert rows.exclude(state=Finding.State.MENDED).count() == 1
