"""Exports as files: who gets which, what is in them, and that the audit trail says so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from iamconsole.web.selections import KEPT
from identities.models import AccessKey, IamAccount, IamRole, InstanceProfile
from infrastructure.code import cloudformation
from infrastructure.exports.files import JSON, TERRAFORM, YAML
from policies.models import ManagedPolicy
from sync.models import Ownership
from tests.infrastructure.parsed import template, terraform
from tests.services.pages import address, exported, get, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user, put_inline

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def estate(aws_account: AwsAccount) -> IamRole:
    """A role with an attached, a bounding and an inline policy, an instance profile; a user in a group; others."""
    role = make_role(aws_account, "deploy", boundary_arn="arn:aws:iam::123456789012:policy/edge", max_session_s=7200)
    edge = make_policy(aws_account, "edge", tags={}, description="The edge")
    attach(role, make_policy(aws_account, "reports", versions=2, tags={"team": "ops"}))
    attach(role, make_policy(aws_account, "ReadOnlyAccess", arn="arn:aws:iam::aws:policy/ReadOnlyAccess", is_aws=True))
    put_inline(role)
    make_policy(aws_account, "unused")
    make_role(aws_account, "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")
    make_role(aws_account, "of-others", ownership=Ownership.IGNORED)
    make_role(aws_account, "gone", gone_at=timezone.now())
    user, group = make_user(aws_account), make_group(aws_account)
    join(user, group)
    attach(group, edge)
    common = {"aws_account": aws_account, "first_seen": timezone.now()}
    AccessKey.objects.create(user=user, aws_id="AKIA1", name="AKIA1", name_key="akia1", **common)
    InstanceProfile.objects.create(
        role=role,
        aws_id="AIPA1",
        arn="arn:aws:iam::123456789012:instance-profile/web",
        name="web",
        name_key="web",
        **common,
    )
    IamAccount.objects.create(aws_id=aws_account.account_id, name="Acme", name_key="acme", alias="acme", **common)
    return role


def post(client: Client, name: str = "export", query: str = "", **data: Any) -> Any:
    return client.post(address(name) + query, {"wanted": TERRAFORM, **data})


def test_an_aws_account_whole(estate: IamRole, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    words = text_of(get(client, "export"))
    assert "It has 3 policies, 1 group, 1 role, 1 user, 1 instance profile, memberships" in words
    answer = post(client)
    assert answer["Content-Disposition"].startswith('attachment; filename="iam-123456789012-')
    text = exported(answer)
    resources, imports = terraform(text)
    assert {name for name in resources if name.startswith("aws_iam_role.")} == {"aws_iam_role.deploy"}
    assert {name for name in resources if name.startswith("aws_iam_policy.")} == {
        "aws_iam_policy.edge", "aws_iam_policy.reports", "aws_iam_policy.unused",
    }  # fmt: skip
    assert resources["aws_iam_role.deploy"]["permissions_boundary"] == "${aws_iam_policy.edge.arn}"
    assert "s3:Action2" in resources["aws_iam_policy.reports"]["policy"]  # the version in force
    assert imports["aws_iam_user_group_membership.dana_okafor"] == "dana.okafor/platform"
    assert imports["aws_iam_account_alias.this"] == "acme"
    assert 'allowed_account_ids = ["123456789012"]' in text
    assert "# Left out: The role AWSServiceRoleForSupport" in text
    assert "a rule of the AWS account ignores (1)" in text
    assert '#   id = "AKIA1"' in text
    entry = AuditEntry.objects.get(verb="infrastructure.exported")
    assert entry.actor == bob
    assert entry.data["numbers"]["roles"] == 1


def test_a_role_and_its_policies(estate: IamRole, alices: Client) -> None:
    query = f"?pick={estate.aws_id}"
    resources, _ = terraform(exported(post(alices, "roles_export", query, with_policies="on")))
    assert {name.partition(".")[0] for name in resources} == {
        "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment",
        "aws_iam_instance_profile",
    }  # fmt: skip
    assert "aws_iam_policy.unused" not in resources
    alone, _ = terraform(exported(post(alices, "roles_export", query)))
    assert not any(name.startswith("aws_iam_policy.") for name in alone)
    assert alone["aws_iam_role.deploy"]["permissions_boundary"].endswith(":policy/edge")


def test_cloudformation(estate: IamRole, alices: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = post(alices, wanted=YAML)
    assert answer["Content-Type"] == "application/yaml"
    whole = template(exported(answer))
    assert whole["Resources"]["RoleDeploy"]["Properties"]["MaxSessionDuration"] == 7200
    assert any("alias" in words for words in whole["Metadata"]["LeftOut"])
    monkeypatch.setattr(cloudformation, "MOST_RESOURCES", 3)
    answer = post(alices, wanted=JSON)
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    parts = [template(archive.read(name).decode())["Resources"] for name in archive.namelist()]
    assert archive.namelist()[0] == "template-001.json"
    assert len(parts) > 2
    assert sum(map(len, parts)) == len(whole["Resources"])


def test_rows_are_picked_in_the_list_by_who_may_only_read(
    estate: IamRole, bob: Operator, client_of: ClientOf, aws_account: AwsAccount
) -> None:
    client: Any = client_of(bob)
    html = get(client, "policies")
    assert f'formaction="{address("policies_export_picked")}"' in html
    assert "Stage a change" not in html
    picked = ManagedPolicy.objects.get(name="unused").aws_id
    answer = client.post(address("policies_export_picked"), {"pick": [picked], "listed": [picked]})
    assert answer.url.startswith(f"{address('policies_export')}?{KEPT}=")
    assert "Export the policy unused as code" in client.get(answer.url).content.decode()
    resources, _ = terraform(exported(client.post(answer.url, {"wanted": TERRAFORM})))
    assert list(resources) == ["aws_iam_policy.unused"]
    nothing = client.post(address("policies_export_picked"), {"listed": [picked]})
    assert nothing.url == address("policies")
    back = client.post(address("policies_export_picked"), {"pick": [picked], "back": "?sort=-name"})
    assert back.url.startswith(f"{address('policies')}?sort=-name&{KEPT}=")


def test_the_tab_of_an_object(estate: IamRole, alices: Client, aws_account: AwsAccount) -> None:
    html = get(alices, "role_code", aws_id=estate.aws_id)
    assert "resource &quot;aws_iam_role&quot; &quot;deploy&quot;" in html
    assert f"{address('roles_export')}?pick={estate.aws_id}" in html
    assert "AWS::IAM::Role" in get(alices, "role_code", "?format=cloudformation-yaml", aws_id=estate.aws_id)
    kept = IamRole.objects.get(name__startswith="AWSServiceRole")
    assert "It isn’t exported" in text_of(get(alices, "role_code", aws_id=kept.aws_id))
    for name, row in (("policy_code", ManagedPolicy.objects.get(name="reports")),):
        assert "aws_iam_policy" in get(alices, name, aws_id=row.aws_id)


def test_what_makes_no_sense(estate: IamRole, alices: Client, other_account: AwsAccount, bob: Operator) -> None:
    answer = post(alices, wanted="pulumi")
    assert answer.status_code == 422
    assert "pulumi is not one of the available choices" in answer.content.decode()
    assert alices.get(address("roles_export") + "?pick=AROANOBODY").status_code == 404
    assert alices.post(address("roles_export"), {"wanted": TERRAFORM}).status_code == 404
    assert alices.post(address("export", account_id=other_account.account_id), {"wanted": YAML}).status_code == 404
    assert not AuditEntry.objects.filter(verb="infrastructure.exported").exists()


def test_an_empty_aws_account_and_what_aws_looks_after(alices: Client, aws_account: AwsAccount) -> None:
    assert "There is nothing to export" in post(alices).content.decode()
    kept = make_role(aws_account, "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")
    assert "There is nothing to export" in post(alices, "roles_export", f"?pick={kept.aws_id}").content.decode()


def test_the_export_of_many_takes_as_many_queries(
    aws_account: AwsAccount, alices: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        role = make_role(aws_account, f"role-{number}")
        attach(role, make_policy(aws_account, f"policy-{number}"))
        put_inline(role)
    with django_assert_max_num_queries(75):
        assert len(terraform(exported(post(alices)))[0]) == 120
