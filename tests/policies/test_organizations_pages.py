"""The pages of an organization: what bounds an AWS account, the tree, the lists, and one control policy."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from iamconsole.web.diff import laid_out
from policies.models import OrgAccount, OrgPolicy
from policies.organizations.sources import MEMBERSHIP
from policies.organizations.views import ACCOUNTS_SHOWN
from tests.conftest import make_operator
from tests.services.organization_rows import (
    complete,
    make_account,
    make_control_policy,
    make_membership,
    make_organization,
    make_unit,
)
from tests.services.organizations import MANAGEMENT_ID
from tests.services.pages import address, exported, get, names_in, text_of
from tests.services.statements import deny, document

ClientOf = Callable[..., Client]


def test_the_tree_goes_from_the_root_down(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    workloads = make_organization(aws_account)
    make_account(aws_account, "Old", workloads, "600000000000", state="SUSPENDED")
    text = text_of(get(client_of(bob), "organization"))
    order = ["Root", "Management account: no control policy limits it", "Workloads", "Old", "Production", "Team 000"]
    places = [text.index(name, text.index("From the root down")) for name in order]
    assert places == sorted(places)
    assert "Workloads 3 accounts" in text
    assert "Suspended" in text


def test_it_says_which_accounts_are_connected(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    AwsAccount.objects.create(account_id="500000000000", name="Team 0")
    text = text_of(get(client_of(bob), "organization"))
    assert text.count("Not connected") == 1  # the management account
    assert "This AWS account" in text


def test_of_many_accounts_a_unit_shows_the_first(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    workloads = make_organization(aws_account, accounts=30)
    html = get(client_of(bob), "organization")
    text = text_of(html)
    assert f"{31 - ACCOUNTS_SHOWN} more than shown" in text
    assert "Team 029" not in text
    assert f"{address('organization_accounts')}?unit={workloads.aws_id}" in html


def test_it_says_what_bounds_the_aws_account(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    text = text_of(get(client_of(bob), "organization"))
    assert (
        "Root FullAWSAccess Workloads FullAWSAccess our-regions This AWS account No policy: nothing is allowed" in text
    )


def test_a_member_alone_says_that_the_bound_is_unknown(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    make_membership(aws_account)
    text = text_of(get(client_of(bob), "organization"))
    assert text.count("Not read: the limit is unknown.") == 1
    assert f"from the management account {MANAGEMENT_ID}" in text
    assert "organizations:ListRoots" in text
    assert "This AWS account is a member." in text


def test_a_stand_alone_aws_account_says_so(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    complete(aws_account, MEMBERSHIP)
    text = text_of(get(client_of(bob), "organization"))
    assert text.count("stands alone") == 1
    assert "unknown" not in text


def test_before_the_first_pull_nothing_is_claimed(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "organization"))
    assert "It was not pulled yet." in text
    assert "stands alone" not in text


@pytest.fixture
def member(aws_account: AwsAccount) -> AwsAccount:
    """Another connected AWS account of the same organization: the first one answers for it."""
    workloads = make_organization(aws_account, accounts=0)
    member = AwsAccount.objects.create(account_id="600000000000", name="Payments")
    make_account(aws_account, "Payments", workloads, member.account_id)
    make_membership(member)
    return member


def test_a_member_shows_what_another_mirror_holds(
    member: AwsAccount, aws_account: AwsAccount, client_of: ClientOf
) -> None:
    nora = make_operator("nora", Role.VIEWER, None)
    html = get(client_of(nora), "organization", account_id=member.account_id)
    assert "through Acme" in text_of(html)
    policy = OrgPolicy.objects.get(name="our-regions")
    assert address("control_policy", aws_id=policy.aws_id) in html


def test_who_may_not_see_that_mirror_sees_the_bounds_alone(
    member: AwsAccount, aws_account: AwsAccount, client_of: ClientOf
) -> None:
    petra = make_operator("petra", Role.VIEWER, member)
    html = get(client_of(petra), "organization", account_id=member.account_id)
    text = text_of(html)
    assert "our-regions" in text
    assert "which you have no grant on" in text
    assert "Production" not in text
    assert aws_account.account_id not in html.replace(f"accounts/{aws_account.account_id}", "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Management", "Production", "Team 000"]),
        ("?q=team", ["Team 000"]),
        ("?unit=r-root", ["Management"]),
        ("?console=yes", ["Production"]),
        ("?console=no&sort=-name", ["Team 000", "Management"]),
        ("?state=other", []),
    ],
)
def test_accounts_are_filtered(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf, query: str, expected: list[str]
) -> None:
    make_organization(aws_account)
    separator = "&" if query else "?"
    response = client_of(bob).get(f"{address('organization_accounts')}{query}{separator}format=csv")
    assert [row[0] for row in csv.reader(exported(response).splitlines()[1:])] == expected


def test_the_list_of_accounts_says_where_they_are(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    text = text_of(get(client_of(bob), "organization_accounts"))
    assert "Production This AWS account 123456789012 Workloads Active Connected" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["FullAWSAccess", "our-regions", "perimeter"]),
        ("?type=rcp", ["perimeter"]),
        ("?type=scp&sort=-targets", ["FullAWSAccess", "our-regions"]),
        ("?use=unused", ["perimeter"]),
        ("?q=region", ["our-regions"]),
    ],
)
def test_control_policies_are_filtered(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf, query: str, expected: list[str]
) -> None:
    make_organization(aws_account)
    make_control_policy(aws_account, "perimeter", type=OrgPolicy.Type.RCP)
    assert names_in(get(client_of(bob), "organization_policies", query)) == expected


def test_a_control_policy_shows_its_document(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    policy = OrgPolicy.objects.get(name="our-regions")
    text = text_of(get(client_of(bob), "control_policy", aws_id=policy.aws_id))
    assert "Service control policy" in text
    assert '"Action" : "s3:*"' in text
    assert "Attached to 1 place of the organization." in text
    assert "Europe only" in text


def test_a_control_policy_says_what_it_is_attached_to(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    workloads = make_organization(aws_account)
    inner = make_unit(aws_account, "Inner", workloads)
    policy = make_control_policy(aws_account, "narrow", inner, OrgAccount.objects.get(name="Production"))
    text = text_of(get(client_of(bob), "control_policy_targets", aws_id=policy.aws_id))
    assert text.index("Inner , a unit") < text.index("Production , an account")


def test_a_control_policy_of_another_aws_account_is_not_found(
    member: AwsAccount, aws_account: AwsAccount, client_of: ClientOf
) -> None:
    policy = OrgPolicy.objects.get(name="our-regions")
    nora = make_operator("nora", Role.VIEWER, None)
    assert Grant.objects.filter(operator=nora).exists()
    get(client_of(nora), "control_policy", status=404, aws_id=policy.aws_id, account_id=member.account_id)


def test_the_overview_says_what_bounds(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    text = text_of(get(client_of(bob), "overview"))
    assert "Service control policies 2 policies on 3 levels limit this AWS account." in text


def test_the_overview_says_where_the_bound_is_unknown(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    make_membership(aws_account)
    assert "Not read, so the limit is unknown." in text_of(get(client_of(bob), "overview"))


def test_control_policies_are_found_by_search(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    response = client_of(bob).get("/search/?q=our-reg")
    policy = OrgPolicy.objects.get(name="our-regions")
    assert address("control_policy", aws_id=policy.aws_id) in response.content.decode()


def test_the_pulls_page_says_in_which_regions_it_looks(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    text = text_of(get(client_of(bob), "pulls"))
    assert "Regional services: looked in us-east-1 alone" in text


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (OrgPolicy.Type.SCP, "Principal can’t be used in a service control policy."),
        (OrgPolicy.Type.RCP, "RCPs don’t reach ec2."),
    ],
)
def test_findings_are_those_of_its_type(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf, kind: OrgPolicy.Type, message: str
) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ec2:*","Resource":"*"}]}'
    )
    policy = make_control_policy(aws_account, "wrong", type=kind, document=document)
    html = get(client_of(bob), "control_policy", aws_id=policy.aws_id)
    assert message in text_of(html).replace("'", "’")
    assert 'mark-danger" id="L' in html


def test_a_document_that_aws_took_is_not_too_long(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    statement = deny(["s3:GetObject"], [f"arn:aws:s3:::b{n}/*" for n in range(200)])
    text = json.dumps(document(statement), separators=(",", ":"))
    policy = make_control_policy(aws_account, "long", document=text)
    html = get(client_of(bob), "control_policy", aws_id=policy.aws_id)
    assert len(text) < 5_120 < len(laid_out(text))
    assert "Findings" not in text_of(html)
