"""A change that touches what is protected waits for an owner to let it through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.operations import put_inline
from sync import changes
from sync.models import Change, Override
from tests.services.changing import propose, worked
from tests.services.pages import press
from tests.services.rows import make_role
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
WHY = "Only an owner can let it through"


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    """Touches a break-glass role."""
    AwsAccount.objects.update(break_glass_roles="rescue")
    aws_account.refresh_from_db()
    role = make_role(aws_account, "rescue")
    return propose(aws_account, erin, [put_inline(role, "more", reports_policy("s3:GetObject"))])


def look(client: Client, change: Change) -> str:
    url = reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    return client.get(url).content.decode()


def test_it_can_be_proposed_and_read(change: Change, erin: Operator, client_of: ClientOf) -> None:
    html = look(client_of(erin), change)
    assert "It touches the role rescue: it is listed as break-glass" in html
    assert "Only an owner of this AWS account can let it through." in html
    assert "Only an owner can let it through." in html


def test_it_isnt_applied(change: Change, erin: Operator, alice: Operator) -> None:
    for operator in (erin, alice):
        with pytest.raises(changes.PlanError, match=WHY):
            changes.apply(change=change, actor=operator)
    assert Change.objects.get().state == Change.State.PROPOSED


def test_an_owner_lets_it_through_with_a_reason(
    change: Change, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    assert "Say why what is protected has to be touched." in press(client_of(alice), change, "override", reason="")
    html = press(client_of(alice), change, "override", reason="Rescue moves to the new bucket.")
    assert "Alice let it through" in html
    assert "“Rescue moves to the new bucket.”" in html
    assert changes.apply(change=change, actor=erin).state == Change.State.QUEUED
    entry = AuditEntry.objects.get(verb="change.overridden")
    assert (entry.actor, entry.said_reason) == (alice, "Rescue moves to the new bucket.")
    assert "rescue" in entry.data["protected"][0]


def test_it_takes_a_fresh_sign_in(change: Change, alice: Operator, client_of: ClientOf) -> None:
    press(client_of(alice, ago=3600), change, "override", reason="Now.")
    assert not Override.objects.exists()


@pytest.mark.parametrize("name", ["erin", "anton"])
def test_others_let_nothing_through(name: str, change: Change, request: pytest.FixtureRequest) -> None:
    with pytest.raises(changes.PlanError, match="takes the role owner"):
        changes.override(change=change, actor=request.getfixturevalue(name), reason="Now.")


def test_it_holds_as_long_as_its_owner_is_one(change: Change, erin: Operator, alice: Operator) -> None:
    changes.override(change=change, actor=alice, reason="Now.")
    Grant.objects.filter(operator=alice).update(role=Role.EDITOR)
    with pytest.raises(changes.PlanError, match=WHY):
        changes.apply(change=change, actor=erin)


def test_what_is_protected_since_then_has_to_be_overridden_anew(
    change: Change, erin: Operator, alice: Operator, aws_account: AwsAccount
) -> None:
    changes.override(change=change, actor=alice, reason="Now.")
    AwsAccount.objects.update(write_role_arn="arn:aws:iam::123456789012:role/rescue")
    with pytest.raises(changes.PlanError, match="has got worse: It touches the role rescue: this console writes by it"):
        changes.apply(change=change, actor=erin)
    with pytest.raises(changes.PlanError, match=WHY):
        changes.apply(change=change, actor=erin)
    changes.override(change=Change.objects.get(), actor=alice, reason="Still.")
    assert changes.apply(change=change, actor=erin).state == Change.State.QUEUED


def test_break_glass_doesnt_pass_it_over(change: Change, alice: Operator) -> None:
    AwsAccount.objects.update(approvals_required=1)
    with pytest.raises(changes.PlanError, match=WHY):
        changes.break_glass(change=change, actor=alice, reason="Now.")


def test_a_worker_asks_again(world: World, erin: Operator) -> None:
    """The role is listed after somebody has asked to apply the change."""
    change = propose(
        world.aws_account, erin, [put_inline(world.role("rescue"), "more", reports_policy("s3:GetObject"))]
    )
    changes.apply(change=change, actor=erin)
    AwsAccount.objects.update(break_glass_roles="rescue")
    change = worked(change)
    assert change.state == Change.State.PROPOSED
    assert "listed as break-glass" in change.error["sentence"]
    assert world.sent("PutRolePolicy") == []


def test_there_must_be_something_to_override(aws_account: AwsAccount, erin: Operator, alice: Operator) -> None:
    role = make_role(aws_account, "reports-exporter")
    change = propose(aws_account, erin, [put_inline(role, "more", reports_policy("s3:GetObject"))])
    with pytest.raises(changes.PlanError, match="nothing to override"):
        changes.override(change=change, actor=alice, reason="Now.")


@pytest.mark.parametrize("names, valid", [("rescue\nadmin-*", True), ("role/rescue", False), ("a b", False)])
def test_break_glass_roles_are_names(alice: Operator, client_of: ClientOf, names: str, valid: bool) -> None:
    data = {
        "name": "Acme",
        "environment": "production",
        "default_region": "us-east-1",
        "pull_every_minutes": 0,
        "approvals_required": 0,
        "break_glass_roles": names,
    }
    answer = client_of(alice).post("/accounts/123456789012/", data)
    assert answer.status_code == (302 if valid else 422)
    assert ("can’t be the name of a role" in answer.content.decode()) is not valid
