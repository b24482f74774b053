"""What access a plan changes, for whom: of all steps together, by the mirror."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from identities import operations as ops
from policies.operations import plan_update
from sync import checks
from sync.changes.plan import plan
from sync.checks import PlanFinding
from sync.operations import StepSpec
from tests.access.mirrored import ID, OTHER, arn, managed, role, user
from tests.services.rows import attach, join, make_group
from tests.services.statements import allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db


@pytest.fixture
def reports(aws_account: AwsAccount) -> Any:
    return managed(aws_account, "reports", [allow("s3:GetObject")])


def measured(aws_account: AwsAccount, *steps: StepSpec) -> Any:
    return checks.measure(aws_account, plan(aws_account, steps).steps)["access"].kept


def findings(aws_account: AwsAccount, *steps: StepSpec) -> list[PlanFinding]:
    return list(checks.measure(aws_account, plan(aws_account, steps).steps)["access"].findings)


def described(aws_account: AwsAccount, *steps: StepSpec) -> dict[str, dict[str, list[str]]]:
    """By the names of those concerned the actions of each kind of difference."""
    return {
        " ".join(who.rpartition("/")[2] for who, _ in each["who"]): {
            kind: sorted(action for item in each[kind]["items"] for action in item["actions"])
            for kind in ("gained", "lost", "perhaps", "denied", "allowed_again")
            if kind in each
        }
        for each in measured(aws_account, *steps)["effects"]
    }


def test_attaching_gives_to_members_of_the_group(aws_account: AwsAccount, reports: Any) -> None:
    group = make_group(aws_account)
    for name in ("dana", "lee"):
        join(user(aws_account, name), group)
    assert described(aws_account, ops.attach(group, reports.arn)) == {"dana lee": {"gained": ["s3:GetObject"]}}


def test_who_has_it_already_gains_nothing(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", allow("s3:*"))
    assert described(aws_account, ops.attach(dana, reports.arn)) == {}


def test_what_is_denied_is_not_gained(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", deny("s3:Get*"))
    assert described(aws_account, ops.attach(dana, reports.arn)) == {}


def test_what_two_policies_give_is_lost_with_neither_alone(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", allow("s3:GetObject"))
    attach(dana, reports)
    assert described(aws_account, ops.detach(dana, reports.arn)) == {}
    both = [ops.detach(dana, reports.arn), ops.delete_inline(dana, "own")]
    assert described(aws_account, *both) == {"dana": {"lost": ["s3:GetObject"]}}


def test_joining_a_group_gives_what_it_has_by_then(aws_account: AwsAccount, reports: Any) -> None:
    group, dana = make_group(aws_account), user(aws_account, "dana")
    steps = [ops.attach(group, reports.arn), ops.add_member(dana, group)]
    assert described(aws_account, *steps) == {"dana": {"gained": ["s3:GetObject"]}}


def test_a_new_version_is_for_all_who_have_it(aws_account: AwsAccount, reports: Any) -> None:
    attach(role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"}), reports)
    new = plan_update(reports, document_text(allow("s3:PutObject")))
    assert described(aws_account, *new) == {"exporter": {"gained": ["s3:PutObject"], "lost": ["s3:GetObject"]}}


def test_a_new_version_of_a_boundary_is_for_all_whom_it_bounds(aws_account: AwsAccount, reports: Any) -> None:
    user(aws_account, "dana", allow(["s3:GetObject", "s3:PutObject"]), boundary_arn=reports.arn)
    new = plan_update(reports, document_text(allow("s3:*")))
    assert described(aws_account, *new) == {"dana": {"gained": ["s3:PutObject"]}}


def test_a_boundary_takes_what_it_does_not_allow(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", allow(["s3:GetObject", "s3:PutObject"]))
    assert described(aws_account, ops.put_boundary(dana, reports.arn)) == {"dana": {"lost": ["s3:PutObject"]}}


def test_a_denial_is_told_apart(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana")
    written = ops.put_inline(dana, "no", document_text(deny("s3:GetObject")))
    assert described(aws_account, written) == {"dana": {"denied": ["s3:GetObject"]}}


def test_a_text_that_the_mirror_lacks_is_said(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana")
    (effect,) = measured(aws_account, ops.attach(dana, "arn:aws:iam::aws:policy/ReadOnlyAccess"))["effects"]
    assert effect["why"] == ["The mirror doesn’t have the text of ReadOnlyAccess: what it allows isn’t counted here."]


def test_a_tag_matters_where_policies_ask_for_it(aws_account: AwsAccount) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "reports"}}
    asked = user(aws_account, "dana", allow("s3:GetObject", Condition=condition))
    other = user(aws_account, "lee", allow("s3:GetObject"))
    steps = [ops.tag(each, "team", "reports") for each in (asked, other)]
    (effect,) = measured(aws_account, *steps)["effects"]
    assert (effect["who"][0][0], len(effect["why"])) == (asked.arn, 1)


def test_thousands_with_the_same_are_one(aws_account: AwsAccount, reports: Any) -> None:
    group = make_group(aws_account)
    for number in range(30):
        join(user(aws_account, f"u{number}"), group)
    (effect,) = measured(aws_account, ops.attach(group, reports.arn))["effects"]
    assert (effect["count"], len(effect["who"]), effect["at_most"]) == (30, 10, False)


def test_too_many_combinations_are_told_at_most(aws_account: AwsAccount, reports: Any) -> None:
    people = [user(aws_account, f"u{number}", allow("s3:*", f"arn:aws:s3:::{number}")) for number in range(41)]
    (effect,) = measured(aws_account, *(ops.attach(each, reports.arn) for each in people))["effects"]
    assert (effect["count"], effect["at_most"]) == (41, True)
    assert effect["gained"]["items"][0]["actions"] == ["s3:GetObject"]


def test_policies_about_something_else_make_no_combination(aws_account: AwsAccount, reports: Any) -> None:
    people = [user(aws_account, f"u{number}", allow("sqs:*", f"arn:aws:sqs:*:*:{number}")) for number in range(41)]
    (effect,) = measured(aws_account, *(ops.attach(each, reports.arn) for each in people))["effects"]
    assert (effect["count"], effect["at_most"]) == (41, False)


# ---- What is grave -------------------------------------------------------------------------------------------
def test_a_new_administrator(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana", allow("s3:*"))
    (found,) = findings(aws_account, ops.attach(dana, "arn:aws:iam::aws:policy/AdministratorAccess"))
    assert found.code == "MAKES_ADMINISTRATOR"
    assert found.message == "dana becomes an administrator of this AWS account."


def test_within_a_boundary_nobody_becomes_administrator(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", boundary_arn=reports.arn)
    assert findings(aws_account, ops.attach(dana, "arn:aws:iam::aws:policy/AdministratorAccess")) == []


def test_taking_the_boundary_off_makes_one(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana", allow("*"), boundary_arn=reports.arn)
    assert [found.code for found in findings(aws_account, ops.delete_boundary(dana))] == ["MAKES_ADMINISTRATOR"]


@pytest.mark.parametrize(
    ("who", "code", "severity"),
    [
        ("*", "OPENS_ROLE_TO_EVERYBODY", "security_warning"),
        (OTHER, "OPENS_ROLE_TO_ACCOUNT", "security_warning"),
        (arn("role/x", account=OTHER), "OPENS_ROLE_TO_ACCOUNT", "security_warning"),
    ],
)
def test_a_role_opened_to_strangers(aws_account: AwsAccount, who: str, code: str, severity: str) -> None:
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    written = ops.update_trust(exporter, trusting({"AWS": who}))
    assert [(found.code, found.severity) for found in findings(aws_account, written)] == [(code, severity)]


def test_under_conditions_is_less_grave(aws_account: AwsAccount) -> None:
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    (found,) = findings(aws_account, ops.update_trust(exporter, trusting({"AWS": OTHER}, Condition=condition)))
    assert (found.severity, found.message) == ("warning", f"AWS account {OTHER} may assume exporter, under conditions.")


def test_trusting_ones_own_is_no_such_thing(aws_account: AwsAccount) -> None:
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    written = ops.update_trust(exporter, trusting({"AWS": ID}))
    assert findings(aws_account, written) == []
    (opened,) = measured(aws_account, written)["trusts"]
    assert [kind for kind in ("gained", "lost") if kind in opened] == ["gained", "lost"]


def test_a_role_made_for_strangers(aws_account: AwsAccount) -> None:
    made = ops.create_role(aws_account, "exporter", trusting({"AWS": OTHER}))
    assert "OPENS_ROLE_TO_ACCOUNT" in [found.code for found in findings(aws_account, made)]


def test_a_user_made_like_an_administrator(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana", allow("*"))
    steps = ops.clone_user(dana, "kim", "/")
    assert [found.code for found in findings(aws_account, *steps)] == ["MAKES_ADMINISTRATOR"]


def test_who_is_deleted_loses_all(aws_account: AwsAccount, reports: Any) -> None:
    dana = user(aws_account, "dana")
    attach(dana, reports)
    assert described(aws_account, *ops.delete_whole(dana)) == {"dana": {"lost": ["s3:GetObject"]}}


def test_of_who_is_deleted_nothing_stays(aws_account: AwsAccount) -> None:
    dana, everything = user(aws_account, "dana"), managed(aws_account, "everything", [allow("*", "*")])
    attach(dana, everything)
    stays = "What its other policies allow stays."
    assert stays in str(measured(aws_account, ops.detach(dana, everything.arn)))
    assert stays not in str(measured(aws_account, *ops.delete_whole(dana)))


def test_who_was_not_there_before_loses_nothing(aws_account: AwsAccount) -> None:
    bounds = managed(aws_account, "bounds", [allow("s3:*"), deny("iam:*")])
    assert described(aws_account, ops.create_user(aws_account, "ada", boundary_arn=bounds.arn)) == {}
    steps = [ops.create_user(aws_account, "ada", boundary_arn=bounds.arn)]
    assert not any("lost" in each or "denied" in each for each in measured(aws_account, *steps)["effects"])


def test_one_action_of_a_verb_is_named(aws_account: AwsAccount) -> None:
    """Of the others that begin so, one takes no resource, so that it isn't said by this statement either."""
    one = managed(aws_account, "one", [allow("iam:SetDefaultPolicyVersion", arn("policy/*"))])
    dana = user(aws_account, "dana")
    assert described(aws_account, ops.attach(dana, one.arn)) == {"dana": {"gained": ["iam:SetDefaultPolicyVersion"]}}
