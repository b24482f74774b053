"""An owner applies a change without its approvals; it stays open until somebody else has reviewed it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from notifications.models import OperatorNotifications
from policies.operations import plan_update
from sync import changes, selectors
from sync.account_status import aws_account_status
from sync.changes.approvers import NOBODY_REVIEWS
from sync.models import BreakGlass, Change
from tests.conftest import make_operator
from tests.services.changing import propose, worked
from tests.services.pages import press
from tests.services.statements import reports_policy
from tests.services.told import tell
from tests.services.world import World
from tests.sync.planned import proposed, proposed_deletion, proposed_for_approval, rested

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    """Needs one approval."""
    return proposed_for_approval(aws_account, erin)


@pytest.fixture
def broken(change: Change, alice: Operator) -> Change:
    """Applied by alice, without it."""
    changes.break_glass(change=change, actor=alice, reason="The exporter is locked out.")
    return rested(change, "applied", "done")


@pytest.fixture
def carol(aws_account: AwsAccount) -> Operator:
    """Another owner."""
    return make_operator("carol", Role.OWNER, aws_account)


def look(client: Client, name: str, **kwargs: object) -> str:
    return client.get(reverse(name, kwargs={"account_id": "123456789012", **kwargs})).content.decode()


def test_an_owner_applies_it_with_a_reason(change: Change, alice: Operator, client_of: ClientOf) -> None:
    html = press(client_of(alice), change, "break_glass", reason="The exporter is locked out.")
    change.refresh_from_db()
    assert (change.state, change.applied_by) == (Change.State.QUEUED, alice)
    assert "“The exporter is locked out.”" in html
    assert AuditEntry.objects.get(verb="change.glass_broken").said_reason == "The exporter is locked out."


def test_a_worker_carries_it_out(world: World, erin: Operator, alice: Operator) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    changes.break_glass(change=change, actor=alice, reason="Now.")
    assert worked(change).state == Change.State.APPLIED


def test_without_a_reason_nothing_is_sent(change: Change, alice: Operator, client_of: ClientOf) -> None:
    assert "Say why it can’t wait" in press(client_of(alice), change, "break_glass", reason=" ")
    change.refresh_from_db()
    assert change.state == Change.State.PROPOSED


def test_it_asks_for_a_fresh_sign_in(change: Change, alice: Operator, client_of: ClientOf) -> None:
    press(client_of(alice, ago=3600), change, "break_glass", reason="Now.")
    assert not BreakGlass.objects.exists()


def test_what_destroys_asks_for_the_name_all_the_same(
    aws_account: AwsAccount, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    aws_account.approvals_required = 1
    aws_account.save()
    change = proposed_deletion(aws_account, erin)
    assert "Type reports-write exactly" in press(client_of(alice), change, "break_glass", reason="Now.", typed="x")
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("name", ["erin", "anton"])
def test_only_owners_do(name: str, change: Change, request: pytest.FixtureRequest) -> None:
    with pytest.raises(changes.PlanError, match="takes the role owner"):
        changes.break_glass(change=change, actor=request.getfixturevalue(name), reason="Now.")


def test_not_where_no_approval_is_missing(aws_account: AwsAccount, erin: Operator, alice: Operator) -> None:
    with pytest.raises(changes.PlanError, match="No approval is missing"):
        changes.break_glass(change=proposed(aws_account, erin), actor=alice, reason="Now.")


def test_what_else_stands_against_it_still_does(change: Change, alice: Operator) -> None:
    AwsAccount.objects.update(writes_enabled=False)
    with pytest.raises(changes.PlanError, match="read-only in this console"):
        changes.break_glass(change=change, actor=alice, reason="Now.")
    assert not BreakGlass.objects.exists()
    assert not AuditEntry.objects.filter(verb="change.glass_broken").exists()


def test_an_owner_who_is_one_no_longer_stands_for_nothing(world: World, erin: Operator, alice: Operator) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    change = proposed(world.aws_account, erin)
    changes.break_glass(change=change, actor=alice, reason="Now.")
    Grant.objects.filter(operator=alice).update(role=Role.EDITOR)
    change = worked(change)
    assert change.state == Change.State.PROPOSED
    assert "1 more approval is needed" in change.error["sentence"]
    assert BreakGlass.objects.get().void
    assert world.sent("CreatePolicyVersion") == []


def test_everybody_with_a_role_is_told(
    broken: Change, anton: Operator, bob: Operator, hal: Operator, charlie: Operator
) -> None:
    for operator in Operator.objects.all():
        OperatorNotifications.objects.create(operator=operator, choices={"change.emergency": "off"})
    tell(broken.pk, "change.glass_broken")
    described = {address for message in mail.outbox for address in message.to}
    assert described == {f"{name}@example.org" for name in ("alice", "erin", "anton", "bob", "hal")}
    assert "exporter" not in mail.outbox[0].body


def test_everybody_is_told_by_whichever_grant(broken: Change, alice: Operator) -> None:
    """Of a group of theirs, or of all AWS accounts; not who was deactivated."""
    security = Group.objects.create(name="security")
    by_group, everywhere = make_operator("gina", None, None), make_operator("wanda", Role.VIEWER, None)
    make_operator("left", Role.OWNER, broken.aws_account)
    Operator.objects.filter(name="Left").update(is_active=False)
    by_group.groups.add(security)
    Grant.objects.create(group=security, role=Role.VIEWER, aws_account=broken.aws_account)
    tell(broken.pk, "change.glass_broken")
    described = [address for message in mail.outbox for address in message.to]
    assert sorted(described) == sorted(
        operator.email for operator in (alice, broken.requested_by, by_group, everywhere)
    )


def test_the_mail_asks_those_for_a_review_who_may(broken: Change, alice: Operator, anton: Operator) -> None:
    tell(broken.pk, "change.glass_broken")
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert "You may: its page asks for what you found." in bodies[anton.email]
    assert "You may" not in bodies[alice.email]
    assert NOBODY_REVIEWS not in bodies[alice.email]


def test_a_sole_owner_is_told_what_to_do(broken: Change, alice: Operator, bob: Operator, client_of: ClientOf) -> None:
    assert NOBODY_REVIEWS in look(client_of(alice), "change", pk=broken.pk)
    assert "Give a role…" in look(client_of(alice), "change", pk=broken.pk)
    assert NOBODY_REVIEWS in look(client_of(bob), "overview")
    tell(broken.pk, "change.glass_broken")
    assert all(NOBODY_REVIEWS in message.body for message in mail.outbox)


def test_a_sole_owner_is_warned_before(change: Change, alice: Operator, client_of: ClientOf) -> None:
    assert NOBODY_REVIEWS in look(client_of(alice), "change", pk=change.pk)
    make_operator("olive", Role.APPROVER, change.aws_account)
    assert NOBODY_REVIEWS not in look(client_of(alice), "change", pk=change.pk)


@pytest.mark.parametrize("role", [Role.OWNER, Role.APPROVER])
def test_who_comes_later_reviews_it(broken: Change, alice: Operator, client_of: ClientOf, role: Role) -> None:
    later = client_of(make_operator("olive", role, broken.aws_account))
    assert NOBODY_REVIEWS not in look(client_of(alice), "overview")
    assert "1 for you" in look(later, "overview")
    assert "“It was right.”" in press(later, broken, "review", comment="It was right.")
    assert "Applied without approvals" not in look(client_of(alice), "overview")


def test_it_is_on_everybodys_overview_until_it_is_reviewed(
    broken: Change, anton: Operator, bob: Operator, client_of: ClientOf
) -> None:
    assert f"Applied without approvals: change {broken.pk}" in look(client_of(bob), "overview")
    changes.review(change=broken, actor=anton, comment="It was right.")
    assert "Applied without approvals" not in look(client_of(bob), "overview")


def test_it_counts_as_open_and_waits_for_a_reviewer(broken: Change, anton: Operator, alice: Operator) -> None:
    account = broken.aws_account
    assert aws_account_status(account).open_changes == 1
    assert [c.pk for c in selectors.notable_changes(anton, account).waiting] == [broken.pk]
    assert selectors.notable_changes(alice, account).waiting == []
    changes.review(change=broken, actor=anton, comment="It was right.")
    assert aws_account_status(account).open_changes == 0


def test_somebody_else_reviews_it(broken: Change, anton: Operator, bob: Operator, client_of: ClientOf) -> None:
    assert "I have reviewed it" in look(client_of(anton), "change", pk=broken.pk)
    assert "Say in the comment what you found." in press(client_of(anton), broken, "review", comment="")
    press(client_of(anton), broken, "review", comment="It was right.")
    assert "“It was right.”" in look(client_of(bob), "change", pk=broken.pk)
    assert AuditEntry.objects.get(verb="change.reviewed").said_reason == "It was right."
    assert "There is nothing to review." in press(client_of(anton), broken, "review", comment="Again.")


def test_neither_who_broke_it_nor_who_proposed_it_reviews_it(
    broken: Change, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    Grant.objects.filter(operator=erin).update(role=Role.OWNER)
    for operator in (alice, erin):
        assert "I have reviewed it" not in look(client_of(operator), "change", pk=broken.pk)
        assert "Somebody else has to review it" in press(client_of(operator), broken, "review", comment="Fine.")


def test_who_retried_it_on_that_word_does_not_review_it(broken: Change, anton: Operator, carol: Operator) -> None:
    """It went out by them, too, without an approval."""
    Change.objects.filter(pk=broken.pk).update(state="failed")
    broken.steps.update(state="failed")
    changes.retry(change=broken, actor=carol)
    Change.objects.filter(pk=broken.pk).update(state="applied")
    assert [list(selectors.asked_of(each, broken.aws_account) or ()) for each in (anton, carol)] == [[broken], []]
    with pytest.raises(changes.PlanError, match="Somebody else has to review it"):
        changes.review(change=broken, actor=carol, comment="Fine.")
    changes.review(change=broken, actor=anton, comment="It was right.")


def test_a_change_that_still_runs_is_reviewed_later(change: Change, alice: Operator, anton: Operator) -> None:
    changes.break_glass(change=change, actor=alice, reason="Now.")
    with pytest.raises(changes.PlanError, match="can't be reviewed: it is queued"):
        changes.review(change=change, actor=anton, comment="Fine.")


def test_the_page_offers_it_to_owners_only(
    change: Change, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    assert "Apply without approvals" in look(client_of(alice), "change", pk=change.pk)
    assert "Apply without approvals" not in look(client_of(erin), "change", pk=change.pk)
    make_operator("olive", Role.OWNER, change.aws_account)
    changes.approve(change=change, actor=Operator.objects.get(name="Olive"))
    assert "Apply without approvals" not in look(client_of(alice), "change", pk=change.pk)
