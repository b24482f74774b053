"""Paging: the fields by which each service's lists go on, and lists of Organizations and Account Management."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import client as aws_client
from sync.aws import errors
from sync.aws.calls import is_known, is_read
from sync.aws.client import AwsClient, ListPage, paging_of, reader
from tests.services.aws_models import model_of

SERVICES = ("account", "cognito-identity", "cognito-idp", "ec2", "iam", "organizations")
TOKENS = {"Marker", "NextToken", "PaginationToken"}


@cache
def paged_reads() -> list[tuple[str, str, str]]:
    """Service, operation and token of each list whose name says that it reads, as AWS's models have it."""
    found = []
    for service in SERVICES:
        model = model_of(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            if not name.startswith(("List", "AdminList", "Get", "Simulate")) or not operation.input_shape:
                continue
            answered = set(operation.output_shape.members) if operation.output_shape else set()
            tokens = TOKENS & set(operation.input_shape.members) & answered
            found += [(service, name, token) for token in tokens]
    return found


@pytest.mark.parametrize(("service", "operation", "token"), paged_reads())
def test_each_list_goes_on_by_the_field_of_its_model(service: str, operation: str, token: str) -> None:
    assert paging_of(service, operation).marker == token


@pytest.mark.parametrize("operation", [operation for service, operation, _ in paged_reads() if service == "iam"])
def test_lists_of_iam_say_whether_there_is_more(operation: str) -> None:
    model = model_of("iam").operation_model(operation)
    assert model.output_shape is not None
    assert paging_of("iam", operation).more in model.output_shape.members


def made_organization(emulator: Emulator, accounts: int) -> str:
    """The root of an organization with so many members."""
    organizations = emulator.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    for number in range(accounts):
        organizations.create_account(AccountName=f"Team {number}", Email=f"team{number}@example.org")
    return str(organizations.list_roots()["Roots"][0]["Id"])


def accounts_of(pages: list[ListPage]) -> list[int]:
    return [len(page.items["Accounts"]) for page in pages]


def test_an_empty_page_of_organizations_need_not_be_the_last(emulator: Emulator, aws_account: AwsAccount) -> None:
    root = made_organization(emulator, 22)
    pages = list(reader(aws_account).pages("organizations", "ListAccountsForParent", ParentId=root, MaxResults=20))
    assert accounts_of(pages) == [0, 20, 3]
    assert [page.marker is None for page in pages] == [False, False, True]
    assert all(set(page.items) == {"Accounts"} for page in pages)


def test_a_list_of_organizations_goes_on_from_a_marker(emulator: Emulator, aws_account: AwsAccount) -> None:
    made_organization(emulator, 22)
    client = reader(aws_account)
    second = list(islice(client.pages("organizations", "ListAccounts", MaxResults=20), 2))[1]
    rest = client.pages("organizations", "ListAccounts", MaxResults=20, marker=second.marker)
    assert accounts_of(list(rest)) == [3]


def test_a_list_that_aws_gives_whole_is_one_page(emulator: Emulator, aws_account: AwsAccount) -> None:
    client = reader(aws_account)
    assert [page.marker for page in client.pages("iam", "ListSAMLProviders")] == [None]
    (regions,) = client.pages("ec2", "DescribeRegions")
    assert len(regions.items["Regions"]) == 17


@pytest.mark.parametrize("said", [None, "", "here"])
def test_a_page_that_leads_nowhere_is_a_fault_of_aws(
    said: str | None, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same marker again would go round and round."""

    def answer(self: AwsClient, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        return {"Users": [], "IsTruncated": True, "Marker": said}

    monkeypatch.setattr(AwsClient, "call", answer)
    with pytest.raises(errors.TransientError, match="not where"):
        list(aws_client.reader(aws_account).pages("iam", "ListUsers", marker="here"))


def test_organizations_are_read_and_never_written() -> None:
    assert is_known("organizations")
    assert is_read("organizations", "ListRoots")
    assert is_read("organizations", "DescribePolicy")
    assert not is_read("organizations", "AttachPolicy")
    assert not is_read("account", "EnableRegion")
    assert not is_read("ec2", "DescribeInstances")
