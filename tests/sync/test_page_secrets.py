"""What AWS says once, on the page of its change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from sync import sealed
from sync.aws.secrets import Secret
from sync.models import Change, SealedSecret, Step
from sync.operations import StepSpec
from tests.services.changing import propose
from tests.services.pages import address, get, text_of
from tests.services.rows import make_user

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
SAID = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    """erin made an access key, and AWS said its secret."""
    made = propose(aws_account, erin, [StepSpec("iam.key.create", {"arn": make_user(aws_account).arn})])
    made.steps.update(state=Step.State.DONE, result={"id": "AKIAIOSFODNN7EXAMPLE"})
    Change.objects.filter(pk=made.pk).update(state=Change.State.APPLIED, applied_by=erin)
    sealed.keep_returned(made.steps.get(), {"Secret access key": Secret(SAID)}, operator=erin)
    return made


def press(client: Client, change: Change, name: str) -> HttpResponse:
    answer = client.post(address(name, pk=str(change.pk)), follow=True)
    assert isinstance(answer, HttpResponse)
    return answer


def test_its_operator_is_told_that_it_waits(change: Change, erin: Operator, client_of: ClientOf) -> None:
    page = get(client_of(erin), "change", pk=str(change.pk))
    assert "1 secret of this change waits for you, and for nobody else." in text_of(page)
    assert "For another 15 minutes" in text_of(page)
    assert SAID not in page


def test_others_are_told_whom_it_waits_for(change: Change, alice: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(alice), "change", pk=str(change.pk)))
    assert "1 secret of this change waits for Erin. Nobody else can see it." in text
    assert "Show it" not in text


def test_it_is_shown_on_a_page_that_nothing_keeps(change: Change, erin: Operator, client_of: ClientOf) -> None:
    answer = press(client_of(erin), change, "change_secrets")
    assert SAID in text_of(answer.content.decode())
    assert "AKIAIOSFODNN7EXAMPLE" in answer.content.decode()
    assert answer.content.decode().count(f'href="{address("change", pk=str(change.pk))}"') == 2  # crumb, and "Later"
    assert "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.get(verb="secret.shown").actor == erin


def test_others_are_shown_nothing(change: Change, alice: Operator, client_of: ClientOf) -> None:
    answer = press(client_of(alice), change, "change_secrets")
    assert "There is nothing to show any more" in answer.content.decode()
    assert SAID not in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="secret.shown").exists()
    press(client_of(alice), change, "change_secrets_kept")
    assert SealedSecret.objects.exists()


def test_who_has_it_erases_it(change: Change, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    assert "Erased here: nobody can see it again." in press(client, change, "change_secrets_kept").content.decode()
    assert not SealedSecret.objects.exists()
    assert AuditEntry.objects.get(verb="secret.acknowledged").actor == erin
    assert SAID not in press(client, change, "change_secrets").content.decode()
    assert "One-time secret" not in get(client, "change", pk=str(change.pk))


def test_a_link_shows_nothing(change: Change, erin: Operator, client_of: ClientOf) -> None:
    assert client_of(erin).get(address("change_secrets", pk=str(change.pk))).status_code == 405


def test_a_file_of_them_says_no_formula(change: Change, erin: Operator, client_of: ClientOf) -> None:
    sealed.keep_returned(change.steps.get(), {"Password for the service": Secret("=cmd|'x'!A0")}, operator=erin)
    answer = press(client_of(erin), change, "change_secrets_csv")
    assert f',"Secret access key","{SAID}"\r\n' in answer.content.decode()
    assert ',"Password for the service","\'=cmd|\'x\'!A0"\r\n' in answer.content.decode()
    shown = press(client_of(erin), change, "change_secrets").content.decode()
    assert "Download as CSV" in shown
    assert "an apostrophe stands before a cell" in text_of(shown)


@pytest.mark.parametrize(("left", "is_longer"), [(timedelta(minutes=2), True), (timedelta(minutes=14), False)])
def test_what_waits_waits_for_what_comes_later(
    change: Change, erin: Operator, left: timedelta, is_longer: bool
) -> None:
    until = timezone.now() + left
    SealedSecret.objects.update(expires_at=until)
    first = SealedSecret.objects.get()
    sealed.keep_returned(change.steps.get(), {"API key": Secret(SAID)}, operator=erin)
    first.refresh_from_db()
    assert (first.expires_at > until) is is_longer


def test_an_operator_decides_whose_it_is(change: Change, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    SealedSecret.objects.all().delete()
    error = {"class": "TransientError", "sentence": "The answer was lost.", "appeared": ["AKIAIOSFODNN7EXAMPLE"]}
    change.steps.update(state=Step.State.UNKNOWN, result={}, error=error)
    Change.objects.filter(pk=change.pk).update(state=Change.State.UNKNOWN, error={**error, "step": 1})
    text = text_of(get(client_of(erin), "change", pk=str(change.pk)))
    assert "Either it is ours." in text and "Or a colleague made it" in text
    assert "It is ours: delete it" in text and "It isn’t ours: leave it, plan again" in text
    assert "Retry from step" not in text
    assert "It is ours: delete it" not in text_of(get(client_of(bob), "change", pk=str(change.pk)))
    answer = press(client_of(erin), change, "change_disown")
    assert "Make an access key for the user" in text_of(answer.content.decode())
    assert Change.objects.exclude(pk=change.pk).get().state == Change.State.PROPOSED
