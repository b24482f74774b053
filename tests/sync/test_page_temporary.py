"""Temporary access on pages: of its two changes, of who has it, and on the overview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from policies.models import ManagedPolicy
from sync.models import Change, Step
from tests.services.pages import address, get, text_of
from tests.services.rows import make_group, make_policy, make_user, put_inline

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def user(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account)


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


def staged(client: Client, user: IamUser, action: str, span: timedelta, **said: str) -> Change:
    """The grant; its end is typed as the form has it: to the minute."""
    end = timezone.localtime(timezone.now() + span).strftime("%Y-%m-%dT%H:%M")
    response = client.post(
        address("user_action", aws_id=user.aws_id, action=action), {"reason": "", "ends": end, **said}
    )
    assert response.status_code == 302, text_of(response.content.decode())
    return Change.objects.get(until__isnull=False)


def scheduled(grant: Change) -> Change:
    """The removal, as it is once the grant was applied."""
    grant.steps.update(state=Step.State.DONE)
    Change.objects.filter(ends=grant).update(state=Change.State.SCHEDULED)
    return Change.objects.get(ends=grant)


def test_the_plan_says_what_is_approved_with_it(
    user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    grant = staged(client_of(erin), user, "attach", timedelta(days=2), policy=policy.name)
    page = text_of(get(client_of(erin), "change", pk=grant.pk))
    removal = Change.objects.get(ends=grant)
    assert "Approving or applying this change covers both." in page
    assert "AWS doesn’t know the end date" in page
    assert f"{removal.pk} End of change {grant.pk}" in page
    page = text_of(get(client_of(erin), "change", pk=removal.pk))
    assert f"This removes what change {grant.pk} grants." in page


def test_the_plan_and_the_approval_say_how_it_ends(
    aws_account: AwsAccount, user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    grant = staged(client_of(erin), user, "attach", timedelta(days=2), policy=policy.name)
    removal = Change.objects.get(ends=grant)
    words = f"At its time change {removal.pk} runs without further approvals or checks"
    assert text_of(get(client_of(erin), "change", pk=grant.pk)).count(words) == 1
    page = text_of(get(client_of(anton), "change", pk=grant.pk))
    assert page.count(words) == 2
    assert "You approve its end too, at" in page
    assert "puts back" not in page


def test_they_say_what_is_put_back(
    aws_account: AwsAccount, user: IamUser, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    there = put_inline(user, "own")
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    said = {"policy": "own", "document": document, "base": there.document.canonical_hash}
    grant = staged(client_of(erin), user, "inline", timedelta(days=2), **said)
    words = "It puts back what was there when this was proposed: write the inline policy own of the user dana.okafor"
    assert text_of(get(client_of(erin), "change", pk=grant.pk)).count(words) == 1
    assert text_of(get(client_of(anton), "change", pk=grant.pk)).count(words) == 2
    assert words in text_of(get(client_of(anton), "change", pk=Change.objects.get(ends=grant).pk))


def test_an_inline_policy_ends_by_itself(user: IamUser, erin: Operator, client_of: ClientOf) -> None:
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    grant = staged(client_of(erin), user, "inline", timedelta(days=2), policy="own", document=document)
    assert "DateLessThan" in grant.steps.get().params["document"]
    assert "The document has the end date too" in text_of(get(client_of(erin), "change", pk=grant.pk))
    scheduled(grant)
    assert "AWS ends what it allows by itself too." in text_of(get(client_of(erin), "user", aws_id=user.aws_id))


def test_an_end_in_the_past_is_refused(
    user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    said = {"policy": policy.name, "ends": "2020-01-01T00:00", "reason": ""}
    response = client_of(erin).post(address("user_action", aws_id=user.aws_id, action="attach"), said)
    assert "This is in the past." in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_who_has_it_shows_the_end(
    user: IamUser, policy: ManagedPolicy, bob: Operator, erin: Operator, client_of: ClientOf
) -> None:
    grant = staged(client_of(erin), user, "attach", timedelta(days=2), policy=policy.name)
    assert "Temporary access" not in text_of(get(client_of(bob), "user", aws_id=user.aws_id))
    removal = scheduled(grant)
    page = text_of(get(client_of(bob), "user", aws_id=user.aws_id))
    words = f"Given by change {grant.pk}; then change {removal.pk}: Detach reports-write from the user dana.okafor."
    assert f"{words} AWS doesn’t end it by itself." in page


def test_a_group_shows_who_is_in_it_for_a_while(
    aws_account: AwsAccount, user: IamUser, erin: Operator, client_of: ClientOf
) -> None:
    group = make_group(aws_account)
    scheduled(staged(client_of(erin), user, "join", timedelta(days=2), group=group.name))
    for kind, row in (("group", group), ("user", user)):
        page = text_of(get(client_of(erin), kind, aws_id=row.aws_id))
        assert "Remove dana.okafor from the group platform" in page


@pytest.mark.parametrize(("span", "attention"), [(timedelta(days=2), False), (timedelta(hours=5), True)])
def test_the_overview_warns_a_day_ahead(
    user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf, span: timedelta, attention: bool
) -> None:
    grant = staged(client_of(erin), user, "attach", span, policy=policy.name)
    scheduled(grant)
    page = text_of(get(client_of(erin), "overview"))
    assert f"granted by change {grant.pk}." in page
    assert ("Access ends:" in page) == attention


def test_the_end_is_moved(user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    removal = scheduled(staged(client_of(erin), user, "attach", timedelta(days=2), policy=policy.name))
    assert "Move the end" in get(client_of(erin), "change", pk=removal.pk)
    client_of(erin).post(address("change_end", pk=str(removal.pk)), {"until": "2020-01-01T00:00"})
    removal.refresh_from_db()
    assert removal.not_before is not None and removal.not_before < timezone.now()


def test_readers_see_no_form(
    user: IamUser, policy: ManagedPolicy, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    removal = scheduled(staged(client_of(erin), user, "attach", timedelta(days=2), policy=policy.name))
    assert "Move the end" not in get(client_of(bob), "change", pk=removal.pk)
