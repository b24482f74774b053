"""What AWS itself makes of a trust policy, or of a service-linked role, is nobody's drift."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.former_names import is_rewritten
from identities.models import IamRole, IamUser
from sync import mirror
from sync.aws.client import reader
from sync.mirror import RunVisit
from sync.models import Revision, Run
from tests.services.pulling import pulled, revisions
from tests.services.rows import make_role, make_user
from tests.services.statements import trusting

pytestmark = pytest.mark.django_db

OLD, NEW = "AIDAQ3EGRZSN7XKDEMO5", "AIDAQ3EGRZSN7XKDEMO6"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """The role exporter trusts kim and jane."""
    client = emulator.client("iam")
    arns = [client.create_user(UserName=name)["User"]["Arn"] for name in ("kim", "jane")]
    client.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting({"AWS": arns}))
    pulled(aws_account)
    return client


def origins() -> list[str]:
    return [str(revision.origin) for revision in revisions(IamRole.objects.get(name="exporter"))]


def test_an_id_in_place_of_who_was_deleted(iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_user(UserName="kim")
    pulled(aws_account)
    assert origins() == ["import", "aws"]
    [drift] = Revision.objects.filter(drift_in=aws_account)
    assert (drift.gone, drift.facet.object_id) == (True, IamUser.objects.get(name="kim").aws_id)


def test_whoever_changed_more_is_not_aws(iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_user(UserName="kim")
    iam.tag_role(RoleName="exporter", Tags=[{"Key": "team", "Value": "data"}])
    pulled(aws_account)
    assert origins() == ["import", "outside"]


def test_a_role_made_again_between_two_pulls_is_another_one(iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_user(UserName="kim")
    kim = IamUser.objects.get(name="kim")
    iam.delete_role(RoleName="exporter")
    iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting({"AWS": [kim.arn.replace("kim", "jane")]}))
    pulled(aws_account)
    assert [str(one.origin) for one in revisions(IamRole.objects.live().get())] == ["outside"]


@pytest.mark.parametrize(
    ("path", "origin"), [("/aws-service-role/elasticbeanstalk.amazonaws.com/", "aws"), ("/service-role/", "outside")]
)
def test_descriptions_that_services_give_their_roles(aws_account: AwsAccount, path: str, origin: str) -> None:
    role = make_role(aws_account, path=path, arn=f"arn:aws:iam::123456789012:role{path}exporter")
    run = Run.objects.create(aws_account=aws_account, source="iam.role_settings", trigger=Run.Trigger.COMMAND)
    visit = RunVisit(run, reader(aws_account), first=False, note=lambda counts: None)
    for description in ("of old", "of now"):
        item = {"RoleId": role.aws_id, "RoleName": role.name, "Arn": role.arn, "Description": description}
        about = mirror.mirror_of("iam.role", "settings")
        mirror.store(visit, about, [mirror.ObservedItem(about, item)], requested_at=timezone.now())
    assert [revision.origin for revision in Revision.objects.order_by("number")] == ["import", origin]


# ---- What counts as the same ---------------------------------------------------------------------------------


@pytest.fixture
def kim(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account, "kim", aws_id=OLD)


def test_in_any_place_and_spelling(kim: IamUser) -> None:
    denied = {"Effect": "Deny", "NotPrincipal": {"AWS": kim.arn}, "Action": "sts:*"}
    before = json.dumps({"Statement": denied}, indent=2)
    after = json.dumps({"Statement": [{**denied, "NotPrincipal": {"AWS": [OLD]}, "Action": ["sts:*"]}]})
    assert is_rewritten(before, after)


def test_another_difference_is_somebodys(kim: IamUser) -> None:
    before = trusting({"AWS": [kim.arn]})
    assert not is_rewritten(before, trusting({"AWS": [OLD, "*"]}))
    assert not is_rewritten(
        before, trusting({"AWS": [OLD]}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    )
    assert not is_rewritten(trusting({"AWS": [kim.arn, "*"]}), trusting({"AWS": [OLD]}))


def test_an_id_of_somebody_else_is_a_difference(kim: IamUser) -> None:
    make_user(kim.aws_account, "eve", aws_id=NEW)
    assert not is_rewritten(trusting({"AWS": [kim.arn]}), trusting({"AWS": [NEW]}))
    assert not is_rewritten(trusting({"AWS": [kim.arn]}), trusting({"AWS": ["AIDANOBODYEVERSAWTHIS"]}))


def test_the_way_back_is_a_difference(kim: IamUser) -> None:
    assert not is_rewritten(trusting({"AWS": [OLD]}), trusting({"AWS": [kim.arn]}))
