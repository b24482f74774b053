"""What counts as unused, and what is only unknown."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient
from findings import refresh
from findings.models import Finding
from identities.posture.credentials import CredentialSource
from policies.models import ManagedPolicy
from sync.models import Run
from tests.cognito.rows import make_client, make_pool
from tests.services.pages import address, exported, get, names_in
from tests.services.pulling import pulled
from tests.services.rows import attach, make_policy, make_role
from tests.unused.arranged import Estate
from unused.kinds.base import UnusedKind
from unused.kinds.registry import KINDS
from unused.models import UnusedObject
from unused.source import UnusedSource

pytestmark = pytest.mark.django_db


def names(estate: Estate, **asked: object) -> set[tuple[str, str]]:
    return {(row.kind, row.name) for row in estate.rows(**asked)}


def test_what_was_not_used_for_long_is_listed(estate: Estate) -> None:
    assert names(estate, state="unused") == {
        ("user", "ci-old"),
        ("user", "reader"),
        ("key", estate.key),
        ("password", "Password of reader"),
        ("role", "legacy"),
        ("policy", "orphan"),
        ("group", "nobody"),
        ("profile", "empty"),
    }


def test_what_is_used_again_is_listed_no_more(estate: Estate) -> None:
    estate.use("role", "legacy", days=1)
    estate.use("key", estate.key, days=1)
    estate.look()
    assert not names(estate) & {("role", "legacy"), ("key", estate.key), ("user", "ci-old")}


def test_a_use_long_ago_is_told(estate: Estate) -> None:
    estate.use("role", "legacy", days=120)
    estate.look()
    [row] = estate.rows(kind="role")
    assert row.last_used_at is not None and row.why.startswith("Last used on")
    assert (timezone.now() - row.idle_since).days == 120


def test_it_says_who_owns_it_and_what_depends_on_it(estate: Estate) -> None:
    [role] = estate.rows(kind="role")
    assert "lambda.amazonaws.com" in role.caveats[0]
    assert {row.owner for row in estate.rows(kind="user", name="ci-old")} == {"platform"}


def test_what_was_asked_long_ago_is_unknown(estate: Estate) -> None:
    Run.objects.update(finished_at=timezone.now() - timedelta(days=8), created_at=timezone.now() - timedelta(days=8))
    refresh.refresh(estate.aws_account, sources=[UnusedSource()])
    assert names(estate, kind="role", state="unknown") == {("role", "legacy"), ("role", "busy")}
    assert not UnusedObject.objects.filter(kind="role", can_clean=True).exists()


def test_a_user_whose_use_aws_does_not_tell_is_unknown(estate: Estate) -> None:
    estate.iam.create_service_specific_credential(UserName="reader", ServiceName="codecommit.amazonaws.com")
    pulled(estate.aws_account, source="iam.service_credentials")
    estate.look()
    assert ("user", "reader") in names(estate, state="unknown")


def test_a_finding_leads_to_it(estate: Estate, bob: Operator, client_of: Callable[..., Client]) -> None:
    refresh.refresh(estate.aws_account, sources=[CredentialSource()])
    found = Finding.objects.get(rule="credentials.old_key", evidence__key=estate.key)
    client = client_of(bob)
    page = get(client, "finding", pk=str(found.pk))
    [url] = re.findall(r'href="([^"]*/unused/\?[^"]*)"', page)
    listed = client.get(html.unescape(url)).content.decode()
    assert names_in(listed) == [estate.key]
    used = Finding.objects.get(rule="credentials.old_key", evidence__key=estate.used_key)
    assert "/unused/?" not in get(client, "finding", pk=str(used.pk))


def test_a_policy_detached_lately_is_not_unused(estate: Estate) -> None:
    estate.iam.detach_role_policy(RoleName="legacy", PolicyArn="arn:aws:iam::123456789012:policy/reports-read")
    estate.iam.detach_role_policy(RoleName="busy", PolicyArn="arn:aws:iam::123456789012:policy/reports-read")
    estate.look()
    assert names(estate, kind="policy") == {("policy", "orphan")}


def test_a_user_given_a_key_lately_is_not_unused(estate: Estate) -> None:
    estate.iam.create_access_key(UserName="reader")
    estate.look()
    assert ("user", "reader") not in names(estate)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.slug)
def test_each_kind_has_its_page(kind: UnusedKind) -> None:
    assert address(kind.page, aws_id="X1")


def test_permissions_that_nobody_uses_lead_to_least_privilege(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    policy = make_policy(aws_account, "wide")
    role = make_role(aws_account, "reader")
    attach(role, policy)
    old = timezone.now() - timedelta(days=600)
    ManagedPolicy.objects.filter(pk=policy.pk).update(unused_count=3, created_at=old)
    pull = {"trigger": Run.Trigger.SCHEDULE, "state": Run.State.DONE, "finished_at": timezone.now()}
    Run.objects.create(aws_account=aws_account, source="iam.last_accessed", **pull)
    refresh.refresh(aws_account, sources=[UnusedSource()])
    client = client_of(bob)
    page = client.get(address("unused"), {"kind": "permission", "age": "any"}).content.decode()
    assert names_in(page) == ["wide"] and "used 3 services" in page
    assert address("role_least_privilege", aws_id=role.aws_id) in page
    assert 'name="pick"' not in page


def test_an_app_client_is_unknown(aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]) -> None:
    make_client(make_pool(aws_account, "customers"), "mobile")
    AppClient.objects.update(created_at=timezone.now() - timedelta(days=600))
    refresh.refresh(aws_account, sources=[UnusedSource()])
    client = client_of(bob)
    assert names_in(client.get(address("unused"), {"kind": "client"}).content.decode()) == []
    page = client.get(address("unused"), {"kind": "client", "state": "unknown"}).content.decode()
    assert names_in(page) == ["mobile"] and "AWS tells nobody when an app client was used." in page


def test_before_anybody_looked_it_says_so(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    assert "Nobody has looked yet" in client_of(bob).get(address("unused")).content.decode()


def test_the_file_has_every_row_with_its_caveats(
    estate: Estate, bob: Operator, client_of: Callable[..., Client]
) -> None:
    answered = client_of(bob).get(address("unused"), {"format": "csv", "kind": "role"})
    [row] = csv.DictReader(StringIO(exported(answered).lstrip("\ufeff")))
    assert row["name"] == "legacy" and "lambda.amazonaws.com" in row["caveats"] and row["state"] == "Unused"
