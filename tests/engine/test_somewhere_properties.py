"""Questions about patterns against brute force: all requests of a small world, decided one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.evaluate import evaluate
from policies.engine.layers import ControlPolicyLevel, Layers, Request
from policies.engine.matching import ResourceGlob, tokens
from policies.engine.regions import is_region
from policies.engine.somewhere import ResourceContext, SomewhereQuestion, exists, place_of
from tests.engine.strategies import few, one_of
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import allow, layer_policy

ME, OTHER = "123456789012", "210987654321"
DANA = caller_of(f"arn:aws:iam::{ME}:user/dana")
ACTIONS = ("sqs:SendMessage", "s3:GetObject", "ec2:DescribeInstances")
REGIONS = ("eu-west-1", "us-east-1", "ap-south-1")
NAMES = ("a", "b", "ab", "ba", "dana", "dana-a", "a/b", "b/dana", "red/a", "eu-west-1")

names = one_of(
    "*",
    "a*",
    "*b",
    "?",
    "a?",
    "${aws:username}",
    "${aws:username}*",
    "*/${aws:username}",
    "b/*",
    "${aws:PrincipalTag/team}/*",
    "*a*",
    "${aws:RequestedRegion}",
    "red/*",
)
heads = st.builds(
    "arn:aws:{}:{}:{}".format,
    one_of("sqs", "sqs", "*"),
    one_of("*", "*", "eu-west-1", "us-*", "eu-*-1", "*-1"),
    one_of("*", ME, OTHER, "123*", "?" * 12),
)
patterns = st.one_of(
    st.builds("{}:{}".format, heads, names),
    st.builds("arn:aws:s3:::{}".format, st.builds("{}/{}".format, one_of("a", "b", "*", "?"), names)),
    one_of("*", "arn:aws:sqs:*:a", "arn:aws:*:b*", "arn:aws:sqs:eu-*:a*", "arn:aws:s3:::*"),
)
keys = st.one_of(
    st.tuples(one_of("StringEquals", "StringNotEquals"), st.just("aws:RequestedRegion"), few(one_of(*REGIONS))),
    st.tuples(one_of("StringLike", "StringNotLike"), st.just("aws:RequestedRegion"), few(one_of("eu-*", "*t-1"))),
    st.tuples(one_of("StringEquals", "StringNotEquals"), st.just("aws:ResourceAccount"), few(one_of(ME, OTHER))),
    st.tuples(one_of("StringEquals", "StringNotEquals"), st.just("aws:RequestTag/team"), few(one_of("red", "blue"))),
    st.tuples(
        one_of("ForAllValues:StringEquals", "ForAnyValue:StringEquals"),
        st.just("aws:TagKeys"),
        few(one_of("team", "owner")),
    ),
    st.tuples(one_of("Bool", "BoolIfExists"), st.just("aws:MultiFactorAuthPresent"), one_of("true", "false")),
    st.tuples(
        one_of("StringEquals", "StringNotEquals"),
        st.just("aws:ResourceTag/team"),
        few(one_of("red", "${aws:PrincipalTag/team}")),
    ),
    st.tuples(st.just("Null"), one_of("aws:ResourceTag/team", "aws:RequestTag/team"), one_of("true", "false")),
)
conditions = st.lists(keys, max_size=2).map(lambda found: {operator: {key: value} for operator, key, value in found})


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(one_of("Allow", "Allow", "Deny")), "Condition": draw(conditions)}
    found[draw(one_of("Action", "Action", "NotAction"))] = draw(few(one_of("*", "sqs:*", "s3:Get*", "ec2:*")))
    found[draw(one_of("Resource", "Resource", "Resource", "NotResource"))] = draw(few(patterns))
    return found


own = st.lists(statements(), min_size=1, max_size=3).map(lambda listed: layer_policy(*listed))
limits = st.lists(statements(), max_size=2).map(lambda listed: layer_policy(allow(), *listed))
held = st.builds(
    lambda identity, boundary, scps, rcp: Layers(
        identity=identity,
        boundaries=boundary and (boundary,),
        scps=tuple(ControlPolicyLevel(str(number), (each,)) for number, each in enumerate(scps)),
        rcps=(ControlPolicyLevel("root", (rcp,)),) if rcp else (),
    ),
    st.lists(own, min_size=1, max_size=2).map(tuple),
    st.none() | limits,
    st.lists(limits, max_size=2),
    st.none() | limits,
)
OPEN = layer_policy(allow(Principal={"AWS": ME}))


def place(resource: str) -> ResourceContext:
    """Another AWS account leaves it to this one's policies."""
    found = place_of(resource, ME)
    return found if found.account == ME else ResourceContext(found.account, found.context, OPEN)


