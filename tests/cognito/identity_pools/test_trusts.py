"""Whom the trust of a role lets in besides: other pools, the other kind of people, and all in the classic flow."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.identity_pools.findings import all_findings
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.identity_pools.trusting import Trust, tightened, trust_for, trust_in
from cognito.posture import PostureFinding
from policies.engine.evaluate import Decision
from tests.cognito.identity_pools.shop import Shop
from tests.services import statements
from tests.services.pages import get, text_of
from tests.services.statements import document_text, trusting

COGNITO = "cognito-identity.amazonaws.com"
AUD, AMR = f"{COGNITO}:aud", f"{COGNITO}:amr"
OURS = "us-east-1:0a1b2c3d-1111-4222-8333-444455556666"
THEIRS = "us-east-1:99999999-1111-4222-8333-444455556666"
ROLE = "arn:aws:iam::123456789012:role/member"
POOL = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Shop"
FACEBOOK = "graph.facebook.com"
SIGNED_IN, GUEST = "authenticated", "unauthenticated"


def allowing(aud: Any, amr: Any = SIGNED_IN, *, operator: str = "StringEquals", **more: Any) -> dict[str, Any]:
    condition = {operator: {AUD: aud}, "ForAnyValue:StringLike": {AMR: amr}}
    return statements.trust({"Federated": COGNITO}, "sts:AssumeRoleWithWebIdentity", Condition=condition, **more)


def trust(*given: dict[str, Any], provider: str = POOL, kind: str = SIGNED_IN) -> Trust:
    return trust_in(document_text(*given), ROLE, OURS, kind, provider=provider)


def test_of_this_pool_alone() -> None:
    assert trust(allowing(OURS)) == Trust(Decision.ALLOWED)


@pytest.mark.parametrize("aud", ["us-east-1:*", "us-east-1:0a*", "us-east-1:0a1b2c3d-????-4222-8333-444455556666", "*"])
def test_a_pattern_of_pools_lets_others_in(aud: str) -> None:
    assert trust(allowing(aud, operator="StringLike")).any_pool


@pytest.mark.parametrize("beside", ["eu-west-1:*", "us-east-1:ff*"])
def test_a_pattern_beside_this_pool_lets_others_in(beside: str) -> None:
    assert trust(allowing([OURS, beside], operator="StringLike")).any_pool


def test_a_pattern_that_is_taken_literally_lets_nobody_in() -> None:
    assert not trust(allowing([OURS, "us-east-1:*"])).any_pool


def test_pools_that_are_named_are_told_and_no_others() -> None:
    denied = allowing("us-east-1:denied", Effect="Deny")
    found = trust(allowing([THEIRS, OURS, "us-east-1:denied"]), denied)
    assert (found.also, found.any_pool) == ((THEIRS,), False)


def test_guests_of_another_pool_are_of_another_pool() -> None:
    assert trust(allowing(OURS), allowing(THEIRS, GUEST)).also == (THEIRS,)


def test_everybody_in_a_statement_of_its_own_lets_all_pools_in() -> None:
    open_to_all = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}
    found = trust(allowing(OURS), open_to_all)
    assert (found.any_pool, found.any_kind) == (True, True)


@pytest.mark.parametrize(
    ("amr", "provider", "lets_in"),
    [
        (FACEBOOK, FACEBOOK, True),
        (FACEBOOK, POOL, False),
        (POOL, POOL, True),
        (SIGNED_IN, FACEBOOK, True),
    ],
)
def test_a_trust_may_ask_for_the_provider(amr: str, provider: str, lets_in: bool) -> None:
    found = trust(allowing(OURS, amr), provider=provider)
    assert found.works is lets_in
    assert not found.any_kind


def test_who_is_signed_in_has_more_than_one_value() -> None:
    statement = allowing(OURS)
    statement["Condition"] = {"StringEquals": {AUD: OURS}, "ForAllValues:StringLike": {AMR: SIGNED_IN}}
    assert not trust(statement).works


def test_a_guest_comes_by_no_provider() -> None:
    assert not trust(allowing(OURS, POOL), kind=GUEST).works


@pytest.mark.parametrize(
    ("partition", "federated", "prefix"),
    [
        ("aws", COGNITO, COGNITO),
        ("aws-us-gov", "cognito-identity-us-gov.amazonaws.com", "cognito-identity-us-gov.amazonaws.com"),
        ("aws-cn", "cognito-identity.cn-north-1.amazonaws.com.cn", "cognito-identity.amazonaws.com.cn"),
    ],
)
def test_each_partition_has_names_of_its_own(partition: str, federated: str, prefix: str) -> None:
    """With those of another one a role would seem to let nobody in, and its mended trust would."""
    role, document = ROLE.replace("aws", partition, 1), trust_for([OURS], GUEST, partition=partition)
    [statement] = json.loads(document)["Statement"]
    assert statement["Principal"] == {"Federated": federated}
    assert statement["Condition"] == {
        "StringEquals": {f"{prefix}:aud": OURS},
        "ForAnyValue:StringLike": {f"{prefix}:amr": GUEST},
    }
    assert trust_in(document, role, OURS, GUEST) == Trust(Decision.ALLOWED)
    wide = json.dumps({"Statement": {**statement, "Condition": {}}})
    found = trust_in(wide, role, OURS, GUEST)
    assert (found.any_pool, found.any_kind) == (True, True)
    assert json.loads(tightened(wide, [OURS], [GUEST], partition=partition))["Statement"] == [statement]


def test_who_is_signed_in_has_a_provider_whichever_it_is() -> None:
    """So a guest role whose trust lists both kinds, and all values of them, lets nobody in who is signed in."""
    statement = allowing(OURS)
    statement["Condition"] = {"StringEquals": {AUD: OURS}, "ForAllValues:StringLike": {AMR: [GUEST, SIGNED_IN]}}
    found = trust(statement, kind=GUEST)
    assert (found.works, found.any_kind) == (True, False)


@pytest.mark.parametrize("own", [OURS.replace("0a", "00"), OURS.replace("0a", "11")])
def test_a_pattern_that_one_digit_fills_is_as_wide(own: str) -> None:
    document = json.dumps({"Statement": allowing(f"{own[:-1]}?", operator="StringLike")})
    for last in "01":
        assert trust_in(document, ROLE, f"{own[:-1]}{last}", SIGNED_IN, provider=POOL).any_pool


def test_fixing_keeps_what_else_a_statement_says() -> None:
    """However its keys are written; and adds nothing twice."""
    asked = {"StringEquals": {AUD.upper(): THEIRS, "aws:SourceIp": "10.0.0.1"}, "StringLike": {AMR.title(): "*"}}
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Statement": [{**allowing(THEIRS), "Action": actions, "Condition": asked}, lambdas]})
    ours, other = json.loads(tightened(document, [OURS], [SIGNED_IN], tagged=True))["Statement"]
    assert ours["Action"] == actions
    assert ours["Condition"] == {
        "StringEquals": {"aws:SourceIp": "10.0.0.1", AUD: OURS},
        "ForAnyValue:StringLike": {AMR: SIGNED_IN},
    }
    assert other == lambdas
    [_, added] = json.loads(tightened(json.dumps({"Statement": lambdas}), [OURS], [GUEST]))["Statement"]
    assert added["Condition"]["ForAnyValue:StringLike"] == {AMR: GUEST}


# ---- As the page tells it ------------------------------------------------------------------------------------


def finding(pool: Any, code: str) -> PostureFinding:
    return next(each for each in all_findings(pool) if each.code == code)


@pytest.mark.django_db
def test_in_the_classic_flow_whoever_signs_in_may_take_other_roles(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    shop.with_roles()
    shop.role("gold", SIGNED_IN)
    document = trusting("*", "sts:AssumeRoleWithWebIdentity")
    shop.world.iam.create_role(RoleName="open", AssumeRolePolicyDocument=document)
    shop.role("elsewhere", "", trust=trust_for([THEIRS], SIGNED_IN))
    pool = shop.mirrored()
    paths = SignInPaths(pool)
    assert [role.name for role in paths.guest.others] == ["open"]
    assert [role.name for role in paths.signed_in[0].others] == ["gold", "open"]
    assert finding(pool, "CLASSIC_FLOW").severity == "critical"
    assert "People who are signed in may also take gold and open" in finding(pool, "CLASSIC_FLOW").text
    said = text_of(get(client_of(erin), "identity_pool", aws_id=pool.aws_id))
    assert "whoever signs in here may also take gold , open ." in said
    shop.update(AllowClassicFlow=False)
    assert [path.others for path in SignInPaths(shop.pulled()).all] == [(), ()]


@pytest.mark.django_db
def test_guests_who_are_not_let_in_take_nothing(shop: Shop) -> None:
    shop.with_roles().role("guests-too", GUEST)
    assert [role.name for role in SignInPaths(shop.mirrored()).guest.others] == ["guests-too"]
    shop.update(AllowUnauthenticatedIdentities=False)
    assert SignInPaths(shop.pulled()).guest.others == ()


@pytest.mark.django_db
def test_a_pool_that_the_mirror_lacks_is_a_finding_and_one_that_it_has_is_told(
    shop: Shop, erin: Operator, client_of: Callable[..., Client]
) -> None:
    ours = shop.identity.create_identity_pool(IdentityPoolName="other", AllowUnauthenticatedIdentities=False)
    other = ours["IdentityPoolId"]
    shop.with_roles(trust=trust_for([shop.pool_id, other], SIGNED_IN))
    pool = shop.mirrored()
    assert "TRUST_OF_UNKNOWN_POOL" not in {each.code for each in all_findings(pool)}
    said = text_of(get(client_of(erin), "identity_pool", aws_id=pool.aws_id))
    assert f"Works, for this pool and 1 other aud is this pool or {other}" in said
    shop.identity.delete_identity_pool(IdentityPoolId=other)
    assert other in finding(shop.pulled(), "TRUST_OF_UNKNOWN_POOL").text


@pytest.mark.django_db
def test_one_role_for_both_kinds_is_as_the_pool_says(shop: Shop) -> None:
    both = trust_for([shop.pool_id], "*authenticated")
    arn = shop.role("both", "", trust=both)
    shop.set_roles({"authenticated": arn, "unauthenticated": arn})
    pool = shop.mirrored()
    assert all(link.trust and link.trust.is_right for _, link in SignInPaths(pool).links)
