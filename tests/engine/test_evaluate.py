"""How layers combine, rule by rule as AWS documents it (IAM User Guide, "Policy evaluation logic")."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.evaluate import Decision
from tests.engine.deciding import (
    ALL,
    ALLOWED,
    DENIED,
    DENY,
    KEY,
    ME,
    NONE,
    NOT_ALLOWED,
    OTHER,
    QUEUE,
    ROLE,
    ROOT,
    SESSION,
    SLR,
    USER,
    asked,
    decided,
    to,
)
from tests.services.statements import allow, deny, document


# ---- One AWS account -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "layer",
    [
        {"identity_policies": [ALL, DENY]},
        {"permission_boundaries": [DENY]},
        {"session_policy": DENY},
        {"resource_policy": to(USER, "Deny")},
        {"endpoint_policies": [DENY]},
        {"scps": [{"target": "r", "policies": [ALL, DENY]}]},
        {"rcps": [{"target": "r", "policies": [to("*", "Deny")]}]},
    ],
    ids=lambda layer: next(iter(layer)),
)
def test_an_explicit_deny_anywhere_wins(layer: dict[str, Any]) -> None:
    whole = {"identity_policies": [ALL], "resource_policy": to(USER), **layer}
    found = asked(**whole)
    assert found.decision is DENIED
    assert [reason.layer.value for reason in found.reasons] == list(layer)


def test_nobody_is_denied_to_ask_who_they_are() -> None:
    assert decided(action="sts:GetCallerIdentity", resource="*", identity_policies=[DENY]) is ALLOWED


def test_identity_or_resource_policy_is_enough() -> None:
    assert decided() is NOT_ALLOWED
    assert decided(identity_policies=[ALL]) is ALLOWED
    assert decided(resource_policy=to(USER)) is ALLOWED


BOUNDED = {"permission_boundaries": [NONE]}
IN_SESSION = {"session_policy": NONE}


@pytest.mark.parametrize(
    ("principal", "named", "limits", "expected"),
    [
        (USER, USER, BOUNDED, ALLOWED),
        (USER, "*", BOUNDED, ALLOWED),
        (USER, ME, BOUNDED, NOT_ALLOWED),
        (SESSION, ROLE, {}, ALLOWED),
        (SESSION, ROLE, BOUNDED, NOT_ALLOWED),
        (SESSION, ROLE, IN_SESSION, NOT_ALLOWED),
        (SESSION, SESSION, {**BOUNDED, **IN_SESSION}, ALLOWED),
        (ROLE, ROLE, BOUNDED, NOT_ALLOWED),
        (SESSION, "*", BOUNDED, ALLOWED),
        (SESSION, SESSION + "2", {}, NOT_ALLOWED),
    ],
)
def test_how_directly_one_is_named_decides_what_limits(
    principal: str, named: str, limits: dict[str, Any], expected: Decision
) -> None:
    assert decided(principal, resource_policy=to(named), **limits) is expected


@pytest.mark.parametrize("named", [ME, ROOT])
def test_an_aws_account_as_principal_only_delegates(named: str) -> None:
    assert decided(resource_policy=to(named)) is NOT_ALLOWED
    assert decided(resource_policy=to(named), identity_policies=[ALL]) is ALLOWED


def test_boundaries_and_session_policies_limit_and_never_grant() -> None:
    for layer in ("permission_boundaries", "session_policy"):
        open_, shut = cast(Any, {layer: [ALL]}), cast(Any, {layer: [NONE]})
        assert decided(**open_) is NOT_ALLOWED
        assert decided(identity_policies=[ALL], **shut) is NOT_ALLOWED
        assert decided(identity_policies=[ALL], **open_) is ALLOWED


def test_who_was_made_anew_is_not_who_was_named() -> None:
    assert decided(resource_policy=to("AIDAEXAMPLEEXAMPLE123")) is NOT_ALLOWED


def test_no_wildcard_within_a_principal() -> None:
    assert decided(resource_policy=to(f"arn:aws:iam::{ME}:user/*")) is NOT_ALLOWED
    assert decided(resource_policy=to({"AWS": "*"})) is decided(resource_policy=to("*")) is ALLOWED


def test_not_principal_with_deny_excepts_only_who_is_listed_in_full() -> None:
    def found(principal: str, *listed: str, **more: Any) -> Decision:
        policy = document({"Effect": "Deny", "NotPrincipal": {"AWS": list(listed)}, "Action": "*", "Resource": "*"})
        return decided(principal, identity_policies=[ALL], resource_policy=policy, **more)

    assert found(USER, USER, ROOT) is ALLOWED
    assert found(USER, USER) is DENIED
    assert found(USER, ROOT) is DENIED
    assert found(SESSION, SESSION, ROLE, ROOT) is ALLOWED
    assert found(SESSION, ROLE, ROOT) is DENIED
    assert found(USER, USER, ROOT, permission_boundaries=[ALL]) is DENIED


def test_not_principal_with_allow_lets_in_all_others() -> None:
    policy = document({"Effect": "Allow", "NotPrincipal": {"AWS": USER}, "Action": "*", "Resource": "*"})
    assert decided(resource_policy=policy) is NOT_ALLOWED
    assert decided(USER + "2", resource_policy=policy) is ALLOWED


def test_a_trust_policy_must_allow() -> None:
    role = f"arn:aws:iam::{ME}:role/reader"
    assume: dict[str, Any] = {"action": "sts:AssumeRole", "resource": role}

    def trust(principal: Any) -> dict[str, Any]:
        who = principal if isinstance(principal, dict) else {"AWS": principal}
        return document({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})

    assert decided(**assume, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(**assume, resource_policy=trust(USER)) is ALLOWED
    assert decided(**assume, resource_policy=trust(ROOT)) is NOT_ALLOWED
    assert decided(**assume, resource_policy=trust(ROOT), identity_policies=[ALL]) is ALLOWED
    assert (
        decided("lambda.amazonaws.com", **assume, resource_policy=trust({"Service": "lambda.amazonaws.com"})) is ALLOWED
    )
    assert (
        decided("ec2.amazonaws.com", **assume, resource_policy=trust({"Service": "lambda.amazonaws.com"}))
        is NOT_ALLOWED
    )
    assert decided(ROOT, **assume, resource_policy=trust(ROOT)) is NOT_ALLOWED


def test_a_key_policy_must_allow() -> None:
    use: dict[str, Any] = {"action": "kms:Decrypt", "resource": KEY}
    assert decided(**use, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(**use, identity_policies=[ALL], resource_policy=to(OTHER)) is NOT_ALLOWED
    assert decided(**use, identity_policies=[ALL], resource_policy=to(ROOT)) is ALLOWED
    assert decided(ROOT, **use, resource_policy=to(USER)) is NOT_ALLOWED
    assert decided(action="kms:ListKeys", resource="*", identity_policies=[ALL]) is ALLOWED


# ---- Two AWS accounts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({"identity_policies": [ALL]}, NOT_ALLOWED),
        ({"resource_policy": to(USER)}, NOT_ALLOWED),
        ({"identity_policies": [ALL], "resource_policy": to(USER)}, ALLOWED),
        ({"identity_policies": [ALL], "resource_policy": to(ME)}, ALLOWED),
        ({"identity_policies": [ALL], "resource_policy": to(OTHER)}, NOT_ALLOWED),
        ({"identity_policies": [ALL], "resource_policy": to("*"), **BOUNDED}, NOT_ALLOWED),
    ],
)
def test_between_aws_accounts_both_must_allow(layers: dict[str, Any], expected: Decision) -> None:
    assert decided(resource_account=OTHER, **layers) is expected


def test_the_root_user_may_do_all_in_its_own_aws_account() -> None:
    assert decided(ROOT) is ALLOWED
    assert decided(ROOT, resource_policy=to("*", "Deny")) is DENIED
    assert decided(ROOT, resource_account=OTHER) is NOT_ALLOWED
    assert decided(ROOT, resource_account=OTHER, resource_policy=to(ME)) is ALLOWED


# ---- Organizations -------------------------------------------------------------------------------------------
def level(*policies: Any) -> dict[str, Any]:
    return {"target": "level", "policies": list(policies)}


def test_a_control_policy_must_allow_at_every_level() -> None:
    assert decided(identity_policies=[ALL], scps=[level(ALL), level(ALL)]) is ALLOWED
    assert decided(identity_policies=[ALL], scps=[level(ALL), level(NONE), level(ALL)]) is NOT_ALLOWED
    assert decided(scps=[level(ALL)]) is NOT_ALLOWED  # they never grant
    assert decided(ROOT, scps=[level(NONE)]) is NOT_ALLOWED
    assert decided(SLR, identity_policies=[ALL], scps=[level(DENY)], rcps=[level(to("*", "Deny"))]) is ALLOWED


def test_a_resource_control_policy_only_denies() -> None:
    at_night = to("*", "Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert decided(identity_policies=[ALL], rcps=[level(at_night)], context={"aws:SecureTransport": "true"}) is ALLOWED
    assert decided(identity_policies=[ALL], rcps=[level(at_night)], context={"aws:SecureTransport": "false"}) is DENIED


def test_anonymous_requests_skip_scps_and_face_rcps() -> None:
    anyone: dict[str, Any] = {"resource_policy": to("*"), "resource_account": ME}
    assert decided({"type": "Anonymous"}, **anyone, scps=[level(DENY)]) is ALLOWED
    assert decided({"type": "Anonymous"}, **anyone, rcps=[level(to("*", "Deny"))]) is DENIED
    assert decided({"type": "Anonymous"}, resource_policy=to(ME)) is NOT_ALLOWED


def test_an_endpoint_must_let_it_through() -> None:
    assert decided(identity_policies=[ALL], endpoint_policies=[to("*")]) is ALLOWED
    assert decided(identity_policies=[ALL], endpoint_policies=[to(OTHER)]) is NOT_ALLOWED


# ---- What AWS keeps for itself -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:AttachRolePolicy", SLR),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ME}:role/aws-reserved/sso/x"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ],
)
def test_what_is_aws_s_own_nobody_changes(action: str, resource: str) -> None:
    assert decided(action=action, resource=resource, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(action="iam:GetRole", resource=resource, identity_policies=[ALL]) is ALLOWED


def test_to_pass_a_role_is_a_request_of_its_own() -> None:
    only_lambda = document(
        allow(action="iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    )
    passing: dict[str, Any] = {"action": "iam:PassRole", "resource": ROLE, "identity_policies": [only_lambda]}
    assert decided(**passing, context={"iam:PassedToService": "lambda.amazonaws.com"}) is ALLOWED
    assert decided(**passing, context={"iam:PassedToService": "ec2.amazonaws.com"}) is NOT_ALLOWED
    assert asked(**passing).missing_context == ("iam:passedtoservice",)


# ---- Always --------------------------------------------------------------------------------------------------
PIECES = st.sampled_from(
    ["*", "sqs:*", "sqs:ReceiveMessage", "s3:Get*", QUEUE, "arn:aws:sqs:*:*:*", "arn:aws:s3:::b/*"]
)
STATEMENTS = st.builds(
    allow,
    Effect=st.sampled_from(["Allow", "Deny"]),
    action=st.lists(PIECES, max_size=3),
    resource=st.lists(PIECES, max_size=3),
)


@given(policies=st.lists(STATEMENTS, max_size=4))
def test_an_explicit_deny_never_loses(policies: list[dict[str, Any]]) -> None:
    denied = document(*policies, deny(resource=QUEUE))
    assert decided(identity_policies=[denied], resource_policy=to(USER)) is DENIED


@given(policies=st.lists(STATEMENTS, max_size=4), more=STATEMENTS.filter(lambda found: found["Effect"] == "Allow"))
def test_one_more_allow_takes_nothing(policies: list[dict[str, Any]], more: dict[str, Any]) -> None:
    if decided(identity_policies=[document(*policies)]) is ALLOWED:
        assert decided(identity_policies=[document(*policies, more)]) is ALLOWED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | PIECES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Principal", "NotPrincipal", "Condition", "AWS", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    garbage=st.dictionaries(st.sampled_from(["Version", "Statement"]), JSON), resource=st.text(min_size=1, max_size=20)
)
def test_any_document_has_an_answer(garbage: dict[str, Any], resource: str) -> None:
    decided(resource=resource, identity_policies=[garbage], resource_policy=garbage, permission_boundaries=[garbage])
