"""Who can: the index says of each principal what the evaluator says, and why."""

from __future__ import annotations

import json
from io import StringIO
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from access.holders import Holder
from access.index import Index, index_of
from access.patterns import actions_of, who_can
from access.resource_policies import is_bound_by_rcps, on_services_with_rcps
from access.role_chains import chains_to
from access.situations import situation_of
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.callers import caller_of
from policies.engine.evaluate import ControlPolicyLevel, Decision, LayerName, LayerPolicy
from policies.engine.matching import Glob, meet, tokens
from policies.models import OrgPolicy
from sync.models.mirrored import Ownership
from tests.access.mirrored import ID, OTHER, arn, columns_trusting, given, managed, role, user
from tests.services.organization_rows import make_control_policy, member_of
from tests.services.rows import attach, join, make_document, make_group, make_role, make_user
from tests.services.statements import allow, deny, document_text, layer_policy, trust

READ, OBJECT = "s3:GetObject", "arn:aws:s3:::reports/2026.csv"
ASSUME = "sts:AssumeRole"


def holder(number: int, policies: tuple[LayerPolicy, ...], boundary: LayerPolicy | None = None, **more: Any) -> Holder:
    return Holder(caller_of(arn(f"user/u{number}")), number, f"AIDA{number}", policies, boundary, **more)


