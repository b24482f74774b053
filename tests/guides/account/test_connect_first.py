"""Connecting a first AWS account: the link of its stack, what the stack makes, and the first answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from guides.account import stack
from guides.models import TaskRun
from policies.engine.catalogue import AccessLevel, access_levels
from sync.aws.session import forget_all
from sync.connect import external_id_for, is_own_external_id
from tests.conftest import make_aws_account, make_operator
from tests.estate.enrolment.conftest import resolved
from tests.guides.account.rows import progress
from tests.services.organizations import MadeOrganization, inside
from tests.services.pages import text_of
from tests.services.pulling import pull_all

pytestmark = pytest.mark.django_db
ACCOUNT_ID = "123456789012"
TYPED = {
    "account_id": ACCOUNT_ID,
    "name": "Acme",
    "environment": "production",
    "partition": "aws",
    "default_region": "eu-west-1",
    "emulated": "on",
}
READS_THAT_WRITE = ["sts:DecodeAuthorizationMessage"]  # as AWS classifies it
STORED = "https://acme-tools.s3.eu-west-1.amazonaws.com/iam-console-read.yaml"


@pytest.fixture
def olgas(client_of: Callable[[Operator], Client], emulator: Emulator, db: None) -> Client:
    """Of a console that has no AWS account yet."""
    forget_all()
    return client_of(make_operator("olga", Role.OWNER, None))


def shown(client: Client, **typed: str) -> str:
    return client.get(reverse("connect_first"), {**TYPED, **typed}).content.decode()


def deploy(emulator: Emulator, account_id: str, text: str, parameters: dict[str, str]) -> None:
    """What CloudFormation would make of the template."""
    template, iam = yaml.safe_load(text), emulator.client("iam", **inside(emulator, account_id))
    assert set(template["Parameters"]) == set(parameters)
    made: dict[str, str] = {}
    for name, resource in template["Resources"].items():
        own: dict[str, Any] = resolved(resource["Properties"], {**parameters, **made})
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            said = {"PolicyName": own["ManagedPolicyName"], "Path": own["Path"]}
            made[name] = iam.create_policy(PolicyDocument=json.dumps(own["PolicyDocument"]), **said)["Policy"]["Arn"]
        elif resource["Type"] == "AWS::IAM::RolePolicy":
            document = json.dumps(own["PolicyDocument"])
            iam.put_role_policy(
                RoleName=stack.plan("aws").name("read"), PolicyName=own["PolicyName"], PolicyDocument=document
            )
        else:
            trust = json.dumps(own["AssumeRolePolicyDocument"])
            iam.create_role(RoleName=own["RoleName"], Path=own["Path"], AssumeRolePolicyDocument=trust)
            made[name] = own["RoleName"]
            for arn in own["ManagedPolicyArns"]:
                iam.attach_role_policy(RoleName=own["RoleName"], PolicyArn=arn)


def test_the_link_has_everything_filled_in(olgas: Client, settings: Any) -> None:
    settings.CONNECTION_TEMPLATE_URL = STORED
    stored = stack.stored_template(STORED)
    assert stored is not None
    link = stack.quick_create_link(stored, stack.parameters("arn:aws:iam::1:role/console", "a:b+c"))
    parts = urlsplit(link)
    assert (parts.hostname, parts.query) == ("eu-west-1.console.aws.amazon.com", "region=eu-west-1")
    path, _, query = parts.fragment.partition("?")
    assert path == "/stacks/create/review"
    assert parse_qs(query) == {
        "templateURL": [STORED],
        "stackName": ["iam-console"],
        "param_ConsolePrincipalArn": ["arn:aws:iam::1:role/console"],
        "param_ExternalId": ["a:b+c"],
    }
    assert "Create the stack at AWS" in text_of(shown(olgas))


@pytest.mark.parametrize(
    "url",
    ["", "http://a.s3.amazonaws.com/b", "https://example.org/b.yaml", "https://s3.evil.example/b",
     "https://a.s3.amazonaws.com.evil.example/b", "https://a.s3.eu-west-1.amazonaws.com/", "javascript:alert(1)"],
)  # fmt: skip
def test_only_an_object_of_s3_becomes_a_link(olgas: Client, settings: Any, url: str) -> None:
    settings.CONNECTION_TEMPLATE_URL = url
    assert stack.stored_template(url) is None
    text = text_of(shown(olgas))
    assert "Create the stack at AWS" not in text
    assert "Download the template" in text


def test_a_template_of_another_partition_is_no_link(olgas: Client, settings: Any) -> None:
    settings.CONNECTION_TEMPLATE_URL = STORED
    assert "Create the stack at AWS" not in text_of(shown(olgas, partition="aws-cn", default_region="cn-north-1"))


def test_the_template_writes_nothing_and_fits(olgas: Client) -> None:
    response = olgas.get(reverse("connection_template"))
    text = response.content.decode()
    assert len(text) < 51_200  # without S3, as CreateStack takes it
    documents = [each["Properties"].get("PolicyDocument") for each in yaml.safe_load(text)["Resources"].values()]
    actions = [action for each in documents if each for said in each["Statement"] for action in said["Action"]]
    assert actions
    writing = {AccessLevel.PERMISSIONS, AccessLevel.TAGGING}
    assert [each for each in actions if writing & set(access_levels(each))] == []
    assert [each for each in actions if AccessLevel.WRITE in access_levels(each)] == READS_THAT_WRITE
    assert olgas.get(reverse("connection_template"), {"partition": "mars"}).status_code == 404


def test_the_external_id_stays_the_same_and_is_each_ones_own() -> None:
    assert external_id_for(ACCOUNT_ID) == external_id_for(ACCOUNT_ID)
    assert external_id_for(ACCOUNT_ID) != external_id_for("210987654321")
    assert is_own_external_id(external_id_for(ACCOUNT_ID))


def test_before_the_stack_is_there_nothing_is_saved(olgas: Client, emulator: Emulator) -> None:
    response = olgas.post(reverse("connect_first"), TYPED)
    assert response.status_code == 422
    text = text_of(response.content.decode())
    assert "The console doesn’t get in yet." in text
    assert "Nothing was saved." in text
    assert not AwsAccount.objects.exists()


def test_from_the_stack_to_the_first_answers(olgas: Client, emulator: Emulator) -> None:
    number = MadeOrganization(emulator).account("Payments")
    typed = {**TYPED, "account_id": number}
    context = olgas.get(reverse("connect_first"), typed).context
    deploy(emulator, number, stack.template("aws"), context["parameters"])
    response = olgas.post(reverse("connect_first"), typed)
    assert response.status_code == 302
    [made] = AwsAccount.objects.all()
    assert (made.writes_enabled, made.write_role_arn) == (False, "")
    assert made.read_role_arn == f"arn:aws:iam::{number}:role/iam-console/iam-console-read"
    run = TaskRun.objects.get()
    assert set(progress(run).values()) == {"on_its_way", "later"} or set(progress(run).values()) == {"on_its_way"}
    for source in ("iam.details", "iam.login", "iam.mfa", "iam.summary"):
        pull_all(made, source=source)
    found = progress(run)
    assert (found["details"], found["logins"], found["root"]) == ("done", "done", "done")
    page = olgas.get(response.url).content.decode()  # type: ignore[attr-defined]
    assert 'hx-trigger="every 2s"' in page


@pytest.mark.parametrize(("name", "typed"), [("account_id", "12"), ("default_region", "Mars"), ("name", "")])
def test_bad_input_gets_its_sentence_and_is_kept(olgas: Client, name: str, typed: str) -> None:
    response = olgas.get(reverse("connect_first"), {**TYPED, name: typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'value="{typed}"' in page or not typed
    assert "3. Connect" not in text_of(page)


def test_an_aws_account_that_is_connected_is_said(olgas: Client) -> None:
    make_aws_account()
    assert "This AWS account is connected already." in text_of(shown(olgas))


def test_only_owners_of_all(client_of: Callable[[Operator], Client], alice: Operator) -> None:
    assert client_of(alice).get(reverse("connect_first")).status_code == 403
