"""One name, two objects: deleted and made again. Two names, one object: renamed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from policies.models import ManagedPolicy
from tests.services.pages import address, get, text_of
from tests.services.pulling import policy_arn, pulled, seeded_and_pulled
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db


def test_both_pages_name_the_other_one(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="kim")
    pulled(aws_account)
    iam.delete_user(UserName="kim")
    iam.create_user(UserName="Kim")  # names are unique without regard to case
    pulled(aws_account)
    old, new = IamUser.objects.order_by("pk")
    assert (old.gone_at is not None, new.gone_at) == (True, None)
    client = client_of(bob)
    html = get(client, "user", aws_id=new.aws_id)
    assert "An earlier user of this name" in text_of(html)
    assert address("user", aws_id=old.aws_id) in html
    html = get(client, "user", aws_id=old.aws_id)
    assert "A later user of this name" in text_of(html)
    assert address("user", aws_id=new.aws_id) in html


def test_policies_too(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = emulator.client("iam")
    iam.create_policy(PolicyName="reports", PolicyDocument=allowing("s3:GetObject"))
    pulled(aws_account)
    iam.delete_policy(PolicyArn=policy_arn("reports"))
    iam.create_policy(PolicyName="reports", PolicyDocument=allowing("s3:*"))
    pulled(aws_account)
    new = ManagedPolicy.objects.live().get()
    assert "An earlier policy of this name" in text_of(get(client_of(bob), "policy", aws_id=new.aws_id))


def test_a_rename_is_one_object_with_both_names_in_its_history(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    iam.update_user(UserName="jane", NewUserName="joan")
    pulled(aws_account)
    joan = IamUser.objects.get()
    assert (joan.name, joan.gone_at) == ("joan", None)
    client = client_of(bob)
    assert "Renamed from jane to joan" in text_of(get(client, "user_history", aws_id=joan.aws_id))
    assert "of this name" not in text_of(get(client, "user", aws_id=joan.aws_id))


def test_two_users_who_change_their_names_stay_who_they_are(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = emulator.client("iam")
    for name in ("ann", "ben"):
        iam.create_user(UserName=name, Tags=[{"Key": "was", "Value": name}])
    pulled(aws_account)
    for old, new in (("ann", "swap"), ("ben", "ANN"), ("swap", "Ben")):
        iam.update_user(UserName=old, NewUserName=new)
    run = pulled(aws_account)
    assert (run.new, run.changed, run.gone) == (0, 2, 0)
    assert {user.name: user.tags["was"] for user in IamUser.objects.live()} == {"Ben": "ann", "ANN": "ben"}
    iam.update_user(UserName="ANN", NewUserName="ann")  # in case only
    run = pulled(aws_account)
    assert (run.new, run.changed, run.gone) == (0, 1, 0)
    assert IamUser.objects.get(name="ann").name_key == "ann"
