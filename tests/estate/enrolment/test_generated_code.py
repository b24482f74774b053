"""What is generated for an enrolment, as the tools of the ecosystem read it: cfn-lint, PyYAML, python-hcl2."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import hcl2
import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from estate.enrolment import cloudformation, terraform
from estate.enrolment.roles import role_arn
from estate.models import AccountEnrolment, EnrolledAccount
from sync.aws.permission import IAM, console_role_policy, console_role_trust, optional_parts, parts_of
from sync.aws.purpose import Tier
from sync.connect import is_shared_external_id, new_shared_external_id
from tests.infrastructure.parsed import linted, template

PRINCIPAL = "arn:aws:iam::123456789012:role/console"
ORGANIZATION = "o-exampleorg"
HOSTILE = ('a"b,${var.x}%{if}', "<script>alert(1)</script>", "dana@example.org", "x\n}\nresource {")
TIERS: tuple[Tier, ...] = ("read", "write")
ALL = [part.name for part in optional_parts()]


@pytest.fixture
def enrolment(aws_account: AwsAccount) -> AccountEnrolment:
    return make_enrolment(aws_account)


def make_enrolment(aws_account: AwsAccount, **changed: Any) -> AccountEnrolment:
    values = {"people": True, "writes": True, "parts": ALL, "asks_organization": True, **changed}
    return AccountEnrolment.objects.create(
        held_by=aws_account,
        organization_id=ORGANIZATION,
        key="k3f9a2xy",
        external_id=new_shared_external_id(ORGANIZATION),
        principal_arn=PRINCIPAL,
        lasts_until=timezone.now(),
        **values,
    )


def test_the_template_passes_cfn_lint_with_and_without_everything(enrolment: AccountEnrolment, tmp_path: Path) -> None:
    paths = []
    for name, values in {
        "all": {},
        "read": {"people": False, "writes": False, "parts": [], "asks_organization": False},
    }.items():
        for column, value in values.items():
            setattr(enrolment, column, value)
        text = cloudformation.template_of(enrolment)
        assert len(text.encode()) < cloudformation.MOST_BYTES
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(text)
    assert linted(*paths) == []


def test_no_role_has_more_policies_than_aws_attaches(enrolment: AccountEnrolment) -> None:
    """10 of a role, unless AWS raised it ("IAM and AWS STS quotas")."""
    resources = template(cloudformation.template_of(enrolment))["Resources"]
    for tier in TIERS:
        assert len(resources[f"{tier.title()}Role"]["Properties"]["ManagedPolicyArns"]) <= 10


def test_its_documents_are_those_of_the_console_s_roles(enrolment: AccountEnrolment) -> None:
    """Whatever the order of their actions: nothing is added, and nothing is missing."""
    resources = template(cloudformation.template_of(enrolment))["Resources"]
    for tier in TIERS:
        for part in (IAM, *parts_of(tier)):
            name = f"{tier}-{part.name}".replace("-", " ").title().replace(" ", "")
            document = resources[name]["Properties"]["PolicyDocument"]
            assert normal(document) == normal(console_role_policy(tier, "aws", part))


def normal(document: dict[str, Any]) -> Any:
    return [{**each, "Action": sorted(each["Action"])} for each in document["Statement"]]


def test_each_action_stands_below_its_feature(enrolment: AccountEnrolment) -> None:
    lines = [line.strip() for line in cloudformation.template_of(enrolment).splitlines()]
    at = lines.index('- "cognito-idp:AdminDisableUser"')
    above = next(line for line in reversed(lines[:at]) if line.startswith("#"))
    assert above == "# Look after people: make, invite, confirm, enable, disable and delete them, and sign them out."


def test_its_trust_is_that_of_the_console_s_roles(enrolment: AccountEnrolment) -> None:
    resources = template(cloudformation.template_of(enrolment))["Resources"]
    for tier in TIERS:
        refs = {"ConsolePrincipalArn": "P", "ExternalId": "X", "OrganizationId": "O"}
        wanted = console_role_trust(tier, principal_arn="P", external_id="X", organization_id="O")
        found = json.dumps(resources[f"{tier.title()}Role"]["Properties"]["AssumeRolePolicyDocument"])
        for ref, value in refs.items():
            found = found.replace(json.dumps({"Ref": ref}), json.dumps(value))
        assert json.loads(found) == wanted


def test_the_external_id_is_in_no_file(enrolment: AccountEnrolment) -> None:
    texts = [cloudformation.template_of(enrolment), *terraform.files_of(enrolment, []).values()]
    assert not [text for text in texts if enrolment.external_id in text]
    assert template(texts[0])["Parameters"]["ExternalId"]["NoEcho"] is True


def test_the_role_to_write_never_changes_the_console_s_roles(enrolment: AccountEnrolment) -> None:
    properties = template(cloudformation.template_of(enrolment))["Resources"]["WriteProtected"]["Properties"]
    [statement] = properties["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "iam:*")
    assert role_arn(enrolment, "read", "*").startswith(statement["Resource"][0].removesuffix("*"))


@pytest.mark.parametrize(("people", "there"), [(True, True), (False, False)])
def test_people_are_in_it_where_their_tier_was_chosen(aws_account: AwsAccount, people: bool, there: bool) -> None:
    text = cloudformation.template_of(make_enrolment(aws_account, people=people))
    assert ("cognito-idp:ListUsers" in text) is there
    assert ("cognito-idp:AdminDisableUser" in text) is there


def test_without_writes_there_is_no_role_to_write(aws_account: AwsAccount) -> None:
    enrolment = make_enrolment(aws_account, writes=False)
    assert "WriteRole" not in cloudformation.template_of(enrolment)
    assert role_arn(enrolment, "write", "222222222222") == ""


def test_the_module_is_read_by_python_hcl2_and_says_the_same(enrolment: AccountEnrolment) -> None:
    found = hcl2.loads(terraform.files_of(enrolment, [])[f"{terraform.MODULE}/main.tf"])
    labels = [(kind, label) for block in found["resource"] for kind, of in block.items() for label in of]
    addresses = {f"{kind}.{label}".replace('"', "") for kind, label in labels}
    policies = {name for name in addresses if name.startswith("aws_iam_policy.")}
    resources = template(cloudformation.template_of(enrolment))["Resources"]
    assert len(policies) == sum(1 for each in resources.values() if each["Type"] == "AWS::IAM::ManagedPolicy")
    assert {"aws_iam_role.read", "aws_iam_role.write"} <= addresses
    assert len([each for each in addresses if "attachment" in each]) == len(policies)
    text = terraform.files_of(enrolment, [])[f"{terraform.MODULE}/main.tf"]
    assert '"sts:ExternalId"     = var.external_id' in text
    assert "# Pull users, groups, roles and policies into the mirror." in text


def test_hostile_names_stay_comments(enrolment: AccountEnrolment) -> None:
    accounts = [
        EnrolledAccount(enrolment=enrolment, account_id=f"{number:012}", name=name)
        for number, name in enumerate(HOSTILE, start=222222222222)
    ]
    text = terraform.files_of(enrolment, accounts)["main.tf"]
    found = hcl2.loads(text)
    assert len(found["provider"]) == len(found["module"]) == len(HOSTILE)
    assert len(found["variable"]) == 2
    assert "resource" not in found
    with zipfile.ZipFile(io.BytesIO(terraform.archive_of(enrolment, accounts))) as archive:
        assert archive.namelist() == [f"{terraform.MODULE}/main.tf", "main.tf"]


def test_commands_deploy_to_the_chosen_ones_and_never_by_a_stack_set_to_the_management_account(
    enrolment: AccountEnrolment,
) -> None:
    def texts(management_id: str, *numbers: str) -> list[str]:
        found = cloudformation.commands(enrolment, management_id=management_id, root_id="r-abcd", account_ids=numbers)
        return [each.text for each in found]

    own = enrolment.held_by.account_id
    allowing, making, deploying = texts(own, "222222222222", "333333333333")
    assert "activate-organizations-access" in allowing
    assert "DELEGATED_ADMIN" not in making
    assert f"ParameterKey=ExternalId,ParameterValue={enrolment.external_id}" in making
    assert "'" not in making  # nothing that a shell would have to be kept from
    assert "OrganizationalUnitIds=r-abcd,Accounts=222222222222,333333333333,AccountFilterType=INTERSECTION" in deploying
    by_delegate = texts("999999999999", "222222222222", "999999999999")
    assert "--call-as DELEGATED_ADMIN" in by_delegate[1]
    assert "999999999999" not in by_delegate[2]
    assert "cloudformation deploy" in by_delegate[3]


def test_an_external_id_is_of_one_organization() -> None:
    made = new_shared_external_id("o-one")
    assert is_shared_external_id(made, "o-one")
    assert not is_shared_external_id(made, "o-other")
    assert not is_shared_external_id(made[:-1], "o-one")
