"""Connecting an AWS account lends nobody the console's own access: no external id of another's choice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from sync.connect import new_external_id
from sync.forms import ConnectForm

TYPED = {
    "name": "Other",
    "account_id": "210987654321",
    "environment": "staging",
    "partition": "aws",
    "default_region": "eu-west-1",
    "connection": "assume_role",
    "read_role_arn": "arn:aws:iam::210987654321:role/console-read",
}


def errors(**changed: str) -> set[str]:
    return set(ConnectForm({**TYPED, "external_id": new_external_id(), **changed}).errors)


def test_an_external_id_of_ours_is_taken(db: None) -> None:
    assert errors() == set()


@pytest.mark.parametrize("given", ["", "guessed", "iam-console-AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_any_other_is_refused(db: None, given: str) -> None:
    assert errors(external_id=given) == {"external_id"}


def test_so_is_one_whose_signature_is_cut(db: None) -> None:
    assert errors(external_id=new_external_id()[:-1]) == {"external_id"}


def test_so_is_that_of_another_aws_account(aws_account: AwsAccount) -> None:
    taken = new_external_id()
    AwsAccount.objects.update(external_id=taken)
    assert errors(external_id=taken) == {"external_id"}


def test_each_page_has_another_one_that_aws_takes(client_of: Callable[..., Client], olga: Operator) -> None:
    pages = [client_of(olga).get(reverse("connect")).content.decode() for _ in range(2)]
    first, second = (re.findall(r'name="external_id" value="([^"]+)"', page)[0] for page in pages)
    assert first != second
    assert re.fullmatch(r"[\w+=,.@:/-]{40,1224}", first, re.ASCII)


@pytest.mark.parametrize("region", ["a/b", "evil.example", "eu west 1", "x" * 33])
def test_a_region_is_no_part_of_an_address(db: None, region: str) -> None:
    assert errors(default_region=region) == {"default_region"}


def test_nor_for_who_only_asks_who_the_console_is(client_of: Callable[..., Client], olga: Operator) -> None:
    address = reverse("connect_identity")
    assert client_of(olga).get(address, {"default_region": "evil.example/", "emulated": "on"}).status_code == 200


def test_nor_when_it_is_connected_anew(client_of: Callable[..., Client], olga: Operator) -> None:
    posted = {"connection": "ambient", "default_region": "a/b"}
    assert client_of(olga).post("/accounts/123456789012/connection/", posted).status_code == 422
