"""How many approvals a change needs by the rules of its AWS account, and whose count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import ApprovalRule, AwsAccount, Operator, Risk
from accounts.roles import Role
from sync import changes, selectors
from sync.changes.demands import demands
from sync.models import Change, Comment
from tests.conftest import make_operator
from tests.services.pages import change_address
from tests.sync.planned import proposed, proposed_deletion

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def ask(aws_account: AwsAccount, risk: Risk, approvals: int = 1, **whom: object) -> ApprovalRule:
    return ApprovalRule.objects.create(aws_account=aws_account, risk=risk, approvals=approvals, **whom)


def words(change: Change) -> list[str]:
    return [demand.words for demand in demands(change, [])]


def waiting_for(operator: Operator, aws_account: AwsAccount) -> list[Change]:
    return list(selectors.changes_of(aws_account, waits_for=operator).filter(waits_for_me=True))


@pytest.mark.parametrize(
    "risk, propose, asks",
    [
        (Risk.HIGH, proposed, True),
        (Risk.DESTRUCTIVE, proposed, False),
        (Risk.DESTRUCTIVE, proposed_deletion, True),
        (Risk.HIGH, proposed_deletion, False),
        (Risk.LOW, proposed, False),
    ],
)
def test_a_rule_asks_where_a_step_is_of_its_risk(
    aws_account: AwsAccount, erin: Operator, risk: Risk, propose: Callable[..., Change], asks: bool
) -> None:
    ask(aws_account, risk)
    assert bool(words(propose(aws_account, erin))) is asks


def test_what_makes_room_is_not_destructive(aws_account: AwsAccount, erin: Operator) -> None:
    ask(aws_account, Risk.DESTRUCTIVE)
    assert words(proposed(aws_account, erin, versions=5)) == []


def test_the_number_of_the_aws_account_stays_the_floor(aws_account: AwsAccount, erin: Operator) -> None:
    aws_account.approvals_required = 2
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    assert words(proposed(aws_account, erin)) == ["2 approvals", "1 approval by owners"]


def test_only_those_count_whom_a_rule_asks(
    aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator
) -> None:
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    change = proposed(aws_account, erin)
    with pytest.raises(changes.PlanError, match="needs 1 approval by owners: yours wouldn’t count"):
        changes.approve(change=change, actor=anton)
    with pytest.raises(changes.PlanError, match="1 more approval by owners is needed"):
        changes.apply(change=change, actor=erin)
    assert changes.approve(change=change, actor=alice).state == Change.State.APPROVED
    assert changes.apply(change=change, actor=erin).state == Change.State.QUEUED


def test_each_rule_is_met_on_its_own(aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator) -> None:
    security = Group.objects.create(name="security")
    anton.groups.add(security)
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    ask(aws_account, Risk.HIGH, group=security)
    change = proposed(aws_account, erin)
    assert changes.approve(change=change, actor=alice).state == Change.State.PROPOSED
    assert changes.approve(change=change, actor=anton).state == Change.State.APPROVED
    anton.groups.clear()  # whoever left the group no longer speaks for it
    with pytest.raises(changes.PlanError, match="1 more approval by the group security is needed"):
        changes.apply(change=change, actor=erin)


def test_a_removed_rule_still_binds_what_was_proposed_under_it(
    aws_account: AwsAccount, erin: Operator, alice: Operator
) -> None:
    rule = ask(aws_account, Risk.HIGH, role=Role.OWNER)
    change = proposed(aws_account, erin)
    rule.delete()
    assert words(change) == ["1 approval by owners"]


def test_a_new_rule_binds_what_was_proposed_before_it(aws_account: AwsAccount, erin: Operator, alice: Operator) -> None:
    change = proposed(aws_account, erin)
    ask(aws_account, Risk.HIGH)
    with pytest.raises(changes.PlanError, match="1 more approval is needed"):
        changes.apply(change=change, actor=erin)


def test_it_waits_for_those_whose_approval_would_count(
    aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator
) -> None:
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    change = proposed(aws_account, erin)
    assert waiting_for(alice, aws_account) == [change]
    assert waiting_for(anton, aws_account) == []
    assert waiting_for(erin, aws_account) == []


def test_where_the_floor_is_higher_it_waits_for_anybody_who_may_approve(
    aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator
) -> None:
    aws_account.approvals_required = 2
    aws_account.save()
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    change = proposed(aws_account, erin)
    assert waiting_for(anton, aws_account) == waiting_for(alice, aws_account) == [change]


def test_the_page_says_which_rule_asks_for_how_many(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    make_operator("olive", Role.OWNER, aws_account)
    ask(aws_account, Risk.HIGH, role=Role.OWNER)
    text = look(client_of(anton), proposed(aws_account, erin))
    assert "1 approval by owners" in text
    assert "A rule of this AWS account: it has steps of high risk" in text
    assert "yours wouldn’t count." in text
    assert "1 more approval by owners is needed under this plan" in look(client_of(erin), Change.objects.get())


def test_comments_decide_nothing(
    aws_account: AwsAccount, erin: Operator, anton: Operator, bob: Operator, client_of: ClientOf
) -> None:
    change = proposed(aws_account, erin)
    assert "There is nothing in the comment." in say(client_of(anton), change, " ")
    assert "Why not in &lt;May&gt;?" in say(client_of(anton), change, "Why not in <May>?")
    assert "Why not in &lt;May&gt;?" in look(client_of(bob), change)
    assert Comment.objects.get().operator == anton
    assert Change.objects.get().state == Change.State.PROPOSED


def look(client: Client, change: Change) -> str:
    return client.get(change_address(change, "change")).content.decode()


def say(client: Client, change: Change, text: str) -> str:
    return client.post(change_address(change, "change_comment"), {"comment": text}, follow=True).content.decode()
