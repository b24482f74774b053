"""Changing the policy of a resource from its page: the forms, what is refused before it is sent, conflicts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.exposure.fixes import fix_of
from accounts.models import AwsAccount, Operator
from findings.models import Finding
from resources.models import Resource
from resources.operations.policies import put_policy
from sync.changes import PlanError
from sync.models import Change
from sync.operations import StepSpec
from tests.resources.arranging import OPEN_TO_ALL, action_url, shown
from tests.resources.kind_cases import ACCOUNT, OTHER
from tests.resources.operation_cases import WRITTEN, made_and_pulled
from tests.services.changing import carry_out, propose
from tests.services.resource_rows import blocks, hold, unread
from tests.services.rows import make_role
from tests.services.statements import deny, document_text, trust
from tests.services.world import World

pytestmark = pytest.mark.django_db
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
BUCKET = "arn:aws:s3:::acme-share"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"
PARTNER = document_text(trust({"AWS": OTHER}, "sqs:SendMessage", Resource=QUEUE, Sid="Partner"))


def refused(us: AwsAccount, erin: Operator, row: Resource, document: str) -> str:
    with pytest.raises(PlanError) as error:
        propose(us, erin, [put_policy(row, document)])
    return str(error.value)


# ---- Forms ---------------------------------------------------------------------------------------------------
def test_the_editor_begins_with_what_stands_there(aws_account: AwsAccount, erins: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE, OPEN_TO_ALL)
    page = erins.get(reverse("resource", kwargs={"account_id": ACCOUNT, "aws_id": row.aws_id}))
    assert action_url(row, "edit-policy") in page.content.decode()
    answer = erins.get(action_url(row, "edit-policy"))
    found = shown(answer)
    assert "Edit the policy of jobs" in found
    assert "sqs:SendMessage" in found
    assert "of 8,192 bytes" in found


def test_it_becomes_a_plan_and_a_newer_policy_is_shown_first(aws_account: AwsAccount, erins: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE, OPEN_TO_ALL)
    url = action_url(row, "edit-policy")
    form = erins.get(url).context["form"]
    typed = {"document": PARTNER, "base": form.initial["base"], "title": "", "reason": ""}
    stale = erins.post(url, {**typed, "base": "something else"})
    assert "The document was changed while you were editing" in shown(stale)
    answer = erins.post(url, typed)
    assert answer.status_code == 302, shown(answer)
    step = Change.objects.get().steps.get()
    assert step.kind == "sqs.queue.policy.put"
    assert json.loads(step.params["document"]) == json.loads(PARTNER)


def test_no_policy_begins_with_a_statement_to_fill_in(aws_account: AwsAccount, erins: Client) -> None:
    repository = hold(aws_account, "ecr.repository", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/web")
    found = erins.get(action_url(repository, "edit-policy"))
    assert found.context["form"].initial["document"].count("Resource") == 0
    answer = erins.post(
        action_url(repository, "edit-policy"),
        {"document": document_text({"Sid": "A", "Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "ecr:*"})},
    )
    assert answer.status_code == 302, shown(answer)


def test_deleting_shows_the_policy_and_asks_again_when_it_moved(aws_account: AwsAccount, erins: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE, OPEN_TO_ALL)
    url = action_url(row, "delete-policy")
    page = erins.get(url)
    assert "sqs:SendMessage" in shown(page)
    assert "changed since you opened" in shown(erins.post(url, {"base": "older"}))
    assert erins.post(url, {"base": page.context["form"].initial["base"]}).status_code == 302
    assert Change.objects.get().steps.get().kind == "sqs.queue.policy.delete"


def test_block_public_access_is_set_by_ticks(aws_account: AwsAccount, erins: Client) -> None:
    row = hold(aws_account, "s3.bucket", BUCKET)
    url = action_url(row, "block-public-access")
    assert "so already" in shown(erins.post(url, {"title": ""}))
    assert erins.post(url, {"block_policy": "on", "restrict": "on"}).status_code == 302
    assert Change.objects.get().steps.get().params["settings"] == ["BlockPublicPolicy", "RestrictPublicBuckets"]


def test_a_reader_stages_nothing(aws_account: AwsAccount, bobs: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE, OPEN_TO_ALL)
    assert bobs.post(action_url(row, "edit-policy"), {"document": PARTNER}).status_code == 403
    check = reverse("resource_policy_check", kwargs={"account_id": ACCOUNT})
    assert bobs.post(f"{check}?of=resource_policy&id={row.aws_id}", {"document": PARTNER}).status_code == 403
    page = bobs.get(reverse("resource", kwargs={"account_id": ACCOUNT, "aws_id": row.aws_id}))
    assert "edit-policy" not in page.content.decode()


def test_kinds_that_are_only_read_have_no_such_button(aws_account: AwsAccount, erins: Client) -> None:
    table = hold(aws_account, "dynamodb.table", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders")
    assert erins.get(action_url(table, "edit-policy")).status_code == 404


def test_while_typing_a_repository_needs_no_resource(aws_account: AwsAccount, erins: Client) -> None:
    repository = hold(aws_account, "ecr.repository", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web")
    queue = hold(aws_account, "sqs.queue", QUEUE)
    text = document_text({"Sid": "A", "Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "ecr:BatchGetImage"})
    check = reverse("resource_policy_check", kwargs={"account_id": ACCOUNT})
    found = [
        shown(erins.post(f"{check}?of=resource_policy&id={row.aws_id}", {"document": text}))
        for row in (repository, queue)
    ]
    assert ["Resource (or NotResource) is missing" in each for each in found] == [False, True]


# ---- What is refused before it is sent -----------------------------------------------------------------------
def test_what_is_not_read_is_not_written(aws_account: AwsAccount, erin: Operator, erins: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE)
    unread(row, "policy")
    assert "isn’t read, so no plan can say what it changes" in refused(aws_account, erin, row, PARTNER)
    assert "not read, so nobody knows what stands there" in shown(erins.get(action_url(row, "edit-policy")))


def test_a_kind_that_is_switched_off_is_not_written(aws_account: AwsAccount, erin: Operator) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE)
    row.aws_account.resource_reading.services = {}
    row.aws_account.resource_reading.save()
    assert "SQS queues are no longer read in eu-west-1" in refused(aws_account, erin, row, PARTNER)


@pytest.mark.parametrize(
    ("kind", "arn", "document", "says"),
    [
        ("sqs.queue", QUEUE, document_text(trust({"AWS": OTHER}, "sqs:*", Resource="x" * 9_000)), "AWS takes 8,192"),
        (
            "sqs.queue",
            QUEUE,
            document_text(*(trust({"AWS": OTHER}, "sqs:*", Resource="*", Sid=f"S{n}") for n in range(21))),
            "21 statements",
        ),
        (
            "s3.bucket",
            BUCKET,
            document_text(trust({"AWS": OTHER}, "s3:GetObject", Resource="arn:aws:s3:::acme-other/*", Sid="X")),
            "isn’t the S3 bucket acme-share: AWS refuses that",
        ),
        (
            "sqs.queue",
            QUEUE,
            document_text(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}, "sqs:*", Resource="*")),
            "The mirror has no arn:aws:iam::123456789012:role/nobody",
        ),
        (
            "sqs.queue",
            QUEUE,
            document_text(trust({"AWS": "AROAEXAMPLEEXAMPLEAAA"}, "sqs:*", Resource="*")),
            "somebody who was deleted",
        ),
        (
            "secretsmanager.secret",
            SECRET,
            document_text(trust("*", "secretsmanager:GetSecretValue", Resource="*", Sid="Open")),
            "Statement Open lets in everybody",
        ),
        (
            "kms.key",
            KEY,
            document_text(trust({"AWS": OTHER}, "kms:Decrypt", Resource="*")),
            "could change this key policy again",
        ),
        ("kms.key", KEY, document_text(trust({"AWS": OTHER}, "kms:*", Resource="*", Sid="Ω")), "up to ÿ"),
    ],
)
def test_what_aws_would_refuse(
    aws_account: AwsAccount, erin: Operator, kind: str, arn: str, document: str, says: str
) -> None:
    row = hold(aws_account, kind, arn, OPEN_TO_ALL)
    document = json.dumps(json.loads(document), ensure_ascii=False)
    assert says in refused(aws_account, erin, row, document)


def test_block_public_policy_of_the_bucket_or_of_the_account(aws_account: AwsAccount, erin: Operator) -> None:
    public = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*", Sid="Open"))
    own = {"public_access_block": {"BlockPublicPolicy": True}, "ownership": "BucketOwnerEnforced", "acl": None}
    row = hold(aws_account, "s3.bucket", BUCKET, facts=own)
    blocks(aws_account)
    assert "Block Public Access of acme-share refuses public policies" in refused(aws_account, erin, row, public)
    row.facts = {**own, "public_access_block": {}}
    row.save()
    account = Resource.objects.get(kind="s3.account")
    account.facts = {"public_access_block": {"BlockPublicPolicy": True}}
    account.save()
    assert "Block Public Access of the AWS account refuses" in refused(aws_account, erin, row, public)


def test_a_policy_is_public_only_after_the_step_that_turns_the_block_off(
    aws_account: AwsAccount, erin: Operator
) -> None:
    public = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*", Sid="Open"))
    facts = {"public_access_block": {"BlockPublicPolicy": True}, "ownership": "BucketOwnerEnforced", "acl": None}
    row = hold(aws_account, "s3.bucket", BUCKET, facts=facts)
    blocks(aws_account)
    off = StepSpec("s3.bucket.public_access_block.put", {**_about(row), "settings": []})
    change = propose(aws_account, erin, [off, put_policy(row, public)])
    assert "TURNS_OFF_PUBLIC_ACCESS_BLOCK" in [each["code"] for each in change.findings]


def _about(row: Resource) -> dict[str, str]:
    return {name: value for name, value in put_policy(row, "{}").params.items() if name != "document"}


# ---- Keys: nobody locks themselves out -----------------------------------------------------------------------
ROOT = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*", Resource="*", Sid="Root")
WRITER = f"arn:aws:iam::{ACCOUNT}:role/console-write"
NAMED = trust({"AWS": WRITER}, "kms:PutKeyPolicy", Resource="*", Sid="Writer")
DENIED = deny("kms:Put*", Principal={"AWS": WRITER})
SOME_TIME = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([ROOT], ""),
        ([ROOT, NAMED], ""),
        ([NAMED], "Nobody who surely stays could change this key policy again"),
        ([trust({"AWS": OTHER}, "kms:*", Resource="*")], "its role to write isn’t allowed it"),
        ([ROOT, DENIED], "its role to write is denied it"),
        ([{**ROOT, "Condition": SOME_TIME}], "may it only under a condition (aws:sourceip)"),
    ],
)
def test_a_key_policy_keeps_somebody_who_may_change_it(
    aws_account: AwsAccount, erin: Operator, statements: list[Any], says: str
) -> None:
    AwsAccount.objects.update(write_role_arn=WRITER)
    aws_account.refresh_from_db()
    make_role(aws_account, "console-write", arn=WRITER)
    row = hold(aws_account, "kms.key", KEY, document_text(trust({"AWS": OTHER}, "kms:Decrypt", Resource="*")))
    document = document_text(*statements)
    if says:
        assert says in refused(aws_account, erin, row, document)
    else:
        propose(aws_account, erin, [put_policy(row, document)])


def test_a_finding_s_button_takes_its_statement_out(aws_account: AwsAccount, erins: Client) -> None:
    opens, stays = (
        trust(who, "sqs:SendMessage", Resource=QUEUE, Sid=sid) for who, sid in (("*", "Open"), (OTHER, "B"))
    )
    row = hold(aws_account, "sqs.queue", QUEUE, document_text(opens, {**stays, "Principal": {"AWS": OTHER}}))
    finding = Finding(evidence={"statements": [{"policy": "", "which": "statement Open", "written": None}]})
    fix = fix_of(row, finding)
    assert fix is not None
    answer = erins.get(fix.url)
    text = json.loads(answer.context["form"].initial["document"])
    assert [each["Sid"] for each in text["Statement"]] == ["B"]
    assert answer.context["form"].initial["base"]
    both = Finding(evidence={"statements": [{"which": "Open"}, {"which": "statement B"}]})
    last = fix_of(row, both)
    assert last is not None
    assert last.url == action_url(row, "delete-policy")
    assert fix_of(row, Finding(evidence={"statements": [{"which": "grant 1"}]})) is None


def test_what_has_no_aliases_is_edited_itself(aws_account: AwsAccount, erins: Client) -> None:
    row = hold(aws_account, "sqs.queue", QUEUE, OPEN_TO_ALL)
    form = erins.get(f"{action_url(row, 'edit-policy')}?on=other").context["form"]
    assert "sqs:SendMessage" in form.initial["document"]


# ---- In AWS --------------------------------------------------------------------------------------------------
def test_what_somebody_else_wrote_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    row = made_and_pulled(world, "sqs.queue")
    change = propose(world.aws_account, erin, [put_policy(row, WRITTEN["sqs.queue"].policy(OTHER, row.arn))])
    sqs = world.emulator.client("sqs")
    url = sqs.get_queue_url(QueueName="acme-jobs")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": OPEN_TO_ALL})
    done = carry_out(change, erin)
    assert done.state == Change.State.CONFLICTED
    assert "expected no policy, found the policy" in done.steps.get().error["sentence"]


def test_a_resource_that_is_gone_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    row = made_and_pulled(world, "sqs.queue")
    change = propose(world.aws_account, erin, [put_policy(row, WRITTEN["sqs.queue"].policy(OTHER, row.arn))])
    sqs = world.emulator.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="acme-jobs")["QueueUrl"])
    done = carry_out(change, erin)
    assert done.state == Change.State.CONFLICTED
    assert "found no such SQS queue" in done.steps.get().error["sentence"]
    row.refresh_from_db()
    assert row.gone_at
