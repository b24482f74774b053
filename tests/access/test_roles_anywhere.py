"""Who takes on roles by IAM Roles Anywhere: pulled, decided by trust policies, and told where roles are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from access.anywhere import SERVICE, entrances_of
from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from findings.refresh import refresh
from identities.models import IamRole
from resources.models import Resource
from tests.resources.arranging import read_here
from tests.resources.rows import make_resource
from tests.services.pages import get, text_of
from tests.services.pulling import pulled
from tests.services.roles_anywhere import MadeAnywhere
from tests.services.rows import make_document, make_role, put_inline
from tests.services.statements import allowing, document_text, trust

pytestmark = pytest.mark.django_db
ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
PLACE = f"arn:aws:rolesanywhere:{REGION}:123456789012"
ANCHOR = f"{PLACE}:trust-anchor/1"
CN = "aws:PrincipalTag/x509Subject/CN"


def anchored(aws_account: AwsAccount, *roles: str, arn: str = ANCHOR, enabled: bool = True, **facts: Any) -> Resource:
    """A trust anchor, and a profile with these roles."""
    read_here(aws_account, "rolesanywhere")
    account = f"arn:aws:iam::{aws_account.account_id}:role/"
    with_roles = {"enabled": enabled, "roles": [f"{account}{name}" for name in roles], **facts}
    for kind, at, said in (("trust_anchor", arn, {"enabled": True}), ("profile", f"{PLACE}:profile/1", with_roles)):
        made = make_resource(
            aws_account, kind, kind=f"rolesanywhere.{kind}", arn=at, policy=None, facts=said, located_in=REGION
        )
    return made


def trusting_role(
    aws_account: AwsAccount, name: str = "backup", *, actions: Any = ACTIONS, **condition: Any
) -> IamRole:
    when = {"Condition": condition} if condition else {}
    said = document_text(trust({"Service": SERVICE}, actions, **when))
    return make_role(aws_account, name, trust=make_document(said), trusted=[{"type": "Service", "value": SERVICE}])


def decisions(role: IamRole) -> list[str]:
    return [each.shown for each in entrances_of(role).entrances]


def words(client: Client, page: str, query: str = "", **kwargs: Any) -> str:
    return " ".join(text_of(get(client, page, query, **kwargs)).split())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, ["allowed"]),
        ({"ArnEquals": {"aws:SourceArn": ANCHOR}}, ["allowed"]),
        ({"ArnEquals": {"aws:SourceArn": f"{PLACE}:trust-anchor/2"}}, []),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, ["allowed"]),
        ({"StringEquals": {CN: "build-01"}}, ["conditional"]),
        ({"StringEquals": {"aws:SourceArn": ANCHOR, CN: ["a", "b"]}}, ["conditional"]),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, ["unknown"]),
    ],
)
def test_the_trust_policy_decides(aws_account: AwsAccount, condition: dict[str, Any], expected: list[str]) -> None:
    role = trusting_role(aws_account, **condition)
    anchored(aws_account, "backup")
    assert decisions(role) == expected


def test_it_takes_all_three_actions_an_enabled_profile_and_the_role_in_it(aws_account: AwsAccount) -> None:
    role = trusting_role(aws_account, actions="sts:AssumeRole")
    anchored(aws_account, "backup")
    assert decisions(role) == []
    role = trusting_role(aws_account, "other")
    assert decisions(role) == []
    Resource.objects.filter(kind="rolesanywhere.profile").delete()
    Resource.objects.all().delete()
    anchored(aws_account, "other", enabled=False)
    assert decisions(role) == []


def test_it_is_pulled_and_told_on_the_role_and_in_who_can(
    emulator: Emulator, aws_account: AwsAccount, alices: Client
) -> None:
    role = trusting_role(aws_account, StringEquals={CN: "build-01"})
    put_inline(role, document=make_document(allowing("sqs:*")))
    made = MadeAnywhere(emulator)
    anchor = made.anchor("datacenter")
    made.profile("backup-servers", role.arn, sessionPolicy=allowing("s3:*"))
    made.profile("off", role.arn, enabled=False)
    read_here(aws_account, "rolesanywhere")
    for source in ("rolesanywhere.trust_anchors", "rolesanywhere.profiles"):
        pulled(aws_account, source=source, region=REGION)
    said = words(alices, "role_anywhere", aws_id=role.aws_id)
    assert "datacenter us-east-1 backup-servers Its session policies bound the session." in said
    assert "Allowed under a condition Only by certificates with x509Subject/CN=build-01" in said
    assert "By certificates" in words(alices, "role", aws_id=role.aws_id)
    told = words(alices, "who_can", "?action=sqs:SendMessage&resource=*")
    assert "Roles Anywhere: perhaps who has a certificate of some subjects of 1 trust anchor" in told
    page = words(alices, "resource", aws_id=anchor.replace("/", "~"))
    assert "Enabled Yes" in page and "An authority of one’s own" in page


def test_what_is_not_read_is_unknown(aws_account: AwsAccount, alices: Client) -> None:
    role = trusting_role(aws_account)
    assert entrances_of(role).words == "Roles Anywhere: who isn’t known"
    assert "isn’t read in 1 Region of Acme" in words(alices, "role_anywhere", aws_id=role.aws_id)


def test_administrators_are_told_among_escalation_paths(aws_account: AwsAccount, alices: Client) -> None:
    role = trusting_role(aws_account)
    put_inline(role, document=make_document(allowing("*")))
    anchored(aws_account, "backup")
    refresh(aws_account)
    said = words(alices, "escalations")
    assert "By certificates" in said and "backup Roles Anywhere: who has a certificate of 1 trust anchor" in said
