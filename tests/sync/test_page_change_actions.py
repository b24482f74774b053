"""The buttons of a change's page: who may press them, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Operator
from sync.models import Change
from tests.sync.planned import proposed, proposed_deletion, rested

ClientOf = Callable[..., Client]
ACTS = ["apply", "approve", "reject", "withdraw", "cancel", "retry", "reverse", "replan"]


def press(client: Client, change: Change, action: str, **posted: str) -> HttpResponse:
    url = reverse(f"change_{action}", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    answer: HttpResponse = client.post(url, posted, follow=True)  # type: ignore[assignment]
    return answer


def state_of(change: Change) -> str:
    change.refresh_from_db()
    return change.state


@pytest.mark.parametrize("action", ACTS)
def test_strangers_and_readers_press_nothing(
    aws_account: AwsAccount, erin: Operator, bob: Operator, charlie: Operator, client_of: ClientOf, action: str
) -> None:
    change = proposed(aws_account, erin)
    assert press(client_of(charlie), change, action).status_code == 404
    assert press(client_of(bob), change, action).status_code == 403
    assert state_of(change) == "proposed"


@pytest.mark.parametrize("action", ACTS)
def test_a_link_acts_on_nothing(aws_account: AwsAccount, alice: Operator, client_of: ClientOf, action: str) -> None:
    change = proposed(aws_account, alice)
    url = reverse(f"change_{action}", kwargs={"account_id": aws_account.account_id, "pk": change.pk})
    assert client_of(alice).get(url).status_code == 405


def test_apply_queues_it(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    answer = press(client_of(erin), change, "apply")
    assert state_of(change) == "queued"
    assert "It waits for a worker." in answer.content.decode()


def test_apply_asks_for_the_name(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed_deletion(aws_account, erin)
    answer = press(client_of(erin), change, "apply", typed="reports")
    assert "Type reports-write exactly as it is written. Nothing was sent." in answer.content.decode()
    assert state_of(change) == "proposed"
    press(client_of(erin), change, "apply", typed="reports-write")
    assert state_of(change) == "queued"


def test_apply_asks_for_a_fresh_sign_in(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    press(client_of(erin, ago=3600), change, "apply")
    assert state_of(change) == "proposed"


def test_what_the_service_refuses_is_said(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    AwsAccount.objects.update(writes_enabled=False)
    assert "read-only in this console" in press(client_of(erin), change, "apply").content.decode()
    assert state_of(change) == "proposed"


def test_an_approval_carries_its_comment(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = proposed(aws_account, erin)
    answer = press(client_of(anton), change, "approve", comment="Checked with finance.")
    assert state_of(change) == "approved"
    assert "“Checked with finance.”" in answer.content.decode()
    press(client_of(anton), change, "withdraw")
    assert state_of(change) == "proposed"


def test_a_rejection_needs_a_comment(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = proposed(aws_account, erin)
    assert "Say in the comment why" in press(client_of(anton), change, "reject").content.decode()
    assert state_of(change) == "proposed"
    press(client_of(anton), change, "reject", comment="Too wide.")
    assert state_of(change) == "rejected"


def test_the_requester_reads_why_it_was_rejected(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    aws_account.approvals_required = 1
    change = proposed(aws_account, erin)
    press(client_of(anton), change, "reject", comment="Too <wide>.")
    url = reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change.pk})
    html = client_of(erin).get(url).content.decode()
    assert "Rejected by Anton. Nothing was sent." in html
    assert "Too &lt;wide&gt;." in html


def test_nobody_approves_their_own(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    aws_account.approvals_required = 1
    change = proposed(aws_account, alice)
    assert "somebody else must approve it" in press(client_of(alice), change, "approve").content.decode()
    assert not change.approvals.exists()


def test_what_has_expired_is_no_longer_decided(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    aws_account.approvals_required = 1
    change = proposed(aws_account, erin)
    Change.objects.update(state=Change.State.EXPIRED)
    assert "it is expired" in press(client_of(anton), change, "approve").content.decode()
    assert "it is expired" in press(client_of(erin), change, "apply").content.decode()


def test_a_withdrawn_approval_stays_to_be_read(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    aws_account.approvals_required = 1
    change = proposed(aws_account, erin)
    press(client_of(anton), change, "approve", comment="Fine.")
    html = press(client_of(anton), change, "withdraw").content.decode()
    assert "No longer counts" in html
    assert "You have not approved this change." in press(client_of(anton), change, "withdraw").content.decode()


def test_an_approver_does_not_apply(
    aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    assert press(client_of(anton), proposed(aws_account, erin), "apply").status_code == 403


def test_cancel(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    answer = press(client_of(erin), change, "cancel")
    assert state_of(change) == "cancelled"
    assert "Nothing was sent." in answer.content.decode()


def test_cancel_while_it_runs_stops_after_the_step(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = rested(proposed(aws_account, erin), "applying", "sending")
    answer = press(client_of(erin), change, "cancel")
    assert state_of(change) == "applying"
    assert "It stops after the step that runs." in answer.content.decode()


def test_retry_queues_it_again(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = rested(proposed(aws_account, erin), "failed", "failed", error={"sentence": "AWS had a fault."})
    press(client_of(erin), change, "retry")
    assert state_of(change) == "queued"


def test_what_is_done_in_the_page_is_audited(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    press(client_of(erin), change, "apply")
    assert AuditEntry.objects.filter(verb="change.apply_asked", actor=erin).exists()
