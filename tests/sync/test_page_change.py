"""The page of one change: what it says in each state, and to whom it offers what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from sync.models import Change
from tests.services.pages import BY_HTMX, change_address
from tests.sync.planned import proposed, proposed_deletion, rested

ClientOf = Callable[..., Client]
DENIED = {
    "class": "AccessDeniedError",
    "code": "AccessDenied",
    "sentence": "AWS does not let iam-console do iam:CreatePolicyVersion.",
    "words": "User is not authorized to perform: iam:CreatePolicyVersion",
    "statement": {"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": "*"},
    "request_id": "e9f4417a",
}


def page(client: Client, change: Change, **query: Any) -> str:
    answer = client.get(change_address(change), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_shows_the_plan(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    text = page(client_of(erin), proposed(aws_account, erin))
    assert "Write version v2 of reports-write and make it the default" in text
    assert "1 step, reversible" in text
    assert "Ticket DATA-2217" in text
    assert "Reversible" in text


def test_shows_the_exact_call_and_the_command_line(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    text = page(client_of(erin), proposed(aws_account, erin))
    assert "iam:CreatePolicyVersion" in text
    assert "aws iam create-policy-version --policy-arn arn:aws:iam::123456789012:policy/reports-write" in text
    assert "Expects to find v1 in force" in text


def test_shows_the_text_difference(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    text = page(client_of(erin), proposed(aws_account, erin))
    assert "s3:Action1" in text  # what is in force
    assert "s3:PutObject" in text  # what the step writes
    assert "Removed: " in text


def test_names_the_action_on_the_button(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    text = page(client_of(erin), proposed(aws_account, erin))
    assert "Apply 1 step" in text
    assert "disabled aria-describedby" not in text


def test_tells_a_viewer_why_not(aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    text = page(client_of(bob), proposed(aws_account, erin))
    assert "Bob may not apply changes in" in text
    assert "Cancel the change" not in text


def test_says_that_writes_are_off(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    AwsAccount.objects.update(writes_enabled=False)
    assert "is read-only in this console" in page(client_of(erin), change)


def test_says_how_many_approvals_are_missing(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    AwsAccount.objects.update(approvals_required=2)
    aws_account.refresh_from_db()
    text = page(client_of(erin), proposed(aws_account, erin))
    assert "2 more approvals are needed under this plan." in text
    assert "You proposed this change: somebody else must approve it." in text


def test_asks_an_approver(aws_account: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = proposed(aws_account, erin)
    assert change_address(change, "change_approve") in page(client_of(anton), change)


def test_asks_for_the_name_before_something_is_destroyed(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    text = page(client_of(erin), proposed_deletion(aws_account, erin))
    assert "1 step, 1 destructive" in text
    assert "Type <code>reports-write</code> to go on" in text


def test_making_room_for_a_version_is_not_destructive(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    text = page(client_of(erin), proposed(aws_account, erin, versions=5))
    assert "A policy keeps 5 versions. The text of v1 stays in the history of this console" in text
    assert "to go on" not in text


def test_a_stale_sign_in_is_told_beforehand(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    assert "You will be asked to sign in again" in page(client_of(erin, ago=3600), proposed(aws_account, erin))


def test_polls_while_it_moves(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = rested(proposed(aws_account, erin), "applying", "sending")
    text = page(client_of(erin), change)
    assert 'hx-trigger="every 2s"' in text
    assert "Stop after step 1" in text


def test_the_fragment_ends_the_polling(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = rested(proposed(aws_account, erin), "applied", "done")
    answer = client_of(erin).get(change_address(change, "change_progress"), headers=BY_HTMX)
    assert answer.status_code == 286
    text = answer.content.decode()
    assert "Accepted by AWS; in force within about a minute." in text
    assert "<html" not in text
    assert "every 2s" not in text


def test_the_fragment_says_nothing_when_nothing_is_new(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = rested(proposed(aws_account, erin), "applying", "sending")
    client = client_of(erin)
    seen = client.get(change_address(change, "change_progress"), headers=BY_HTMX).context["signature"]
    assert client.get(change_address(change, "change_progress"), {"seen": seen}, headers=BY_HTMX).status_code == 204


def test_a_failure_names_the_permission_and_what_to_do(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = rested(proposed(aws_account, erin, versions=5), "failed", "done", "failed", error=DENIED)
    text = page(client_of(erin), change)
    assert "Stopped at step 2 of 2" in text
    assert "AWS refused step 2. The first step is done." in text
    assert "&quot;Action&quot;: &quot;iam:CreatePolicyVersion&quot;" in text
    assert "AccessDenied: User is not authorized" in text
    assert "Retry from step 2" in text
    assert "request-2" in text


def test_offers_the_reverse(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = rested(proposed(aws_account, erin), "applied", "done")
    assert "Propose the reverse" in page(client_of(erin), change)


def test_an_unknown_outcome_has_both_explanations(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    error = {"class": "UnknownOutcome", "sentence": "AWS gave no clear answer."}
    text = page(client_of(erin), rested(proposed(aws_account, erin), "unknown", "unknown", error=error))
    assert "Nobody knows whether step 1 was done." in text
    assert "Either AWS did it and its answer was lost on the way, or it never reached AWS." in text


def test_a_conflict_shows_three_sides(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    error = {"class": "Conflicted", "sentence": "It was changed in AWS since the plan was made."}
    change = rested(proposed(aws_account, erin), "conflicted", "conflicted", error=error)
    text = page(client_of(erin), change)
    assert "It was changed in AWS since the plan was made." in text
    assert [side in text for side in (">Base<", ">Ours<", ">Live<")] == [True] * 3
    assert "Make a new plan on what is live" in text


def test_where_aws_refused_it_and_nothing_moved_no_sides_are_compared(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    error = {"class": "NotFound", "sentence": "AWS does not know what it was to work on."}
    change = rested(proposed(aws_account, erin), "conflicted", "conflicted", error=error)
    step = change.steps.get()
    step.attempts.update(snapshot={"part": step.expects})
    text = page(client_of(erin), change)
    assert "AWS does not know what it was to work on." in text
    assert ">Base<" not in text
    assert "Make a new plan on what is live" in text


def test_the_plan_stays_to_be_read(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = rested(proposed(aws_account, erin), "applied", "done")
    assert "The exact call" in page(client_of(erin), change, show="plan")


@pytest.mark.parametrize("state", Change.State.values)
def test_every_state_has_a_page(aws_account: AwsAccount, erin: Operator, client_of: ClientOf, state: str) -> None:
    change = proposed(aws_account, erin)
    Change.objects.update(state=state)
    assert "reports-write" in page(client_of(erin), change)


def test_strangers_find_nothing(
    aws_account: AwsAccount, erin: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    assert client_of(charlie).get(change_address(proposed(aws_account, erin))).status_code == 404


def test_a_change_of_another_aws_account_is_not_found(
    aws_account: AwsAccount, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    change = proposed(aws_account, erin)
    AwsAccount.objects.create(account_id="210987654321", name="Other")
    other = reverse("change", kwargs={"account_id": "210987654321", "pk": change.pk})
    assert client_of(alice).get(other).status_code == 404


def test_says_that_aws_has_moved_on_since_the_plan(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = proposed(aws_account, erin)
    assert "AWS has moved on" not in page(client_of(erin), change)
    step = change.steps.get()
    step.expects = {**(step.expects or {}), "default": "v9"}
    step.save()
    assert "AWS has moved on since this plan was made" in page(client_of(erin), change)
