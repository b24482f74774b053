"""Accepting drift: it is right as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from sync import drift
from sync.models import Revision
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled, seeded_and_pulled

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount) -> list[Any]:
    """Two differences, the newest first."""
    iam = seeded_and_pulled(emulator, aws_account)
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    return list(drift.open_drift(aws_account).order_by("-pk"))


def test_those_that_were_chosen_are_accepted(
    found: list[Any], aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    response = client_of(erin).post(address("drift_accept"), {"revision": [str(found[0].pk)]}, follow=True)
    assert "Accepted 1 change made outside this console." in text_of(response.content.decode())
    accepted = Revision.objects.get(pk=found[0].pk)
    assert (accepted.accepted_by, accepted.accepted_at is not None) == (erin, True)
    assert [each.pk for each in drift.open_drift(aws_account)] == [found[1].pk]


def test_it_is_written_into_the_audit_trail(found: list[Any], aws_account: AwsAccount, erin: Operator) -> None:
    assert drift.accept(aws_account=aws_account, actor=erin, revisions=[each.pk for each in found]) == 2
    said = {audit.sentence(entry) for entry in AuditEntry.objects.filter(verb="drift.accepted", actor=erin)}
    assert said == {
        "accepted a change outside this console of IAM user jane: attached ReadOnlyAccess",
        "accepted a change outside this console of IAM group auditors: new",
    }


def test_accepted_twice_is_accepted_once(found: list[Any], aws_account: AwsAccount, erin: Operator) -> None:
    chosen = [found[0].pk]
    assert drift.accept(aws_account=aws_account, actor=erin, revisions=chosen) == 1
    assert drift.accept(aws_account=aws_account, actor=erin, revisions=chosen) == 0
    assert AuditEntry.objects.filter(verb="drift.accepted").count() == 1


def test_what_isnt_drift_of_this_aws_account_is_left_alone(
    found: list[Any], aws_account: AwsAccount, erin: Operator
) -> None:
    imported = Revision.objects.filter(origin="import").values_list("pk", flat=True)
    other = AwsAccount.objects.create(account_id="210987654321", name="Other")
    assert drift.accept(aws_account=aws_account, actor=erin, revisions=list(imported)) == 0
    assert drift.accept(aws_account=other, actor=erin, revisions=[each.pk for each in found]) == 0


@pytest.mark.parametrize("chosen", [[], ["x"], ["99999999999999999999"], ["-1"]])
def test_nothing_that_can_be_accepted_is_said(
    found: list[Any], erin: Operator, client_of: Callable[..., Client], chosen: list[str]
) -> None:
    response = client_of(erin).post(address("drift_accept"), {"revision": chosen}, follow=True)
    assert "Nothing was chosen that is still open." in text_of(response.content.decode())


def test_who_may_only_read_accepts_nothing(found: list[Any], bob: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(bob)
    assert client.post(address("drift_accept"), {"revision": [str(found[0].pk)]}).status_code == 403
    assert "Accept" not in text_of(get(client, "drift_one", pk=str(found[0].pk)))


def test_the_page_says_who_accepted_it(
    found: list[Any], aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: Callable[..., Client]
) -> None:
    drift.accept(aws_account=aws_account, actor=erin, revisions=[each.pk for each in found])
    assert "Accepted by Erin just now" in text_of(get(client_of(bob), "drift", "?state=accepted"))
