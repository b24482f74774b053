"""Every model is in the admin, shows only what the operator owns, and most of them can't be written at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import AwsAccount, ClaimGroup, Grant, Operator
from accounts.roles import Role
from iamconsole.web.admin import ReadOnlyAdmin
from sync.models import Run
from tests.admin.cases import fill
from tests.conftest import make_aws_account, make_operator
from tests.services.database import rows_of_many_tests

OURS = (
    "accounts",
    "monitoring",
    "sync",
    "findings",
    "policies",
    "identities",
    "resources",
    "directory",
    "infrastructure",
    "access",
    "cognito",
    "api",
)
BORROWED = (EmailAddress, Authenticator, SocialAccount, UserSession, LogEntry, Group)
MODELS = [model for label in OURS for model in apps.get_app_config(label).get_models()] + list(BORROWED)
EDITABLE = {Operator, Group, ClaimGroup, Grant, AwsAccount, Authenticator, SocialAccount, UserSession}
READ_ONLY = [model for model in MODELS if model not in EDITABLE]
FOR_OWNERS_OF_ALL = {
    "EventCount",
    "TableSize",
    "AccountLabel",
    "AllowedPrefix",
    "AnsweredRequest",
    "ApiToken",
    "GrantGain",
    "GrantRule",
    "Operator",
    "Group",
    "ClaimGroup",
    "ClaimedMembership",
    "ConfigurationSnapshot",
    "ConfigurationUpload",
    "ScimGroup",
    "ScimMembership",
    "ScimToken",
    "ScimUser",
    "Authenticator",
    "SocialAccount",
    "UserSession",
    "EmailAddress",
    "AuditCheck",
    "AuditHead",
    "LogEntry",
    "SharedRate",
    "SpanningChange",
    "KeyCheck",
    "RowWrite",
    "StepCounter",
    "TickPart",
}


@pytest.fixture(scope="module")
def owners(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Operator]]:
    """alice and olga, and everything once in alice's AWS account, and once in one that isn't hers."""
    with rows_of_many_tests(django_db_blocker):
        hers = make_aws_account()
        other = AwsAccount.objects.create(account_id="999900009999", name="Other", emulated=True)
        owners = {"alice": make_operator("alice", Role.OWNER, hers), "olga": make_operator("olga", Role.OWNER, None)}
        for aws_account in (hers, other):
            fill(aws_account, owners["olga"])
        yield owners


@pytest.fixture
def alice(owners: dict[str, Operator], db: None) -> Operator:
    return owners["alice"]


@pytest.fixture
def olga(owners: dict[str, Operator], db: None) -> Operator:
    return owners["olga"]


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def rows(client: Client, model: type[Model]) -> int:
    return int(client.get(url(model, "changelist")).context["cl"].result_count)


def name_of(model: type[Model]) -> str:
    return str(model._meta.object_name)


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_every_model_is_listed_searchable_and_shown(olgas: Client, olga: Operator, model: type[Model]) -> None:
    assert model in admin.site._registry
    assert rows(olgas, model) >= 1
    if model is not apps.get_model("accounts", "AuditHead"):
        assert admin.site._registry[model].search_fields
        assert olgas.get(f"{url(model, 'changelist')}?q=a").status_code == 200
    row = admin.site._registry[model].get_queryset(_request(olga)).first()
    assert row is not None
    assert olgas.get(url(model, "change", row.pk)).status_code == 200
    assert olgas.get(url(model, "history", row.pk)).status_code == 200


def _request(operator: Operator) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = operator
    return request


@pytest.mark.usefixtures("short_refusals")
@pytest.mark.parametrize("model", READ_ONLY, ids=name_of)
def test_nobody_writes_what_is_read_only(olgas: Client, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    assert isinstance(admin.site._registry[model], ReadOnlyAdmin)
    assert olgas.get(url(model, "add")).status_code == 403
    assert olgas.post(url(model, "add"), {"name": "forged"}).status_code == 403
    assert olgas.post(url(model, "change", row.pk), {"name": "forged"}).status_code == 403
    assert olgas.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    olgas.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", READ_ONLY, ids=name_of)
def test_read_only_means_no_inlines_nor_editable_lists(model: type[Model]) -> None:
    registered = admin.site._registry[model]
    assert not registered.inlines
    assert not registered.list_editable


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_alice_sees_what_belongs_to_her_aws_account(
    alices: Client, olgas: Client, alice: Operator, model: type[Model]
) -> None:
    if model.__name__ in FOR_OWNERS_OF_ALL:
        assert alices.get(url(model, "changelist")).status_code == 403
        return
    if model.__name__ == "Document":  # shared by both AWS accounts
        assert rows(alices, model) == 1
        return
    assert rows(alices, model) < rows(olgas, model)
    hidden = model._default_manager.exclude(pk__in=admin.site._registry[model].get_queryset(_request(alice))).first()
    assert hidden is not None
    assert alices.get(url(model, "change", hidden.pk)).status_code == 302  # "doesn't exist", back to the index


def test_a_filter_names_no_aws_account_of_others(alices: Client) -> None:
    html = alices.get(url(Run, "changelist")).content.decode()
    assert "Other (999900009999)" not in html


def test_secrets_of_second_factors_are_shown_to_nobody(olgas: Client) -> None:
    factor = Authenticator.objects.first()
    assert factor is not None
    assert b"unused" not in olgas.get(url(Authenticator, "change", factor.pk)).content


def test_rows_lead_to_their_pages_in_the_console(olgas: Client) -> None:
    html = olgas.get(url(Run, "changelist")).content.decode()
    run = Run.objects.filter(aws_account__account_id="123456789012").get()
    assert f'href="/aws/123456789012/pulls/{run.pk}/"' in html


def test_pull_again_starts_a_pull_of_the_own_aws_accounts_only(alices: Client, alice: Operator) -> None:
    user_model = apps.get_model("identities", "IamUser")
    chosen = list(user_model._default_manager.values_list("pk", flat=True))
    with patch("sync.pull.start") as start:
        alices.post(url(user_model, "changelist"), {"action": "pull_again", "_selected_action": chosen})
    (call,) = start.call_args_list
    assert call.kwargs["aws_account"].account_id == "123456789012"
    assert call.kwargs["actor"] == alice


@pytest.mark.parametrize("page", ["/admin/", "/admin/accounts/operator/", "/admin/sync/run/"])
def test_pages_are_clean_for_a_strict_content_security_policy(olgas: Client, page: str) -> None:
    response = olgas.get(page)
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    html = response.content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert "javascript:" not in html
    assert " onclick=" not in html