# ---- The same as the evaluator says ------------------------------------------------------------------------------
RESOURCES = ["*", "arn:aws:s3:::reports/*", "arn:aws:s3:::${aws:username}/*", OBJECT, "arn:aws:s3:::other/*"]
CONDITIONS = [
    {},
    {"StringEquals": {"aws:username": "u1"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringNotEquals": {"aws:PrincipalAccount": ID}},
    {"ArnLike": {"aws:PrincipalArn": arn("user/u2")}},
    {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
]
STATEMENTS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["*", "s3:*", "s3:Get*", "ec2:*"]),
    st.sampled_from(RESOURCES),
    st.sampled_from(CONDITIONS),
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda statements: layer_policy(*statements))


@settings(max_examples=80)
@generated(
    st.lists(POLICIES, min_size=2, max_size=4),
    st.lists(st.tuples(st.sets(st.integers(0, 3)), st.booleans()), min_size=4, max_size=4),
    st.one_of(st.none(), POLICIES),
    st.one_of(st.none(), POLICIES),
    st.dictionaries(st.sampled_from(["aws:multifactorauthpresent", "aws:requestedregion"]), st.just(("true",))),
)
def test_as_the_evaluator_says(
    policies: list[LayerPolicy],
    holding: list[tuple[set[int], bool]],
    scp: LayerPolicy | None,
    rcp: LayerPolicy | None,
    context: Any,
) -> None:
    holders = [
        holder(
            number,
            tuple(policies[which] for which in sorted(held) if which < len(policies)),
            policies[0] if bounded else None,
            tags={"team": "red"} if number % 2 else {},
        )
        for number, (held, bounded) in enumerate(holding)
    ]
    levels = (
        (ControlPolicyLevel("root", (layer_policy(allow("*")),)), ControlPolicyLevel("unit", (scp,))) if scp else ()
    )
    denying = (ControlPolicyLevel("root", (rcp,)),) if rcp else ()
    index = Index(holders, Surroundings(ID, levels, denying))
    found = {each.number: each.decision for each in index.who_can(READ, OBJECT, context)}
    for number in range(len(holders)):
        expected = index.question(READ, OBJECT, context).verdict(number).decision
        assert found.get(number, expected) is expected
        assert (number in found) is (expected in (Decision.ALLOWED, Decision.UNKNOWN))


# ---- Layer by layer ----------------------------------------------------------------------------------------------
EVERYTHING, NOTHING = layer_policy(allow("*")), layer_policy(allow("ec2:*"))
NOT_READ = layer_policy(allow("*"), deny(READ))
NOT_RED = layer_policy(allow("*"), deny(READ, Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))
NOT_WITHOUT_MFA = layer_policy(
    allow("*"), deny(READ, Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(EVERYTHING, "allowed"), (NOTHING, None), (NOT_READ, None), (NOT_RED, None), (NOT_WITHOUT_MFA, "unknown")],
)
@pytest.mark.parametrize("layer", ["boundary", "scps", "rcps"])
def test_each_layer_limits(layer: str, limit: LayerPolicy, expected: str | None) -> None:
    bounded = holder(1, (EVERYTHING,), limit if layer == "boundary" else None, tags={"team": "red"})
    levels = (ControlPolicyLevel("root", (EVERYTHING,)), ControlPolicyLevel("unit", (limit,)))
    around = Surroundings(ID, levels if layer == "scps" else (), levels if layer == "rcps" else ())
    found = [each.decision.value for each in Index([bounded], around).who_can(READ, OBJECT)]
    if layer == "rcps" and limit is NOTHING:  # they only deny: RCPFullAWSAccess is at every level
        expected = "allowed"
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize("layer", ["scps", "rcps"])
def test_control_policies_do_not_bind_service_linked_roles(layer: str) -> None:
    trusted = layer_policy(trust({"Service": "x.amazonaws.com"}))
    caller = caller_of(arn("role/aws-service-role/x.amazonaws.com/X"))
    levels = (ControlPolicyLevel("root", (NOT_READ,)),)
    around = Surroundings(ID, levels if layer == "scps" else (), levels if layer == "rcps" else ())
    linked = Holder(caller, 1, "AROA1", (EVERYTHING,), trust=trusted)
    assert len(Index([linked], around).who_can(READ, OBJECT)) == 1


def test_resource_control_policies_bind_only_some_services() -> None:
    around = Surroundings(ID, rcps=(ControlPolicyLevel("root", (layer_policy(allow("*"), deny("*")),)),))
    index = Index([holder(1, (EVERYTHING,))], around)
    assert index.who_can(READ, OBJECT) == []
    assert len(index.who_can("ec2:StartInstances", arn("instance/i-1", "ec2"))) == 1
    assert index.who_can("codebuild:StartBuild", arn("project/p", "codebuild")) == []
    assert is_bound_by_rcps("KMS:Decrypt") and not is_bound_by_rcps("kms:RetireGrant")


def test_an_rcp_says_something_of_services_that_it_binds_only() -> None:
    said = list(on_services_with_rcps(deny(["s*:Get*", "ec2:*", "kms:Re*"])))
    (actions,) = [each["Action"] for each in said]
    assert {"s3:get*", "sts:get*", "sqs:get*", "secretsmanager:get*", "kms:ReEncryptTo", "kms:RevokeGrant"} <= set(
        actions
    )
    assert not {"ec2:*", "sns:get*", "kms:RetireGrant"} & set(actions)
    assert list(on_services_with_rcps(deny("ec2:*"))) == []
    but_some = {"Effect": "Deny", "NotAction": ["s3:*", "kms:*"], "Resource": "*"}
    (others,) = [set(each["Action"]) for each in on_services_with_rcps(but_some)]
    assert "sqs:SendMessage" in others
    assert not {"s3:GetObject", "ec2:RunInstances", "kms:Decrypt"} & others


# ---- Of the mirror ---------------------------------------------------------------------------------------------


def names(found: Any) -> list[str]:
    return [each.arn.rpartition("/")[2] for each in found]


def test_everybody_whom_what_is_held_allows(alone: AwsAccount) -> None:
    group = given(make_group(alone, "readers"), allow("s3:Get*"))
    join(make_user(alone, "by-group"), group)
    user(alone, "denied", allow("s3:*"), deny(READ))
    user(alone, "bounded", allow("s3:*"), boundary_arn=managed(alone, "limit", [allow("ec2:*")]).arn)
    user(alone, "elsewhere", allow("s3:*", "arn:aws:s3:::other/*"))
    user(alone, "ignored", allow("s3:*"), ownership=Ownership.IGNORED)
    user(alone, "mfa", allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    attach(make_role(alone, "by-policy"), managed(alone, "reader", [allow(READ, OBJECT, Sid="Read")]))
    found = index_of(alone).who_can(READ, OBJECT)
    assert names(found) == ["by-group", "ignored", "mfa", "by-policy"]
    assert [each.decision.value for each in found] == ["allowed", "allowed", "unknown", "allowed"]
    assert found[2].depends_on == ("aws:multifactorauthpresent",)
    assert [(each.policy, each.which) for each in found[3].because] == [(arn("policy/reader"), "Read")]
    assert found[0].not_read == [LayerName.RESOURCE]


@pytest.mark.parametrize(("kind", "other"), [(OrgPolicy.Type.SCP, "ec2:*"), (OrgPolicy.Type.RCP, "sqs:*")])
def test_within_the_control_policies_of_the_organization(aws_account: AwsAccount, kind: str, other: str) -> None:
    root, own = member_of(aws_account)
    make_control_policy(aws_account, "all", root, own, document=document_text(allow("*")))
    found = user(aws_account, "dana", allow("*"))
    for action, target in (("s3:*", own), (other, root)):
        policy_text = document_text(deny(action, Principal="*") if kind == OrgPolicy.Type.RCP else deny(action))
        make_control_policy(aws_account, f"not-{action[:3]}", target, type=kind, document=policy_text)
    index = index_of(aws_account)
    assert found.arn in index.by_arn
    assert names(index.who_can("lambda:ListFunctions", "*")) == ["dana"]
    assert names(index.who_can(READ, OBJECT)) == []
    assert names(index.who_can(f"{other[:-1]}Anything", "*")) == []


@pytest.mark.parametrize("also", [[], [allow(ASSUME, Principal={"AWS": arn("root")})], [allow(ASSUME, Principal="*")]])
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("bounded", [False, True])
def test_a_session_that_a_role_names_may_be_any_of_its_role_s(
    alone: AwsAccount, also: list[dict[str, Any]], effect: str, bounded: bool
) -> None:
    """The index says what the evaluator says, whatever else the trust policy has."""
    edge = managed(alone, "edge", [allow("s3:*")])
    boundary = {"boundary_arn": edge.arn} if bounded else {}
    own = [allow(ASSUME)] if also else []
    dev = role(alone, "dev", *own, trusts=arn("root"), **boundary)
    role(alone, "other", *own, trusts=arn("root"))
    named = allow(ASSUME, Principal={"AWS": f"arn:aws:sts::{ID}:assumed-role/dev/one"}, Effect=effect)
    trusted = [{name: value for name, value in each.items() if name != "Resource"} for each in (named, *also)]
    boss = make_role(alone, "boss", trust=make_document(document_text(*trusted)), trusted=[])
    found = {each.arn: each.decision for each in index_of(alone).who_can(ASSUME, boss.arn)}
    for asking in (dev.arn, arn("role/other")):
        said = situation_of(alone, asking, ASSUME, boss.arn, {}).verdict_by_policies_read().decision
        assert found.get(asking, said) is said
        assert (asking in found) is (said in (Decision.ALLOWED, Decision.UNKNOWN))
    if effect == "Allow" and not also:
        assert found == {dev.arn: Decision.UNKNOWN}


def test_a_role_is_assumed_by_whom_it_trusts(alone: AwsAccount) -> None:
    make_user(alone, "named")
    user(alone, "delegated", allow(ASSUME))
    user(alone, "without")
    named = role(alone, "by-name", trusts=arn("user/named"))
    account = role(alone, "by-account", trusts=arn("root"))
    index = index_of(alone)
    assert names(index.who_can(ASSUME, named.arn)) == ["named"]
    assert names(index.who_can(ASSUME, account.arn)) == ["delegated"]
    assert names(index.who_can(ASSUME, arn("role/nowhere"))) == []


def test_a_key_opens_for_whom_its_policy_leaves_it_to(alone: AwsAccount) -> None:
    """By what was read: whether the key's policy does is not known, and said."""
    user(alone, "dana", allow("kms:Decrypt"))
    (found,) = index_of(alone).who_can("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ID}:key/1")
    assert (found.decision, found.not_read) == (Decision.ALLOWED, [LayerName.RESOURCE])


def test_chains_of_roles(alone: AwsAccount) -> None:
    user(alone, "dana", allow(ASSUME, arn("role/first")))
    role(alone, "first", allow(ASSUME, arn("role/second")), trusts=arn("root"))
    last = role(alone, "second", trusts=arn("root"))
    index = index_of(alone)
    ways = chains_to(index, [index.by_arn[last.arn]])
    assert [[index.holders[each].arn.rpartition("/")[2] for each in way] for way in ways.values()] == [
        ["first", "second"],
        ["dana", "first", "second"],
    ]
    assert len(chains_to(index, [index.by_arn[last.arn]], depth=1)) == 1


# ---- Patterns ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a*", "*b", "aanyb"),
        ("a*", "b*", None),
        ("a?c", "ab*", "abc"),
        ("*", "*", "any"),
        ("", "", ""),
        ("a", "a", "a"),
        ("*a*a*a*a*b", "*" + "a" * 40, None),
        ("?", "?", "x"),
        ("arn:aws:s3:::b/*", "*", "arn:aws:s3:::b/any"),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::*/k", "arn:aws:s3:::b/any/k"),
        ("arn:aws:s3:::b", "arn:aws:sqs:*", None),
    ],
)
def test_what_two_patterns_both_match(one: str, other: str, expected: str | None) -> None:
    assert meet(one, other) == expected


