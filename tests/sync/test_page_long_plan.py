"""The page of a plan with many steps: page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.operations import attach
from sync.models import Change, Step
from tests.services.changing import propose
from tests.services.pages import get, text_of
from tests.services.rows import make_policy, make_user

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
    change.steps.filter(position=55).update(state=Step.State.FAILED, error={"class": "Denied", "sentence": "No."})
    Change.objects.update(state=Change.State.FAILED, queued_at=change.created_at)
    page = text_of(get(client_of(erin), "change", pk=change.pk))
    assert "Stopped at step 55 of 60" in page
    assert "the user p-54" in page
