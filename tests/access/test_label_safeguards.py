"""Guard rails and tests of a label: they hold in each AWS account with it, and owners of all of them change them."""

from __future__ import annotations

from typing import Any

import pytest

from access.guard_rails.content import KIND, Mode
from access.guard_rails.finding_source import GuardRailSource
from access.saved_tests.content import ALLOWED, DENIED, TestContent
from access.saved_tests.form import SavedTestForm
from access.saved_tests.running import TestStatus, run
from access.simulation.question import SimulationQuestion
from access.simulation.supposing import live_state
from accounts.models import AccountLabel, AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from findings.models import Finding
from findings.refresh import refresh
from identities import operations as ops
from identities.models import IamUser
from policies.operations.managed import create_policy
from policies.operations.update import plan_update
from sync import changes
from sync.models import LabelRemoval, SafeguardVersion
from sync.safeguards import labels, services
from sync.safeguards.in_force import blocking_versions, versions_in_force
from sync.safeguards.services import SafeguardError
from tests.access.guarding import giving, rail, said, why_not
from tests.access.mirrored import administrator, managed, role
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.organization_rows import complete
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.django_db
State = SafeguardVersion.State


@pytest.fixture
def there(other_account: AwsAccount) -> AwsAccount:
    """Another AWS account, which alice doesn't own."""
    complete(other_account, "org.membership")
    other_account.writes_enabled = True
    other_account.save()
    return other_account


@pytest.fixture
def label(here: AwsAccount, there: AwsAccount, olga: Operator) -> AccountLabel:
    return labels.make(actor=olga, name="production", aws_accounts=[here, there])


# ---- It holds ----------------------------------------------------------------------------------------------------
def test_it_stands_against_plans_of_each_of_them(
    label: AccountLabel, here: AwsAccount, olga: Operator, erin: Operator, dana: IamUser
) -> None:
    made = rail(label, olga, "no_full_access")
    assert blocking_versions(here) == {str(made.safeguard_id): 1}
    assert "all actions on all resources" in why_not(giving(here, erin), erin)


def test_a_label_that_an_aws_account_gets_asks_its_open_changes_again(
    label: AccountLabel, here: AwsAccount, there: AwsAccount, olga: Operator, erin: Operator, dana: IamUser
) -> None:
    rail(label, olga, "no_full_access")
    labels.remove(actor=olga, label=label, aws_account=here)
    change = giving(here, erin)
    before = change.digest
    labels.add(actor=olga, label=label, aws_accounts=[here])
    assert "What plans here have to meet has changed since this one was made" in why_not(change, erin)
    assert change.digest != before
    labels.remove(actor=olga, label=label, aws_account=here)
    assert "What plans here have to meet has changed" in why_not(change, erin)
    changes.apply(change=change, actor=erin)


def test_what_is_so_already_is_a_finding_in_each(
    label: AccountLabel, here: AwsAccount, olga: Operator, dana: IamUser
) -> None:
    administrator(dana)
    rail(label, olga, "no_full_access")
    refresh(here, sources=[GuardRailSource()])
    assert [each.name for each in Finding.objects.filter(source="guard_rails")] == ["dana"]
    labels.remove(actor=olga, label=label, aws_account=here)
    refresh(here, sources=[GuardRailSource()])
    assert not Finding.objects.filter(source="guard_rails", state=Finding.State.OPEN).exists()


def test_a_boundary_is_meant_by_its_name(label: AccountLabel, here: AwsAccount, olga: Operator, erin: Operator) -> None:
    rail(label, olga, "boundary_on_roles", policies="edge")
    edge = document_text(allow("*"))
    made = create_policy(f"arn:aws:iam::{here.account_id}:policy/team/edge", edge)
    assert said(here, erin, made) == ["edge: it becomes a permissions boundary that the guard rail asks for"]
    kept = managed(here, "edge", [allow("s3:*")])
    one = role(here, "deploy", allow("s3:*"), trusts=here.account_id)
    assert said(here, erin, ops.put_boundary(one, kept.arn)) == []
    assert "lets more through" in said(here, erin, *plan_update(kept, edge))[0]


