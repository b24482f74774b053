"""An organization in the emulated AWS with its management account in the console, and three members that aren't."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from estate.enrolment import services, work
from estate.enrolment.cloudformation import parameters_of, template_of
from estate.enrolment.organizations import ReadOrganization, accounts_of, read_organizations
from estate.enrolment.roles import role_arn
from estate.enrolment.services import EnrolmentPlan
from estate.models import AccountEnrolment, EnrolledAccount
from sync.aws.session import forget_all
from tests.conftest import ACCOUNT_ID
from tests.policies.test_organizations_pull import pull_organization
from tests.services.organizations import MadeOrganization, inside

NAMES = ("Payments", "Data", "Sandbox")


@dataclass(frozen=True)
class Members:
    """`numbers`: account ids by name."""

    made: MadeOrganization
    numbers: Mapping[str, str]
    unit: str

    def pull(self) -> ReadOrganization:
        pull_organization(AwsAccount.objects.get(account_id="123456789012"))
        [found] = read_organizations()
        return found


@pytest.fixture
def members(emulator: Emulator, aws_account: AwsAccount) -> Members:
    forget_all()
    made = MadeOrganization(emulator)
    unit = made.unit("Workloads")
    return Members(made, {name: made.account(name, unit) for name in NAMES}, unit)


@pytest.fixture
def organization(members: Members) -> ReadOrganization:
    return members.pull()


@pytest.fixture
def enrol(members: Members, organization: ReadOrganization, olga: Operator) -> Callable[..., AccountEnrolment]:
    """Of all three members, unless `names` says otherwise."""

    def begin(*names: str, **plan: Any) -> AccountEnrolment:
        numbers = [members.numbers[name] for name in names or NAMES]
        return services.make(actor=olga, organization=organization, account_ids=numbers, plan=EnrolmentPlan(**plan))

    return begin


def deploy(emulator: Emulator, enrolment: AccountEnrolment, account_id: str, **changed: str) -> None:
    """What CloudFormation would make of the generated template there. `changed`: parameters that somebody got wrong."""
    deploy_text(emulator, enrolment, account_id, template_of(enrolment), **changed)


def deploy_text(emulator: Emulator, enrolment: AccountEnrolment, account_id: str, text: str, **changed: str) -> None:
    template = yaml.safe_load(text)
    given = {**dict(parameters_of(enrolment)), **changed}
    iam = emulator.client("iam", **inside(emulator, account_id))
    made: dict[str, str] = {}
    for name, resource in template["Resources"].items():
        values = resolved(resource["Properties"], {**given, **made})
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            document = json.dumps(values["PolicyDocument"])
            made[name] = iam.create_policy(
                PolicyName=values["ManagedPolicyName"], Path=values["Path"], PolicyDocument=document
            )["Policy"]["Arn"]
            continue
        trust = json.dumps(values["AssumeRolePolicyDocument"])
        iam.create_role(RoleName=values["RoleName"], Path=values["Path"], AssumeRolePolicyDocument=trust)
        for arn in values["ManagedPolicyArns"]:
            iam.attach_role_policy(RoleName=values["RoleName"], PolicyArn=arn)


def resolved(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return known[value["Ref"]]
        return {name: resolved(each, known) for name, each in value.items()}
    return [resolved(each, known) for each in value] if isinstance(value, list) else value


def row_of(enrolment: AccountEnrolment, account_id: str) -> EnrolledAccount:
    return enrolment.accounts.get(account_id=account_id)


def tried(enrolment: AccountEnrolment, actor: Operator) -> dict[str, str]:
    """States by name, after a worker was there."""
    services.ask_trial(actor=actor, enrolment=enrolment)
    work.work(enrolment.pk)
    return states(enrolment)


def states(enrolment: AccountEnrolment) -> dict[str, str]:
    return dict(enrolment.accounts.values_list("name", "state"))


def connected(enrolment: AccountEnrolment, actor: Operator, **how: Any) -> set[str]:
    """The names of what is connected after a worker was there."""
    services.ask_connection(actor=actor, enrolment=enrolment, environment="staging", **how)
    work.work(enrolment.pk)
    return set(AwsAccount.objects.exclude(account_id=ACCOUNT_ID).values_list("name", flat=True))


def progress(organization: ReadOrganization) -> dict[str, str]:
    return dict(accounts_of(organization).values_list("name", "progress"))


def by_script(enrolment: AccountEnrolment, number: str, **changed: str) -> None:
    given = {"account": number, "name": "Script", "external_id": enrolment.external_id, **changed}
    given.setdefault("read_role", role_arn(enrolment, "read", number))
    call_command("connect_account", emulated=True, **given)