@generated(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6))
def test_both_match_what_they_meet_in(one: str, other: str) -> None:
    found = meet(one, other)
    shortest = ["".join(text) for length in range(7) for text in product("ab", repeat=length)]
    if found is None:
        assert not any(matches(one, text) and matches(other, text) for text in shortest)
    else:
        assert matches(one, found) and matches(other, found)


def test_patterns_made_to_take_long_end_soon() -> None:
    assert meet("*a" * 1000 + "c", "*b?" * 1000 + "d") is None


def matches(pattern: str, text: str) -> bool:
    return Glob(tokens(pattern)).matches(text)


def test_a_pattern_asks_about_anything_of_it(alone: AwsAccount) -> None:
    user(alone, "some", allow(READ, "arn:aws:s3:::reports/q1/*"))
    user(alone, "taken-back", allow(READ, "arn:aws:s3:::reports/q2/*"), deny("s3:*", "arn:aws:s3:::reports/q2/*"))
    user(alone, "elsewhere", allow(READ, "arn:aws:s3:::other/*"))
    user(alone, "lists", allow("s3:ListBucket", "arn:aws:s3:::reports"))
    user(alone, "prefix", allow("s3:G*", "arn:aws:s3:::rep*"))
    found = who_can(index_of(alone), "s3:Get*", "arn:aws:s3:::reports/*", {})
    assert names(found) == ["prefix", "some"]
    assert found[1].example == (READ, "arn:aws:s3:::reports/q1/any")


