"""A change of what code owns: the patch in place of Apply, or an override with an end, which isn't undone unsaid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from identities.models import IamRole
from identities.operations import attach as attach_step
from infrastructure.owned.changes import StepAbout, owned_changes
from infrastructure.owned.plan_check import override_objection
from policies.models import ManagedPolicy
from sync import changes, drift
from sync.changes import PlanError
from sync.changes.code_overrides import overrides_of_row
from sync.changes.guards import objection
from sync.models import Change, Facet, OverriddenObject, Revision
from tests.infrastructure.test_stacks import stack_row
from tests.services.changing import propose
from tests.services.pages import change_address, text_of
from tests.services.rows import make_policy, make_role, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DAY = timedelta(days=1)


@pytest.fixture
def role(aws_account: AwsAccount) -> IamRole:
    """Owned by the stack shop, as Deploy."""
    made = make_role(aws_account, "deploy")
    stack_row(aws_account, ("Deploy", "AWS::IAM::Role", "deploy"))
    made.refresh_from_db()
    return made


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator, role: IamRole) -> Change:
    policy: ManagedPolicy = make_policy(aws_account, "reports")
    return propose(aws_account, erin, [attach_step(role, policy.arn)])


def words(client: Client, url: str) -> str:
    return " ".join(text_of(client.get(url).content.decode()).split())


def test_the_plan_has_the_patch_in_place_of_apply(change: Change, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    said = words(client, change_address(change))
    assert "The IAM role deploy is Deploy in the stack shop of CloudFormation in us-east-1" in said
    assert "Apply 1 step" not in said and "Override the code" in said
    code = words(client, change_address(change, "change_code"))
    assert "deploy is Deploy in the stack shop in us-east-1" in code and "AWS::IAM::Role" in code
    with pytest.raises(PlanError, match="Put it into that code instead"):
        changes.apply(change=change, actor=erin)
    against = objection(change, erin)
    assert against is not None and "its pipeline undoes what is applied here" in against.sentence


def test_an_override_lets_it_through_until_it_ends(
    change: Change, role: IamRole, erin: Operator, client_of: ClientOf
) -> None:
    client, until = client_of(erin), timezone.now() + DAY
    posted = {"reason": "The release can’t wait", "until": f"{timezone.localtime(until):%Y-%m-%dT%H:%M}"}
    answer = client.post(change_address(change, "change_override_code"), posted, follow=True)
    assert "Erin let it through until" in text_of(answer.content.decode())
    change.refresh_from_db()
    assert objection(change, erin) is None
    entry = AuditEntry.objects.get(verb="change.code_overridden")
    assert entry.data["objects"] == [f"iam.role {role.aws_id}"] and "release" not in str(entry.data)
    page = words(client, f"/aws/{role.aws_account.account_id}/roles/{role.aws_id}/")
    assert "A change waits that overrides the code that owns it" in page and "nothing of it is applied yet" in page
    assert "is overridden until" not in page
    change.steps.update(state="done")
    page = words(client, f"/aws/{role.aws_account.account_id}/roles/{role.aws_id}/")
    assert "The code that owns it is overridden until" in page and "The release can’t wait" in page
    change.overrides.update(until=timezone.now() - DAY)
    assert objection(change, erin) is not None
    assert not overrides_of_row(role)
    assert "is overridden until" not in words(client, f"/aws/{role.aws_account.account_id}/roles/{role.aws_id}/")


@pytest.mark.parametrize(
    ("reason", "days", "said"),
    [("", 1, "Say why"), ("x", -1, "in the past"), ("x", 91, "within 90 days"), ("x", None, "Say when")],
)
def test_what_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    change: Change, erin: Operator, client_of: ClientOf, reason: str, days: int | None, said: str
) -> None:
    until = "" if days is None else f"{timezone.localtime() + days * DAY:%Y-%m-%dT%H:%M}"
    answer = client_of(erin).post(
        change_address(change, "change_override_code"), {"reason": reason, "until": until}, follow=True
    )
    html = answer.content.decode()
    assert said in text_of(html) or said in html
    assert (until or "datetime-local") in html
    assert not OverriddenObject.objects.exists()


def test_who_may_not_apply_does_not_override(
    change: Change, bob: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    posted = {"reason": "x", "until": f"{timezone.localtime() + DAY:%Y-%m-%dT%H:%M}"}
    assert client_of(bob).post(change_address(change, "change_override_code"), posted).status_code == 403
    assert client_of(charlie).post(change_address(change, "change_override_code"), posted).status_code == 404
    assert "Override the code" not in words(client_of(bob), change_address(change))


def test_approvals_are_asked_again_with_the_override_in_sight(
    aws_account: AwsAccount, change: Change, alice: Operator, erin: Operator
) -> None:
    aws_account.approvals_required = 1
    aws_account.save()
    changes.approve(change=change, actor=alice)
    changes.override_code(change=change, actor=erin, reason="x", until=timezone.now() + DAY)
    change.refresh_from_db()
    assert change.state == Change.State.PROPOSED
    changes.approve(change=change, actor=alice)
    change.refresh_from_db()
    assert change.state == Change.State.APPROVED and objection(change, erin) is None


def test_drift_that_undoes_it_is_told_and_not_accepted_by_the_way(
    aws_account: AwsAccount, change: Change, role: IamRole, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    changes.override_code(change=change, actor=erin, reason="x", until=timezone.now() + DAY)
    Change.objects.update(state=Change.State.APPLIED, finished_at=timezone.now() - timedelta(hours=1))
    revision = outside(role)
    assert "undoes what somebody let through" in str(override_objection(revision))
    client = client_of(alice)
    listed = words(client, f"/aws/{aws_account.account_id}/drift/?in_code=yes")
    assert "Owned by code" in listed and f"It undoes change {change.pk}" in listed
    assert drift.accept(aws_account=aws_account, actor=alice, revisions=[revision.pk]) == 0
    one = client.get(f"/aws/{aws_account.account_id}/drift/{revision.pk}/").content.decode()
    assert 'name="with_overrides"' in one
    assert drift.accept(aws_account=aws_account, actor=alice, revisions=[revision.pk], with_overrides=True) == 1


def test_one_that_waits_and_ends_later_hides_none_that_was_applied(
    aws_account: AwsAccount, change: Change, role: IamRole, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    changes.override_code(change=change, actor=erin, reason="now", until=timezone.now() + DAY)
    Change.objects.update(state=Change.State.APPLIED, finished_at=timezone.now() - timedelta(hours=1))
    waiting = propose(aws_account, erin, [attach_step(role, make_policy(aws_account, "later").arn)])
    changes.override_code(change=waiting, actor=erin, reason="then", until=timezone.now() + 2 * DAY)
    revision, client = outside(role), client_of(alice)
    assert "undoes what somebody let through" in str(override_objection(revision))
    assert f"It undoes change {change.pk}" in words(client, f"/aws/{aws_account.account_id}/drift/?in_code=yes")
    assert drift.accept(aws_account=aws_account, actor=alice, revisions=[revision.pk]) == 0
    page = words(client, f"/aws/{aws_account.account_id}/roles/{role.aws_id}/")
    assert f"let change {change.pk} through" in page and f"let change {waiting.pk} through" in page


def outside(role: IamRole) -> Revision:
    facet = Facet.objects.create(
        aws_account=role.aws_account,
        kind=role.kind,
        object_id=role.aws_id,
        source="details",
        raw_hash="x",
        fingerprint="x",
        read_at=timezone.now(),
    )
    Revision.objects.create(
        facet=facet,
        number=1,
        fingerprint="a",
        content={"name": "deploy"},
        seen_at=timezone.now() - DAY,
        origin="import",
    )
    return Revision.objects.create(
        facet=facet,
        number=2,
        fingerprint="b",
        content={"name": "deploy", "path": "/x/"},
        seen_at=timezone.now(),
        origin=Revision.Origin.OUTSIDE,
        drift_in=role.aws_account,
    )


def test_credentials_of_an_owned_user_are_no_code(aws_account: AwsAccount, alice: Operator) -> None:
    user = make_user(aws_account, "ci")
    stack_row(aws_account, ("Ci", "AWS::IAM::User", "ci"))
    key = StepAbout("iam.key.deactivate", {"user_arn": user.arn, "key_id": "AKIA1"})
    tag = StepAbout("iam.user.tag", {"arn": user.arn, "key": "a", "value": "b"})
    assert owned_changes(aws_account, [key]) == []
    assert [each.row for each in owned_changes(aws_account, [key, tag])] in ([user], [])