# ---- Who changes it ----------------------------------------------------------------------------------------------
def test_only_who_owns_all_of_them(
    label: AccountLabel, here: AwsAccount, there: AwsAccount, alice: Operator, olga: Operator
) -> None:
    with pytest.raises(SafeguardError, match="owns every AWS account"):
        rail(label, alice, "no_full_access")
    rail(label, olga, "no_full_access")
    with pytest.raises(SafeguardError, match="owns every AWS account"):
        rail(label, alice, "no_full_access", Mode.OFF)
    with pytest.raises(SafeguardError, match="owns every AWS account"):
        labels.remove(actor=alice, label=label, aws_account=here)
    with pytest.raises(SafeguardError, match="owns every AWS account"):
        labels.rename(actor=alice, label=label, name="mine")
    with pytest.raises(SafeguardError, match="owns every AWS account"):
        labels.delete(actor=alice, label=label)
    own = labels.make(actor=alice, name="mine", aws_accounts=[here])
    with pytest.raises(SafeguardError, match="Only an owner of an AWS account"):
        labels.add(actor=alice, label=own, aws_accounts=[there])
    assert set(versions_in_force(here, KIND)) == set(versions_in_force(there, KIND))


def test_to_take_it_away_takes_two(
    label: AccountLabel, here: AwsAccount, there: AwsAccount, olga: Operator, erin: Operator, dana: IamUser
) -> None:
    AwsAccount.objects.filter(pk=here.pk).update(approvals_required=1)
    anton, stranger = make_operator("anton", Role.APPROVER, here), make_operator("other", Role.APPROVER, there)
    rail(label, olga, "no_full_access")
    removal = labels.remove(actor=olga, label=label, aws_account=here, reason="It is a sandbox")
    assert removal is not None and label in AccountLabel.objects.of(here)
    with pytest.raises(SafeguardError, match="waits for a second person"):
        labels.remove(actor=olga, label=label, aws_account=here)
    with pytest.raises(SafeguardError, match="somebody else"):
        labels.agree(actor=olga, removal=removal)
    for operator in (stranger, erin):
        with pytest.raises(SafeguardError, match="Only an approver or owner"):
            labels.agree(actor=operator, removal=removal)
        with pytest.raises(SafeguardError, match="Only an approver or owner"):
            labels.refuse(actor=operator, removal=removal)
    labels.agree(actor=anton, removal=removal)
    assert label not in AccountLabel.objects.of(here) and blocking_versions(here) == {}
    entry = AuditEntry.objects.filter(verb="label.removal_asked").get()
    assert "sandbox" not in str(entry.data) and entry.said_reason == "It is a sandbox" and entry.said_name == label.name


def test_never_by_who_proposed_what_it_stands_against(
    label: AccountLabel, here: AwsAccount, olga: Operator, dana: IamUser
) -> None:
    AwsAccount.objects.filter(pk=here.pk).update(approvals_required=1)
    here.refresh_from_db()
    oscar = make_operator("oscar", Role.OWNER, None)
    rail(label, olga, "no_full_access")
    change = giving(here, oscar)
    with pytest.raises(SafeguardError, match=f"You proposed change {change.pk}"):
        labels.remove(actor=oscar, label=label, aws_account=here)
    removal = labels.remove(actor=olga, label=label, aws_account=here)
    assert removal is not None
    with pytest.raises(SafeguardError, match=f"You proposed change {change.pk}"):
        labels.agree(actor=oscar, removal=removal)
    assert removal.state == LabelRemoval.State.PENDING


