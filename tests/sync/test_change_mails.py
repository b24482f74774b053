"""Who is told of a change by mail, and what a mail says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import ApprovalRule, AwsAccount, Operator
from iamconsole import messages
from notifications import outbox
from notifications.models import Delivery, NotifiedEvent
from sync import changes
from sync.models import Change
from tests.notifications.forms import own_form
from tests.services.told import tell
from tests.sync.planned import proposed, proposed_for_approval, rested

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    """Needs one approval."""
    return proposed_for_approval(aws_account, erin)


def described(change: Change, verb: str) -> list[str]:
    tell(change.pk, verb)
    return sorted(address for message in mail.outbox for address in message.to)


def test_approvers_are_asked(
    change: Change, anton: Operator, alice: Operator, bob: Operator, charlie: Operator
) -> None:
    assert described(change, "change.proposed") == ["alice@example.org", "anton@example.org"]
    assert mail.outbox[0].subject == f"Approval asked for: change {change.pk} in Acme (123456789012)"
    assert "Erin asks for your approval." in mail.outbox[0].body


def test_they_are_asked_again_when_approvals_became_void(change: Change, anton: Operator) -> None:
    assert described(change, "change.approvals_voided") == ["anton@example.org"]


def test_only_those_whose_approval_would_count(
    aws_account: AwsAccount, erin: Operator, anton: Operator, alice: Operator
) -> None:
    ApprovalRule.objects.create(aws_account=aws_account, risk="high", approvals=1, role="owner")
    assert described(proposed(aws_account, erin), "change.proposed") == ["alice@example.org"]


def test_nobody_where_none_is_needed(aws_account: AwsAccount, erin: Operator, anton: Operator) -> None:
    assert described(proposed(aws_account, erin), "change.proposed") == []


def test_the_requester_never_asks_themselves(aws_account: AwsAccount, alice: Operator, anton: Operator) -> None:
    aws_account.approvals_required = 1
    assert described(proposed(aws_account, alice), "change.proposed") == ["anton@example.org"]


@pytest.mark.parametrize(
    "state, step, verb",
    [
        ("applied", "done", "change.applied"),
        ("failed", "failed", "change.failed"),
        ("conflicted", "conflicted", "change.conflicted"),
        ("unknown", "unknown", "change.unknown"),
        ("rejected", "pending", "change.rejected"),
        ("approved", "pending", "change.approved"),
        ("expired", "pending", "change.expired"),
    ],
)
def test_the_requester_is_told_what_became_of_it(
    change: Change, anton: Operator, state: str, step: str, verb: str
) -> None:
    assert described(rested(change, state, step), verb) == ["erin@example.org"]


def test_who_applied_it_is_told_too(change: Change, alice: Operator) -> None:
    rested(change, "applied", "done")
    Change.objects.update(applied_by=alice)
    assert described(change, "change.applied") == ["alice@example.org", "erin@example.org"]


def test_what_is_no_longer_so_isnt_told(change: Change, anton: Operator) -> None:
    rested(change, "cancelled", "skipped")
    assert described(change, "change.proposed") == []


def test_it_says_no_more_than_which_change(change: Change, anton: Operator, settings: Any) -> None:
    settings.CONSOLE_URL = "https://console.example.org"
    described(change, "change.proposed")
    [message] = mail.outbox
    assert f"https://console.example.org/aws/123456789012/changes/{change.pk}/" in message.body
    assert ": Write version v2 of reports-write and make it the default" in message.body
    assert not [word for word in (change.title, "DATA-2217", "s3:", "Statement") if word in message.body]


def test_a_title_of_several_lines_makes_no_header(change: Change, anton: Operator) -> None:
    Change.objects.update(title="Tidy up\nBcc: eve@example.org")
    assert described(change, "change.proposed") == ["anton@example.org"]
    assert "eve@example.org" not in mail.outbox[0].message().as_string()


def test_nor_does_such_a_name_of_the_aws_account(change: Change, anton: Operator) -> None:
    """Mails whose subject had a line end wouldn't be sent at all: nobody would hear of anything there."""
    AwsAccount.objects.update(name="Acme\r\nBcc: eve@example.org")
    assert described(change, "change.proposed") == ["anton@example.org"]
    assert "\nBcc" not in mail.outbox[0].message().as_string().partition("\n\n")[0]


def test_a_mail_server_that_is_down_gets_it_later(
    change: Change, anton: Operator, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(change.pk, "change.proposed")
    assert "can’t be reached" in caplog.text
    row = Delivery.objects.get()
    assert (row.state, row.tries, row.said) == ("waiting", 1, "The mail server can’t be reached.")
    settings.EMAIL_BACKEND = working
    Delivery.objects.update(not_before=row.created_at)
    outbox.work()
    assert [message.to for message in mail.outbox] == [["anton@example.org"]]


def test_an_operator_turns_them_off(change: Change, anton: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(anton)
    assert b"Approvals wanted" in client.get("/notifications/").content
    chosen = {**own_form(client), "when_approval_wanted": "off"}
    assert client.post("/notifications/", chosen).status_code == 302
    assert described(change, "change.proposed") == []
    client.post("/notifications/", {**chosen, "when_approval_wanted": "at_once"})
    assert described(change, "change.proposed") == ["anton@example.org"]


def test_they_are_in_the_outbox_when_the_state_is(
    change: Change, anton: Operator, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(messages, "send", lambda *args: sent.append(args))
    NotifiedEvent.objects.all().delete()
    with django_capture_on_commit_callbacks() as callbacks:
        changes.approve(change=change, actor=anton)
        assert Delivery.objects.get().event.data["verb"] == "change.approved"
    assert sent == []
    for callback in callbacks:
        callback()
    assert sent == [("notifications.tasks.deliver",)]