def unknown(key: str) -> bool:
    return key in ("aws:multifactorauthpresent", "aws:resourcetag/team", "aws:principaltag/team")


TAGS = ((), ("red",), ("blue",), ("green",))


def requests(action: str, resource: str, tags: Sequence[tuple[str, ...]] = TAGS) -> Iterator[Request]:
    """All of a small world that the pattern matches, with each choice that a caller has."""
    service = action.partition(":")[0]
    arns = ["*"] if service == "ec2" else [f"arn:aws:s3:::{bucket}/{name}" for bucket in "ab" for name in NAMES]
    if service == "sqs":
        arns = [f"arn:aws:sqs:{each}:{name}" for each in map(":".join, product(REGIONS, (ME, OTHER))) for name in NAMES]
    glob = ResourceGlob(tokens(resource))
    for arn in arns:
        if glob.matches(arn):
            there = place(arn)
            regions = [there.context["aws:requestedregion"]] if there.context else [(each,) for each in REGIONS]
            for region, tag, other in product(regions, tags, ((), ("owner",))):
                context: dict[str, tuple[str, ...]] = {"aws:requestedregion": region}
                names = (*(("team",) if tag else ()), *other)
                context |= {"aws:requesttag/team": tag} if tag else {}
                context |= {"aws:tagkeys": names} if names else {}
                yield Request(DANA, action, arn, there.account, context, unknown)


def layers_at(layers: Layers, request: Request) -> Layers:
    policy = place(request.resource).policy
    return Layers(layers.identity, layers.boundaries, resource=policy, scps=layers.scps, rcps=layers.rcps)


@as_long_as_asked(60)
@given(layers=held, action=st.sampled_from(ACTIONS), resource=patterns)
def test_as_all_requests_one_by_one(layers: Layers, action: str, resource: str) -> None:
    """What is surely allowed somewhere is allowed, what may be is not denied; and each witness is one."""
    if action.startswith("ec2"):
        resource = "*"
    found = exists(SomewhereQuestion(DANA, [action], resource, is_unknown=unknown, place=place), layers)
    decisions = {evaluate(request, layers_at(layers, request)).decision for request in requests(action, resource)}
    if Decision.ALLOWED in decisions:
        assert found.decision is Decision.ALLOWED
    witness = found.witness
    if witness is None:
        assert found.decision is not Decision.ALLOWED
        return
    assert ResourceGlob(tokens(resource)).matches(witness.resource)
    assert not witness.region or is_region(witness.region)
    context = {**place(witness.resource).context, **witness.chosen, **witness.supposed}
    described = {key: values for key, values in context.items() if values}
    whole = Request(
        DANA, action, witness.resource, witness.account, described, lambda key: unknown(key) and key not in context
    )
    assert evaluate(whole, layers_at(layers, whole)).decision is Decision.ALLOWED
    assert (found.decision is Decision.ALLOWED) is (not witness.supposed)


@as_long_as_asked(40)
@given(layers=held, action=st.sampled_from(ACTIONS), resource=patterns)
def test_what_may_be_allowed_is_not_denied(layers: Layers, action: str, resource: str) -> None:
    """Of everything that isn't known, some values are tried."""
    if action.startswith("ec2"):
        resource = "*"
    found = exists(SomewhereQuestion(DANA, [action], resource, is_unknown=unknown, place=place), layers)
    if found.decision is not Decision.IMPLICIT_DENY:
        return
    values = {
        "aws:multifactorauthpresent": ((), ("true",), ("false",)),
        "aws:resourcetag/team": ((), ("red",), ("blue",), ("a",)),
        "aws:principaltag/team": ((), ("red",), ("a",)),
    }
    for request in requests(action, resource):
        if evaluate(request, layers_at(layers, request)).decision is Decision.UNKNOWN:
            for some in product(*values.values()):
                described = {key: value for key, value in zip(values, some, strict=True) if value}
                whole = Request(
                    DANA, action, request.resource, request.resource_account, {**request.context, **described}
                )
                assert evaluate(whole, layers_at(layers, whole)).decision is not Decision.ALLOWED