def test_to_loosen_it_takes_who_may_approve_in_each(
    label: AccountLabel, here: AwsAccount, there: AwsAccount, olga: Operator
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    anton, both = make_operator("anton", Role.APPROVER, here), make_operator("both", Role.APPROVER, None)
    rail(label, olga, "no_full_access")
    waiting = rail(label, olga, "no_full_access", Mode.OFF)
    assert waiting.state == State.PENDING
    with pytest.raises(SafeguardError, match="every AWS account with the label"):
        services.accept(version=waiting, actor=anton)
    services.accept(version=waiting, actor=both)
    said_of = AuditEntry.objects.filter(verb="safeguard.loosened").values_list("aws_account", flat=True)
    assert set(said_of) == {here.pk, there.pk}


def test_what_blocks_nothing_is_taken_away_at_once(label: AccountLabel, here: AwsAccount, olga: Operator) -> None:
    AwsAccount.objects.update(approvals_required=1)
    make_operator("anton", Role.APPROVER, here)
    rail(label, olga, "no_full_access", Mode.NOTE)
    assert labels.remove(actor=olga, label=label, aws_account=here) is None


def test_the_last_one_and_deleting(label: AccountLabel, here: AwsAccount, there: AwsAccount, olga: Operator) -> None:
    made = rail(label, olga, "no_full_access")
    labels.remove(actor=olga, label=label, aws_account=here)
    with pytest.raises(SafeguardError, match="the last AWS account"):
        labels.remove(actor=olga, label=label, aws_account=there)
    with pytest.raises(SafeguardError, match="delete these first"):
        labels.delete(actor=olga, label=label)
    services.delete(safeguard=made.safeguard, actor=olga)
    labels.delete(actor=olga, label=label)
    assert not AccountLabel.objects.of(there).exists()
    with pytest.raises(SafeguardError, match="was deleted"):
        labels.add(actor=olga, label=label, aws_accounts=[here])


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "Production"])
def test_names_that_none_can_have(label: AccountLabel, here: AwsAccount, olga: Operator, name: str) -> None:
    with pytest.raises(SafeguardError):
        labels.make(actor=olga, name=name, aws_accounts=[here])


def test_a_name_that_the_operator_does_not_see_tells_them_nothing(
    here: AwsAccount, there: AwsAccount, alice: Operator, olga: Operator
) -> None:
    labels.make(actor=olga, name="secret project", aws_accounts=[there])
    assert labels.make(actor=alice, name="secret project", aws_accounts=[here]).pk


# ---- Tests -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("expected", "status"), [(DENIED, TestStatus.PASSES), (ALLOWED, TestStatus.UNKNOWN)])
def test_where_nobody_has_the_name(here: AwsAccount, expected: str, status: TestStatus) -> None:
    question = SimulationQuestion(("role/guest",), ("s3:PutObject",), ("arn:aws:s3:::lake/a",))
    assert run(TestContent.of(question, expected, None), live_state(here)).status is status


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [("user/anna.meyer", True), ("lambda.amazonaws.com", True), ("*", True), ("anna", False), ("anna.meyer", False)],
)
def test_whom_it_names_is_said_by_kind(said: str, is_taken: bool) -> None:
    """Else it would mean nobody, and pass, where a user and a role are called so."""
    typed = {"name": "Never", "expected": DENIED, "principals": said, "actions": "s3:PutObject"}
    assert SavedTestForm(typed, directory=None, may_block=True).is_valid() is is_taken


def test_a_test_of_a_label_breaks_in_the_aws_account_of_the_plan(
    label: AccountLabel, here: AwsAccount, olga: Operator, erin: Operator, dana: IamUser
) -> None:
    question = SimulationQuestion(("user/dana",), ("s3:PutObject",), ("arn:aws:s3:::lake/a",), as_read=True)
    content: dict[str, Any] = TestContent.of(question, DENIED, None).as_json()
    wanted = services.Wanted("Dana never writes", content, is_blocking=True)
    services.make(kind="access_test", scope=label, actor=olga, wanted=wanted)
    change = propose(here, erin, [ops.attach(dana, managed(here, "writers", [allow("s3:Put*")]).arn)])
    assert "This change breaks test" in why_not(change, erin)
