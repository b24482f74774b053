"""What the engine proves of a role that isn't there yet, with the policies of resources, keys and boundaries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import AwsAccount
from guides.roles.answers import RoleAnswers, Touch
from guides.roles.invoking import STARTERS, TARGETS, Started
from guides.roles.outside import ISSUERS
from guides.roles.proof import Proof, prove
from guides.roles.trusting import TokenTrust
from guides.sentences import NO, UNKNOWN, YES
from policies.organizations.sources import MEMBERSHIP
from tests.access.mirrored import managed
from tests.guides.built import KEY, USES, answers, arn_of, touch, trusts
from tests.services.organization_rows import complete
from tests.services.pages import ACCOUNT_ID
from tests.services.resource_rows import hold
from tests.services.statements import allow, deny

pytestmark = pytest.mark.django_db


@pytest.fixture
def alone(aws_account: AwsAccount) -> AwsAccount:
    """In no organization, as its pulls say."""
    complete(aws_account, MEMBERSHIP)
    return aws_account


def proof_of(said: RoleAnswers) -> Proof:
    return prove(said, lambda account_id: True)


def held(aws_account: AwsAccount, one: Touch, *policies: str) -> None:
    hold(
        aws_account,
        one.touchable.kind,
        one.arn,
        *policies,
        region="" if one.touchable.name == "bucket" else "eu-west-1",
    )


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def for_own_account(*statements: Any) -> str:
    delegating = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "kms:*", "Resource": "*"}
    return document(delegating, *statements)


# Kinds that the mirror holds. A stream has a policy of its own by an ARN that nobody knows before.
_HELD = [
    pair for pair in USES if pair[0] in ("bucket", "table", "queue", "topic", "secret", "bus") and pair[1] != "stream"
]


def test_all_is_proved_where_all_is_read(alone: AwsAccount) -> None:
    hold(alone, "kms.key", KEY, for_own_account())
    for number, (name, use) in enumerate(_HELD):
        one = touch(name, use, number, with_key=True, prefix="nightly/" if name == "bucket" else "")
        held(alone, one)
        found = proof_of(answers(alone, None, one))
        assert {each.state for each in found.sentences} == {YES}, found


def test_a_key_is_proved_by_its_own_policy(alone: AwsAccount) -> None:
    key = touch("key", "both")
    held(alone, key, for_own_account())
    assert {each.state for each in proof_of(answers(alone, None, key)).sentences} == {YES}


def test_who_may_assume_it_is_proved_for_each_entry(alone: AwsAccount) -> None:
    for trust in trusts(alone):
        assert {each.state for each in proof_of(answers(alone, trust)).trust} == {YES}, trust


def test_a_trust_policy_that_lets_in_more_is_seen(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = ISSUERS[0]
    trust = TokenTrust(alone, issuer, issuer.url, issuer.audience, "repo:acme/shop:*")
    wider = trust.document().replace("repo:acme/shop:*", "repo:acme/*")
    monkeypatch.setattr(TokenTrust, "document", lambda self: wider)
    assert [each.state for each in proof_of(answers(alone, trust)).trust] == [YES, NO, YES]


def test_what_a_boundary_cuts_off_is_said(alone: AwsAccount) -> None:
    one = touch("table", "read-write")
    held(alone, one)
    boundary = managed(alone, "services", [allow(["dynamodb:GetItem", "dynamodb:Query"])])
    said = answers(alone, None, one)
    found = proof_of(RoleAnswers(alone, said.name, said.path, said.trust, said.touches, boundary_arn=boundary.arn))
    assert found.touches[0].state == NO
    assert "dynamodb:PutItem: the permissions boundary doesn’t allow it." in found.touches[0].why


def test_what_the_policy_of_the_resource_denies_is_said(alone: AwsAccount) -> None:
    one = touch("queue", "consume")
    held(alone, one, document({**deny(["sqs:DeleteMessage"], one.arn), "Principal": "*"}))
    [may, *_] = proof_of(answers(alone, None, one)).touches
    assert (may.state, may.why) == (NO, ["sqs:DeleteMessage: the resource’s own policy denies it."])


def test_what_isnt_read_is_unknown(aws_account: AwsAccount) -> None:
    may, may_not = proof_of(answers(aws_account, None, touch("table", "read"))).touches
    assert (may.state, may_not.state) == (UNKNOWN, UNKNOWN)
    assert may.why[-1] == "By the policies that were read, it is so."


def test_a_key_that_doesnt_leave_it_to_iam_is_said(alone: AwsAccount) -> None:
    one = touch("secret", "read", with_key=True)
    held(alone, one)
    somebody = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:user/x"},
        "Action": "kms:*",
        "Resource": "*",
    }
    hold(alone, "kms.key", KEY, document(somebody))
    states = [each.state for each in proof_of(answers(alone, None, one)).touches]
    assert states == [YES, NO, YES]


def test_a_bucket_that_looks_at_prefixes_itself_is_unknown(alone: AwsAccount) -> None:
    one = touch("bucket", "read", prefix="nightly/")
    odd = deny(["s3:ListBucket"], one.arn) | {
        "Principal": "*",
        "Condition": {"StringLike": {"s3:prefix": "nightly/secret*"}},
    }
    held(alone, one, document(odd))
    assert proof_of(answers(alone, None, one)).touches[0].state == UNKNOWN


def test_a_bucket_that_asks_for_tls_is_no_obstacle(alone: AwsAccount) -> None:
    one = touch("bucket", "all")
    tls = deny(["s3:*"], "*") | {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    held(alone, one, document(tls | {"Resource": [one.arn, f"{one.arn}/*"]}))
    assert {each.state for each in proof_of(answers(alone, None, one)).touches} == {YES}


def test_a_role_without_resources_says_so(alone: AwsAccount) -> None:
    assert [each.words for each in proof_of(answers(alone)).rest] == ["It may do nothing at all yet."]
    assert arn_of(touch("bucket", "read").touchable) == "arn:aws:s3:::acme-reports"


@pytest.mark.parametrize("principal", list(TARGETS))
def test_what_starts_it_is_proved_to_be_able_to(alone: AwsAccount, principal: str) -> None:
    started = Started(STARTERS[1], principal, "eu-west-1", "orders", "orders-schedule")
    hold(alone, "lambda.function", f"arn:aws:lambda:eu-west-1:{ACCOUNT_ID}:function:orders")
    said = replace(answers(alone), started=started)
    last = proof_of(said).rest[-1]
    assert last.words == "EventBridge Scheduler may start orders, by the role orders-schedule."
    # The policy of a project isn't in the mirror.
    assert last.state == (UNKNOWN if principal.startswith(("codebuild", "glue")) else YES)