def test_a_pattern_of_actions_stands_for_those_of_the_catalogue(alone: AwsAccount) -> None:
    user(alone, "one-left", allow("s3:Get*"), deny(["s3:GetB*", "s3:GetA*"]), deny("s3:GetObject"))
    user(alone, "none-left", allow("s3:GetObject*Acl"), deny("s3:GetObject*Acl"))
    user(alone, "other-service", allow("s3-outposts:*"))
    user(alone, "new", allow("s3:GetWhatIsNew"), deny("s3:GetWhatIsNot*"))
    found = who_can(index_of(alone), "s3:Get*", "arn:aws:s3:::reports/*", {})
    assert names(found) == ["new", "one-left"]
    assert found[0].example[0] == "s3:getwhatisnew"


def test_a_pattern_of_actions_is_asked_one_kind_at_a_time(alone: AwsAccount) -> None:
    """Actions that no policy tells apart are one question; what takes no object, as s3:ListBucket, is none."""
    user(alone, "all", allow("*"))
    user(alone, "some", allow(["s3:GetObject", "s3:List*"]), deny("s3:ListBucket"))
    index = index_of(alone)
    asked = set(actions_of(index, "s3:*", OBJECT))
    assert {"s3:GetObject", "s3:ListMultipartUploadParts"} < asked
    assert "s3:ListBucket" not in asked
    assert "s3:ListBucket" in actions_of(index, "s3:*", "arn:aws:s3:::reports")
    assert len(asked) <= 6


