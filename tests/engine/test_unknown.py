"""What isn't known makes an answer unknown, and only where it can change it: keys that are unknown, layers not read."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.cases import layers_of, request_of
from policies.engine.evaluate import Decision, LayerName, Verdict, evaluate
from tests.engine.deciding import ALL, DENY, KEY, NONE, OTHER, QUEUE, ROLE, SESSION, SLR, USER, to
from tests.services.statements import allow, deny, document

ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN = Decision
MFA = "aws:MultiFactorAuthPresent"


def asked(unknown: bool = True, not_read: Any = (), **case: Any) -> Verdict:
    """Of which every key that isn't given is unknown."""
    whole = {"principal": USER, "action": "sqs:ReceiveMessage", "resource": QUEUE, **case}
    request = request_of(whole)
    if unknown:
        request = replace(request, is_unknown=lambda key: True)
    return evaluate(request, replace(layers_of(whole), not_read=frozenset(not_read)))


def only_if(condition: dict[str, Any], effect: str = "Allow") -> dict[str, Any]:
    return allow(Condition=condition, Effect=effect)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([only_if({"Bool": {MFA: "true"}})], UNKNOWN),
        ([only_if({"StringNotEquals": {"aws:x": "a"}})], UNKNOWN),  # true when absent, and yet not always
        ([only_if({"StringLikeIfExists": {"aws:x": "*"}})], ALLOWED),
        ([only_if({"StringLike": {"aws:x": "*"}})], UNKNOWN),  # not when absent
        ([only_if({"StringNotLikeIfExists": {"aws:x": "*"}})], UNKNOWN),
        ([only_if({"ForAllValues:StringLike": {"aws:x": ["a", "*"]}})], ALLOWED),
        ([only_if({"ForAllValues:StringEquals": {"aws:x": "a"}})], UNKNOWN),
        ([only_if({"ForAnyValue:StringLike": {"aws:x": "*"}})], UNKNOWN),
        ([only_if({"StringEquals": {"aws:x": []}})], NOT_ALLOWED),
        ([only_if({"Null": {"aws:x": "true"}})], UNKNOWN),
        ([only_if({"Null": {"aws:x": ["true", "false"]}})], ALLOWED),
        ([only_if({"NoSuchOperator": {"aws:x": "a"}})], NOT_ALLOWED),
        ([only_if({"Bool": {MFA: "true"}}), allow()], ALLOWED),  # the other one allows anyway
        ([allow(), only_if({"BoolIfExists": {MFA: "false"}}, "Deny")], UNKNOWN),
        ([only_if({"BoolIfExists": {MFA: "false"}}, "Deny")], NOT_ALLOWED),  # nothing allows: the key doesn't matter
        ([allow(), only_if({"Bool": {MFA: "false"}}, "Deny"), deny()], DENIED),
        ([only_if({"StringEquals": {"aws:username": "dana"}, "Bool": {MFA: "true"}})], UNKNOWN),
        ([only_if({"StringEquals": {"aws:username": "eve"}, "Bool": {MFA: "true"}})], NOT_ALLOWED),
        ([allow(resource="arn:aws:sqs:*:*:${aws:x}")], UNKNOWN),
        ([allow(resource="arn:aws:sqs:*:*:other-${aws:x}")], NOT_ALLOWED),  # whatever x is
        ([only_if({"StringEquals": {"aws:username": "d${aws:x}"}})], UNKNOWN),
        ([only_if({"StringEquals": {"aws:username": "e${aws:x}"}})], NOT_ALLOWED),
        ([only_if({"StringNotEquals": {"aws:username": "e${aws:x}"}})], ALLOWED),
    ],
)
def test_a_key_that_is_not_known(statements: list[dict[str, Any]], expected: Decision) -> None:
    assert asked(identity_policies=[document(*statements)]).decision is expected


def test_a_key_that_is_known_to_be_absent_is_absent() -> None:
    found = asked(unknown=False, identity_policies=[document(only_if({"Bool": {MFA: "true"}}))])
    assert found.decision is NOT_ALLOWED


def test_it_names_the_key_and_the_statement() -> None:
    no_mfa = {**only_if({"BoolIfExists": {MFA: "false"}}, "Deny"), "Sid": "WithMfaOnly"}
    unrelated = only_if({"StringEquals": {"aws:y": "1"}})  # allows what is allowed anyway
    found = asked(identity_policies=[document(allow(), no_mfa, unrelated)])
    assert (found.decision, found.missing_context) == (UNKNOWN, ("aws:multifactorauthpresent",))
    described = [
        (reason.effect, reason.statement and reason.statement.sid, reason.depends_on) for reason in found.reasons
    ]
    assert described == [("Allow", "", ()), ("Deny", "WithMfaOnly", ("aws:multifactorauthpresent",))]


def test_a_key_that_changes_nothing_is_not_named() -> None:
    assert asked(identity_policies=[document(allow(), only_if({"Bool": {MFA: "true"}}))]).missing_context == ()


