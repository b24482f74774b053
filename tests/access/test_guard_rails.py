"""Guard rails: what each rule stands against, held by plans."""

from __future__ import annotations

from typing import Any

import pytest

from access.guard_rails.rules import OWN
from accounts.models import AwsAccount, Operator
from identities import operations as ops
from identities.models import IamUser
from identities.operations.credentials.of_user import on_user
from policies.models import ManagedPolicy
from policies.operations import plan_update
from resources.operations.policies import put_policy
from sync.models import SafeguardVersion
from sync.operations import StepSpec
from tests.access.guarding import LAKE, make_key, power, rail, said, why_not
from tests.access.mirrored import OTHER, administrator, arn, managed, role, user
from tests.services.changing import propose
from tests.services.resource_rows import hold
from tests.services.rows import make_user
from tests.services.statements import LAMBDA, allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db
State = SafeguardVersion.State


# ---- The rules -------------------------------------------------------------------------------------------------
def test_all_actions_on_all_resources(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_full_access", exempt="break-*")
    assert said(here, erin, ops.attach(dana, power(here).arn)) == [
        "dana: all actions on all resources, by the policy power"
    ]
    split = document_text(*(allow(f"{letter}*") for letter in "abcdefghijklmnopqrstuvwxyz"))
    assert said(here, erin, ops.put_inline(dana, "own", split)) == [
        "dana: all actions on all resources, by the inline policy own"
    ]
    asks_mfa = document_text(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert said(here, erin, ops.put_inline(dana, "own", asks_mfa))
    assert said(here, erin, ops.attach(dana, "arn:aws:iam::aws:policy/AdministratorAccess"))
    assert said(here, erin, ops.attach(dana, "arn:aws:iam::aws:policy/NeverRead")) == [
        "dana: perhaps NeverRead, whose text the mirror doesn’t have"
    ]
    narrow = managed(here, "narrow", [allow("s3:*")])
    assert said(here, erin, ops.attach(dana, narrow.arn)) == []
    assert said(here, erin, ops.attach(make_user(here, "break-glass"), power(here).arn)) == []


def test_what_is_so_already_blocks_nothing(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "no_full_access")
    lee = administrator(make_user(here, "lee"))
    narrow = managed(here, "narrow", [allow("s3:*")])
    assert said(here, erin, ops.attach(lee, narrow.arn)) == []
    assert said(here, erin, ops.attach(lee, power(here).arn)) == [
        "lee: all actions on all resources, by the policy power"
    ]


def test_a_boundary_on_new_roles(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge, other = managed(here, "edge", [allow("s3:*")]), managed(here, "other", [allow("*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    trust = trusting(LAMBDA)

    def make(boundary: str = "") -> StepSpec:
        return ops.create_role(here, "new", trust, boundary_arn=boundary)

    assert said(here, erin, make()) == ["new: no permissions boundary"]
    assert said(here, erin, make(other.arn)) == [
        "new: the permissions boundary other, which isn’t one of those asked for"
    ]
    assert said(here, erin, make(edge.arn)) == []


def test_the_boundary_itself_and_roles_that_have_it(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    bounded = role(here, "bounded", trusts=LAMBDA, boundary_arn=edge.arn)
    assert said(here, erin, ops.delete_boundary(bounded)) == ["bounded: no permissions boundary"]
    role(here, "old", trusts=LAMBDA)
    wider = plan_update(edge, document_text(allow(["s3:*", "iam:*"])))
    assert said(here, erin, *wider) == [
        "edge: it lets more through than before, as a permissions boundary that the guard rail asks for"
    ]
    narrower = plan_update(edge, document_text(allow("s3:GetObject")))
    assert said(here, erin, *narrower) == []


def test_a_boundary_that_was_made_again_under_its_name(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rail(here, alice, "boundary_on_roles", policies="edge")
    ManagedPolicy.objects.filter(pk=edge.pk).update(gone_at=edge.first_seen)
    again = managed(here, "edge", [allow("*")], aws_id="ANPAANOTHERONE")
    assert again.arn == edge.arn
    (words,) = said(here, erin, ops.create_role(here, "new", trusting(LAMBDA), boundary_arn=again.arn))
    assert words == "new: the guard rail names edge, which is gone from AWS: an owner has to name another"


def test_credentials_of_users(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_user_credentials", credentials="keys_and_passwords")
    assert said(here, erin, on_user(dana, "iam.key.create")) == ["dana: 1 access key"]
    key = make_key(dana, "AKIAOLD")
    assert said(here, erin, on_user(dana, "iam.key.create")) == ["dana: 2 access keys"]
    assert said(here, erin, on_user(key.user, "iam.key.deactivate", key=key.aws_id)) == []
    key.status = "Inactive"
    key.save(update_fields=["status"])
    assert said(here, erin, on_user(key.user, "iam.key.activate", key=key.aws_id)) == ["dana: 1 access key"]


def test_whom_roles_trust(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "known_accounts", accounts=f"{OTHER}\no-abcdefghij")
    deploy = role(here, "deploy", trusts=LAMBDA)

    def trust(*who: str, **more: Any) -> list[str]:
        return said(here, erin, ops.update_trust(deploy, trusting({"AWS": list(who)}, **more)))

    assert trust(OTHER, arn("root"), arn("role/x", account=OTHER)) == []
    assert trust(arn("role/x", account="333333333333")) == ["deploy: may be assumed from AWS account 333333333333"]
    inside = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    assert trust("*", Condition=inside) == []
    assert trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-strangers1"}}) == [
        "deploy: may be assumed from any AWS account"
    ]
    assert trust("*", Condition={"StringEquals": {"sts:ExternalId": "x"}}) == [
        "deploy: perhaps may be assumed from any AWS account"
    ]


def test_whom_resources_let_in(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "resources_to_known_accounts", accounts=OTHER)
    queue = f"arn:aws:sqs:eu-west-1:{here.account_id}:jobs"
    row = hold(here, "sqs.queue", queue)

    def opened(who: Any) -> list[str]:
        return said(here, erin, put_policy(row, trusting(who, "sqs:SendMessage", Resource=queue)))

    assert opened({"AWS": OTHER}) == []
    assert opened({"AWS": "333333333333"}) == [f"{queue}: is opened to AWS account 333333333333"]
    assert opened("*") == [f"{queue}: is opened to any AWS account"]


def test_resources_that_are_opened_to_everybody(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "no_public_resources")
    queue = f"arn:aws:sqs:eu-west-1:{here.account_id}:jobs"
    row = hold(here, "sqs.queue", queue)

    def opened(who: Any, **more: Any) -> list[str]:
        return said(here, erin, put_policy(row, trusting(who, "sqs:SendMessage", Resource=queue, **more)))

    assert opened({"AWS": "333333333333"}) == []
    assert opened("*") == [f"{queue}: is opened to everybody"]
    change = propose(here, erin, [put_policy(row, trusting("*", "sqs:SendMessage", Resource=queue))])
    assert "is opened to everybody" in why_not(change, erin)


def test_roles_that_are_open_to_everybody(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "not_public")
    deploy = role(here, "deploy", trusts=LAMBDA)

    def trust(who: Any, **more: Any) -> list[str]:
        return said(here, erin, ops.update_trust(deploy, trusting(who, **more)))

    assert trust({"AWS": "333333333333"}) == []
    assert trust("*") == ["deploy: may be assumed from any AWS account"]
    assert trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-strangers1"}}) == []


def test_privilege_escalation_paths(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, "no_new_escalation")
    attaching = managed(here, "attaching", [allow("iam:AttachUserPolicy")])
    assert said(here, erin, ops.attach(dana, attaching.arn)) == ["dana: a new privilege escalation path"]
    assert said(here, erin, ops.attach(dana, power(here).arn)) == ["dana: becomes an administrator"]
    assert said(here, erin, ops.attach(dana, managed(here, "narrow", [allow("s3:*")]).arn)) == []
    assert said(here, erin, ops.attach(dana, "arn:aws:iam::aws:policy/NeverRead")) == [
        "dana: perhaps NeverRead, whose text the mirror doesn’t have"
    ]


def test_what_lint_finds(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, "no_grave_findings", severity="security_warning")
    open_pass = [allow("iam:PassRole")]
    policy = managed(here, "ci", open_pass)
    add = list(plan_update(policy, document_text(*open_pass, allow("s3:GetObject"))))
    assert said(here, erin, *add) == []  # it is there already
    clean = managed(here, "clean", [allow("s3:GetObject", "arn:aws:s3:::lake/*")])
    (words,) = said(here, erin, *plan_update(clean, document_text(*open_pass)))
    assert words.startswith("clean: in the identity policy, line 1: ")


# ---- A document of their own -----------------------------------------------------------------------------------


def test_what_a_document_denies(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:Delete*", LAKE)))
    assert said(here, erin, ops.attach(dana, managed(here, "s3", [allow("s3:*")]).arn)) == [
        f"dana: may do s3:Delete* on {LAKE}"
    ]
    assert said(here, erin, ops.attach(dana, managed(here, "read", [allow("s3:Get*")]).arn)) == []
    assert said(here, erin, ops.attach(dana, managed(here, "other", [allow("s3:*", "arn:aws:s3:::b/*")]).arn)) == []
    user(here, "lee", allow("s3:*", LAKE))
    lee = IamUser.objects.get(name="lee")
    assert said(here, erin, ops.attach(lee, managed(here, "again", [allow("s3:DeleteObject")]).arn)) == []


def test_whom_a_document_is_not_for(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    unless = {"ArnNotLike": {"aws:PrincipalArn": arn("user/dana")}}
    rail(here, alice, OWN, document=document_text(deny("s3:*", Condition=unless)))
    policy = managed(here, "s3", [allow("s3:*")])
    assert said(here, erin, ops.attach(dana, policy.arn)) == []
    assert said(here, erin, ops.attach(make_user(here, "lee"), policy.arn)) == ["lee: may do s3:*"]


def test_taking_a_denial_or_a_boundary_away(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:DeleteBucket")))
    edge = managed(here, "edge", [allow("s3:Get*")])
    user(here, "dana", allow("s3:*"), boundary_arn=edge.arn)
    user(here, "lee", allow("s3:*"), deny("s3:DeleteBucket"))
    dana, lee = (IamUser.objects.get(name=name) for name in ("dana", "lee"))
    assert said(here, erin, ops.delete_boundary(dana)) == ["dana: may do s3:DeleteBucket"]
    assert said(here, erin, ops.put_inline(lee, "own", document_text(allow("s3:*")))) == ["lee: may do s3:DeleteBucket"]


def test_by_whom_a_role_trusts(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("sts:AssumeRole", arn("role/admin"))))
    admin, deploy = role(here, "admin", trusts=LAMBDA), role(here, "deploy", trusts=LAMBDA)
    trusts_dana = trusting({"AWS": dana.arn})
    assert said(here, erin, ops.update_trust(deploy, trusts_dana)) == []
    (words,) = said(here, erin, ops.update_trust(admin, trusts_dana))
    assert words.endswith(f"as it trusts {dana.arn}")


def test_what_is_not_known_does_not_pass(here: AwsAccount, alice: Operator, erin: Operator, dana: IamUser) -> None:
    rail(here, alice, OWN, document=document_text(deny("s3:DeleteBucket")))
    change = propose(here, erin, [ops.attach(dana, "arn:aws:iam::aws:policy/NeverRead")])
    assert "perhaps NeverRead, whose text the mirror doesn’t have" in why_not(change, erin)


def test_taking_access_away_is_against_nothing(here: AwsAccount, alice: Operator, erin: Operator) -> None:
    edge = managed(here, "edge", [allow("s3:*")])
    rules: tuple[tuple[str, dict[str, Any]], ...] = (
        ("no_full_access", {}),
        ("boundary_on_roles", {"policies": "edge"}),
        ("no_user_credentials", {}),
        ("known_accounts", {}),
        ("not_public", {}),
        ("no_public_resources", {}),
        ("resources_to_known_accounts", {}),
        ("no_new_escalation", {}),
        ("no_grave_findings", {"severity": "warning"}),
        (OWN, {"document": document_text(deny("*"))}),
    )
    for rule, typed in rules:
        rail(here, alice, rule, **typed)
    lee = administrator(user(here, "lee", allow("s3:*")))
    key = make_key(lee, "AKIALEE")
    deploy = role(here, "deploy", allow("*"), trusts="*", boundary_arn=edge.arn)
    steps = [
        on_user(key.user, "iam.key.deactivate", key=key.aws_id),
        ops.detach(lee, "arn:aws:iam::aws:policy/AdministratorAccess"),
        ops.delete_inline(lee, "own"),
        ops.delete_inline(deploy, "own"),
        ops.update_trust(deploy, trusting(LAMBDA)),
    ]
    assert said(here, erin, *steps) == []
