"""Pages of an organization and of Identity Center stay out of the menu until an AWS account has one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from directory.sources import INSTANCE
from policies.organizations.sources import MEMBERSHIP
from tests.conftest import make_operator
from tests.services.directory_rows import DirectoryRows
from tests.services.organization_rows import complete, make_account, make_membership, make_organization
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
ORGANIZATION = ["organization", "organization_accounts", "organization_policies"]
CENTER = ["identity_center", "permission_sets", "directory_assignments", "directory_groups", "directory_people"]


def in_menu(client: Client, name: str, page: str = "users") -> bool:
    caches["counts"].clear()
    menu = get(client, page).partition('aria-label="Breadcrumbs"')[0]
    return f'href="{address(name)}"' in menu


@pytest.mark.parametrize("name", ORGANIZATION)
def test_without_an_organization_its_pages_say_how_one_is_connected(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf, name: str
) -> None:
    complete(aws_account, MEMBERSHIP)
    client = client_of(alice)
    assert not in_menu(client, "organization")
    text = text_of(get(client, name))
    assert "None of the AWS accounts that you may see is known to be in an organization." in text
    assert "stands alone" in text and "Connect the management account of the organization" in text
    make_organization(aws_account)
    assert in_menu(client, "organization")
    assert "How it is connected" not in text_of(get(client, name))


@pytest.mark.parametrize("name", CENTER)
def test_without_identity_center_its_pages_say_how_it_is_connected(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf, name: str
) -> None:
    complete(aws_account, INSTANCE)
    client = client_of(alice)
    assert not in_menu(client, "identity_center")
    text = text_of(get(client, name))
    assert "None of the AWS accounts that you may see is known to have Identity Center." in text
    assert "No Identity Center" in text and "console_role --tier read --identity-center" in text
    DirectoryRows(aws_account)
    assert in_menu(client, "identity_center")
    assert "How it is connected" not in text_of(get(client, name))


def test_what_isnt_read_is_said_to_be_unknown(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    assert "the limit is unknown" in text_of(get(client_of(alice), "organization"))
    assert "Not read yet" in text_of(get(client_of(alice), "identity_center"))


def test_an_organization_counts_at_once_for_its_page(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    client = client_of(alice)
    get(client, "users")  # counts none, and remembers it for a minute
    make_membership(aws_account)
    assert "This AWS account is a member." in text_of(get(client, "organization"))


def test_the_organization_of_an_aws_account_of_others_is_none(
    aws_account: AwsAccount, other_account: AwsAccount, client_of: ClientOf
) -> None:
    petra = make_operator("petra", Role.VIEWER, aws_account)
    make_membership(other_account)
    assert not in_menu(client_of(petra), "organization")
    assert "None of the AWS accounts that you may see" in text_of(get(client_of(petra), "organization"))


def test_a_member_is_told_what_another_mirror_has_of_it(
    aws_account: AwsAccount, other_account: AwsAccount, client_of: ClientOf
) -> None:
    """Also where it hasn't said so itself."""
    petra = make_operator("petra", Role.VIEWER, aws_account)
    workloads = make_organization(other_account, accounts=0)
    make_account(other_account, "Acme", workloads, aws_account.account_id)
    assert in_menu(client_of(petra), "organization")


def test_helpdesk_of_an_aws_account_without_a_directory_has_no_link(
    aws_account: AwsAccount, hal: Operator, client_of: ClientOf
) -> None:
    assert not in_menu(client_of(hal), "identity_center", "user_pools")
    DirectoryRows(aws_account)
    assert in_menu(client_of(hal), "identity_center", "user_pools")
