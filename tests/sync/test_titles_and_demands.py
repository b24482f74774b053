"""What a change does stands beside its title; what an old change needed stays; each step says its risk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts.models import ApprovalRule, AuditEntry, AwsAccount, Operator, Risk
from identities.models import IamUser
from identities.operations import attach, tag
from policies.models import ManagedPolicy
from sync import changes
from sync.changes.demands import demands
from sync.models import Change, Step
from tests.services.changing import propose
from tests.services.pages import address, get, text_of
from tests.services.rows import make_policy, make_user
from tests.services.told import tell

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
DOES = "Tag the user dana.okafor team=data; attach AdministratorAccess to the user dana.okafor"


@pytest.fixture
def user(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account)


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account, "AdministratorAccess")


@pytest.fixture
def veiled(user: IamUser, policy: ManagedPolicy, erin: Operator) -> Change:
    """By its title it does next to nothing."""
    steps = [tag(user, "team", "data"), attach(user, policy.arn)]
    return propose(user.aws_account, erin, steps, title="Housekeeping")


def test_a_step_of_each_kind_says_what_it_does(veiled: Change) -> None:
    assert veiled.does == DOES
    assert AuditEntry.objects.get(verb="change.proposed").data["does"] == DOES


def test_no_page_shows_the_title_without_it(
    veiled: Change, alice: Operator, anton: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    for operator in (alice, anton):
        for page in (
            get(client_of(operator), "changes"),
            get(client_of(operator), "overview"),
            get(client_of(operator), "change", pk=veiled.pk),
        ):
            assert 1 <= text_of(page).count("Housekeeping") <= text_of(page).count(DOES)
        found = text_of(client_of(operator).get("/search/?q=Housekeeping").content.decode())
        assert f"Housekeeping ({DOES})" in found


def test_mails_say_it(veiled: Change, anton: Operator) -> None:
    AwsAccount.objects.update(approvals_required=1)
    tell(veiled.pk, "change.proposed")
    assert DOES in mail.outbox[0].body


def test_a_title_that_says_it_is_said_once(
    user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    does = "Attach AdministratorAccess to the user dana.okafor"
    change = propose(user.aws_account, erin, [attach(user, policy.arn)], title=does)
    assert change.titled == does
    assert "What it does" not in get(client_of(erin), "change", pk=change.pk)


# ---- What an old change needed ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", Change.OVER)
def test_a_later_rule_says_nothing_of_what_is_over(
    veiled: Change, alice: Operator, client_of: ClientOf, state: str
) -> None:
    Change.objects.filter(pk=veiled.pk).update(state=state)
    AwsAccount.objects.update(approvals_required=1)
    ApprovalRule.objects.create(aws_account=veiled.aws_account, risk=Risk.HIGH, approvals=2)
    change = Change.objects.get(pk=veiled.pk)
    assert demands(change, []) == []
    assert change.approvals_needed == 0
    assert "Approvals 0 of" not in text_of(get(client_of(alice), "change", pk=change.pk))
    assert "None needed" in text_of(get(client_of(alice), "changes"))


def test_what_was_asked_for_at_the_apply_is_kept(
    veiled: Change, erin: Operator, anton: Operator, alice: Operator
) -> None:
    ApprovalRule.objects.create(aws_account=veiled.aws_account, risk=Risk.HIGH, approvals=2)
    for operator in (anton, alice):
        changes.approve(change=veiled, actor=operator)
    changes.apply(change=veiled, actor=erin)
    ApprovalRule.objects.all().delete()
    Change.objects.filter(pk=veiled.pk).update(state=Change.State.APPLIED)
    [demand] = demands(Change.objects.get(pk=veiled.pk), [])
    assert (demand.approvals, demand.risk) == (2, Risk.HIGH)


# ---- Each step's risk -----------------------------------------------------------------------------------------
def test_each_step_says_its_risk_and_why(veiled: Change, erin: Operator, client_of: ClientOf) -> None:
    page = text_of(get(client_of(erin), "change", pk=veiled.pk))
    assert page.count("High risk. It changes access or sign-in.") >= 1
    assert Step.objects.filter(change=veiled).count() == 2
    response = client_of(erin).get(address("change", pk=str(veiled.pk)))
    labels = {step.position: step.risk.label for step in response.context["plan"].steps}
    assert labels[2] == "High risk"
