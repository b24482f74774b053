"""The overview and the search: only what is really there, and only what the operator may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from access.escalation.administrator_source import AdministratorSource
from accounts.models import AwsAccount, Operator
from findings import refresh
from findings.looked import MAIN
from findings.models import AccountRefresh
from identities.posture.trust import TrustSource
from sync.models import Change
from tests.access.mirrored import administrator
from tests.services.governed_rows import make_unused
from tests.services.looked import looked
from tests.services.organization_rows import complete
from tests.services.pages import address, get, names_in, text_of
from tests.services.rows import make_group, make_policy, make_role, make_user
from unused.models import UnusedObject

pytestmark = pytest.mark.stack

ClientOf = Callable[..., Client]


def test_nothing_needs_a_decision(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    looked(aws_account)
    assert "Nothing needs a decision." in text_of(get(client_of(bob), "overview"))


def test_that_nothing_is_found_is_not_said_before_it_was_looked_for(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    """Neither before the first look, nor after one at what was there before users, roles and policies were read."""
    client = client_of(bob)
    for _ in range(2):
        text = text_of(get(client, "overview"))
        assert "Nothing needs a decision" not in text and "Findings aren’t looked for yet" in text
        AccountRefresh.objects.update_or_create(
            aws_account=aws_account, defaults={"looked_at": timezone.now() - timedelta(minutes=1)}
        )
        complete(aws_account, MAIN)
    make_unused([make_policy(aws_account, "unused")])
    text = text_of(get(client, "overview"))
    assert "1 matter needs a decision so far. Findings aren’t looked for yet" in text
    looked(aws_account)
    assert "1 finding needs a decision." in text_of(get(client, "overview"))


def test_says_what_needs_attention_the_worst_first(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    administrator(make_user(aws_account, "tom.becker"))
    make_unused([make_policy(aws_account, "unused")])
    make_role(aws_account, "vendor", trusted=[{"type": "AWS", "value": "444455556666"}])
    make_role(aws_account, "old", trusted=[{"type": "AWS", "value": "AROAQ3EGRZSN7XKDEMO5"}])
    looked(aws_account)
    refresh.refresh(aws_account, sources=[TrustSource(), AdministratorSource()])
    text = text_of(get(client_of(bob), "overview"))
    findings = [
        "1 user or role is an administrator",
        "1 role trusts an outside AWS account",
        "1 role trusts somebody who was deleted",
        "1 policy is attached to nobody",
    ]
    assert "4 findings need a decision." in text
    assert [text.index(finding) for finding in findings] == sorted(text.index(finding) for finding in findings)
    assert "vendor. 444455556666 may assume vendor, without an external id." in text


def test_each_finding_leads_to_the_very_list(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    administrator(make_user(aws_account, "tom.becker"))
    make_user(aws_account, "other")
    refresh.refresh(aws_account, sources=[AdministratorSource()])
    client = client_of(bob)
    link = f"{address('findings')}?rule=access.administrator"
    assert link in get(client, "overview")
    assert names_in(client.get(link).content.decode()) == ["tom.becker"]


def test_strangers_find_nothing_and_helpdesk_comes_to_its_pools(
    aws_account: AwsAccount, charlie: Operator, hal: Operator, client_of: ClientOf
) -> None:
    get(client_of(charlie), "overview", status=404)
    assert client_of(hal).get(address("overview")).headers["Location"] == address("user_pools")


def change_of(aws_account: AwsAccount, by: Operator, title: str) -> Change:
    return Change.objects.create(aws_account=aws_account, requested_by=by, title=title, expires_at=timezone.now())


def search(client: Client, words: str) -> str:
    return text_of(client.get("/search/", {"q": words}).content.decode())


def test_finds_by_kind(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_user(aws_account, "reports-writer", tags={"team": "shop"})
    make_group(aws_account, "reporters")
    make_role(aws_account, "reports-exporter")
    make_policy(aws_account, "reports-write")
    text = search(client_of(bob), "report")
    places = [text.index(label) for label in ("Users 1", "Groups 1", "Roles 1", "Policies 1")]
    assert places == sorted(places)
    assert "reports-writer" in search(client_of(bob), "shop")
    assert "reports-writer" in search(client_of(bob), "user/reports-w")


def test_short_words_find_beginnings_of_names(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    for name in ("ab-1", "cab"):
        make_user(aws_account, name)
    text = search(client_of(bob), "user ab")
    assert "ab-1" in text
    assert "cab" not in text


def test_wildcards_are_plain_characters(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_user(aws_account, "reports-writer")
    assert "Nothing matches “rep%ter”" in search(client_of(bob), "rep%ter")
    assert "Nothing matches “___”" in search(client_of(bob), "___")


def test_never_finds_in_foreign_aws_accounts(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    other = AwsAccount.objects.create(account_id="999999999999", name="Other")
    make_user(other, "secret-user")
    make_policy(other, "secret-policy")
    change_of(other, bob, "Show secret-user")
    assert "Nothing matches “secret-”" in search(client_of(bob), "secret-")


def test_finds_actions_and_leads_to_who_can(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    page = client_of(bob).get("/search/", {"q": "getbucketpol"}).content.decode()
    assert "Actions" in text_of(page)
    assert f'href="{address("who_can")}?action=s3%3AGetBucketPolicy&amp;resource=%2A"' in page
    assert "iam:CreateUser" in search(client_of(bob), "IAM:createUser")


def test_finds_changes_by_number_and_title(
    aws_account: AwsAccount, bob: Operator, hal: Operator, client_of: ClientOf
) -> None:
    change = change_of(aws_account, bob, "Attach ci-deploy")
    for words in (str(change.pk), f"#{change.pk}", f"change {change.pk}", "ci-dep"):
        assert f"{change.pk} Attach ci-deploy" in search(client_of(bob), words)
        assert "Attach" not in search(client_of(hal), words)


def test_helpdesk_and_strangers_find_nothing(
    aws_account: AwsAccount, charlie: Operator, hal: Operator, client_of: ClientOf
) -> None:
    make_user(aws_account, "reports-writer")
    for operator in (charlie, hal):
        assert "Nothing matches “reports”" in search(client_of(operator), "reports")


def test_says_how_many_were_left_out(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    for number in range(11):
        make_user(aws_account, f"service-{number}")
    text = search(client_of(bob), "service")
    assert "Users 8 of 11" in text
    assert "All 11 of Users" in text


def test_unused_policies_lead_to_the_very_list(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    old, _young = make_policy(aws_account, "old"), make_policy(aws_account, "young")
    make_unused([old])
    UnusedObject.objects.create(
        aws_account=aws_account, aws_id="role:AROA1", name="legacy", kind="role", idle_since=timezone.now()
    )
    client = client_of(bob)
    link = f"{address('unused')}?kind=policy&amp;age=any"
    html = get(client, "overview")
    assert link in html and "1 policy is attached to nobody old. Nobody would lose anything" in text_of(html)
    listed = text_of(get(client, "unused", "?kind=policy&age=any"))
    assert "old" in listed and "legacy" not in listed and "young" not in listed