def test_rules_that_aws_has_count_for_patterns_of_actions(alone: AwsAccount) -> None:
    """Nobody changes a service's own role, though policies tell no difference."""
    user(alone, "dana", allow("iam:*"))
    own = arn("role/aws-service-role/x.amazonaws.com/X")
    assert names(who_can(index_of(alone), "iam:PutRolePol*", own, {})) == []
    assert names(who_can(index_of(alone), "iam:*RolePol*", own, {})) == ["dana"]


def test_what_needs_no_permission_is_everybody_s_who_can_call_it(alone: AwsAccount) -> None:
    make_user(alone, "dana")
    user(alone, "denied", deny("*"))
    make_role(alone, "reader")
    index = index_of(alone)
    assert names(index.who_can("sts:GetSessionToken", "*")) == ["dana", "denied"]
    assert names(index.who_can("sts:GetCallerIdentity", "*")) == ["dana", "denied", "reader"]
    assert names(who_can(index, "sts:GetSessionToken", "*", {})) == ["dana", "denied"]
    assert names(who_can(index, "*", "*", {})) == []


def test_all_buckets_are_what_an_action_of_s3_without_a_resource_is_on(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:*", "arn:aws:s3:::*"))
    user(alone, "lee", allow("s3:*", "arn:aws:s3:::reports/*"))
    assert names(index_of(alone).who_can("s3:ListAllMyBuckets", "*")) == ["dana"]


def test_a_pattern_is_asked_about_within_a_boundary(alone: AwsAccount) -> None:
    """What the boundary alone suggests."""
    limit = managed(alone, "limit", [allow(READ, "arn:aws:s3:::reports/public/*")])
    user(alone, "dana", allow("*"), boundary_arn=limit.arn)
    (found,) = who_can(index_of(alone), READ, "arn:aws:s3:::reports/*", {})
    assert found.example == (READ, "arn:aws:s3:::reports/public/any")


def test_whoever_may_one_thing_may_something_of_its_pattern(alone: AwsAccount) -> None:
    user(alone, "not-action", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    user(alone, "not-resource", {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"})
    user(alone, "variable", allow("s3:*", "arn:aws:s3:::${aws:username}/*"))
    index = index_of(alone)
    for one, pattern in ((OBJECT, "arn:aws:s3:::reports/*"), ("arn:aws:s3:::variable/x", "arn:aws:s3:::variable/*")):
        some = names(who_can(index, "s3:Get*", pattern, {}))
        assert set(names(index.who_can(READ, one))) <= set(some)


# ---- The command -------------------------------------------------------------------------------------------------
def asked(*question: str, **options: Any) -> Any:
    out = StringIO()
    call_command("who_can", *question, **{"account": ID, "json": True, **options}, stdout=out)
    return json.loads(out.getvalue()) if options.get("json", True) else out.getvalue()


def test_who_can_prints_who_and_why(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:Get*", Sid="Read"))
    assert asked(READ, OBJECT) == {
        "principals": [
            {
                "arn": arn("user/dana"),
                "decision": "allowed",
                "via": [{"policy": "inline policy own", "statement": "Read"}],
                "not_evaluated": ["resource_policy"],
                "missing_context": [],
            }
        ]
    }
    assert "not evaluated: resource_policy" in asked(READ, OBJECT, json=False)
    assert "Nobody" in asked("s3:PutObject", OBJECT, json=False)


def test_services_and_others_whom_a_role_trusts(alone: AwsAccount) -> None:
    principal = {"Service": "lambda.amazonaws.com", "AWS": arn("root", account=OTHER)}
    make_role(alone, "shared", **columns_trusting(principal))
    found = {each["arn"]: each for each in asked(ASSUME, arn("role/shared"))["principals"]}
    assert found["lambda.amazonaws.com"]["not_evaluated"] == []
    assert found[arn("root", account=OTHER)]["not_evaluated"] == ["identity_policies", "scps"]
    assert {each["decision"] for each in found.values()} == {"allowed"}


def test_who_can_follows_chains(alone: AwsAccount) -> None:
    user(alone, "dana", allow(ASSUME))
    role(alone, "reader", allow(READ), trusts=arn("root"))
    assert asked(READ, OBJECT, chains=1)["chains"] == [{"arn": arn("user/dana"), "through": [arn("role/reader")]}]
