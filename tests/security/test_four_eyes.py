"""The second pair of eyes can't be gone round."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from sync import changes
from sync.models import Change
from tests.sync.planned import proposed, proposed_for_approval

ClientOf = Callable[..., Client]


def approve(client: Client, change: Change) -> str:
    url = reverse("change_approve", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    return str(client.post(url)["Location"])


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    return proposed_for_approval(aws_account, erin)


def test_approving_asks_for_a_fresh_sign_in(change: Change, anton: Operator, client_of: ClientOf) -> None:
    assert approve(client_of(anton, ago=3600), change).startswith("/auth/2fa/reauthenticate/")
    assert not change.approvals.exists()
    approve(client_of(anton), change)
    assert change.approvals.exists()


def test_a_plan_from_before_approvals_were_asked_for_needs_them_too(
    aws_account: AwsAccount, erin: Operator, anton: Operator
) -> None:
    change = proposed(aws_account, erin)
    AwsAccount.objects.update(approvals_required=1)
    with pytest.raises(changes.PlanError, match="1 more approval is needed"):
        changes.apply(change=change, actor=erin)
    changes.approve(change=change, actor=anton)
    assert changes.apply(change=change, actor=erin).state == Change.State.QUEUED


def test_its_page_says_so(aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    AwsAccount.objects.update(approvals_required=1)
    url = reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change.pk})
    assert "1 more approval is needed under this plan" in client_of(erin).get(url).content.decode()
    assert reverse("change_approve", kwargs={"account_id": aws_account.account_id, "pk": change.pk}) in (
        client_of(anton).get(url).content.decode()
    )


def test_fewer_approvals_than_a_plan_was_made_under_are_not_enough(change: Change, erin: Operator) -> None:
    AwsAccount.objects.update(approvals_required=0)
    with pytest.raises(changes.PlanError, match="1 more approval is needed"):
        changes.apply(change=change, actor=erin)
