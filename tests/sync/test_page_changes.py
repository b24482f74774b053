"""The list of changes, and what the shell and the overview say of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from sync import changes
from sync.models import Run
from tests.sync.planned import proposed, rested

ClientOf = Callable[..., Client]


def text_of(client: Client, aws_account: AwsAccount, name: str = "changes", **query: str) -> str:
    answer = client.get(reverse(name, kwargs={"account_id": aws_account.account_id}), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_lists_changes_with_their_states(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    proposed(aws_account, erin)
    text = text_of(client_of(erin), aws_account)
    assert "Give reports-writer its archive bucket" in text
    assert "Proposed" in text
    assert "0 of 1" in text


def test_filters_by_state(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    proposed(aws_account, erin)
    client = client_of(erin)
    assert "Nothing matches" in text_of(client, aws_account, state="applied")
    assert "archive bucket" in text_of(client, aws_account, state="open")


def test_filters_by_requester(aws_account: AwsAccount, erin: Operator, alice: Operator, client_of: ClientOf) -> None:
    proposed(aws_account, erin)
    client = client_of(alice)
    assert "archive bucket" in text_of(client, aws_account, requester="Erin")
    assert "there is no “Alice” here" in text_of(client, aws_account, requester="Alice")


def test_knows_what_waits_for_whom(
    aws_account: AwsAccount, erin: Operator, anton: Operator, bob: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    proposed(aws_account, erin)
    assert "archive bucket" in text_of(client_of(anton), aws_account, waiting="me")
    for other in (erin, bob):
        assert "Nothing matches" in text_of(client_of(other), aws_account, waiting="me")


def asked(html: str) -> list[tuple[str, str]]:
    """What the sidebar says is asked of the operator, and where it leads."""
    return [(words, url) for url, words in re.findall(r'<a class="side-asks" href="([^"]+)">([^<]+)<', html)]


def test_the_sidebar_counts_the_approvals_that_are_asked_of_me(
    aws_account: AwsAccount, erin: Operator, anton: Operator, bob: Operator, alice: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = proposed(aws_account, erin)
    proposed(aws_account, alice, name="reports-read", title="Hers")
    client = client_of(anton)
    [(words, url)] = asked(text_of(client, aws_account))
    assert words == "2 for you"
    assert "archive bucket" in client.get(url).content.decode()
    assert [words for words, _ in asked(text_of(client_of(alice), aws_account))] == ["1 for you"]  # never one's own
    assert asked(text_of(client_of(erin), aws_account)) == asked(text_of(client_of(bob), aws_account)) == []
    page = {"account_id": aws_account.account_id, "pk": change.pk}
    client.post(reverse("change_reject", kwargs=page), {"comment": "Not now."})
    assert asked(text_of(client, aws_account)) == [("1 for you", url)]


def test_the_sidebar_counts_the_reviews_that_are_asked_of_me(
    aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = proposed(aws_account, erin)
    changes.break_glass(change=change, actor=alice, reason="The exporter is locked out.")
    rested(change, "applied", "done")
    assert asked(text_of(client_of(alice), aws_account)) == []
    client = client_of(anton)
    [(words, url)] = asked(text_of(client, aws_account))
    assert words == "1 for you"
    assert "archive bucket" in client.get(url).content.decode()
    client.post(
        reverse("change_review", kwargs={"account_id": aws_account.account_id, "pk": change.pk}), {"comment": "Right."}
    )
    assert asked(text_of(client, aws_account)) == []


def test_searches_title_reason_and_number(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = proposed(aws_account, erin)
    for words in ("archive", "DATA-2217", str(change.pk)):
        assert "archive bucket" in text_of(client_of(erin), aws_account, q=words)


def test_helpdesk_sees_none_of_others(
    aws_account: AwsAccount, erin: Operator, hal: Operator, client_of: ClientOf
) -> None:
    proposed(aws_account, erin)
    assert "No change yet" in text_of(client_of(hal), aws_account)


def test_the_shell_counts_open_changes_and_says_the_age(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    assert "Not pulled yet" in text_of(client, aws_account)
    proposed(aws_account, erin)
    Run.objects.create(
        aws_account=aws_account, source="iam.details", trigger="operator", state="done", finished_at=timezone.now()
    )
    text = text_of(client, aws_account)
    assert "As of </span><time" in text
    assert '<span class="num">1</span>' in text


def test_the_overview_says_what_waits_and_what_failed(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = rested(proposed(aws_account, erin), "failed", "failed", error={"sentence": "AWS had a fault."})
    text = text_of(client_of(erin), aws_account, "overview")
    assert f"Change {change.pk} stopped: Give reports-writer its archive bucket" in text
    assert "AWS had a fault." in text
    assert "Waits for you" in text
    assert "Recent changes" in text
    assert "Nothing was pulled yet." in text
