"""An owner of one AWS account learns nothing of another, by whichever way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import AwsAccount, Operator
from tests.admin.cases import fill


@pytest.fixture
def alices(client_of: Callable[..., Client], alice: Operator, olga: Operator, other_account: AwsAccount) -> Client:
    AwsAccount.objects.filter(pk=other_account.pk).update(name="Zirconium")
    fill(other_account, olga)
    return client_of(alice)


def test_not_by_the_admins_shortcut_to_pages(alices: Client, other_account: AwsAccount) -> None:
    kind = ContentType.objects.get_for_model(AwsAccount)
    answer = alices.get(f"/admin/r/{kind.pk}/{other_account.pk}/")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=reports",
        "/search/?q=999900009999",
        "/audit/?aws_account=999900009999",
        "/audit/?format=csv",
        "/accounts/",
        "/admin/",
        "/admin/sync/change/",
        "/admin/accounts/grant/",
        "/admin/accounts/auditentry/",
        "/admin/accounts/awsaccount/?q=9999",
        "/admin/sync/step/",
        "/admin/policies/document/",
    ],
)
def test_not_by_what_lists_hold(alices: Client, address: str) -> None:
    answer = alices.get(address)
    text = answer.getvalue()
    assert answer.status_code == 200
    assert b"Zirconium" not in text
    assert b"/999900009999/" not in text
