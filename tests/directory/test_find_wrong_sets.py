"""Findings about permission sets: what is wrong is found, and mended when it is no longer so."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import PermissionSet
from findings.models import Finding
from findings.refresh import refresh
from identities.models import IamRole
from tests.directory.arranged import Arranged, pull_directory
from tests.services.organizations import ACCOUNT_ID
from tests.services.pages import get, text_of
from tests.services.statements import allowing


def there(aws_account: AwsAccount) -> set[tuple[str, str]]:
    refresh(aws_account)
    rows = Finding.objects.there().filter(aws_account=aws_account, source="directory")
    return set(rows.values_list("rule", "name"))


def test_what_is_wrong_is_found_and_mended(
    center: Arranged, aws_account: AwsAccount, alices: Client, bobs: Client
) -> None:
    assert there(aws_account) == {("directory.admin_directly", "Admin"), ("directory.long_session", "Admin")}
    made, about = center.made, {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=allowing("s3:*"))
    made.store.delete_group(IdentityStoreId=made.store_id, GroupId=center.platform)
    made.withdraw(center.admin, ACCOUNT_ID, "USER", center.priya)
    pull_directory(aws_account)
    assert there(aws_account) == {
        ("directory.long_session", "Admin"),
        ("directory.wildcard", "Read_Only"),
        ("directory.not_provisioned", "Read_Only"),
        ("directory.assigned_to_deleted", "Read_Only"),
    }
    chosen = PermissionSet.objects.get(name="Read_Only")
    said = "The inline policy of Read_Only allows s3:* on all resources."
    assert said in text_of(get(alices, "permission_set", aws_id=chosen.aws_id))
    assert said in text_of(get(bobs, "identity_center"))


def test_no_finding_names_anybody(center: Arranged, aws_account: AwsAccount) -> None:
    there(aws_account)
    said = str(list(Finding.objects.values()))
    assert "1 person has it directly, in 123456789012" in said
    assert "priya" not in said.casefold() and "nair" not in said.casefold()


def test_a_narrow_policy_is_no_wildcard(center: Arranged, aws_account: AwsAccount) -> None:
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    center.made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=allowing("s3:Get*"))
    pull_directory(aws_account)
    assert ("directory.wildcard", "Read_Only") not in there(aws_account)


def test_a_policy_that_allows_all_but_some_actions_is_a_wildcard(center: Arranged, aws_account: AwsAccount) -> None:
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.read_only}
    text = allowing("iam:*").replace('"Action"', '"NotAction"')
    center.made.sso.put_inline_policy_to_permission_set(**about, InlinePolicy=text)
    pull_directory(aws_account)
    assert ("directory.wildcard", "Read_Only") in there(aws_account)


def test_an_assignment_that_nobody_uses_is_found_in_its_own_account(
    center: Arranged, aws_account: AwsAccount, bobs: Client
) -> None:
    """By the last use of the role: of one that is young, or was used, nothing is said."""

    def unused() -> list[str]:
        refresh(aws_account)
        return list(Finding.objects.there().filter(rule="directory.unused").values_list("sentence", flat=True))

    roles, long_ago = IamRole.objects.filter(name__contains="_Read_Only_"), timezone.now() - timedelta(days=200)
    assert unused() == []
    roles.update(created_at=long_ago)
    [sentence] = unused()
    assert "permission set Read_Only here for 90 days: 1 assignment gives access that nobody uses" in sentence
    assert sentence in text_of(get(bobs, "identity_center"))
    roles.update(last_used_at=timezone.now() - timedelta(days=3))
    assert unused() == []
    roles.update(last_used_at=long_ago)
    assert len(unused()) == 1
    center.made.withdraw(center.read_only, ACCOUNT_ID, "GROUP", center.platform)
    pull_directory(aws_account)
    assert unused() == []
