"""Verdicts on resources whose policies are held: of each kind private, open to another AWS account, public, none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from access.index import index_of
from access.patterns import who_can
from access.resource_sides.lookup import ResourceSides
from access.situations import Situation, situation_of
from accounts.models import AwsAccount
from policies.engine.evaluate import Decision, LayerName
from resources.models import ResourceReading
from tests.access.mirrored import ID, OTHER, arn, role, user
from tests.services.resource_rows import ENFORCED, blocks, hold, read, unread
from tests.services.statements import allow, deny, document_text, trust

pytestmark = pytest.mark.django_db
ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN = Decision
DANA, EVE, THEIRS, ANYBODY = arn("user/dana"), arn("user/eve"), arn("role/partner", account=OTHER), "*"


@dataclass(frozen=True)
class Asked:
    """`owned`: the ARN of the resource; `resource`: of the request; `on`: where its policy stands."""

    kind: str
    owned: str
    action: str
    below: str = ""
    on: str = ""
    part: str = "policy"
    without: Any = NOT_ALLOWED  # what eve, who has no policy, may where the resource has none
    public_without: Any = NOT_ALLOWED

    @property
    def resource(self) -> str:
        return f"{self.owned}{self.below}"


def regional(service: str, name: str) -> str:
    return f"arn:aws:{service}:eu-west-1:{ID}:{name}"


CASES = (
    Asked("s3.bucket", "arn:aws:s3:::reports", "s3:GetObject", "/2026.csv"),
    Asked("secretsmanager.secret", regional("secretsmanager", "secret:db-AbCdEf"), "secretsmanager:GetSecretValue"),
    Asked("sqs.queue", regional("sqs", "jobs"), "sqs:SendMessage"),
    Asked("sns.topic", regional("sns", "news"), "sns:Publish"),
    Asked("events.bus", regional("events", "event-bus/team"), "events:PutEvents"),
    Asked("lambda.function", regional("lambda", "function:f"), "lambda:InvokeFunction"),
    Asked("lambda.function", regional("lambda", "function:f"), "lambda:InvokeFunction", ":live", ":live"),
    Asked("lambda.layer", regional("lambda", "layer:l"), "lambda:GetLayerVersion", ":3", ":3"),
    Asked("ecr.repository", regional("ecr", "repository/team/app"), "ecr:BatchGetImage"),
    Asked("dynamodb.table", regional("dynamodb", "table/t"), "dynamodb:Query", "/index/by-day"),
    Asked(
        "dynamodb.table",
        regional("dynamodb", "table/t"),
        "dynamodb:GetRecords",
        "/stream/2026",
        "/stream/2026",
        "stream_policy",
    ),
    Asked("backup.vault", regional("backup", "backup-vault:v"), "backup:CopyIntoBackupVault"),
    Asked(
        "efs.file_system",
        regional("elasticfilesystem", "file-system/fs-1"),
        "elasticfilesystem:ClientMount",
        without=UNKNOWN,  # if it comes through a mount target
        public_without=UNKNOWN,
    ),
)
every_kind = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}{case.below}")


@pytest.fixture
def us(alone: AwsAccount) -> AwsAccount:
    user(alone, "dana", allow("*"))
    user(alone, "eve")
    return alone


def ask(us: AwsAccount, who: str, case: Asked, **context: Any) -> Situation:
    return situation_of(us, who, case.action, case.resource, {key: (value,) for key, value in context.items()})


def said(us: AwsAccount, case: Asked) -> list[Decision]:
    """Of dana, eve, the partner by what is read, and anybody."""
    found = [ask(us, who, case) for who in (DANA, EVE, THEIRS, ANYBODY)]
    return [
        each.verdict_by_policies_read().decision if number == 2 else each.verdict().decision
        for number, each in enumerate(found)
    ]


def held(us: AwsAccount, case: Asked, principal: Any = None, **more: Any) -> Any:
    statement = trust(principal, case.action, **({} if case.kind.startswith("ecr") else {"Resource": "*"}), **more)
    texts = [document_text(statement)] if principal else []
    if case.kind == "s3.bucket":
        blocks(us)
    return hold(us, case.kind, case.owned, *texts, on=f"{case.owned}{case.on}", part=case.part)


@every_kind
def test_one_that_names_its_own_principals_is_private(us: AwsAccount, case: Asked) -> None:
    held(us, case, {"AWS": EVE})
    assert said(us, case) == [ALLOWED, ALLOWED, NOT_ALLOWED, NOT_ALLOWED]


@every_kind
def test_one_that_names_another_aws_account_lets_it_in(us: AwsAccount, case: Asked) -> None:
    held(us, case, {"AWS": OTHER})
    assert said(us, case) == [ALLOWED, NOT_ALLOWED, ALLOWED, NOT_ALLOWED]
    of_partner = ask(us, THEIRS, case)
    assert of_partner.verdict().decision is UNKNOWN
    assert LayerName.IDENTITY in of_partner.not_read


@every_kind
def test_one_that_names_everybody_is_public(us: AwsAccount, case: Asked) -> None:
    held(us, case, "*")
    assert said(us, case) == [ALLOWED] * 4


@every_kind
def test_one_without_a_policy_leaves_it_to_its_own_aws_account(us: AwsAccount, case: Asked) -> None:
    held(us, case)
    others = case.public_without
    assert said(us, case) == [ALLOWED, case.without, others, others]


@every_kind
def test_a_denial_stands_above_all(us: AwsAccount, case: Asked) -> None:
    statement = {**deny(case.action), "Principal": "*"}
    text = document_text(trust("*", case.action, Resource="*"), statement)
    held(us, case)
    hold(us, case.kind, f"{case.owned}2", text, on=f"{case.owned}2{case.on}", part=case.part)
    other = Asked(case.kind, f"{case.owned}2", case.action, case.below, case.on, case.part)
    assert said(us, other) == [DENIED] * 4


@every_kind
def test_who_can_says_the_same(us: AwsAccount, case: Asked) -> None:
    role(us, "job", trusts=arn("root"))
    held(us, case, {"AWS": arn("role/job")}, Condition={"StringEquals": {"aws:PrincipalAccount": ID}})
    found = who_can(index_of(us), case.action, case.resource, {}, ResourceSides(us))
    assert {each.arn: (each.decision, each.not_read) for each in found} == {
        DANA: (ALLOWED, []),
        arn("role/job"): (ALLOWED, []),
    }


def test_what_is_not_read_stays_unknown_and_says_why(us: AwsAccount) -> None:
    """Never read, switched off, not there, denied: each in its own words."""
    queue = next(case for case in CASES if case.kind == "sqs.queue")

    def why() -> str:
        found = ask(us, EVE, queue)
        assert found.verdict().decision is UNKNOWN
        return found.not_read[LayerName.RESOURCE]

    assert "SQS queues of Acme aren’t read in eu-west-1." in why()
    read(us, "sqs.queue", "eu-west-1")
    assert "AWS had no such SQS queue when they were read last." in why()
    row = hold(us, "sqs.queue", queue.owned)
    assert ask(us, EVE, queue).verdict().decision is NOT_ALLOWED
    unread(row, "policy")
    assert "AWS doesn’t let this console read it." in why()
    row.not_read = {}
    row.save()
    ResourceReading.objects.update(services={"sqs": ["eu-central-1"]})
    assert "aren’t read in eu-west-1" in why()


# ---- Buckets -----------------------------------------------------------------------------------------------------
BUCKET = CASES[0]


def bucket(us: AwsAccount, principal: Any, *, condition: Any = None, **facts: Any) -> Any:
    more = {"Condition": condition} if condition else {}
    text = document_text(trust(principal, "s3:*", Resource="*", **more))
    return hold(us, "s3.bucket", BUCKET.owned, text, facts={**ENFORCED, **facts})


@pytest.mark.parametrize("of_account", [True, False])
def test_block_public_access_cuts_off_all_others_where_a_policy_is_public(us: AwsAccount, of_account: bool) -> None:
    """By the bucket's setting or the AWS account's: other AWS accounts that it names, too."""
    blocks(us, RestrictPublicBuckets=of_account)
    bucket(us, "*", public_access_block=None if of_account else {"RestrictPublicBuckets": True})
    assert said(us, BUCKET) == [ALLOWED, ALLOWED, NOT_ALLOWED, NOT_ALLOWED]
    assert "Block Public Access" in ask(us, ANYBODY, BUCKET).notes[0]
    assert ask(us, "logging.s3.amazonaws.com", BUCKET).verdict().decision is ALLOWED


def test_block_public_access_leaves_in_whom_a_policy_names_for_good(us: AwsAccount) -> None:
    blocks(us, RestrictPublicBuckets=True)
    bucket(us, {"AWS": OTHER})
    assert said(us, BUCKET)[2] is ALLOWED


def test_a_setting_that_is_not_read_makes_a_public_policy_unknown(us: AwsAccount) -> None:
    bucket(us, "*")
    assert said(us, BUCKET) == [ALLOWED, ALLOWED, ALLOWED, UNKNOWN]
    assert "isn’t known" in ask(us, ANYBODY, BUCKET).unsure[0]


def test_access_control_lists_count_unless_the_owner_is_enforced(us: AwsAccount) -> None:
    blocks(us)
    grants = [{"grantee": "us", "permission": "FULL_CONTROL"}]
    row = bucket(us, {"AWS": EVE}, ownership="ObjectWriter", acl={"owner": "us", "grants": grants})
    assert ask(us, ANYBODY, BUCKET).verdict().decision is UNKNOWN  # objects have lists of their own
    listing = Asked("s3.bucket", BUCKET.owned, "s3:ListBucket")
    assert ask(us, ANYBODY, listing).verdict().decision is NOT_ALLOWED
    public = {"grantee": "http://acs.amazonaws.com/groups/global/AllUsers", "permission": "READ"}
    row.facts = {**row.facts, "acl": {"owner": "us", "grants": [*grants, public]}}
    row.save()
    assert ask(us, ANYBODY, listing).verdict().decision is UNKNOWN
    row.facts = {**row.facts, "public_access_block": {"IgnorePublicAcls": True}}
    row.save()
    assert ask(us, ANYBODY, listing).verdict().decision is NOT_ALLOWED
    unread(row, "acl")
    assert ask(us, ANYBODY, listing).verdict().decision is UNKNOWN
    assert ask(us, DANA, listing).verdict().decision is ALLOWED


def test_a_bucket_belongs_to_whose_mirror_has_it(us: AwsAccount) -> None:
    """Its ARN doesn't say; nothing is told of an AWS account that one may not see."""
    other = AwsAccount.objects.create(account_id=OTHER, name="Other", emulated=True)
    blocks(other)
    blocks(us)
    hold(other, "s3.bucket", BUCKET.owned, facts=ENFORCED)
    assert ask(us, DANA, BUCKET).verdict().decision is UNKNOWN
    seen = situation_of(us, DANA, BUCKET.action, BUCKET.resource, {}, may_see=lambda account: account == OTHER)
    assert (seen.request.resource_account, seen.verdict_by_policies_read().decision) == (OTHER, NOT_ALLOWED)


