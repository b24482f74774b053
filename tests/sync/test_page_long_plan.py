"""The page of a plan with many steps: page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from identities.operations import attach
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync.changes.stale_plan import MOST_LOOKED_INTO
from sync.models import Change, Facet, Revision, Step
from tests.services.changing import propose
from tests.services.pages import get, text_of
from tests.services.rows import attach as attached
from tests.services.rows import make_policy, make_user
from tests.services.statements import reports_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    policy = make_policy(aws_account)
    return propose(aws_account, erin, [attach(make_user(aws_account, f"p-{n:02}"), policy.arn) for n in range(60)])


def test_it_shows_one_page_and_the_way_to_the_next(
    change: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    page = get(client_of(erin), "change", pk=change.pk)
    assert page.count('class="step-no"') == 50
    assert 'href="?steps=2"' in page
    assert "60 steps" in text_of(page)
    second = get(client_of(erin), "change", "?steps=2", pk=change.pk)
    assert second.count('class="step-no"') == 10
    assert "the user p-59" in text_of(second)


@pytest.mark.parametrize("said", ["0", "-1", "x", "99", "9" * 30, "²"])
def test_any_page_opens(change: Change, erin: Operator, client_of: Callable[[Operator], Client], said: str) -> None:
    assert 'class="step-no"' in get(client_of(erin), "change", f"?steps={said}", pk=change.pk)


def test_what_stopped_is_on_the_page_that_opens(
    change: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    change.steps.filter(position__lt=55).update(state=Step.State.DONE)
    change.steps.filter(position=55).update(
        state=Step.State.FAILED, error={"class": "AccessDeniedError", "sentence": "No."}
    )
    Change.objects.update(state=Change.State.FAILED, queued_at=change.created_at)
    page = text_of(get(client_of(erin), "change", pk=change.pk))
    assert "Stopped at step 55 of 60" in page
    assert "the user p-54" in page


# ---- What has moved since, of a plan too long to look into all of it -----------------------------------------------
@pytest.fixture
def long(aws_account: AwsAccount, erin: Operator) -> Change:
    """Attaches a policy to more users than a page looks into."""
    policy = make_policy(aws_account)
    users = [make_user(aws_account, f"p-{n:03}") for n in range(MOST_LOOKED_INTO + 10)]
    return propose(aws_account, erin, [attach(user, policy.arn) for user in users])


def drifted(user: IamUser) -> None:
    """Somebody changed it outside this console, as a pull has seen."""
    now = timezone.now()
    about = {"aws_account": user.aws_account, "kind": user.kind, "object_id": user.aws_id, "source": "details"}
    facet = Facet.objects.create(**about, raw_hash="x", fingerprint="x", read_at=now)
    Revision.objects.create(
        facet=facet, number=2, fingerprint="x", content={}, seen_at=now, origin="outside", drift_in=user.aws_account
    )


def user_of(change: Change, position: int) -> IamUser:
    return IamUser.objects.get(arn=change.steps.get(position=position).params["arn"])


def test_it_says_which_step_drift_has_overtaken(
    long: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    client = client_of(erin)
    assert "AWS has moved on" not in get(client, "change", pk=long.pk)
    user = user_of(long, 205)
    attached(user, ManagedPolicy.objects.get())
    drifted(user)
    drifted(user_of(long, 206))  # in another part, which the plan doesn't depend on
    page = text_of(get(client, "change", pk=long.pk))
    assert "Step 205 expects it not attached; the last pull found it attached." in page
    assert page.count("AWS has moved on") == 1


def test_it_says_which_step_another_change_has_overtaken(
    long: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    user = user_of(long, 207)
    other = propose(long.aws_account, erin, [attach(user, ManagedPolicy.objects.get().arn)])
    other.steps.update(state=Step.State.DONE, finished_at=timezone.now())
    Change.objects.filter(pk=other.pk).update(state=Change.State.APPLIED, finished_at=timezone.now())
    attached(user, ManagedPolicy.objects.get())
    assert "Step 207 expects it not attached" in text_of(get(client_of(erin), "change", pk=long.pk))


def test_it_counts_what_it_doesnt_look_into(
    long: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    """The policy that all of them attach was changed: too many to look into."""
    policy = ManagedPolicy.objects.get()
    other = propose(long.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    other.steps.update(state=Step.State.DONE, finished_at=timezone.now())
    Change.objects.filter(pk=other.pk).update(state=Change.State.APPLIED, finished_at=timezone.now())
    client = client_of(erin)
    with CaptureQueriesContext(connection) as queries:
        page = text_of(get(client, "change", pk=long.pk))
    assert "10 more steps may have moved too." in page
    assert len(queries) < 60
