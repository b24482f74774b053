"""Questions of the mirror: the layers of each kind of principal, and what of them isn't read."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.situations import Situation, UnanswerableQuestionError, situation_of
from accounts.models import AwsAccount
from policies.engine.evaluate import Decision, LayerName
from policies.models import OrgAccount
from sync.models.mirrored import Ownership
from tests.access.mirrored import ID, OTHER, arn, columns_trusting, given, managed, role, user
from tests.services.organization_rows import make_control_policy, make_membership, make_organization
from tests.services.rows import attach, join, make_group, make_role, make_user
from tests.services.statements import allow, deny, document_text

ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN = Decision
DANA = arn("user/dana")
CREATE, ON_USERS = "iam:CreateUser", arn("user/x")
OBJECT = "arn:aws:s3:::reports/2026.csv"
KEY = f"arn:aws:kms:eu-west-1:{ID}:key/1"

pytestmark = pytest.mark.django_db


def ask(
    aws_account: AwsAccount, principal: str = DANA, action: str = CREATE, resource: str = ON_USERS, **context: Any
) -> Situation:
    return situation_of(aws_account, principal, action, resource, {key: (value,) for key, value in context.items()})


def decided(*question: Any, **context: Any) -> Decision:
    return ask(*question, **context).verdict().decision


def test_a_user_has_its_own_policies_and_those_of_its_groups(alone: AwsAccount) -> None:
    group = given(make_group(alone, "devs"), allow("iam:CreateUser"))
    dana = user(alone, "dana", allow("iam:GetUser"))
    attach(dana, managed(alone, "lister", [allow("iam:ListUsers")]))
    attach(group, managed(alone, "tagger", [allow("iam:TagUser")]))
    join(dana, group)
    for action in ("iam:CreateUser", "iam:GetUser", "iam:ListUsers", "iam:TagUser"):
        assert decided(alone, DANA, action) is ALLOWED
    assert decided(alone, DANA, "iam:DeleteUser") is NOT_ALLOWED
    reason = ask(alone).verdict().reasons[0]
    assert reason.policy == "inline policy own of group devs"


def test_a_user_who_left_a_group_lost_its_policies(alone: AwsAccount) -> None:
    group = given(make_group(alone, "devs"), allow("iam:CreateUser"))
    dana = make_user(alone, "dana")
    membership = join(dana, group)
    membership.gone_at = membership.first_seen
    membership.save()
    assert decided(alone) is NOT_ALLOWED


def test_only_the_version_in_force_counts(alone: AwsAccount) -> None:
    policy = managed(alone, "p", [allow(CREATE)], [allow("iam:GetUser")])
    attach(make_user(alone, "dana"), policy)
    assert decided(alone) is NOT_ALLOWED
    policy.default_version = "v1"
    policy.save()
    assert decided(alone) is ALLOWED


def test_a_boundary_limits(alone: AwsAccount) -> None:
    boundary = managed(alone, "limit", [allow("s3:*")])
    user(alone, "dana", allow("*"), boundary_arn=boundary.arn)
    assert ask(alone).verdict().reasons[0].layer is LayerName.BOUNDARY


def test_a_policy_whose_document_is_not_read_makes_it_unknown(alone: AwsAccount) -> None:
    dana = make_user(alone, "dana", boundary_arn=arn("policy/nowhere"))
    assert decided(alone) is NOT_ALLOWED  # a boundary grants nothing
    given(dana, allow(CREATE))
    found = ask(alone)
    assert (found.verdict().decision, list(found.not_read)) == (UNKNOWN, [LayerName.BOUNDARY])
    attach(dana, managed(alone, "unread", default_version="v9"))
    assert set(ask(alone).not_read) == {LayerName.BOUNDARY, LayerName.IDENTITY}


def test_who_is_ignored_here_is_asked_about_all_the_same(alone: AwsAccount) -> None:
    user(alone, "dana", allow(CREATE), ownership=Ownership.IGNORED)
    assert decided(alone) is ALLOWED


def test_a_role_is_assumed_by_its_trust(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    deploy = role(alone, "deploy", allow(CREATE), trusts=DANA)
    assert decided(alone, deploy.arn) is ALLOWED
    assume = ("sts:AssumeRole", deploy.arn)
    assert decided(alone, DANA, *assume) is ALLOWED
    assert decided(alone, "lambda.amazonaws.com", *assume) is NOT_ALLOWED
    assert decided(alone, DANA, "sts:AssumeRole", arn("role/nowhere")) is NOT_ALLOWED


def test_a_session_may_have_a_policy_that_only_aws_knows(alone: AwsAccount) -> None:
    role(alone, "deploy", allow(CREATE), trusts=DANA, path="/ci/")
    session = f"arn:aws:sts::{ID}:assumed-role/deploy/one"
    found = ask(alone, session)
    assert (found.verdict().decision, found.verdict_by_policies_read().decision) == (UNKNOWN, ALLOWED)
    assert list(found.not_read) == [LayerName.SESSION]
    assert decided(alone, session, "iam:DeleteUser") is NOT_ALLOWED


def test_guests_of_an_identity_pool_have_a_session_policy_of_cognito(alone: AwsAccount) -> None:
    pool = {"Federated": "cognito-identity.amazonaws.com"}
    guests = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}}
    members = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}
    for name, condition in (("guests", guests), ("members", members)):
        trust = columns_trusting(pool, "sts:AssumeRoleWithWebIdentity", Condition=condition)
        given(make_role(alone, name, **trust), allow(CREATE))
    assert decided(alone, arn("role/guests")) is UNKNOWN
    assert decided(alone, arn("role/members")) is ALLOWED


def test_service_linked_roles_are_not_bound_by_control_policies(aws_account: AwsAccount) -> None:
    """Of which nothing is held here."""
    linked = role(
        aws_account,
        "AWSServiceRoleForX",
        allow(CREATE),
        trusts={"Service": "x.amazonaws.com"},
        path="/aws-service-role/x.amazonaws.com/",
    )
    plain = role(aws_account, "plain", allow(CREATE), trusts={"Service": "x.amazonaws.com"})
    assert decided(aws_account, linked.arn) is ALLOWED
    assert decided(aws_account, plain.arn) is UNKNOWN


def test_the_root_user_may_do_all_that_control_policies_let_through(alone: AwsAccount) -> None:
    assert decided(alone, arn("root")) is ALLOWED
    make_organization(alone)  # without a policy on the level of the AWS account
    assert decided(alone, arn("root")) is NOT_ALLOWED


def test_control_policies_of_every_level_bind(aws_account: AwsAccount) -> None:
    user(aws_account, "dana", allow("*"))
    workloads = make_organization(aws_account)
    assert decided(aws_account) is NOT_ALLOWED  # none on the level of the AWS account itself
    make_control_policy(aws_account, "all", _account_node(aws_account), document=document_text(allow("*")))
    assert decided(aws_account) is ALLOWED
    make_control_policy(aws_account, "no-users", workloads, document=document_text(deny(CREATE)))
    found = ask(aws_account).verdict()
    assert (found.decision, found.reasons[0].policy) == (DENIED, "no-users on Workloads")


def _account_node(aws_account: AwsAccount) -> Any:
    return OrgAccount.objects.get(aws_id=aws_account.account_id)


def test_control_policies_that_nobody_may_read(aws_account: AwsAccount) -> None:
    make_membership(aws_account)
    user(aws_account, "dana", allow("*"))
    found = ask(aws_account)
    assert found.verdict().decision is UNKNOWN
    assert found.not_read[LayerName.SCP].startswith("Member account")
    assert found.verdict_by_policies_read().decision is ALLOWED
    assert decided(aws_account, DANA, "iam:DeleteUser", ON_USERS) is UNKNOWN
    user(aws_account, "eve", allow("s3:*"))
    assert decided(aws_account, arn("user/eve")) is NOT_ALLOWED  # whatever control policies say


@pytest.mark.parametrize(
    ("action", "resource", "held"),
    [
        ("s3:GetObject", OBJECT, ALLOWED),
        ("kms:Decrypt", KEY, ALLOWED),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ID}:jobs", ALLOWED),
    ],
)
def test_never_a_bare_yes_where_the_resource_has_a_policy(
    alone: AwsAccount, action: str, resource: str, held: Decision
) -> None:
    user(alone, "dana", allow("*"))
    found = ask(alone, DANA, action, resource)
    assert (found.verdict().decision, found.verdict_by_policies_read().decision) == (UNKNOWN, held)
    assert list(found.not_read) == [LayerName.RESOURCE]
    assert decided(alone, DANA, "s3:ListAllMyBuckets", "*") is ALLOWED  # no bucket, no policy


def test_somebody_of_another_aws_account(alone: AwsAccount) -> None:
    partner = arn("role/partner", account=OTHER)
    share = role(alone, "share", trusts=partner)
    found = ask(alone, partner, "sts:AssumeRole", share.arn)
    assert (found.verdict().decision, found.verdict_by_policies_read().decision) == (UNKNOWN, ALLOWED)
    assert {LayerName.IDENTITY, LayerName.SCP} <= set(found.not_read)
    assert decided(alone, arn("role/else", account=OTHER), "sts:AssumeRole", share.arn) is NOT_ALLOWED


def test_keys_that_the_mirror_tells(alone: AwsAccount) -> None:
    red = {"StringEquals": {"aws:PrincipalTag/Team": "red"}}
    user(alone, "dana", allow(CREATE, Condition=red), tags={"team": "red"})
    user(alone, "eve", allow(CREATE, Condition=red))
    assert decided(alone) is ALLOWED
    assert decided(alone, arn("user/eve")) is NOT_ALLOWED  # a user's session has no tags of its own
    trust = columns_trusting(DANA, ["sts:AssumeRole", "sts:TagSession"])
    given(make_role(alone, "tagged", **trust), allow(CREATE, Condition=red))
    role(alone, "plain", allow(CREATE, Condition=red), trusts=DANA)
    given(make_role(alone, "blue-too", tags={"team": "blue"}, **trust), allow(CREATE, Condition=red))
    assert decided(alone, arn("role/tagged")) is UNKNOWN
    assert decided(alone, arn("role/blue-too")) is UNKNOWN  # a session's tag takes the place of the role's
    assert decided(alone, arn("role/plain")) is NOT_ALLOWED


def test_the_region_of_an_arn(alone: AwsAccount) -> None:
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    user(alone, "dana", allow("ec2:*"), deny("ec2:*", Condition=elsewhere))
    for region, expected in (("eu-west-1", ALLOWED), ("us-east-1", DENIED)):
        assert decided(alone, DANA, "ec2:StartInstances", f"arn:aws:ec2:{region}:{ID}:instance/i-1") is expected
    assert decided(alone, DANA, "ec2:DescribeInstances", "*") is UNKNOWN


@pytest.mark.parametrize(
    ("principal", "words"),
    [("dana", "neither an ARN"), (arn("user/nobody"), "has no user 'nobody'"), (arn("role/nobody"), "has no role")],
)
def test_a_question_without_an_answer(alone: AwsAccount, principal: str, words: str) -> None:
    with pytest.raises(UnanswerableQuestionError, match=words):
        ask(alone, principal)


def test_a_pattern_is_not_one_action(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    with pytest.raises(UnanswerableQuestionError, match="stands for several actions"):
        ask(alone, DANA, "iam:Create*")


# ---- The command ---------------------------------------------------------------------------------------------
def simulate(**options: Any) -> str:
    out = StringIO()
    call_command("simulate", **{"account": ID, "principal": DANA, **options}, stdout=out)
    return out.getvalue()


def test_simulate_tells_what_it_hangs_on(alone: AwsAccount) -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    user(alone, "dana", allow("s3:Get*", Sid="Read", Condition=mfa))
    question = {"action": "s3:GetObject", "resource": OBJECT}
    found = json.loads(simulate(**question, json=True))
    assert (found["decision"], found["by_policies_read"]) == ("unknown", "unknown")
    assert found["missing_context"] == ["aws:multifactorauthpresent"]
    assert found["not_evaluated"] == ["resource_policy"]
    assert found["reasons"][-1] == {
        "layer": "identity_policies",
        "policy": "inline policy own",
        "statement": "Read",
        "effect": "Allow",
        "hangs_on": ["aws:multifactorauthpresent"],
    }
    found = json.loads(simulate(**question, json=True, context=["aws:MultiFactorAuthPresent=true"]))
    assert (found["decision"], found["by_policies_read"], found["missing_context"]) == ("unknown", "allowed", [])
    assert "Not evaluated: resource_policy. The bucket policy" in simulate(**question)


def test_simulate_says_what_is_missing(alone: AwsAccount) -> None:
    with pytest.raises(CommandError, match="--action is missing"):
        simulate()
    with pytest.raises(CommandError, match="AWS account 999999999999 is not known here"):
        simulate(account="999999999999", action=CREATE)
    with pytest.raises(CommandError, match="--context takes KEY=VALUE"):
        simulate(action=CREATE, context=["MFA"])


def test_a_pattern_is_asked_about_one_and_all(alone: AwsAccount) -> None:
    """What is so of some only is unknown, with one of each."""
    user(alone, "dana", allow("ec2:*", "arn:aws:ec2:eu-*:*:instance/*"), deny("ec2:*", "arn:aws:ec2:*:*:instance/i-1"))
    expected = {
        "arn:aws:ec2:eu-west-1:*:instance/i-2*": "allowed",
        "arn:aws:ec2:us-*:*:instance/*": "implicitDeny",
        "arn:aws:ec2:*:*:instance/i-1": "explicitDeny",
    }
    for resource, decision in expected.items():
        found = situation_of(alone, arn("user/dana"), "ec2:StopInstances", resource.replace(":*:i", f":{ID}:i"), {})
        assert (found.verdict().decision.value, dict(found.differs)) == (decision, {})
    every = situation_of(alone, arn("user/dana"), "ec2:StopInstances", f"arn:aws:ec2:*:{ID}:instance/*", {})
    assert every.verdict().decision is Decision.UNKNOWN
    assert {each.value for each in every.differs} == {"allowed", "explicitDeny", "implicitDeny"}
    with pytest.raises(UnanswerableQuestionError, match="several roles"):
        situation_of(alone, arn("user/dana"), "sts:AssumeRole", arn("role/*"), {})
