"""Where nobody else may approve, an only owner approves a change of their own alone; a second person ends that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from identities.models import IamUser
from identities.operations import attach
from policies.models import ManagedPolicy
from sync import changes
from sync.models import Change
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.pages import address, get, text_of
from tests.services.rows import make_policy, make_user
from tests.services.told import tell

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def user(aws_account: AwsAccount) -> IamUser:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    return make_user(aws_account)


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


def own(user: IamUser, policy: ManagedPolicy, actor: Operator) -> Change:
    return propose(user.aws_account, actor, [attach(user, policy.arn)])


def test_an_only_owner_approves_alone_and_everybody_hears_of_it(
    user: IamUser, policy: ManagedPolicy, alice: Operator, erin: Operator, hal: Operator
) -> None:
    change = own(user, policy, alice)
    with pytest.raises(changes.PlanError, match="Say why"):
        changes.approve_alone(change=change, actor=alice, reason=" ")
    changes.approve_alone(change=change, actor=alice, reason="Nobody else is there")
    entry = AuditEntry.objects.get(verb="change.approved_alone")
    assert (entry.actor, entry.said_reason) == (alice, "Nobody else is there")
    tell(change.pk, "change.approved_alone")
    assert {address for message in mail.outbox for address in message.to} == {alice.email, erin.email, hal.email}
    assert changes.apply(change=change, actor=alice).state == Change.State.QUEUED


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OWNER])
def test_a_second_person_ends_it_at_once(user: IamUser, policy: ManagedPolicy, alice: Operator, role: Role) -> None:
    change = own(user, policy, alice)
    changes.approve_alone(change=change, actor=alice, reason="Nobody else is there")
    make_operator("otto", role, user.aws_account)
    with pytest.raises(changes.PlanError, match="approval"):
        changes.apply(change=change, actor=alice)
    with pytest.raises(changes.PlanError, match="somebody else must approve"):
        changes.approve_alone(change=own(user, policy, alice), actor=alice, reason="Again")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER, Role.HELPDESK])
def test_others_are_no_second_person(user: IamUser, policy: ManagedPolicy, alice: Operator, role: Role) -> None:
    make_operator("otto", role, user.aws_account)
    changes.approve_alone(change=own(user, policy, alice), actor=alice, reason="Nobody else is there")


def test_an_only_approver_or_editor_is_not_that_owner(
    user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator
) -> None:
    for actor in (erin, anton):
        change = own(user, policy, erin)
        Change.objects.filter(pk=change.pk).update(requested_by=actor)
        with pytest.raises(changes.PlanError):
            changes.approve_alone(change=change, actor=actor, reason="Nobody else is there")


def test_an_owner_approves_others_changes_as_usual(
    user: IamUser, policy: ManagedPolicy, alice: Operator, erin: Operator
) -> None:
    change = own(user, policy, erin)
    with pytest.raises(changes.PlanError, match="as usual"):
        changes.approve_alone(change=change, actor=alice, reason="Nobody else is there")
    assert changes.approve(change=change, actor=alice).state == Change.State.APPROVED


def test_its_page_says_that_two_are_safer_and_asks_for_a_fresh_sign_in(
    user: IamUser, policy: ManagedPolicy, alice: Operator, client_of: ClientOf
) -> None:
    change = own(user, policy, alice)
    page = text_of(get(client_of(alice), "change", pk=change.pk))
    assert "Two people are safer" in page
    assert "Break-glass" not in page
    url = address("change_approve_alone", pk=str(change.pk))
    response = client_of(alice, ago=3600).post(url, {"reason": "Nobody else is there"})
    assert "reauthenticate" in response.headers["Location"]
    assert not change.approvals.exists()
    client_of(alice).post(url, {"reason": "Nobody else is there"})
    assert change.approvals.get().alone
    assert "as the only one who could approve" in text_of(get(client_of(alice), "change", pk=change.pk))
