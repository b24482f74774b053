"""Every operation on a person: carried out, reversed and compared; what it says; and what helpdesk may not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from cognito.models import CognitoMembership, CognitoUser, IdentityPool, PoolPeopleSettings
from cognito.people import erasure
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from sync import changes, operations
from sync.models import Change, Step
from tests.cognito.customers import KEPT, PASSWORD, Customers, shown, signs_in
from tests.cognito.operation_cases_people import CASES, Case
from tests.services.changing import carry_out, propose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_carried_out_and_reversed(case: Case, found: Customers, aws_account: AwsAccount, erin: Operator) -> None:
    person = case.arranged(found)
    before = shown(found)
    found.emulator.forget_calls()
    began = time.monotonic()
    change = carry_out(propose(aws_account, erin, [case.step(person, erin)]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert time.monotonic() - began < 30
    operation = operations.registry[case.kind]
    billed = [call for call in found.emulator.calls("AdminGetUser") if call["applied"]]
    assert not billed or operation.bills  # type: ignore[attr-defined]
    _the_mirror_agrees(found)
    _nothing_personal_is_kept(change)
    if not case.undone:
        return
    assert shown(found) != before
    back = changes.propose_reverse(change=change, actor=erin, reason="It was wrong")
    assert carry_out(back, erin).state == Change.State.APPLIED, back.error
    assert shown(found) == before
    _the_mirror_agrees(found)


def _the_mirror_agrees(found: Customers) -> None:
    aws = shown(found)
    rows = {row.attributes["email"]: row for row in CognitoUser.objects.live().filter(pool=found.pool)}
    assert rows.keys() == aws.keys()
    for email, row in rows.items():
        said = {name: value for name, value in aws[email]["attributes"].items() if name in KEPT}
        assert (row.status, row.enabled, row.attributes) == (aws[email]["UserStatus"], aws[email]["Enabled"], said)
        groups = CognitoMembership.objects.filter(user=row, gone_at__isnull=True)
        assert sorted(groups.values_list("group__name", flat=True)) == sorted(aws[email]["groups"])


def _nothing_personal_is_kept(change: Change) -> None:
    """In the plan and in the trail: no address, no value of an attribute."""
    steps = list(Step.objects.filter(change=change).values("params", "expects", "before", "result", "error"))
    trail = list(AuditEntry.objects.values("object_name", "data"))
    described = json.dumps([steps, trail, list(change.lines.values_list("line", flat=True)), change.title], default=str)
    for personal in ("acme.example", "family", "Horse"):
        assert personal not in described


def test_it_reads_as_a_sentence_and_as_a_command(found: Customers) -> None:
    ada = found.person("ada")
    spec = on_person(ada, "cognito.user.attributes.set", **as_params(ada.aws_id, {"email": "x@y.example"}, KEPT))
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == f"Set email of {ada.aws_id}"
    [call] = operation.calls(p)
    assert call.command_line().startswith("aws cognito-idp admin-update-user-attributes --region ")
    assert "x@y.example" not in call.command_line()
    assert call.resource_arns == (found.pool.arn,)


@pytest.mark.parametrize(
    ("who", "kind", "more", "words"),
    [
        ("ada", "cognito.user.enable", {}, "is enabled already"),
        ("ada", "cognito.user.confirm", {}, "only who never finished signing up"),
        ("ben", "cognito.user.reset_password", {}, "still has a temporary password"),
        ("ada", "cognito.user.delete", {}, "disable them first"),
        ("ada", "cognito.user.group.remove", {"group": "vip"}, "not in the group vip"),
        ("ada", "cognito.user.group.add", {"group": "nobody"}, "no group nobody"),
        ("ada", "cognito.user.attributes.delete", {"names": ["email"]}, "requires the attribute email"),
    ],
)
def test_what_makes_no_sense_is_refused(
    who: str, kind: str, more: dict[str, Any], words: str, found: Customers, aws_account: AwsAccount, erin: Operator
) -> None:
    with pytest.raises(changes.PlanError, match=words):
        propose(aws_account, erin, [on_person(found.person(who), kind, **more)])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("custom:plan", "much too long", "takes 8 at most"),
        ("custom:none", "x", "no attribute custom:none"),
        ("email", "nobody", "no e-mail address"),
        ("email_verified", "perhaps", "true or false"),
        ("sub", "x", "no attribute sub"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    name: str, value: str, words: str, found: Customers, aws_account: AwsAccount, erin: Operator
) -> None:
    ada = found.person("ada")
    step = on_person(ada, "cognito.user.attributes.set", **as_params(ada.aws_id, {name: value}, KEPT))
    with pytest.raises(changes.PlanError, match=words):
        propose(aws_account, erin, [step])


def test_somebody_made_again_under_the_same_name_is_a_conflict(
    found: Customers, aws_account: AwsAccount, erin: Operator
) -> None:
    change = propose(aws_account, erin, [on_person(found.person("ada"), "cognito.user.disable")])
    found.idp.admin_delete_user(UserPoolId=found.pool.aws_id, Username="ada@acme.example")
    found.idp.admin_create_user(UserPoolId=found.pool.aws_id, Username="ada@acme.example", MessageAction="SUPPRESS")
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "found nobody of that sub" in change.error["sentence"]


def test_a_password_is_sent_and_not_kept(found: Customers, aws_account: AwsAccount, erin: Operator) -> None:
    [case] = [case for case in CASES if case.kind == "cognito.user.set_password"]
    assert signs_in(found, PASSWORD)
    carry_out(propose(aws_account, erin, [case.step(found.person("ada"), erin)]), erin)
    assert signs_in(found, "Other-Horse-8")
    assert not signs_in(found, PASSWORD)


# ---- Helpdesk ------------------------------------------------------------------------------------------------
def test_helpdesk_applies_what_is_of_low_risk_without_approvals(
    found: Customers, aws_account: AwsAccount, hal: Operator
) -> None:
    aws_account.approvals_required = 2
    aws_account.save()
    change = carry_out(propose(aws_account, hal, [on_person(found.person("ada"), "cognito.user.reset_password")]), hal)
    assert change.state == Change.State.APPLIED
    [message] = found.emulator.messages()
    assert (message["medium"], message["to"]) == ("EMAIL", "ada@acme.example")


def test_others_changes_are_not_for_helpdesk(
    found: Customers, aws_account: AwsAccount, hal: Operator, erin: Operator
) -> None:
    change = propose(aws_account, erin, [on_person(found.person("ada"), "cognito.user.disable")])
    with pytest.raises(changes.PlanError, match="your own changes only"):
        changes.apply(change=change, actor=hal)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("cognito.user.group.add", {"group": "staff"}),
        ("cognito.user.attributes.set", {"email": "ada@new.example", "email_verified": "true"}),
        ("cognito.user.attributes.set", {"custom:plan": "family"}),
        ("cognito.user.delete", {}),
    ],
)
def test_what_gives_an_account_or_access_away_is_not_for_helpdesk(
    kind: str, more: dict[str, str], found: Customers, aws_account: AwsAccount, hal: Operator, erin: Operator
) -> None:
    """The plan is looked at by a rule of an identity pool."""
    rules = {"Rules": [{"Claim": "custom:plan", "MatchType": "Equals", "Value": "family", "RoleARN": "arn:x"}]}
    provider = f"cognito-idp.eu-west-1.amazonaws.com/{found.pool.aws_id}:client"
    mappings = {provider: {"Type": "Rules", "RulesConfiguration": rules}}
    about = {"aws_account": aws_account, "region": found.pool.region, "aws_id": "eu-west-1:1", "name": "shop"}
    IdentityPool.objects.create(**about, first_seen=found.pool.first_seen, role_mappings=mappings)
    ada = found.person("ada")
    if kind == "cognito.user.delete":
        carry_out(propose(aws_account, erin, [on_person(ada, "cognito.user.disable")]), erin)
    if kind == "cognito.user.attributes.set":
        step = on_person(ada, kind, **as_params(ada.aws_id, more, KEPT))
    else:
        step = on_person(ada, kind, **more)
    with pytest.raises(changes.PlanError, match="needs a grant that"):
        propose(aws_account, hal, [step])
    assert propose(aws_account, erin, [step]).is_care is False


def test_helpdesk_of_another_pool(found: Customers, aws_account: AwsAccount, hal: Operator) -> None:
    Grant.objects.filter(operator=hal).update(pool_id="eu-west-1_Other1234")
    step = on_person(found.person("ada"), "cognito.user.disable")
    with pytest.raises(changes.PlanError, match=f"for the people of the user pool {found.pool.aws_id}"):
        propose(aws_account, hal, [step])
    Grant.objects.create(operator=hal, aws_account=aws_account, role=Role.HELPDESK, pool_id=found.pool.aws_id)
    assert propose(aws_account, hal, [step]).is_care


def test_so_many_people_an_hour(found: Customers, aws_account: AwsAccount, hal: Operator, erin: Operator) -> None:
    PoolPeopleSettings.objects.update(helpdesk_per_hour=2)
    steps = [on_person(found.person(name), "cognito.user.disable") for name in ("ada", "ben", "cleo")]
    with pytest.raises(
        changes.PlanError, match="2 people of this pool in an hour at most: you changed 0, counting who waits"
    ):
        propose(aws_account, hal, steps)
    waiting = propose(aws_account, hal, steps[2:])
    assert carry_out(propose(aws_account, hal, steps[:2]), hal).state == Change.State.APPLIED
    again = on_person(found.person("ada"), "cognito.user.enable")
    assert carry_out(propose(aws_account, hal, [again]), hal).state == Change.State.APPLIED  # the same person
    with pytest.raises(changes.PlanError, match="you changed 2"):
        changes.apply(change=waiting, actor=hal)
    assert carry_out(propose(aws_account, erin, steps[2:]), erin).state == Change.State.APPLIED


def test_the_plan_says_how_many_aws_may_bill(found: Customers, aws_account: AwsAccount, erin: Operator) -> None:
    steps = [on_person(found.person(name), "cognito.user.sign_out") for name in ("ada", "ben")]
    assert "ACTIVE_PEOPLE" not in [each["code"] for each in propose(aws_account, erin, steps).findings]
    steps += [on_person(found.person("dora"), "cognito.user.disable")]
    [said] = [each for each in propose(aws_account, erin, steps).findings if each["code"] == "ACTIVE_PEOPLE"]
    assert said["message"].startswith("AWS may count 1 person as active")


def test_who_is_erased_goes_from_old_plans(found: Customers, aws_account: AwsAccount, erin: Operator) -> None:
    ada = found.person("ada")
    change = carry_out(
        propose(
            aws_account,
            erin,
            [on_person(ada, "cognito.user.attributes.set", **as_params(ada.aws_id, {"custom:plan": "family"}, KEPT))],
        ),
        erin,
    )
    step = change.steps.get()
    assert step.params["attributes"]["custom:plan"]
    assert step.before["attributes"]["custom:plan"]
    erasure.erase(CognitoUser.objects.filter(pk=ada.pk))
    step.refresh_from_db()
    assert step.params["attributes"] == {"custom:plan": ""}
    assert step.before["attributes"] == {"custom:plan": ""}
    with pytest.raises(changes.PlanError, match="nothing to reverse"):
        changes.propose_reverse(change=change, actor=erin, reason="")
