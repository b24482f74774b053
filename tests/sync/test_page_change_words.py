"""What was typed into a small form of a change's page and refused stands there again, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from tests.services.pages import get, press
from tests.sync.planned import proposed, proposed_deletion

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def needs_approval(aws_account: AwsAccount) -> AwsAccount:
    aws_account.approvals_required = 1
    aws_account.save()
    return aws_account


def test_too_long_a_comment_isnt_lost(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change, client = proposed(aws_account, erin), client_of(erin)
    words = "Why " * 300
    assert words.strip() in press(client, change, "comment", comment=words)
    assert words.strip() not in get(client, "change", pk=change.pk)  # once


def test_too_long_a_refusal_isnt_lost(
    needs_approval: AwsAccount, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    words = "Too wide. " * 150
    assert words.strip() in press(client_of(anton), proposed(needs_approval, erin), "reject", comment=words)


def test_a_reason_outlives_a_mistyped_name(
    needs_approval: AwsAccount, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    change = proposed_deletion(needs_approval, erin)
    html = press(client_of(alice), change, "break_glass", reason="The exporter is locked out.", typed="reports-wirte")
    assert "The exporter is locked out.</textarea>" in html


def test_it_stands_in_no_other_form_and_on_no_other_page(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change, client = proposed(aws_account, erin), client_of(erin)
    other = proposed(aws_account, erin, name="reports-read")
    words = "x" * 1001
    url = reverse("change_comment", kwargs={"account_id": aws_account.account_id, "pk": change.pk})
    client.post(url, {"comment": words})
    assert words not in get(client, "change", pk=other.pk)
    assert get(client, "change", pk=change.pk).count(words) == 1
