"""Where the console's credentials go is said on one page, by owners of all AWS accounts, and AWS is asked first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.forms import ModelForm
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.services import aws_accounts
from emulator.process import Emulator
from guides.account.connect_form import FirstAwsAccountForm
from sync import connect
from sync.connect import new_external_id
from sync.forms import ConnectForm, ReconnectForm
from sync.models import Run
from sync.snapshot.forms import NewAwsAccountForm
from tests.conftest import ACCOUNT_ID
from tests.services.console_roles import make_console_role

PAGE = f"/accounts/{ACCOUNT_ID}/connection/"
READ_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-read"
AIMING = [model for model in admin.site._registry if hasattr(model, "CONNECTION_FIELDS")]


def aims(aws_account: AwsAccount) -> dict[str, Any]:
    return dict(AwsAccount.objects.filter(pk=aws_account.pk).values(*AwsAccount.CONNECTION_FIELDS).get())


def test_the_aws_account_declares_what_aims() -> None:
    settings = {
        "id",
        "name",
        "environment",
        "writes_enabled",
        "pull_every_minutes",
        "quota_share",
        "approvals_required",
        "break_glass_roles",
        "resting",
        "rests_since",
        "created_at",
    }
    assert [AwsAccount] == AIMING
    assert {field.name for field in AwsAccount._meta.concrete_fields} - set(AwsAccount.CONNECTION_FIELDS) == settings


@pytest.mark.parametrize("model", AIMING)
def test_the_admin_writes_nothing_that_aims(olga: Operator, aws_account: AwsAccount, model: type[Model]) -> None:
    request = RequestFactory().get("/")
    request.user = olga
    for registered in admin.site._registry.values():
        assert all(inline.model is not model for inline in registered.inlines)
    registered = admin.site._registry[model]
    writable = set(registered.get_form(request, aws_account).base_fields) | set(registered.list_editable)
    assert writable.isdisjoint(model.CONNECTION_FIELDS)  # type: ignore[attr-defined]


def forms_of(base: type[Any]) -> list[type[Any]]:
    return [each for child in base.__subclasses__() for each in (child, *forms_of(child))]


def test_no_other_form_has_a_field_that_aims() -> None:
    of_aws_accounts = [form for form in forms_of(ModelForm) if getattr(form._meta, "model", None) is AwsAccount]
    aiming = {form for form in of_aws_accounts if set(form.base_fields) & set(AwsAccount.CONNECTION_FIELDS)}
    assert aiming == {ConnectForm, ReconnectForm, NewAwsAccountForm, FirstAwsAccountForm}
    # Of a first AWS account is typed which one it is; by which role follows from that.
    named = {"account_id", "partition", "default_region", "emulated"}
    assert set(FirstAwsAccountForm.base_fields) & set(AwsAccount.CONNECTION_FIELDS) <= named
    # An AWS account that only files tell of: which one it is, and no way into it.
    assert set(NewAwsAccountForm.base_fields) & set(AwsAccount.CONNECTION_FIELDS) == {"account_id", "partition"}


def test_settings_change_nothing_that_aims(olga: Operator, aws_account: AwsAccount) -> None:
    with pytest.raises(ValueError, match="read_role_arn"):
        aws_accounts.change(actor=olga, aws_account=aws_account, before={"read_role_arn": ""})


def test_the_service_itself_asks_who_it_is(alice: Operator, aws_account: AwsAccount, emulator: Emulator) -> None:
    with pytest.raises(PermissionDenied):
        connect.reconnect(aws_account=aws_account, before={"connection": "x"}, actor=alice)
    with pytest.raises(PermissionDenied):
        connect.connect(aws_account=AwsAccount(account_id="999900009999"), actor=alice)


def test_and_where_the_role_is_whoever_calls_it(olga: Operator, aws_account: AwsAccount) -> None:
    aws_account.connection, aws_account.read_role_arn = "assume_role", "arn:aws:iam::999900009999:role/r"
    with pytest.raises(ValidationError, match="in the AWS account 999900009999"):
        connect.reconnect(aws_account=aws_account, before={"read_role_arn": ""}, actor=olga)


# ---- the page -------------------------------------------------------------------------------------------------


def by_roles(**changed: str) -> dict[str, str]:
    typed = {"default_region": "eu-west-1", "connection": "assume_role", "read_role_arn": READ_ROLE}
    return {**typed, "external_id": new_external_id(), **changed}


def test_another_connection_is_tried_then_saved_with_writes_off(
    olgas: Client, emulator: Emulator, aws_account: AwsAccount
) -> None:
    typed = by_roles()
    make_console_role(emulator, "console-read", actions=["iam:*"], external_id=typed["external_id"])
    answer = olgas.post(PAGE, typed)
    run = Run.objects.get(source="iam.details")
    assert answer["Location"] == reverse("pull", kwargs={"account_id": ACCOUNT_ID, "pk": run.pk})
    aws_account.refresh_from_db()
    assert (aws_account.read_role_arn, aws_account.writes_enabled) == (READ_ROLE, False)
    entry = AuditEntry.objects.get(verb="aws_account.reconnected")
    assert entry.data["changes"]["connection"] == ["ambient", "assume_role"]
    assert "assumed-role/console-read" in entry.data["identity"]


def test_credentials_of_another_aws_account_are_not_taken(olgas: Client, emulator: Emulator, db: None) -> None:
    other = AwsAccount.objects.create(
        account_id="210987654321", name="Imported", connection="snapshot", emulated=True, pull_every_minutes=0
    )
    typed = {"default_region": "eu-west-1", "connection": "ambient", "external_id": ""}
    answer = olgas.post("/accounts/210987654321/connection/", typed)
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.content.decode()
    assert aims(other)["connection"] == "snapshot"


@pytest.mark.parametrize(
    "changed",
    [
        {"read_role_arn": "arn:aws:iam::999900009999:role/r"},
        {"write_role_arn": "arn:aws:iam::999900009999:role/r"},
        {"external_id": "guessed"},
        {"connection": "snapshot"},
    ],
    ids=str,
)
def test_what_would_aim_elsewhere_is_refused(olgas: Client, aws_account: AwsAccount, changed: dict[str, str]) -> None:
    before = aims(aws_account)
    assert olgas.post(PAGE, by_roles(**changed)).status_code == 422
    assert aims(aws_account) == before


def test_which_aws_account_it_is_stays(olgas: Client, emulator: Emulator, aws_account: AwsAccount) -> None:
    before = aims(aws_account)
    typed = {"default_region": "us-east-1", "connection": "ambient", "account_id": "999900009999", "emulated": ""}
    assert olgas.post(PAGE, typed)["Location"] == f"/accounts/{ACCOUNT_ID}/"
    assert aims(aws_account) == before


def test_it_wants_a_fresh_sign_in(client_of: Callable[..., Client], olga: Operator, aws_account: AwsAccount) -> None:
    before = aims(aws_account)
    assert client_of(olga, ago=3600).post(PAGE, by_roles())["Location"].startswith("/auth/")
    assert aims(aws_account) == before


def test_the_page_keeps_the_external_id_that_it_has(olgas: Client, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(connection="assume_role", read_role_arn=READ_ROLE, external_id="chosen-at-first")
    page = olgas.get(PAGE).content.decode()
    assert 'value="chosen-at-first"' in page
    assert READ_ROLE in page
