"""The list of policies, and the page of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.models import ManagedPolicy
from tests.services.pages import address, get, names_in, text_of
from tests.services.rows import attach, make_document, make_policy, make_role, make_user
from tests.services.statements import allowing

ClientOf = Callable[..., Client]


@pytest.fixture
def policies(aws_account: AwsAccount) -> None:
    make_policy(aws_account, "reports-write", versions=3, attachment_count=2)
    make_policy(aws_account, "engineers", path="/boundaries/", boundary_count=6)
    make_policy(aws_account, "unused")
    make_policy(aws_account, "ReadOnlyAccess", is_aws=True, attachment_count=1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["engineers", "ReadOnlyAccess", "reports-write", "unused"]),
        ("?managed_by=aws", ["ReadOnlyAccess"]),
        ("?managed_by=customer", ["engineers", "reports-write", "unused"]),
        ("?use=unused", ["unused"]),
        ("?use=boundary", ["engineers"]),
        ("?use=attached&sort=-attached", ["reports-write", "ReadOnlyAccess"]),
        ("?path=/bound", ["engineers"]),
        ("?sort=-versions&q=rep", ["reports-write"]),
    ],
)
def test_are_filtered(policies: None, bob: Operator, client_of: ClientOf, query: str, expected: list[str]) -> None:
    assert names_in(get(client_of(bob), "policies", query)) == expected


def test_say_how_they_are_used(policies: None, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "policies"))
    assert "reports-write Customer v3 3 2 principals Nobody" in text
    assert "engineers /boundaries/ Customer v1 1 Nobody 6 principals" in text
    assert "ReadOnlyAccess AWS v1 1 1 principal" in text


def test_the_document_in_force(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, versions=2)
    text = text_of(get(client_of(bob), "policy", aws_id=policy.aws_id))
    assert "v2 is in force" in text
    assert '"s3:Action2"' in text


def test_findings_lead_to_their_lines(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    html = get(client_of(bob), "policy", aws_id=make_policy(aws_account).aws_id)
    assert "s3 has no action Action1, as of " in text_of(html)
    line = html.partition('href="#L')[2].partition('"')[0]
    assert f'mark-danger" id="L{line}"' in html


def saying(aws_account: AwsAccount, action: str, resource: str) -> ManagedPolicy:
    policy = make_policy(aws_account)
    policy.versions.update(document=make_document(allowing(action.split(), resource)))
    return policy


def test_sums_up_what_it_allows(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    policy = saying(aws_account, "s3:GetObject sqs:*", "arn:aws:s3:::acme-reports/*")
    text = text_of(get(client_of(bob), "policy", aws_id=policy.aws_id))
    assert "Amazon S3 Limited: Read arn:aws:s3:::acme-reports/* None" in text
    assert "Amazon SQS Full access" in text


def test_an_administrator_is_told_in_one_line(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "policy", aws_id=saying(aws_account, "*", "*").aws_id))
    assert "Everything: all actions of all services, on all resources." in text


def test_versions_say_what_they_changed(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, versions=2)
    text = text_of(get(client_of(bob), "policy_versions", aws_id=policy.aws_id))
    assert "v2 In force" in text
    assert 'Removed: "s3:Action1"' in text
    assert 'Added: "s3:Action2"' in text


def test_who_has_it(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account)
    attach(make_user(aws_account), policy)
    make_role(aws_account, "bounded", boundary_arn=policy.arn)
    html = get(client_of(bob), "policy_attached", aws_id=policy.aws_id)
    assert "dana.okafor User" in text_of(html)
    assert "Boundary of They may do at most what it says. bounded" in text_of(html)
    assert "Detach…" not in html  # a viewer


def test_who_may_edit(aws_account: AwsAccount, bob: Operator, erin: Operator, client_of: ClientOf) -> None:
    policy, of_aws = make_policy(aws_account), make_policy(aws_account, "ReadOnlyAccess", is_aws=True)
    edit = address("policy_action", aws_id=policy.aws_id, action="edit")
    assert edit in get(client_of(erin), "policy", aws_id=policy.aws_id)
    assert edit not in get(client_of(bob), "policy", aws_id=policy.aws_id)
    assert "Edit" not in text_of(get(client_of(erin), "policy", aws_id=of_aws.aws_id))


def test_a_foreign_policy_is_not_there(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    foreign = make_policy(AwsAccount.objects.create(account_id="999999999999", name="Other"))
    for name in ("policy", "policy_versions", "policy_attached", "policy_history", "policy_raw"):
        get(client_of(erin), name, status=404, aws_id=foreign.aws_id)
    get(client_of(erin), "policy_action", status=404, aws_id=foreign.aws_id, action="edit")