# ---- Keys --------------------------------------------------------------------------------------------------------
KEY = Asked("kms.key", regional("kms", "key/k"), "kms:Decrypt")


def key(us: AwsAccount, *statements: Any, grants: Any = ()) -> Any:
    return hold(us, "kms.key", KEY.owned, document_text(*statements), facts={"grants": list(grants)})


def test_a_key_listens_to_iam_only_if_its_policy_says_so(us: AwsAccount) -> None:
    row = key(us, trust({"AWS": EVE}, "kms:*", Resource="*"))
    assert said(us, KEY) == [NOT_ALLOWED, ALLOWED, NOT_ALLOWED, NOT_ALLOWED]
    row.delete()
    key(us, trust({"AWS": arn("root")}, "kms:*", Resource="*"), trust({"AWS": OTHER}, "kms:Decrypt", Resource="*"))
    assert said(us, KEY) == [ALLOWED, NOT_ALLOWED, ALLOWED, NOT_ALLOWED]


def test_everybody_in_a_key_policy_is_everybody(us: AwsAccount) -> None:
    key(us, trust("*", "kms:Decrypt", Resource="*"))
    assert said(us, KEY) == [ALLOWED] * 4


def test_grants_allow_besides(us: AwsAccount) -> None:
    grant = {
        "id": "abc",
        "to": EVE,
        "operations": ["Decrypt", "DescribeKey"],
        "constraints": {"EncryptionContextSubset": {"app": "shop"}},
    }
    row = key(us, trust({"AWS": arn("root")}, "kms:*", Resource="*"), grants=[grant])
    assert ask(us, EVE, KEY).verdict().decision is UNKNOWN
    assert ask(us, EVE, KEY, **{"kms:encryptioncontext:app": "shop"}).verdict().decision is ALLOWED
    assert ask(us, EVE, KEY, **{"kms:encryptioncontext:app": "other"}).verdict().decision is NOT_ALLOWED
    described = Asked("kms.key", KEY.owned, "kms:DescribeKey")
    verdict = ask(us, EVE, described).verdict()
    assert (verdict.decision, "Grantabcb" in [reason.named for reason in verdict.reasons]) == (ALLOWED, True)
    unread(row, "grants")
    assert ask(us, EVE, described).verdict().decision is UNKNOWN
    assert ask(us, DANA, described).verdict().decision is ALLOWED


