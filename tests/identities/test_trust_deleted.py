"""Trust policies that name somebody who is gone: who that was, and that a new one of the name isn't meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from findings import refresh
from identities.dangling_trusts import deleted_in, name_deleted, trusting_deleted
from identities.models import IamRole, IamUser, TrustedPrincipal
from identities.posture.trust import TrustSource
from identities.trust import sentences
from tests.services.pages import ACCOUNT_ID, get, names_in, text_of
from tests.services.pulling import pulled
from tests.services.rows import make_role, make_user
from tests.services.statements import trusting

pytestmark = pytest.mark.django_db


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:user/{name}"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """The role exporter trusts kim and jane; kim was deleted."""
    client = emulator.client("iam")
    for name in ("kim", "jane"):
        client.create_user(UserName=name)
    client.create_role(
        RoleName="exporter", AssumeRolePolicyDocument=trusting({"AWS": [user_arn("kim"), user_arn("jane")]})
    )
    pulled(aws_account)
    client.delete_user(UserName="kim")
    pulled(aws_account)
    return client


def tab(client: Client, role: IamRole) -> str:
    return text_of(get(client, "role_trust", aws_id=role.aws_id))


def test_the_id_is_resolved_to_the_name(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    kim, role = IamUser.objects.get(name="kim"), IamRole.objects.get()
    assert {"type": "AWS", "value": kim.aws_id} in role.trusted  # what AWS shows now
    text = tab(client_of(bob), role)
    assert f"The user kim, who was deleted ({kim.aws_id}) and user jane may assume this role." in text
    assert f"{kim.aws_id} is what the policy says of the user kim , deleted just now ." in text
    assert "exists again" not in text


def test_a_new_one_of_that_name_isnt_meant(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam.create_user(UserName="kim")
    pulled(aws_account)
    text = tab(client_of(bob), IamRole.objects.get())
    assert "A user of that name exists again. The id in the policy is the old one’s: the new one isn’t meant." in text


def test_a_role_that_is_gone_is_resolved_too(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = emulator.client("iam")
    service = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    )
    arn = iam.create_role(RoleName="builder", AssumeRolePolicyDocument=service)["Role"]["Arn"]
    iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting({"AWS": [arn]}))
    pulled(aws_account)
    iam.delete_role(RoleName="builder")
    pulled(aws_account)
    assert "the role builder , deleted" in tab(client_of(bob), IamRole.objects.live().get())


def test_the_list_and_the_overview_have_it(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    client = client_of(bob)
    assert names_in(get(client, "roles", "?trust=deleted")) == ["exporter"]
    refresh.refresh(aws_account, sources=[TrustSource()])
    text = text_of(get(client, "overview"))
    assert "1 role trusts somebody who was deleted" in text
    assert "exporter trusts the user kim, who was deleted. Nobody can assume it by that." in text


# ---- By ARN, and in other AWS accounts: as a pull may leave it -----------------------------------------------


def trusts(role: IamRole, *values: str) -> list[dict[str, str]]:
    role.trusted = [{"type": "AWS", "value": value} for value in values]
    role.save()
    for value in values:
        TrustedPrincipal.objects.create(role=role, type="AWS", value=value)
    return role.trusted  # type: ignore[no-any-return]


def test_an_arn_of_somebody_who_is_gone(aws_account: AwsAccount, bob: Operator) -> None:
    kim = make_user(aws_account, "kim", gone_at=timezone.now())
    make_user(aws_account, "jane")
    role = make_role(aws_account)
    trusted = trusts(role, kim.arn, user_arn("jane"), user_arn("never-seen"))
    assert [(each.value, each.principal) for each in deleted_in(trusted, bob)] == [(kim.arn, kim)]
    assert list(trusting_deleted(IamRole.objects.all())) == [role]


def test_an_arn_of_somebody_who_is_there_again_means_that_one(aws_account: AwsAccount, bob: Operator) -> None:
    make_user(aws_account, "kim", gone_at=timezone.now())
    make_user(aws_account, "kim", aws_id="AIDANEWONENEWONENEW1")
    trusted = trusts(make_role(aws_account), user_arn("kim"))
    assert deleted_in(trusted, bob) == []
    assert not trusting_deleted(IamRole.objects.all()).exists()


def test_the_name_comes_from_accounts_that_one_may_see(aws_account: AwsAccount, bob: Operator, alice: Operator) -> None:
    other = AwsAccount.objects.create(account_id="210987654321", name="Other")
    kim = make_user(other, "kim", gone_at=timezone.now())
    trusted = trusts(make_role(aws_account), kim.aws_id, kim.arn)
    [unknown] = deleted_in(trusted, bob)
    assert (unknown.value, unknown.principal, unknown.words) == (
        kim.aws_id,
        None,
        "a user unknown here, who was deleted",
    )
    bob.grants.create(aws_account=other, role="viewer")
    assert [each.principal for each in deleted_in(trusted, bob)] == [kim, kim]


def test_an_id_of_somebody_who_lives_is_nobody_gone(aws_account: AwsAccount, bob: Operator) -> None:
    kim = make_user(aws_account, "kim")
    assert deleted_in([{"type": "AWS", "value": kim.aws_id}], bob) == []


def test_the_list_and_the_head_say_the_name(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    kim = make_user(aws_account, "kim", gone_at=timezone.now())
    role = make_role(aws_account, trusted=[{"type": "AWS", "value": kim.aws_id}])
    client, named = client_of(bob), f"The user kim, who was deleted ({kim.aws_id})"
    assert named in text_of(get(client, "roles"))
    assert named in text_of(get(client, "role", aws_id=role.aws_id))
    assert "the trust of 1 role" in text_of(get(client, "user", aws_id=kim.aws_id))


def test_nobody_is_asked_for_where_nobody_was_deleted(aws_account: AwsAccount, django_assert_num_queries: Any) -> None:
    role = make_role(aws_account)
    with django_assert_num_queries(0):
        name_deleted([role])


def test_who_is_named_second_has_no_capital() -> None:
    """Our own words don't begin one within a sentence; names stay as they are."""
    text = trusting({"AWS": [user_arn("jane"), "AIDAQ3EGRZSN7XKDEMO5", f"arn:aws:iam::{ACCOUNT_ID}:root"]})
    [sentence] = sentences(text, ACCOUNT_ID, {"AIDAQ3EGRZSN7XKDEMO5": "the user Kim, who was deleted"})
    assert sentence.who == "User jane, the user Kim, who was deleted (AIDAQ3EGRZSN7XKDEMO5) and this AWS account"
