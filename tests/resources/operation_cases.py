"""The operations on resources, as tests/services/operation_cases.py describes cases: each kind of the table.

The cases of a kind are made of how one of it is made (tests/resources/kind_cases.py) and how AWS shows its policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.process import Emulator
from resources.models import Resource
from resources.operations.blocking import SETTINGS
from resources.operations.functions import plan_function_policy
from resources.operations.policies import delete_policy, put_policy
from resources.operations.public_access import put_public_access_block
from resources.sources import SOURCES
from resources.table import KINDS, SERVICES
from resources.table.writing import WRITING
from sync.operations import StepSpec
from tests.resources.arranging import read_here
from tests.resources.kind_cases import ACCOUNT, OTHER
from tests.resources.kind_cases import CASES as MAKING
from tests.services.operation_cases import ComparedCase, SendingCase
from tests.services.pulling import pulled_in_order
from tests.services.statements import document_text, trust
from tests.services.world import World

MAKE = {case.kind: case for case in MAKING}
PARTNER = "444455556666"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@dataclass(frozen=True)
class WrittenKind:
    """`action`: one that its policy may give. `asks`: AWS, for the text of the policy; None where there is none."""

    kind: str
    action: str
    asks: Callable[[Emulator, str], str | None]

    def policy(self, who: str, arn: str) -> str:
        """It gives `action` to another AWS account, and leaves a key in the hands of its own."""
        said = {} if self.kind == "ecr.repository" else {"Resource": f"{arn}/*" if self.kind == "s3.bucket" else arn}
        statements = [{**trust({"AWS": who}, self.action, Sid="Partner"), **said}]
        own = [trust(ROOT, "kms:*", Sid="Own", Resource="*")] if self.kind == "kms.key" else []
        return document_text(*own, *statements)


def _none(call: Callable[[], str | None], *codes: str) -> str | None:
    try:
        return call()
    except Exception as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") in codes:
            return None
        raise


def _bucket(emulator: Emulator, arn: str) -> str | None:
    s3 = emulator.client("s3")
    return _none(lambda: s3.get_bucket_policy(Bucket=arn.rpartition(":")[2])["Policy"], "NoSuchBucketPolicy")


def _queue(emulator: Emulator, arn: str) -> str | None:
    sqs = emulator.client("sqs")
    url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    text: str | None = told.get("Attributes", {}).get("Policy")
    return text


def _repository(emulator: Emulator, arn: str) -> str | None:
    ecr, name = emulator.client("ecr"), arn.partition("repository/")[2]
    asked = ecr.get_repository_policy
    return _none(lambda: asked(repositoryName=name)["policyText"], "RepositoryPolicyNotFoundException")


KINDS_WRITTEN = (
    WrittenKind("s3.bucket", "s3:GetObject", _bucket),
    WrittenKind(
        "kms.key",
        "kms:Decrypt",
        lambda emulator, arn: emulator.client("kms").get_key_policy(KeyId=arn, PolicyName="default")["Policy"],
    ),
    WrittenKind(
        "secretsmanager.secret",
        "secretsmanager:GetSecretValue",
        lambda emulator, arn: emulator.client("secretsmanager").get_resource_policy(SecretId=arn).get("ResourcePolicy"),
    ),
    WrittenKind("sqs.queue", "sqs:SendMessage", _queue),
    WrittenKind(
        "sns.topic",
        "sns:Publish",
        lambda emulator, arn: emulator.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"],
    ),
    WrittenKind("ecr.repository", "ecr:BatchGetImage", _repository),
)
WRITTEN = {each.kind: each for each in KINDS_WRITTEN}


def made_and_pulled(world: World, kind: str, policy: Callable[[str], str] | None = None) -> Resource:
    """One of the kind, called acme-jobs, which the mirror has; `policy`: of its ARN, the text that stands on it."""
    arn = MAKE[kind].make(world.emulator, "acme-jobs", None)
    if policy and kind == "s3.bucket":
        world.emulator.client("s3").delete_public_access_block(Bucket="acme-jobs")
    if policy:
        _put(world.emulator, kind, arn, policy(arn))
    return pulled_again(world, kind)


def _put(emulator: Emulator, kind: str, arn: str, policy: str) -> None:
    """As somebody outside the console would."""
    writing = WRITING[kind]
    values = {**writing.values(arn, emulator.client("sqs").meta.region_name, ACCOUNT), "document": policy}
    client = emulator.client(writing.of.client)
    client._make_api_call(writing.put.operation, writing.put.filled(values))


def pulled_again(world: World, kind: str) -> Resource:
    read_here(world.aws_account, KINDS[kind].service)
    sources = [SOURCES[each.kind].name for each in SERVICES[KINDS[kind].service].kinds]
    pulled_in_order(world.aws_account, sources)
    world.emulator.forget_calls()
    row: Resource = Resource.objects.select_related("aws_account").get(kind=kind, gone_at=None)
    return row


def _shown(written: WrittenKind) -> Callable[[World, Any], object]:
    def shows(world: World, row: Resource) -> object:
        text = written.asks(world.emulator, row.arn)
        return _who(text) if text else None

    return shows


def _who(text: str) -> object:
    """Whom it lets in, by Sid: as canonical texts."""
    return {each.get("Sid"): str(each["Principal"]) for each in json.loads(text)["Statement"]}


def _policy_cases(written: WrittenKind) -> list[SendingCase]:
    kind, writing = written.kind, WRITING[written.kind]
    sources = (SOURCES[kind].name,)
    own = {"Own": str(ROOT)} if kind == "kms.key" else {}
    put = ComparedCase(
        f"{kind}.policy.put",
        lambda world: made_and_pulled(world, kind, lambda arn: written.policy(OTHER, arn)),
        lambda world, row: put_policy(row, written.policy(PARTNER, row.arn)),
        _shown(written),
        {**own, "Partner": str({"AWS": PARTNER})},
        sources,
        page="resource/edit-policy",
        writes="resource",
    )
    if writing.delete is None:
        return [put]
    left = {"__default_statement_ID": str({"AWS": "*"})} if writing.leaves else None
    delete = ComparedCase(
        f"{kind}.policy.delete",
        lambda world: made_and_pulled(world, kind, lambda arn: written.policy(OTHER, arn)),
        lambda world, row: delete_policy(row),
        _shown(written),
        left,
        sources,
        page="resource/delete-policy",
        writes="resource",
    )
    return [put, delete]


# ---- Block Public Access -------------------------------------------------------------------------------------
def _blocks(world: World, row: Resource) -> object:
    told = world.emulator.client("s3").get_public_access_block(Bucket="acme-jobs")
    return sorted(name for name, is_on in told["PublicAccessBlockConfiguration"].items() if is_on)


BLOCK = ComparedCase(
    "s3.bucket.public_access_block.put",
    lambda world: made_and_pulled(world, "s3.bucket"),
    lambda world, row: put_public_access_block(row, ["BlockPublicAcls", "IgnorePublicAcls"]),
    _blocks,
    ["BlockPublicAcls", "IgnorePublicAcls"],
    (SOURCES["s3.bucket"].name,),
    page="resource/block-public-access",
)
assert set(SETTINGS) > {"BlockPublicAcls", "IgnorePublicAcls"}


# ---- Functions -----------------------------------------------------------------------------------------------
def function_pulled(world: World, *, opened: bool) -> Resource:
    MAKE["lambda.function"].make(
        world.emulator, "acme-jobs", document_text(trust("*", "lambda:InvokeFunction")) if opened else None
    )
    return pulled_again(world, "lambda.function")


def _sids(world: World, row: Resource) -> object:
    functions = world.emulator.client("lambda")
    text = _none(lambda: functions.get_policy(FunctionName=row.arn)["Policy"], "ResourceNotFoundException")
    return _who(text) if text else {}


def of_bucket(row: Resource) -> str:
    """The policy with which a bucket of its own AWS account calls it."""
    condition = {
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::acme-uploads"},
        "StringEquals": {"AWS:SourceAccount": ACCOUNT},
    }
    said = trust({"Service": "s3.amazonaws.com"}, "lambda:InvokeFunction", Sid="Uploads", Resource=row.arn)
    return document_text({**said, "Condition": condition})


def _add(world: World, row: Resource) -> StepSpec:
    return plan_function_policy(row, row.arn, of_bucket(row))[-1]


def _remove(world: World, row: Resource) -> StepSpec:
    return plan_function_policy(row, row.arn, None)[0]


FUNCTION_CASES: tuple[SendingCase, ...] = (
    ComparedCase(
        "lambda.function.permission.add",
        lambda world: function_pulled(world, opened=False),
        _add,
        _sids,
        {"Uploads": str({"Service": "s3.amazonaws.com"})},
        (SOURCES["lambda.function"].name,),
        page="resource/edit-policy",
    ),
    ComparedCase(
        "lambda.function.permission.remove",
        lambda world: function_pulled(world, opened=True),
        _remove,
        _sids,
        {},
        (SOURCES["lambda.function"].name,),
        page="resource/delete-policy",
    ),
)
CASES: tuple[SendingCase, ...] = (
    *(case for written in KINDS_WRITTEN for case in _policy_cases(written)),
    BLOCK,
    *FUNCTION_CASES,
)