# ---- What is peculiar --------------------------------------------------------------------------------------------
def test_the_policy_that_aws_gives_a_topic_lets_in_nobody_else(us: AwsAccount) -> None:
    topic = next(case for case in CASES if case.kind == "sns.topic")
    held(us, topic, {"AWS": "*"}, Condition={"StringEquals": {"AWS:SourceOwner": ID}})
    assert said(us, topic) == [ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED]


def test_versions_of_functions_and_old_streams_are_not_read(us: AwsAccount) -> None:
    function = regional("lambda", "function:f")
    hold(us, "lambda.function", function)
    version = Asked("lambda.function", function, "lambda:InvokeFunction", ":7")
    assert "no alias names" in ask(us, EVE, version).not_read[LayerName.RESOURCE]
    table = regional("dynamodb", "table/t")
    newest = document_text(trust("*", "*", Resource="*"))
    hold(us, "dynamodb.table", table, newest, on=f"{table}/stream/2026", part="stream_policy")
    old = Asked("dynamodb.table", table, "dynamodb:GetRecords", "/stream/2020")
    assert "no longer the table’s newest" in ask(us, EVE, old).not_read[LayerName.RESOURCE]


def test_the_url_of_a_function_tells_how_its_callers_sign_themselves(us: AwsAccount) -> None:
    function = regional("lambda", "function:f")
    none = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    text = document_text(trust("*", "lambda:InvokeFunctionUrl", Resource="*", Condition=none))
    row = hold(us, "lambda.function", function, text, facts={"urls": [{"arn": function, "url": "u", "auth": "NONE"}]})
    url = Asked("lambda.function", function, "lambda:InvokeFunctionUrl")
    assert ask(us, ANYBODY, url).verdict().decision is ALLOWED
    row.facts = {"urls": [{"arn": function, "url": "u", "auth": "AWS_IAM"}]}
    row.save()
    assert ask(us, ANYBODY, url).verdict().decision is NOT_ALLOWED


