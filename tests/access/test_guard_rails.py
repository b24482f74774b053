"""Guard rails: what each rule stands against, held by plans, changed by owners, overridden by who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from access.guard_rails import draft_block
from access.guard_rails.content import Mode, OverrideBy, RailContent
from access.guard_rails.finding_source import GuardRailSource
from access.guard_rails.kind import GuardRailKind
from access.guard_rails.rules import OWN, RULES
from access.guard_rails.services import WantedRail, make_own, set_rail
from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from findings.models import Finding
from findings.refresh import refresh
from identities import operations as ops
from identities.models import AccessKey, IamUser
from identities.operations.credentials.of_user import on_user
from policies import draft_subjects
from policies.draft_blocks import CheckedDraft
from policies.engine.structure import DocumentType
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes
from sync.changes.bookkeeping import PlanError
from sync.changes.guards import objection
from sync.models import Change, SafeguardVersion
from sync.operations import StepSpec
from sync.safeguards import services
from sync.safeguards.services import SafeguardError
from tests.access.mirrored import OTHER, administrator, arn, managed, role, user
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.rows import attach, make_user
from tests.services.statements import LAMBDA, allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db
State = SafeguardVersion.State


@pytest.fixture
def here(alone: AwsAccount) -> AwsAccount:
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    return alone


@pytest.fixture
def dana(here: AwsAccount) -> IamUser:
    found: IamUser = make_user(here, "dana")
    return found


def rail(
    aws_account: AwsAccount,
    owner: Operator,
    rule: str,
    mode: Mode = Mode.BLOCKS,
    override: OverrideBy = OverrideBy.NOBODY,
    **typed: Any,
) -> SafeguardVersion:
    """`typed`: what the form has for its parameters."""
    parameters = {
        each.name: each.read(typed[each.name], aws_account) if each.name in typed else each.nothing
        for each in RULES[rule].parameters
    }
    wanted = WantedRail(RULES[rule].title, RailContent(rule, mode, override, parameters))
    act = make_own if rule == OWN else set_rail
    return act(aws_account=aws_account, actor=owner, rail=wanted)


def said(aws_account: AwsAccount, actor: Operator, *steps: StepSpec) -> list[str]:
    """What guard rails say of a plan, without their numbers and what to do."""
    change = propose(aws_account, actor, list(steps))
    found = [each["message"] for each in change.findings if each["code"] == "GUARD_RAIL"]
    return [each.partition("stands against it. ")[2].partition(". ")[0] for each in found]


def make_key(owner: IamUser, aws_id: str) -> AccessKey:
    row = {"aws_id": aws_id, "name": aws_id, "name_key": aws_id.casefold(), "first_seen": owner.first_seen}
    return AccessKey.objects.create(aws_account=owner.aws_account, user=owner, **row)


def why_not(change: Change, actor: Operator) -> str:
    with pytest.raises(PlanError) as caught:
        changes.apply(change=change, actor=actor)
    change.refresh_from_db()
    return str(caught.value)


def power(aws_account: AwsAccount) -> ManagedPolicy:
    found = ManagedPolicy.objects.filter(aws_account=aws_account, name="power").first()
    return found or managed(aws_account, "power", [allow("*")])


# ---- The rules -------------------------------------------------------------------------------------------------
def test_all_actions_on_all_resources(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", exempt="break-*")
    assert said(here, erin, ops.attach(dana, power(here).arn)) == [
        "dana: all actions on all resources, by the policy power"
    ]
    split = document_text(*(allow(f"{letter}*") for letter in "abcdefghijklmnopqrstuvwxyz"))
    assert said(here, erin, ops.put_inline(dana, "own", split)) == [
        "dana: all actions on all resources, by the inline policy own"
    ]
    asks_mfa = document_text(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert said(here, erin, ops.put_inline(dana, "own", asks_mfa))
    assert said(here, erin, ops.attach(dana, "arn:aws:iam::aws:policy/AdministratorAccess"))
    assert said(here, erin, ops.attach(dana, "arn:aws:iam::aws:policy/NeverRead")) == [
        "dana: perhaps NeverRead, whose text the mirror doesn’t have"
    ]
    narrow = managed(here, "narrow", [allow("s3:*")])
    assert said(here, erin, ops.attach(dana, narrow.arn)) == []
    assert said(here, erin, ops.attach(make_user(here, "break-glass"), power(here).arn)) == []


def test_what_is_so_already_blocks_nothing(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "no_full_access")
    lee = administrator(make_user(here, "lee"))
    narrow = managed(here, "narrow", [allow("s3:*")])
    assert said(here, erin, ops.attach(lee, narrow.arn)) == []
    assert said(here, erin, ops.attach(lee, power(here).arn)) == [
        "lee: all actions on all resources, by the policy power"
    ]


def test_a_boundary_on_new_roles(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge, other = managed(here, "edge", [allow("s3:*")]), managed(here, "other", [allow("*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    trust = trusting(LAMBDA)

    def make(boundary: str = "") -> StepSpec:
        return ops.create_role(here, "new", trust, boundary_arn=boundary)

    assert said(here, erin, make()) == ["new: no permissions boundary"]
    assert said(here, erin, make(other.arn)) == [
        "new: the permissions boundary other, which isn’t one of those asked for"
    ]
    assert said(here, erin, make(edge.arn)) == []


def test_the_boundary_itself_and_roles_that_have_it(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    bounded = role(here, "bounded", trusts=LAMBDA, boundary_arn=edge.arn)
    assert said(here, erin, ops.delete_boundary(bounded)) == ["bounded: no permissions boundary"]
    role(here, "old", trusts=LAMBDA)
    wider = plan_update(edge, document_text(allow(["s3:*", "iam:*"])))
    assert said(here, erin, *wider) == [
        "edge: it lets more through than before, as a permissions boundary that the guard rail asks for"
    ]
    narrower = plan_update(edge, document_text(allow("s3:GetObject")))
    assert said(here, erin, *narrower) == []


def test_a_boundary_that_was_made_again_under_its_name(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    ManagedPolicy.objects.filter(pk=edge.pk).update(gone_at=edge.first_seen)
    again = managed(here, "edge", [allow("*")], aws_id="ANPAANOTHERONE")
    assert again.arn == edge.arn
    (words,) = said(here, erin, ops.create_role(here, "new", trusting(LAMBDA), boundary_arn=again.arn))
    assert words == "new: the guard rail names edge, which is gone from AWS: an owner has to name another"


def test_credentials_of_users(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_user_credentials", credentials="keys_and_passwords")
    assert said(here, erin, on_user(dana, "iam.key.create")) == ["dana: 1 access key"]
    key = make_key(dana, "AKIAOLD")
    assert said(here, erin, on_user(dana, "iam.key.create")) == ["dana: 2 access keys"]
    assert said(here, erin, on_user(key.user, "iam.key.deactivate", key=key.aws_id)) == []
    key.status = "Inactive"
    key.save(update_fields=["status"])
    assert said(here, erin, on_user(key.user, "iam.key.activate", key=key.aws_id)) == ["dana: 1 access key"]


def test_whom_roles_trust(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "known_accounts", accounts=f"{OTHER}\no-abcdefghij")
    deploy = role(here, "deploy", trusts=LAMBDA)

    def trust(*who: str, **more: Any) -> list[str]:
        return said(here, erin, ops.update_trust(deploy, trusting({"AWS": list(who)}, **more)))

    assert trust(OTHER, arn("root"), arn("role/x", account=OTHER)) == []
    assert trust(arn("role/x", account="333333333333")) == ["deploy: may be assumed from AWS account 333333333333"]
    inside = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    assert trust("*", Condition=inside) == []
    assert trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-strangers1"}}) == [
        "deploy: may be assumed from any AWS account"
    ]
    assert trust("*", Condition={"StringEquals": {"sts:ExternalId": "x"}}) == [
        "deploy: perhaps may be assumed from any AWS account"
    ]


def test_roles_that_are_open_to_everybody(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "not_public")
    deploy = role(here, "deploy", trusts=LAMBDA)

    def trust(who: Any, **more: Any) -> list[str]:
        return said(here, erin, ops.update_trust(deploy, trusting(who, **more)))

    assert trust({"AWS": "333333333333"}) == []
    assert trust("*") == ["deploy: may be assumed from any AWS account"]
    assert trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-strangers1"}}) == []


def test_privilege_escalation_paths(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_new_escalation")
    attaching = managed(here, "attaching", [allow("iam:AttachUserPolicy")])
    assert said(here, erin, ops.attach(dana, attaching.arn)) == ["dana: a new privilege escalation path"]
    assert said(here, erin, ops.attach(dana, power(here).arn)) == ["dana: becomes an administrator"]
    assert said(here, erin, ops.attach(dana, managed(here, "narrow", [allow("s3:*")]).arn)) == []


def test_what_lint_finds(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "no_grave_findings", severity="security_warning")
    open_pass = [allow("iam:PassRole")]
    policy = managed(here, "ci", open_pass)
    add = list(plan_update(policy, document_text(*open_pass, allow("s3:GetObject"))))
    assert said(here, erin, *add) == []  # it is there already
    clean = managed(here, "clean", [allow("s3:GetObject", "arn:aws:s3:::lake/*")])
    (words,) = said(here, erin, *plan_update(clean, document_text(*open_pass)))
    assert words.startswith("clean: in the identity policy, line 1: ")


# ---- A document of their own -----------------------------------------------------------------------------------
LAKE = "arn:aws:s3:::lake/*"


def test_what_a_document_denies(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:Delete*", LAKE)))
    assert said(here, erin, ops.attach(dana, managed(here, "s3", [allow("s3:*")]).arn)) == [
        f"dana: may do s3:Delete* on {LAKE}"
    ]
    assert said(here, erin, ops.attach(dana, managed(here, "read", [allow("s3:Get*")]).arn)) == []
    assert said(here, erin, ops.attach(dana, managed(here, "other", [allow("s3:*", "arn:aws:s3:::b/*")]).arn)) == []
    user(here, "lee", allow("s3:*", LAKE))
    lee = IamUser.objects.get(name="lee")
    assert said(here, erin, ops.attach(lee, managed(here, "again", [allow("s3:DeleteObject")]).arn)) == []


def test_whom_a_document_is_not_for(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    unless = {"ArnNotLike": {"aws:PrincipalArn": arn("user/dana")}}
    rail(here, alice, OWN, document=document_text(deny("s3:*", Condition=unless)))
    policy = managed(here, "s3", [allow("s3:*")])
    assert said(here, erin, ops.attach(dana, policy.arn)) == []
    assert said(here, erin, ops.attach(make_user(here, "lee"), policy.arn)) == ["lee: may do s3:*"]


def test_taking_a_denial_or_a_boundary_away(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:DeleteBucket")))
    edge = managed(here, "edge", [allow("s3:Get*")])
    user(here, "dana", allow("s3:*"), boundary_arn=edge.arn)
    user(here, "lee", allow("s3:*"), deny("s3:DeleteBucket"))
    dana, lee = (IamUser.objects.get(name=name) for name in ("dana", "lee"))
    assert said(here, erin, ops.delete_boundary(dana)) == ["dana: may do s3:DeleteBucket"]
    assert said(here, erin, ops.put_inline(lee, "own", document_text(allow("s3:*")))) == ["lee: may do s3:DeleteBucket"]


def test_by_whom_a_role_trusts(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("sts:AssumeRole", arn("role/admin"))))
    admin, deploy = role(here, "admin", trusts=LAMBDA), role(here, "deploy", trusts=LAMBDA)
    trusts_dana = trusting({"AWS": dana.arn})
    assert said(here, erin, ops.update_trust(deploy, trusts_dana)) == []
    (words,) = said(here, erin, ops.update_trust(admin, trusts_dana))
    assert words.endswith(f"as it trusts {dana.arn}")


def test_what_is_not_known_does_not_pass(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:DeleteBucket")))
    change = propose(here, erin, [ops.attach(dana, "arn:aws:iam::aws:policy/NeverRead")])
    assert "perhaps NeverRead, whose text the mirror doesn’t have" in why_not(change, erin)


def test_taking_access_away_is_against_nothing(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rules: tuple[tuple[str, dict[str, Any]], ...] = (
        ("no_full_access", {}),
        ("boundary_on_roles", {"policies": "edge"}),
        ("no_user_credentials", {}),
        ("known_accounts", {}),
        ("not_public", {}),
        ("no_new_escalation", {}),
        ("no_grave_findings", {"severity": "warning"}),
        (OWN, {"document": document_text(deny("*"))}),
    )
    for rule, typed in rules:
        rail(here, alice, rule, **typed)
    lee = administrator(user(here, "lee", allow("s3:*")))
    key = make_key(lee, "AKIALEE")
    deploy = role(here, "deploy", allow("*"), trusts="*", boundary_arn=edge.arn)
    steps = [
        on_user(key.user, "iam.key.deactivate", key=key.aws_id),
        ops.detach(lee, "arn:aws:iam::aws:policy/AdministratorAccess"),
        ops.delete_inline(lee, "own"),
        ops.delete_inline(deploy, "own"),
        ops.update_trust(deploy, trusting(LAMBDA)),
    ]
    assert said(here, erin, *steps) == []


# ---- Modes -----------------------------------------------------------------------------------------------------
def giving(aws_account: AwsAccount, by: Operator, to: str = "dana") -> Change:
    return propose(aws_account, by, [ops.attach(IamUser.objects.get(name=to), power(aws_account).arn)])


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
