"""Rules that say who looks after an object: how they match, and what a pull and a change make of them."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamGroup, IamRole, IamUser
from identities.operations import attach
from policies.models import ManagedPolicy
from sync import changes, ownership_rules
from sync.changes import PlanError, guards
from sync.models import Ownership, OwnershipRule, Revision
from sync.ownership import OwnershipRules
from tests.services.pulling import pulled, seeded_and_pulled
from tests.services.world import World
from tests.sync.snapshots import changed, import_, user, write

READ_ONLY, IGNORED, MANAGED = Ownership.READ_ONLY, Ownership.IGNORED, Ownership.MANAGED


def rule(matches: str, pattern: str, then: Ownership = IGNORED, tag_key: str = "") -> OwnershipRule:
    return OwnershipRule(matches=matches, pattern=pattern, ownership=then, tag_key=tag_key)


def set_rules(aws_account: AwsAccount, actor: Operator, *rules: OwnershipRule) -> bool:
    return ownership_rules.change_rules(aws_account=aws_account, rules=rules, actor=actor)


# ---- Matching ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("matches", "pattern", "name", "path", "is_matched"),
    [
        ("name", "svc-*", "svc-ci", "/", True),
        ("name", "svc-*", "SVC-CI", "/", True),
        ("name", "svc-*", "my-svc-ci", "/", False),
        ("name", "svc-?", "svc-12", "/", False),
        ("name", "jane", "jane", "/", True),
        ("name", "[abc]", "a", "/", False),
        ("name", "[abc]", "[abc]", "/", True),
        ("path", "/platform/*", "jane", "/platform/", True),
        ("path", "/platform/*", "jane", "/platform/ci/", True),
        ("path", "/platform/*", "jane", "/Platform/", False),
        ("path", "/platform/", "jane", "/platform/ci/", False),
    ],
)
def test_a_pattern_matches_all_of_the_text(matches: str, pattern: str, name: str, path: str, is_matched: bool) -> None:
    found = OwnershipRules([rule(matches, pattern)]).decide(name, path, {})
    assert (found is IGNORED) == is_matched


def test_a_tag_is_matched_by_its_value_and_an_absent_one_by_nothing() -> None:
    rules = OwnershipRules([rule("tag", "*", READ_ONLY, "managed-by")])
    assert rules.decide("jane", "/", {"managed-by": "terraform"}) is READ_ONLY
    assert rules.decide("jane", "/", {"managed-by": ""}) is READ_ONLY
    assert rules.decide("jane", "/", {"team": "terraform"}) is MANAGED


def test_the_first_rule_that_matches_decides() -> None:
    rules = [rule("name", "jane", MANAGED), rule("name", "j*", READ_ONLY), rule("name", "*", IGNORED)]
    assert [OwnershipRules(rules).decide(name, "/", {}) for name in ("jane", "john", "ann")] == [
        MANAGED,
        READ_ONLY,
        IGNORED,
    ]
    assert OwnershipRules(reversed(rules)).decide("jane", "/", {}) is IGNORED


def test_many_stars_take_no_longer() -> None:
    began = perf_counter()
    assert OwnershipRules([rule("name", "*a" * 200 + "b")]).decide("a" * 512, "/", {}) is MANAGED
    assert perf_counter() - began < 1


@given(text=st.text(max_size=30))
def test_a_name_without_stars_matches_itself(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    assert OwnershipRules([rule("name", plain)]).decide(plain, "/", {}) is IGNORED


# ---- The column ----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_pull_settles_what_it_writes(emulator: Emulator, aws_account: AwsAccount, alice: Operator) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    set_rules(aws_account, alice, rule("tag", "reports", READ_ONLY, "team"), rule("name", "new-*"))
    assert IamUser.objects.get(name="jane").ownership == READ_ONLY
    iam.create_user(UserName="new-one")
    iam.untag_user(UserName="jane", TagKeys=["team"])
    before = Revision.objects.count()
    pulled(aws_account)
    assert IamUser.objects.get(name="new-one").ownership == IGNORED
    assert IamUser.objects.get(name="jane").ownership == MANAGED
    assert Revision.objects.count() == before + 2


@pytest.mark.django_db(transaction=True)
def test_a_pull_that_changes_a_row_keeps_what_a_rule_says(
    emulator: Emulator, aws_account: AwsAccount, alice: Operator
) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    set_rules(aws_account, alice, rule("name", "jane"))
    iam.tag_user(UserName="jane", Tags=[{"Key": "a", "Value": "b"}])
    pulled(aws_account)
    jane = IamUser.objects.get(name="jane")
    assert (jane.ownership, jane.tags["a"]) == (IGNORED, "b")


@pytest.mark.django_db(transaction=True)
def test_new_rules_are_applied_to_all_rows_and_audited(
    tmp_path: Path, aws_account: AwsAccount, alice: Operator
) -> None:
    many = [user(f"u{number}") for number in range(1200)]
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    import_(write(tmp_path / "f", changed(UserDetailList=many)))
    assert set_rules(aws_account, alice, rule("name", "u*", READ_ONLY))
    assert IamUser.objects.filter(ownership=READ_ONLY).count() == 1200
    assert IamRole.objects.get().ownership == MANAGED
    assert not set_rules(aws_account, alice, rule("name", "u*", READ_ONLY))
    set_rules(aws_account, alice)
    assert not IamUser.objects.exclude(ownership=MANAGED).exists()
    first, second = AuditEntry.objects.filter(verb="ownership.changed").order_by("pk")
    assert first.data["changes"] == {"rules": ["", "name u*: read-only"]}
    assert second.data["changes"] == {"rules": ["name u*: read-only", ""]}


@pytest.mark.django_db
def test_says_before_what_rules_would_do(world: World, aws_account: AwsAccount, alice: Operator) -> None:
    for name in ("ann", "svc-a", "svc-b"):
        world.user(name)
    world.role("svc-r")
    set_rules(aws_account, alice, rule("name", "ann"))
    effects = ownership_rules.preview(aws_account, OwnershipRules([rule("name", "svc-*", READ_ONLY)]))
    said = {(each.many, each.ownership, each.number) for each in effects}
    assert said == {("IAM users", READ_ONLY, 2), ("IAM users", MANAGED, 1), ("IAM roles", READ_ONLY, 1)}
    assert IamUser.objects.get(name="svc-a").ownership == MANAGED


# ---- The change path -----------------------------------------------------------------------------------------
def proposed(aws_account: AwsAccount, actor: Operator, *steps: Any) -> Any:
    return changes.propose(aws_account=aws_account, actor=actor, title="Try", reason="", steps=list(steps))


@pytest.mark.django_db
@pytest.mark.parametrize(("then", "word"), [(READ_ONLY, "read-only"), (IGNORED, "ignored")])
def test_what_others_look_after_is_not_changed(
    world: World, aws_account: AwsAccount, alice: Operator, then: Ownership, word: str
) -> None:
    role, other, policy = world.role("platform-ci"), world.role("reports"), world.policy()
    set_rules(aws_account, alice, rule("name", "platform-*", then), rule("name", policy.name, then))
    with pytest.raises(PlanError, match=rf"platform-ci is {word} in this console.*“name platform-\*: {word}”"):
        proposed(aws_account, alice, attach(role, policy.arn))
    # The policy is only named by that step, not changed.
    assert proposed(aws_account, alice, attach(other, policy.arn)).pk


@pytest.mark.django_db
def test_a_rule_made_since_the_proposal_stops_the_apply(world: World, aws_account: AwsAccount, alice: Operator) -> None:
    change = proposed(aws_account, alice, attach(world.role("platform-ci"), world.policy().arn))
    assert guards.objection(change, alice) is None
    set_rules(aws_account, alice, rule("name", "platform-*", READ_ONLY))
    objection = guards.objection(change, alice)
    assert objection is not None
    assert "platform-ci is read-only" in objection.sentence


@pytest.mark.django_db
def test_the_rules_are_asked_and_not_the_column(world: World, aws_account: AwsAccount, alice: Operator) -> None:
    role = world.role("platform-ci")
    set_rules(aws_account, alice, rule("name", "platform-*", READ_ONLY))
    IamRole.objects.update(ownership=MANAGED)
    with pytest.raises(PlanError):
        proposed(aws_account, alice, attach(role, world.policy().arn))


def test_users_groups_roles_and_policies_are_looked_after() -> None:
    assert {IamUser, IamGroup, IamRole, ManagedPolicy} <= set(ownership_rules.kinds())
