"""What somebody gains in AWS by joining a group that carries a role is on the plan, as of an attached policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoUser, UserPool
from cognito.people.operations.base import on_person
from identities.models import IamRole, InlinePolicy
from sync.changes import guards
from sync.models import Change
from tests.cognito.rows import make_person, make_pool_group
from tests.services.changing import propose
from tests.services.pages import get, text_of
from tests.services.rows import make_document, make_role, put_inline
from tests.services.statements import allowing, reports_policy

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def staff(aws_account: AwsAccount, pool: UserPool) -> IamRole:
    """The role that the group carries."""
    role: IamRole = make_role(aws_account, "shop-staff")
    put_inline(role, "reports", document=make_document(reports_policy("s3:GetObject")))
    make_pool_group(pool, "staff", role_arn=role.arn)
    return role


def joins(person: CognitoUser, operator: Operator, group: str = "staff") -> Change:
    return propose(person.aws_account, operator, [on_person(person, "cognito.user.group.add", group=group)])


def test_the_plan_says_what_the_role_allows_them(
    pool: UserPool, staff: IamRole, erin: Operator, client_of: ClientOf
) -> None:
    jane = make_person(pool)
    change = joins(jane, erin)
    [effect] = change.measured["access"]["effects"]
    assert effect["who"] == [[f"{pool.arn}/{jane.aws_id}", ""]]
    text = text_of(get(client_of(erin), "change_access", pk=str(change.pk)))
    assert "jane@example.org" in text and "Gains s3:GetObject" in text
    assert "Takes on the role shop-staff as a member of the group staff, where an identity pool goes by groups" in text


def test_what_many_gain_is_told_once(pool: UserPool, staff: IamRole, erin: Operator, client_of: ClientOf) -> None:
    people = [make_person(pool, f"jane{number}") for number in range(12)]
    steps = [on_person(person, "cognito.user.group.add", group="staff") for person in people]
    for role_is_known in (True, False):
        change = propose(pool.aws_account, erin, steps)
        text = text_of(get(client_of(erin), "change_access", pk=str(change.pk)))
        assert text.count("Takes on the role shop-staff") == 1 and "and 2 more" in text
        assert ("Gains s3:GetObject" in text) is role_is_known
        IamRole.objects.update(gone_at=timezone.now())


def test_more_that_the_role_allows_by_the_time_of_the_apply_is_worse(
    pool: UserPool, staff: IamRole, erin: Operator
) -> None:
    change = joins(make_person(pool), erin)
    assert guards.objection(change, erin) is None
    InlinePolicy.objects.update(document=make_document(reports_policy("s3:GetObject", "s3:DeleteObject")))
    against = guards.objection(change, erin)
    assert against is not None and "would gain access that the plan did not show" in against.sentence


def test_a_role_that_does_everything_makes_an_administrator(pool: UserPool, staff: IamRole, erin: Operator) -> None:
    InlinePolicy.objects.update(document=make_document(allowing("*")))
    assert "MAKES_ADMINISTRATOR" in [found["code"] for found in joins(make_person(pool), erin).findings]


def test_a_group_without_a_role_gives_nothing(pool: UserPool, erin: Operator) -> None:
    make_pool_group(pool)
    assert "access" not in joins(make_person(pool), erin, "vip").measured
