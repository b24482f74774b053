"""Stacks of CloudFormation: which objects they own, on their pages, in lists and in drift; and what a tag proves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount
from emulator.process import Emulator
from findings.refresh import refresh
from identities.models import IamRole
from infrastructure.code.stacks import StackOwned, StackPlace, owned_by_stack
from infrastructure.models import OwnedResource, StateFile
from resources.models import Resource
from sync.models import Run
from tests.infrastructure.test_states import give, resource, role_in_state, state_of
from tests.resources.arranging import read_here
from tests.resources.rows import make_resource
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled
from tests.services.rows import make_policy, make_role
from tests.services.stacks import make_stack
from tests.services.statements import trusting

pytestmark = pytest.mark.django_db
REGION, ACCOUNT = "us-east-1", "123456789012"
STACKS = "cloudformation.stacks"
PLACE = StackPlace("aws", ACCOUNT, "eu-west-1")


def stack_row(aws_account: AwsAccount, *owned: tuple[str, str, str], name: str = "shop") -> Resource:
    """As a pull leaves it: each of `owned` with its logical id, its type and its physical id."""
    read_here(aws_account, "cloudformation")
    facts = {"owned": [{"logical_id": logical, "type": type_, "physical_id": id_} for logical, type_, id_ in owned]}
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/1"
    made = make_resource(aws_account, name, kind="cloudformation.stack", arn=arn, policy=None, facts=facts)
    refresh(aws_account)
    return made


def words(client: Client, page: str, query: str = "", **kwargs: Any) -> str:
    return " ".join(text_of(get(client, page, query, **kwargs)).split())


def test_a_stack_is_pulled_with_what_it_owns_and_goes(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("iam").create_role(RoleName="deploy", AssumeRolePolicyDocument=trusting("*"))
    client = emulator.client("cloudformation")
    make_stack(client, "shop", ("Deploy", "AWS::IAM::Role", "deploy"), ("Jobs", "AWS::Batch::JobQueue", "x"))
    read_here(aws_account, "cloudformation")
    pulled(aws_account, source="iam.details")
    run = pulled(aws_account, source=STACKS, region=REGION)
    assert (run.state, run.new) == (Run.State.DONE, 1), run.log
    refresh(aws_account)
    [owned] = OwnedResource.objects.all()
    assert (owned.kind, owned.name, owned.address, str(owned.stack)) == ("iam.role", "deploy", "Deploy", "shop")
    assert IamRole.objects.get(name="deploy").in_code
    make_stack(client, "shop", ("Bus", "AWS::Events::EventBus", "bus"))
    again = pulled(aws_account, source=STACKS, region=REGION)
    assert (again.changed, again.gone) == (0, 0)  # what it owns is no drift of it
    refresh(aws_account)
    assert OwnedResource.objects.count() == 2
    client.delete_stack(StackName="shop")
    assert pulled(aws_account, source=STACKS, region=REGION).gone == 1
    refresh(aws_account)
    assert not OwnedResource.objects.exists()
    assert not IamRole.objects.get(name="deploy").in_code


def test_one_that_goes_while_it_is_read_and_one_that_is_denied(emulator: Emulator, aws_account: AwsAccount) -> None:
    client = emulator.client("cloudformation")
    make_stack(client, "shop", ("Bus", "AWS::Events::EventBus", "bus"))
    read_here(aws_account, "cloudformation")
    gone = {"code": "ValidationError", "status": 400, "message": "Stack with id shop does not exist"}
    emulator.rules([{"action": "ListStackResources", "when": "before", "error": gone}])
    assert pulled(aws_account, source=STACKS, region=REGION).seen == 0
    denied = {"code": "AccessDenied", "status": 403, "message": "not authorized"}
    emulator.rules([{"action": "ListStackResources", "when": "before", "error": denied}])
    assert pulled(aws_account, source=STACKS, region=REGION).seen == 1
    assert "owned" in Resource.objects.get().not_read


def test_what_it_owns_and_nobody_may_read_is_not_none(
    emulator: Emulator, aws_account: AwsAccount, alices: Client
) -> None:
    client = emulator.client("cloudformation")
    make_stack(client, "shop", ("Bus", "AWS::Events::EventBus", "bus"))
    read_here(aws_account, "cloudformation")
    denied = {"code": "AccessDenied", "status": 403, "message": "not authorized"}
    rule = {"action": "ListStackResources", "when": "before", "error": denied}
    emulator.rules([rule])
    pulled(aws_account, source=STACKS, region=REGION)
    refresh(aws_account)
    page = words(alices, "owned_by_code")
    assert "shop Not read What it owns was never read. In us-east-1." in page
    assert "cloudformation:ListStackResources" in page and "0 resources" not in page
    emulator.rules([])
    pulled(aws_account, source=STACKS, region=REGION)
    refresh(aws_account)
    assert "shop 1 resource here. In us-east-1." in words(alices, "owned_by_code")
    emulator.rules([rule])
    pulled(aws_account, source=STACKS, region=REGION)
    refresh(aws_account)
    assert "shop Not read 1 resource here, as read" in words(alices, "owned_by_code")


def test_pages_lists_and_drift_say_so(aws_account: AwsAccount, alices: Client) -> None:
    role, other = make_role(aws_account, "deploy"), make_role(aws_account, "free")
    policy = make_policy(aws_account, "reports")
    queue = make_resource(aws_account, "orders")
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
    stack = stack_row(
        aws_account,
        ("Deploy", "AWS::IAM::Role", "deploy"),
        ("Reports", "AWS::IAM::ManagedPolicy", policy.arn),
        ("Orders", "AWS::SQS::Queue", url),
    )
    said = words(alices, "role_code", aws_id=role.aws_id)
    assert "CloudFormation owns it: Deploy In us-east-1, by the stack shop ." in said
    assert "owns it" not in words(alices, "role_code", aws_id=other.aws_id)
    assert "Owned by code" in words(alices, "role", aws_id=role.aws_id)
    listed = words(alices, "roles", "?in_code=yes")
    assert "1 of 2 roles matches." in listed and "Owned by Code" in listed
    assert "1 of 2 roles matches." in words(alices, "roles", "?in_code=no")
    assert "reports" in words(alices, "policies", "?in_code=yes")
    assert "orders" in words(alices, "resources", "?in_code=yes")
    assert "Orders In us-east-1, by the stack shop" in words(alices, "resource_owned", aws_id=queue.aws_id)
    page = words(alices, "owned_by_code")
    assert "shop 3 resources here. In us-east-1." in page
    assert "Deploy, AWS::IAM::Role: deploy" in words(alices, "resource", aws_id=stack.aws_id)


def test_a_tag_alone_proves_nothing(aws_account: AwsAccount, alices: Client) -> None:
    tags = {"aws:cloudformation:stack-name": "shop"}
    role, left = make_role(aws_account, "deploy", tags=tags), make_role(aws_account, "left", tags=tags)
    stack_row(aws_account, ("Deploy", "AWS::IAM::Role", "deploy"))
    assert "claims it" not in words(alices, "role_code", aws_id=role.aws_id)
    said = words(alices, "role_code", aws_id=left.aws_id)
    assert "The tag aws:cloudformation:stack-name = shop claims it No stack that was read has it" in said
    left.refresh_from_db()
    assert not left.in_code


def test_what_is_no_longer_read_owns_nothing(aws_account: AwsAccount) -> None:
    role = make_role(aws_account, "deploy")
    stack_row(aws_account, ("Deploy", "AWS::IAM::Role", "deploy"))
    role.refresh_from_db()
    assert role.in_code
    read_here(aws_account)
    refresh(aws_account)
    role.refresh_from_db()
    assert not role.in_code


def test_a_state_marks_rows_at_once_also_of_other_kinds(aws_account: AwsAccount, alices: Client) -> None:
    role, queue = make_role(aws_account, "deploy"), make_resource(aws_account, "orders")
    bucket = make_resource(aws_account, "acme-www", kind="s3.bucket", arn="arn:aws:s3:::acme-www")
    again = make_role(aws_account, "again")
    own = [
        resource("aws_sqs_queue", "orders", name="orders", arn=queue.arn),
        resource("aws_s3_bucket", "www", arn=bucket.arn),
        role_in_state("deploy", role.aws_id),
        role_in_state("again", "AROAOLDER"),
    ]
    give(alices, state_of(*own))
    for row, marked in ((role, True), (queue, True), (bucket, True), (again, False)):
        row.refresh_from_db()
        assert row.in_code is marked, row.name
    alices.post(address("state_remove", pk=str(StateFile.objects.get().pk)))
    role.refresh_from_db()
    assert not role.in_code


def test_a_bucket_of_a_state_of_several_aws_accounts_may_be_anybodys(aws_account: AwsAccount, alices: Client) -> None:
    elsewhere = role_in_state("other", account_id="999999999999")
    give(alices, state_of(role_in_state("deploy"), elsewhere, resource("aws_s3_bucket", "www", arn="arn:aws:s3:::www")))
    assert set(OwnedResource.objects.values_list("kind", flat=True)) == {"iam.role"}


@pytest.mark.parametrize(
    ("type_", "physical_id", "expected"),
    [
        ("AWS::IAM::Role", "deploy", StackOwned("iam.role", name="deploy")),
        ("AWS::KMS::Key", "k", StackOwned("kms.key", "k", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k")),
        ("AWS::S3::Bucket", "b", StackOwned("s3.bucket", "b", "arn:aws:s3:::b")),
        ("AWS::IAM::RolePolicy", "own|deploy", StackOwned("iam.role", "deploy", is_own=False)),
        ("AWS::IAM::RolePolicy", "own", None),
        ("AWS::EC2::Instance", "i-1", None),
    ],
)
def test_what_a_resource_of_a_stack_is(type_: str, physical_id: str, expected: Any) -> None:
    assert owned_by_stack(PLACE, type_, physical_id) == expected
