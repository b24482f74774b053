"""Findings about exposed resources: of each kind private, open to another AWS account, public, and without a policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.exposure.finding_source import ExposureSource
from access.exposure.rules import CONFUSED_DEPUTY, OTHER_ACCOUNT, PERHAPS_PUBLIC, PUBLIC
from accounts.models import AwsAccount, Operator
from findings import refresh
from findings.models import Finding
from resources.models import Resource, ResourcePolicy
from resources.reading import change_reading
from tests.access.guarding import rail
from tests.access.mirrored import ID, OTHER, arn
from tests.access.test_resource_verdicts import Asked, every_kind, held, regional
from tests.services.pages import text_of
from tests.services.resource_rows import ENFORCED, blocks, hold, unread
from tests.services.rows import make_document
from tests.services.statements import deny, document_text, trust

pytestmark = pytest.mark.django_db
Exposure = Resource.Exposure
QUEUE = regional("sqs", "jobs")
BUCKET = "arn:aws:s3:::reports"
ORGANIZATION = "o-abcdefghij"


def look(aws_account: AwsAccount) -> list[tuple[str, str, str]]:
    """Rule, severity and sentence of all that are there."""
    assert refresh.refresh(aws_account, sources=[ExposureSource()])
    rows = Finding.objects.there().order_by("rule", "sentence")
    return [(row.rule, row.severity, row.sentence) for row in rows]


def state_of(row: Any) -> str:
    row.refresh_from_db()
    return str(row.exposure)


def queue(us: AwsAccount, *statements: Any) -> Any:
    return hold(us, "sqs.queue", QUEUE, *([document_text(*statements)] if statements else []))


def opened(principal: Any, action: Any = "sqs:SendMessage", **condition: Any) -> Any:
    return trust(principal, action, Resource="*", **({"Condition": condition} if condition else {}))


# ---- Each kind ---------------------------------------------------------------------------------------------------
@every_kind
def test_one_that_names_its_own_principals_is_closed(alone: AwsAccount, case: Asked) -> None:
    row = held(alone, case, {"AWS": [arn("user/eve"), ID]})
    assert look(alone) == []
    assert state_of(row) == Exposure.CLOSED


@every_kind
def test_one_that_names_another_aws_account(alone: AwsAccount, case: Asked) -> None:
    row = held(alone, case, {"AWS": OTHER})
    ((rule, severity, sentence),) = look(alone)
    assert (rule, severity) == (OTHER_ACCOUNT, "medium")
    assert sentence.startswith(f"AWS account {OTHER} may ")
    assert state_of(row) == Exposure.ACCOUNTS


@every_kind
def test_one_that_names_everybody_is_public(alone: AwsAccount, case: Asked) -> None:
    row = held(alone, case, "*")
    ((rule, _, sentence),) = look(alone)
    assert rule == PUBLIC
    assert sentence.startswith("Everybody may ")
    assert state_of(row) == Exposure.PUBLIC
    (statement,) = Finding.objects.get().evidence["statements"]
    assert statement["written"]["Action"] == case.action


@every_kind
def test_one_without_a_policy_is_no_finding(alone: AwsAccount, case: Asked) -> None:
    row = held(alone, case)
    assert look(alone) == []
    assert state_of(row) == (Exposure.PERHAPS if case.kind == "efs.file_system" else Exposure.CLOSED)


def test_a_key(alone: AwsAccount) -> None:
    own = trust({"AWS": arn("root")}, "kms:*", Resource="*")
    key = regional("kms", "key/k")
    private = hold(alone, "kms.key", f"{key}1", document_text(own))
    shared = hold(alone, "kms.key", f"{key}2", document_text(own, opened({"AWS": OTHER}, "kms:Decrypt")))
    public = hold(alone, "kms.key", f"{key}3", document_text(own, opened("*", "kms:Decrypt")))
    by_grant = hold(
        alone,
        "kms.key",
        f"{key}4",
        document_text(own),
        facts={"grants": [{"id": "g" * 20, "to": arn("role/x", account=OTHER), "operations": ["Decrypt"]}]},
    )
    found = look(alone)
    assert [(rule, severity) for rule, severity, _ in found] == [
        (OTHER_ACCOUNT, "medium"),
        (OTHER_ACCOUNT, "medium"),
        (PUBLIC, "critical"),
    ]
    states = [state_of(row) for row in (private, shared, public, by_grant)]
    assert states == [Exposure.CLOSED, Exposure.ACCOUNTS, Exposure.PUBLIC, Exposure.ACCOUNTS]


def test_what_no_list_of_cases_has(alone: AwsAccount) -> None:
    """An API, whose methods decide too; an access point, which its bucket does; a registry; policies of log groups."""
    api = hold(
        alone,
        "apigateway.rest_api",
        regional("execute-api", "a1"),
        document_text(opened("*", "execute-api:Invoke")),
    )
    point = hold(
        alone,
        "s3.access_point",
        regional("s3", "accesspoint/p"),
        document_text(opened({"AWS": OTHER}, "s3:GetObject")),
        facts={"network": "Internet", "public_access_block": None},
    )
    registry = hold(
        alone,
        "ecr.registry",
        f"ecr:eu-west-1:{ID}:registry",
        document_text(opened({"AWS": f"arn:aws:iam::{OTHER}:root"}, "ecr:ReplicateImage")),
        region="eu-west-1",
    )
    logs = hold(
        alone,
        "logs.resource_policy",
        f"logs:eu-west-1:{ID}:resource-policy:p",
        document_text(opened({"Service": "es.amazonaws.com"}, "logs:PutLogEvents")),
        region="eu-west-1",
    )
    found = look(alone)
    assert [(rule, severity) for rule, severity, _ in found] == [
        (CONFUSED_DEPUTY, "low"),
        (OTHER_ACCOUNT, "medium"),
        (OTHER_ACCOUNT, "medium"),
        (PERHAPS_PUBLIC, "medium"),
    ]
    assert "The methods of the API say, too" in found[3][2]
    states = [state_of(row) for row in (api, point, registry, logs)]
    assert states == [Exposure.PERHAPS, Exposure.ACCOUNTS, Exposure.ACCOUNTS, Exposure.UNKNOWN]


def test_what_lets_in_nobody_is_not_looked_at(alone: AwsAccount) -> None:
    endpoint = hold(alone, "ec2.vpc_endpoint", regional("ec2", "vpc-endpoint/v"), document_text(opened("*", "*")))
    assert look(alone) == []
    assert state_of(endpoint) == Exposure.NOT_LOOKED_AT


# ---- Public ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "rule", "severity"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, OTHER_ACCOUNT, "medium"),
        ({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, PUBLIC, "critical"),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, OTHER_ACCOUNT, "medium"),
        ({"StringEquals": {"aws:PrincipalAccount": ID}}, "", ""),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}, PUBLIC, "critical"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ID}:role/*"}}, "", ""),
        ({"StringLike": {"aws:userid": "*:ci"}}, PUBLIC, "critical"),
        ({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}, "", ""),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, PUBLIC, "critical"),
        ({"StringEquals": {"aws:Referer": "secret"}}, PUBLIC, "critical"),
        ({"Bool": {"aws:SecureTransport": "true"}}, PUBLIC, "critical"),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, PUBLIC, "critical"),
        ({"IpAddress": {"aws:SourceIp": "::/0"}}, PUBLIC, "critical"),
        ({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, PUBLIC, "critical"),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, PERHAPS_PUBLIC, "low"),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, PERHAPS_PUBLIC, "low"),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, PERHAPS_PUBLIC, "medium"),
        ({"ArnEquals": {"aws:SourceArn": arn("topic", "sns")}}, "", ""),
    ],
)
def test_a_condition_on_everybody(alone: AwsAccount, condition: Any, rule: str, severity: str) -> None:
    queue(alone, opened("*", **condition))
    assert [(found[0], found[1]) for found in look(alone)] == ([(rule, severity)] if rule else [])


def test_a_denial_counts(alone: AwsAccount) -> None:
    but_ours = {"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    queue(alone, opened("*"), {**deny("sqs:*", Condition=but_ours), "Principal": "*"})
    ((rule, _, sentence),) = look(alone)
    assert (rule, f"the organization {ORGANIZATION}" in sentence) == (OTHER_ACCOUNT, True)


def test_every_action_counts_and_not_an_example(alone: AwsAccount) -> None:
    row = queue(alone, opened("*", "sqs:PurgeQueue"))
    assert "Everybody may write the SQS queue jobs." in look(alone)[0][2]
    assert Finding.objects.get().evidence["actions"] == ["sqs:PurgeQueue"]
    ResourcePolicy.objects.filter(resource=row).update(
        document=make_document(document_text(opened("*", "sqs:GetQueueUrl")))
    )
    ((rule, severity, sentence),) = look(alone)
    assert (rule, severity, sentence) == (PUBLIC, "high", "Everybody may read the SQS queue jobs.")


def test_a_bucket_that_block_public_access_closes_is_none(alone: AwsAccount) -> None:
    text = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*"))
    row = hold(alone, "s3.bucket", BUCKET, text, facts=ENFORCED)
    ((rule, severity, sentence),) = look(alone)  # of the AWS account it isn't read whether it is on
    assert (rule, severity) == (PERHAPS_PUBLIC, "medium")
    assert "isn’t known" in sentence
    setting = blocks(alone)
    assert [each[0] for each in look(alone)] == [PUBLIC]
    setting.facts = {"public_access_block": {"RestrictPublicBuckets": True}}
    setting.save()
    assert look(alone) == []
    assert state_of(row) == Exposure.CLOSED
    assert {each.state for each in Finding.objects.all()} == {"mended"}


def test_an_access_control_list(alone: AwsAccount) -> None:
    blocks(alone)
    grants = [
        {"grantee": "us", "permission": "FULL_CONTROL"},
        {"grantee": "http://acs.amazonaws.com/groups/global/AllUsers", "permission": "READ"},
        {"grantee": "0123456789abcdef", "permission": "WRITE_ACP"},
    ]
    facts = {**ENFORCED, "ownership": "ObjectWriter", "acl": {"owner": "us", "grants": grants}}
    row = hold(alone, "s3.bucket", BUCKET, facts=facts)
    found = look(alone)
    assert [each[:2] for each in found] == [(OTHER_ACCOUNT, "high"), (PUBLIC, "high")]
    assert found[1][2] == "Everybody may list the S3 bucket reports."
    row.facts = {**facts, "public_access_block": {"IgnorePublicAcls": True}}
    row.save()
    assert [each[0] for each in look(alone)] == [OTHER_ACCOUNT]
    row.facts = {**facts, "acl": {"owner": "us", "grants": grants[:1]}}
    row.save()
    assert look(alone) == []
    assert state_of(row) == Exposure.UNKNOWN  # lists of its objects count, and aren't read


def test_a_function_with_a_url(alone: AwsAccount) -> None:
    function = regional("lambda", "function:f")
    none = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    text = document_text(trust("*", "lambda:InvokeFunctionUrl", Resource="*", Condition=none))
    row = hold(alone, "lambda.function", function, text, facts={"urls": []})
    assert look(alone) == []
    row.facts = {"urls": [{"arn": function, "url": "https://x", "auth": "NONE"}]}
    row.save()
    assert [each[0] for each in look(alone)] == [PUBLIC]


# ---- Other AWS accounts ------------------------------------------------------------------------------------------
def test_one_whom_everybody_includes_is_told_once(alone: AwsAccount) -> None:
    queue(alone, opened("*"), opened({"AWS": OTHER}, ["sqs:SendMessage", "sqs:AddPermission"]))
    assert [each[:2] for each in look(alone)] == [(OTHER_ACCOUNT, "high"), (PUBLIC, "critical")]
    assert Finding.objects.get(rule=OTHER_ACCOUNT).evidence["actions"] == ["sqs:AddPermission"]


def test_somebody_who_is_gone_gets_nowhere(alone: AwsAccount) -> None:
    queue(alone, opened({"AWS": "AROAEXAMPLEEXAMPLE"}))
    assert look(alone) == []


# ---- Services ----------------------------------------------------------------------------------------------------
SNS = {"Service": "sns.amazonaws.com"}


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ({}, "medium"),
        ({"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{ID}:news"}}, ""),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:news"}}, "medium"),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::one-bucket"}}, ""),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, "medium"),
        ({"StringEquals": {"aws:SourceAccount": ID}}, ""),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ID}}, ""),
        ({"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}, ""),
        ({"StringEquals": {"aws:SecureTransport": "true"}}, "medium"),
        ({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-1:{ID}:*"}}, ""),
        ({"StringEquals": {"aws:ResourceTag/a": "b"}}, "low"),
    ],
)
def test_on_whose_behalf_a_service_comes(alone: AwsAccount, condition: Any, severity: str) -> None:
    row = queue(alone, opened(SNS, **condition))
    assert [each[:2] for each in look(alone)] == ([(CONFUSED_DEPUTY, severity)] if severity else [])
    assert state_of(row) == Exposure.CLOSED


def test_a_denial_of_services_of_others_closes_it(alone: AwsAccount) -> None:
    others = {"StringNotEqualsIfExists": {"aws:SourceAccount": ID}, "Bool": {"aws:PrincipalIsAWSService": "true"}}
    queue(alone, opened(SNS), {**deny("sqs:*", Condition=others), "Principal": "*"})
    assert look(alone) == []


# ---- What isn't read ---------------------------------------------------------------------------------------------
def test_what_is_not_read_any_more_is_unknown_and_not_mended(alone: AwsAccount) -> None:
    row = queue(alone, opened("*"))
    look(alone)
    unread(row, "policy")
    assert [each[0] for each in look(alone)] == [PUBLIC]
    assert state_of(row) == Exposure.UNKNOWN
    row.not_read = {}
    row.save()
    ResourcePolicy.objects.filter(resource=row).delete()
    assert look(alone) == []
    assert state_of(row) == Exposure.CLOSED


def test_it_is_looked_at_only_where_something_changed(
    alone: AwsAccount, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    queue(alone, opened("*"))
    look(alone)
    monkeypatch.setattr(ExposureSource, "look", lambda *args: pytest.fail("It was looked at again."))
    with django_assert_max_num_queries(24):
        assert len(look(alone)) == 1


def test_queries_do_not_grow_with_the_resources(alone: AwsAccount, django_assert_max_num_queries: Any) -> None:
    blocks(alone)
    for number in range(12):
        text = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}{number}/*"))
        hold(alone, "s3.bucket", f"{BUCKET}{number}", text, facts=ENFORCED)
    source = ExposureSource()
    scopes = source.scopes(alone)
    with django_assert_max_num_queries(24):
        assert sum(map(len, source.look(alone, scopes).values())) == 12


# ---- Who is known ------------------------------------------------------------------------------------------------
def test_aws_accounts_of_a_guard_rail_are_known(alone: AwsAccount, alice: Operator) -> None:
    queue(alone, opened({"AWS": [OTHER, "333333333333"]}, "sqs:AddPermission"))
    assert [each[1] for each in look(alone)] == ["high", "high"]
    rail(alone, alice, "known_accounts", accounts=OTHER)
    assert {each[2][:24]: each[1] for each in look(alone)} == {
        f"AWS account {OTHER}": "low",
        "AWS account 333333333333": "high",
    }


# ---- Pages -------------------------------------------------------------------------------------------------------
def words(client: Client, name: str, query: str = "", **kwargs: str) -> str:
    answer = client.get(reverse(name, kwargs={"account_id": ID, **kwargs}) + query)
    assert answer.status_code == 200
    return " ".join(text_of(answer.content.decode()).split())


def test_the_pages_that_show_it(alone: AwsAccount, bobs: Client, alice: Operator, client_of: Any) -> None:
    row = queue(alone, opened("*"), opened({"AWS": OTHER}, "sqs:AddPermission"))
    unknown = hold(alone, "sqs.queue", f"{QUEUE}2")
    unread(unknown, "policy")
    hold(alone, "sqs.queue", f"{QUEUE}3")
    look(alone)
    listed = words(bobs, "resources")
    assert "Open to" in listed
    assert "jobs3" not in words(bobs, "resources", "?open=public")
    assert "jobs3" in words(bobs, "resources", "?open=closed")
    overview = words(bobs, "overview")
    assert "1 resource is public jobs." in overview
    assert "1 resource lets in another AWS account jobs." in overview
    assert "Of 1 resource it is unknown whether everybody gets in" in overview
    page = words(bobs, "resource", aws_id=row.aws_id)
    assert "Open to everybody" in page
    tab = words(bobs, "resource_reach", aws_id=row.aws_id)
    assert "Everybody may write the SQS queue jobs." in tab
    assert "policy of the queue jobs, number 1" in tab
    assert "Mute…" not in tab
    assert "Mute…" in words(client_of(alice), "resource_reach", aws_id=row.aws_id)
    of_all = " ".join(text_of(bobs.get(f"/all/findings/?rule={PUBLIC}").content.decode()).split())
    assert "Everybody may write the SQS queue jobs." in of_all


def test_a_kind_that_is_asked_nothing_says_who_gets_in(alone: AwsAccount, bobs: Client) -> None:
    layer = regional("lambda", "layer:l")
    row = hold(alone, "lambda.layer", layer, document_text(opened("*", "lambda:GetLayerVersion")), on=f"{layer}:1")
    look(alone)
    tab = words(bobs, "resource_reach", aws_id=row.aws_id)
    assert "Public Without signing in: read." in tab
    assert "Who gets to it" not in tab


def test_what_is_switched_off_is_unknown_at_once(alone: AwsAccount) -> None:
    row = queue(alone, opened("*"))
    look(alone)
    change_reading(aws_account=alone, services={"s3": [""]}, calls_an_hour=3600, actor=None, actor_name="test")
    assert state_of(row) == Exposure.UNKNOWN