@pytest.mark.parametrize(
    ("not_read", "case", "expected"),
    [
        ([LayerName.SCP], {"identity_policies": [ALL]}, UNKNOWN),
        ([LayerName.SCP], {"identity_policies": [NONE]}, NOT_ALLOWED),
        ([LayerName.SCP], {"identity_policies": [ALL, DENY]}, DENIED),
        ([LayerName.SCP], {"identity_policies": [ALL], "principal": SLR}, ALLOWED),
        ([LayerName.RCP], {"identity_policies": [ALL]}, UNKNOWN),
        ([LayerName.RESOURCE], {"identity_policies": [ALL]}, UNKNOWN),  # it may deny
        ([LayerName.RESOURCE], {"identity_policies": [NONE]}, UNKNOWN),  # it may allow
        ([LayerName.RESOURCE], {"identity_policies": [NONE], "resource_account": OTHER}, NOT_ALLOWED),  # takes both
        ([LayerName.RESOURCE], {"identity_policies": [ALL], "resource": KEY, "action": "kms:Decrypt"}, UNKNOWN),
        ([LayerName.BOUNDARY], {"identity_policies": [ALL]}, UNKNOWN),
        ([LayerName.BOUNDARY], {"identity_policies": [NONE]}, NOT_ALLOWED),  # a boundary grants nothing
        ([LayerName.IDENTITY], {"identity_policies": [ALL]}, UNKNOWN),
        ([LayerName.IDENTITY], {"identity_policies": [], "permission_boundaries": [NONE]}, NOT_ALLOWED),
        ([LayerName.SESSION], {"identity_policies": [ALL]}, UNKNOWN),
        ([], {"identity_policies": [ALL]}, ALLOWED),
    ],
)
def test_a_layer_that_is_not_read(not_read: list[LayerName], case: dict[str, Any], expected: Decision) -> None:
    found = asked(not_read=not_read, **case)
    assert found.decision is expected
    assert set(found.not_read) <= set(not_read)


def test_a_resource_policy_may_hang_on_a_key() -> None:
    policy = to(USER, Condition={"Bool": {MFA: "true"}})
    assert asked(resource_policy=policy).decision is UNKNOWN
    assert asked(resource_policy=policy, identity_policies=[ALL]).decision is ALLOWED


# ---- Properties ----------------------------------------------------------------------------------------------
KEYS = ("aws:x", "aws:y")
VALUES: tuple[list[str] | None, ...] = (None, ["a"], ["b"], ["a", "b"])
CONDITIONS = st.dictionaries(
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "StringLikeIfExists",
            "Null",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ArnLike",
            "StringNotLike",
            "Bool",
        ]
    ),
    st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.sampled_from(["a", "b", "*", "true", "${aws:y}"]), max_size=2), max_size=2
    ),
    max_size=2,
)
STATEMENTS = st.builds(
    lambda effect, resource, condition: allow(resource=resource, Condition=condition, Effect=effect),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["*", "arn:aws:sqs:*:*:${aws:x}", "arn:aws:sqs:*:*:jobs"]),
    CONDITIONS,
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda statements: [document(*statements)])


@settings(max_examples=150)
@given(POLICIES, POLICIES, st.booleans())
def test_what_is_decided_is_so_whatever_the_keys_say(
    policies: list[dict[str, Any]], boundary: list[dict[str, Any]], bounded: bool
) -> None:
    case: dict[str, Any] = {"identity_policies": policies, **({"permission_boundaries": boundary} if bounded else {})}
    found = asked(**case).decision
    answers = set()
    for values in product(VALUES, repeat=len(KEYS)):
        context = {key: value for key, value in zip(KEYS, values, strict=True) if value is not None}
        answers.add(asked(unknown=False, context=context, **case).decision is ALLOWED)
    assert found is UNKNOWN or answers == {found is ALLOWED}


@given(POLICIES)
def test_what_is_not_read_may_be_anything(policies: list[dict[str, Any]]) -> None:
    held: list[dict[str, Any]] = [
        {},
        {"scps": [{"target": "r", "policies": [NONE]}]},
        {"scps": [{"target": "r", "policies": [DENY]}]},
    ]
    found = asked(unknown=False, not_read=[LayerName.SCP], identity_policies=policies).decision
    answers = {asked(False, identity_policies=policies, **layer).decision is ALLOWED for layer in held}
    assert (found is UNKNOWN) is (len(answers) == 2)


@pytest.mark.parametrize(
    ("statement", "user_id", "expected"),
    [
        (allow(Principal={"AWS": SESSION}), None, UNKNOWN),
        (allow(Principal={"AWS": SESSION}), "AROA:one", ALLOWED),
        (allow(Principal={"AWS": SESSION}), "AROA:two", NOT_ALLOWED),
        (allow(Principal={"AWS": SESSION.replace("reader", "writer")}), None, NOT_ALLOWED),
    ],
)
def test_a_session_that_is_named_is_one_of_its_role_s(statement: Any, user_id: str | None, expected: Decision) -> None:
    """Which session of a role asks, aws:userid says (IAM User Guide, "Principal key values")."""
    given: dict[str, Any] = {"context": {"aws:userid": user_id}} if user_id else {}
    found = asked(principal=ROLE, resource_policy=document(statement), **given)
    assert found.decision is expected
    assert found.missing_context == (() if user_id or expected is NOT_ALLOWED else ("aws:userid",))
    denying = document(allow(Principal={"AWS": ROLE}), deny(Principal={"AWS": SESSION}))
    refused = {"AROA:one": DENIED, "AROA:two": ALLOWED, None: UNKNOWN}[user_id]
    assert asked(principal=ROLE, resource_policy=denying, **given).decision is refused
