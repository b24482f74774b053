"""What bounds a user or role from above: the control policies of the organization, or that they are not held."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import AwsAccount, Operator
from tests.services.organization_rows import make_membership, make_organization
from tests.services.pages import get, text_of
from tests.services.rows import make_role, make_user

ClientOf = Callable[..., Client]


def test_a_user_is_bound_by_its_organization(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    text = text_of(get(client_of(bob), "user_bounds", aws_id=make_user(aws_account).aws_id))
    assert "Workloads FullAWSAccess our-regions" in text
    assert "Resource control policies" not in text


def test_an_unknown_upper_bound_is_said(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_membership(aws_account)
    text = text_of(get(client_of(bob), "role_bounds", aws_id=make_role(aws_account).aws_id))
    assert "Not read: the limit is unknown." in text


def test_a_service_linked_role_is_not_bound(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    make_organization(aws_account)
    role = make_role(aws_account, path="/aws-service-role/ecs.amazonaws.com/")
    text = text_of(get(client_of(bob), "role_bounds", aws_id=role.aws_id))
    assert "don’t bind service-linked roles" in text
    assert "our-regions" not in text