def test_the_registry_decides_of_what_it_makes(us: AwsAccount) -> None:
    repository = regional("ecr", "repository/app")
    hold(us, "ecr.repository", repository)
    made = Asked("ecr.repository", repository, "ecr:ReplicateImage")
    assert "registry" in ask(us, THEIRS, made).not_read[LayerName.RESOURCE]
    text = document_text(trust({"AWS": OTHER}, "ecr:ReplicateImage", Resource="*"))
    hold(us, "ecr.registry", f"ecr:eu-west-1:{ID}:registry", text, region="eu-west-1")
    assert ask(us, THEIRS, made).verdict_by_policies_read().decision is ALLOWED
    assert said(us, Asked("ecr.repository", repository, "ecr:BatchGetImage"))[2] is NOT_ALLOWED


@pytest.mark.parametrize("principal", [EVE, OTHER, "*"])
def test_of_an_api_its_methods_decide_too(us: AwsAccount, principal: str) -> None:
    api = Asked("apigateway.rest_api", regional("execute-api", "a1"), "execute-api:Invoke", "/live/GET/x")
    hold(us, "apigateway.rest_api", api.owned, document_text(trust({"AWS": principal}, api.action, Resource="*")))
    assert {ask(us, who, api).verdict().decision for who in (DANA, EVE, THEIRS, ANYBODY)} == {UNKNOWN}
    refusing = document_text({**deny(api.action), "Principal": "*"})
    hold(us, "apigateway.rest_api", f"{api.owned}2", refusing)
    closed = Asked("apigateway.rest_api", f"{api.owned}2", api.action, api.below)
    assert ask(us, DANA, closed).verdict().decision is DENIED


def test_an_access_point_has_to_be_passed_and_its_bucket(us: AwsAccount) -> None:
    point = Asked("s3.access_point", regional("s3", "accesspoint/p"), "s3:GetObject", "/object/a")
    hold(us, "s3.access_point", point.owned, document_text(trust({"AWS": OTHER}, "s3:*", Resource="*")))
    assert [ask(us, who, point).verdict().decision for who in (DANA, EVE, THEIRS, ANYBODY)] == [
        UNKNOWN,
        NOT_ALLOWED,
        UNKNOWN,
        NOT_ALLOWED,
    ]


def test_a_pattern_within_one_resource_is_decided_by_its_policy(us: AwsAccount) -> None:
    """And one over several by those of each."""
    blocks(us)
    only = document_text(trust({"AWS": EVE}, "s3:GetObject", Resource=f"{BUCKET.owned}/open/*"))
    hold(us, "s3.bucket", BUCKET.owned, only)
    index = index_of(us)
    found = who_can(index, "s3:Get*", f"{BUCKET.owned}/*", {}, ResourceSides(us))
    by_arn = {each.arn: each for each in found}
    assert by_arn.keys() == {DANA, EVE}
    assert (by_arn[EVE].decision, by_arn[EVE].not_read) == (ALLOWED, [])
    assert by_arn[EVE].example[1].startswith(f"{BUCKET.owned}/open/")
    assert [each.arn for each in who_can(index, "s3:Get*", f"{BUCKET.owned}/shut/*", {}, ResourceSides(us))] == [DANA]
    wide = who_can(index, "s3:GetObject", "arn:aws:s3:::*", {}, ResourceSides(us))
    assert {each.arn: (each.decision, each.not_read) for each in wide} == {DANA: (ALLOWED, []), EVE: (ALLOWED, [])}
    mixed = situation_of(us, EVE, "s3:GetObject", f"{BUCKET.owned}/*", {})
    assert set(mixed.differs) == {ALLOWED, NOT_ALLOWED}
