"""Of somebody who may have access to AWS nothing that could hand the account over is for helpdesk alone.

All registered operations on people are walked: a new one that is in neither list fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AwsAccount, Operator, Risk
from cognito.models import CognitoUser, IdentityPool, UserPool
from cognito.people.guarded import why_guarded_person
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import PersonOperation, on_person
from cognito.people.operations.credentials import TOTP
from cognito.people.operations.linking import LinkedAccount, with_account
from cognito.people.operations.making import new_person
from sync import changes, operations
from sync.calls import concealed
from sync.changes import PlanError, demands
from sync.models import Change
from sync.operation_mixins import risk_at_stake, why_second_person
from sync.operations import StepSpec
from sync.plan_draft import Draft
from sync.sealed import keep_typed
from tests.cognito.rows import (
    KEPT,
    make_identity_pool,
    make_person,
    make_pool,
    make_pool_group,
    provider_of,
    put_into,
)
from tests.services.changing import propose
from tests.services.pages import address, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SCHEMA = [{"Name": name} for name in (*KEPT, "custom:team")]
Spec = Callable[[CognitoUser, Operator], StepSpec]


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    return make_pool(aws_account, settings={"SchemaAttributes": SCHEMA}, username_attributes=["email"])


@pytest.fixture
def jane(pool: UserPool) -> CognitoUser:
    make_pool_group(pool, "plain")
    return make_person(pool, attributes={"custom:plan": "basic"})


# ---- What makes somebody guarded ------------------------------------------------------------------------------------
def in_a_group_with_a_role(jane: CognitoUser) -> None:
    put_into(make_pool_group(jane.pool, "staff", role_arn="arn:aws:iam::123456789012:role/staff"), jane)


def _rule(jane: CognitoUser, claim: str, value: str, match: str = "Equals", **about: Any) -> None:
    rules = {"Rules": [{"Claim": claim, "MatchType": match, "Value": value, "RoleARN": "arn:aws:iam::1:role/r"}]}
    mapping = {f"{provider_of(jane.pool)}:client7": {"Type": "Rules", "RulesConfiguration": rules}}
    make_identity_pool(jane.pool, role_mappings=mapping, **about)


def fits_a_rule(jane: CognitoUser) -> None:
    _rule(jane, "custom:plan", "bas", "StartsWith")


def fits_a_rule_by_group(jane: CognitoUser) -> None:
    put_into(make_pool_group(jane.pool, "admins"), jane)
    _rule(jane, "cognito:groups", "adm", "Contains")


def may_fit_a_rule(jane: CognitoUser) -> None:
    _rule(jane, "custom:team", "admins")  # it isn't kept of people


def fits_a_rule_of_another_aws_account(jane: CognitoUser) -> None:
    _rule(jane, "custom:plan", "basic")
    other = AwsAccount.objects.create(account_id="210987654321", name="Other", connection="ambient", emulated=True)
    IdentityPool.objects.update(aws_account=other)


def is_tagged(jane: CognitoUser) -> None:
    tags = {"UseDefaults": False, "PrincipalTags": {"plan": "custom:plan"}}
    make_identity_pool(jane.pool, principal_tags={provider_of(jane.pool): tags})


def roles_are_not_read(jane: CognitoUser) -> None:
    make_identity_pool(jane.pool, roles=None, role_mappings=None)


def tags_are_not_read(jane: CognitoUser) -> None:
    make_identity_pool(jane.pool, principal_tags=None)


def may_be_in_a_group_with_a_role(jane: CognitoUser) -> None:
    """Its members were never read."""
    make_pool_group(jane.pool, "staff", role_arn="arn:aws:iam::123456789012:role/staff", members_read_at=None)


def may_fit_a_rule_by_group(jane: CognitoUser) -> None:
    make_pool_group(jane.pool, "admins", members_read_at=None)
    _rule(jane, "cognito:groups", "adm", "Contains")


GUARDING = (
    in_a_group_with_a_role,
    fits_a_rule,
    fits_a_rule_by_group,
    may_fit_a_rule,
    fits_a_rule_of_another_aws_account,
    is_tagged,
    roles_are_not_read,
    tags_are_not_read,
    may_be_in_a_group_with_a_role,
    may_fit_a_rule_by_group,
)
LOOKING_AT_EVERY_GROUP = (fits_a_rule_by_group, may_fit_a_rule_by_group, roles_are_not_read, tags_are_not_read)


@pytest.mark.parametrize("guarding", [fits_a_rule, may_fit_a_rule, roles_are_not_read])
def test_nothing_of_another_aws_account_is_named(
    guarding: Callable[[CognitoUser], None], jane: CognitoUser, other_account: AwsAccount
) -> None:
    guarding(jane)
    assert why_guarded_person(Draft(jane.aws_account), jane).count("another AWS account") == 0
    IdentityPool.objects.update(aws_account=other_account)
    why = why_guarded_person(Draft(jane.aws_account), jane)
    assert "in another AWS account" in why
    assert "shop" not in why
    assert "the role" not in why


def fits_no_rule(jane: CognitoUser) -> None:
    _rule(jane, "custom:plan", "family")


def gets_what_all_get(jane: CognitoUser) -> None:
    make_identity_pool(jane.pool, roles={"authenticated": "arn:aws:iam::123456789012:role/all"})


def is_in_another_group(jane: CognitoUser) -> None:
    make_pool_group(jane.pool, "staff", role_arn="arn:aws:iam::123456789012:role/staff")
    put_into(make_pool_group(jane.pool, "vip"), jane)


NOT_GUARDING = (fits_no_rule, gets_what_all_get, is_in_another_group)


# ---- The walk -------------------------------------------------------------------------------------------------------
def _on(kind: str, **parameters: Any) -> Spec:
    return lambda person, operator: on_person(person, kind, "No message is sent.", **parameters)


def _password(person: CognitoUser, operator: Operator) -> StepSpec:
    typed = keep_typed("Other-Horse-8", name="Password", aws_account=person.aws_account, operator=operator)
    return on_person(person, "cognito.user.set_password", password=typed, permanent=True)


def _email(person: CognitoUser, operator: Operator) -> StepSpec:
    return on_person(person, "cognito.user.attributes.set", **as_params(person.aws_id, {"email": "x@y.example"}, KEPT))


def _link(kind: str) -> Spec:
    return lambda person, operator: with_account(person, kind, LinkedAccount("Google", "1"), "No message is sent.")


# By who may propose, with an approval by somebody else, where they are guarded.
HANDS_OVER: dict[str, Spec] = {
    "cognito.user.resend_invite": lambda person, operator: on_person(
        person, "cognito.user.resend_invite", name=concealed(person.name), channel="EMAIL"
    ),
    "cognito.user.enable": _on("cognito.user.enable"),
    "cognito.user.confirm": _on("cognito.user.confirm"),
    "cognito.user.resend_code": _on("cognito.user.resend_code", client_id="client7"),
    "cognito.user.reset_password": _on("cognito.user.reset_password"),
    "cognito.user.set_password": _password,
    "cognito.user.attributes.set": _email,
    "cognito.user.attributes.delete": _on("cognito.user.attributes.delete", names=["name"], compared=["name"]),
    "cognito.user.group.add": _on("cognito.user.group.add", group="plain"),
    "cognito.user.mfa.preference": _on("cognito.user.mfa.preference", off=[TOTP]),
    "cognito.user.mfa.delete_totp": _on("cognito.user.mfa.delete_totp"),
    "cognito.user.device.forget": _on("cognito.user.device.forget", device_key="eu_1"),
    "cognito.user.provider.link": _link("cognito.user.provider.link"),
}
# They take access away and nothing else: whoever looks after people stops an account that was taken over.
ONLY_TAKES: dict[str, Spec] = {
    "cognito.user.disable": _on("cognito.user.disable"),
    "cognito.user.group.remove": _on("cognito.user.group.remove", group="plain"),
    "cognito.user.sign_out": _on("cognito.user.sign_out"),
    "cognito.user.session.revoke": _on("cognito.user.session.revoke", session_id="s1"),
    "cognito.user.provider.unlink": _link("cognito.user.provider.unlink"),
    "cognito.user.delete": _on("cognito.user.delete"),
}
NEVER_FOR_HELPDESK = {"cognito.user.provider.link", "cognito.user.provider.unlink", "cognito.user.delete"}
NOBODY_YET = {"cognito.user.create"}  # tests/cognito/test_guarded.py


def test_every_operation_on_people_is_walked() -> None:
    registered = {kind for kind in operations.registry if kind.startswith("cognito.user.")}
    assert HANDS_OVER.keys() | ONLY_TAKES.keys() | NOBODY_YET == registered
    of_persons = {kind for kind, each in operations.registry.items() if isinstance(each, PersonOperation)}
    assert of_persons == registered - NOBODY_YET


def _is_for_helpdesk(step: StepSpec, hal: Operator, aws_account: AwsAccount) -> bool:
    try:
        propose(aws_account, hal, [step])
    except PlanError as refusal:
        return "needs a grant that" not in str(refusal)
    return True


@pytest.mark.parametrize("guard", GUARDING, ids=lambda guard: guard.__name__)
def test_of_guarded_people_nothing_that_hands_over_is_for_helpdesk(
    jane: CognitoUser, hal: Operator, erin: Operator, guard: Callable[[CognitoUser], None]
) -> None:
    guard(jane)
    account = jane.aws_account
    for kind, spec in HANDS_OVER.items():
        step = spec(jane, hal)
        assert not _is_for_helpdesk(step, hal, account), kind
        operation, draft = operations.registry[kind], Draft(account)
        params = operation.parse(step.params)
        assert risk_at_stake(operation, draft, params) is not Risk.LOW, kind
        assert why_second_person(operation, draft, params), kind
    for kind, spec in ONLY_TAKES.items():
        step = spec(jane, hal)
        never = NEVER_FOR_HELPDESK | ({"cognito.user.group.remove"} if guard in LOOKING_AT_EVERY_GROUP else set())
        assert _is_for_helpdesk(step, hal, account) is (kind not in never), kind
        operation = operations.registry[kind]
        assert not why_second_person(operation, Draft(account), operation.parse(step.params))


@pytest.mark.parametrize("guard", NOT_GUARDING, ids=lambda guard: guard.__name__)
def test_of_others_helpdesk_does_it_alone(
    jane: CognitoUser, hal: Operator, guard: Callable[[CognitoUser], None]
) -> None:
    guard(jane)
    for kind, spec in (HANDS_OVER | ONLY_TAKES).items():
        step = spec(jane, hal)
        assert _is_for_helpdesk(step, hal, jane.aws_account) is (kind not in NEVER_FOR_HELPDESK), kind
        operation = operations.registry[kind]
        assert not why_second_person(operation, Draft(jane.aws_account), operation.parse(step.params)), kind


# ---- The approval ---------------------------------------------------------------------------------------------------
def test_it_takes_an_approval_whatever_the_account_asks_for(jane: CognitoUser, erin: Operator, anton: Operator) -> None:
    in_a_group_with_a_role(jane)
    change = propose(jane.aws_account, erin, [_password(jane, erin)])
    [demand] = demands.demands(change, [])
    assert demand.risk == demands.GUARDED
    with pytest.raises(PlanError, match="1 more approval"):
        changes.apply(change=change, actor=erin)
    changes.approve(change=change, actor=anton)
    assert changes.apply(change=change, actor=erin).state == Change.State.QUEUED


def test_who_came_to_be_guarded_since_the_plan_is_looked_at_again(
    jane: CognitoUser, hal: Operator, erin: Operator, anton: Operator
) -> None:
    by_helpdesk = propose(jane.aws_account, hal, [_password(jane, hal)])
    by_editor = propose(jane.aws_account, erin, [_password(jane, erin)])
    in_a_group_with_a_role(jane)
    with pytest.raises(PlanError, match="needs a grant that"):
        changes.apply(change=by_helpdesk, actor=hal)
    with pytest.raises(PlanError, match="1 more approval"):
        changes.apply(change=by_editor, actor=erin)


def test_the_reverse_of_what_helpdesk_may_is_not_for_helpdesk(jane: CognitoUser, hal: Operator) -> None:
    """To disable somebody is; to enable them again isn't."""
    change = propose(jane.aws_account, hal, [_on("cognito.user.disable")(jane, hal)])
    change.steps.update(state="done")
    Change.objects.filter(pk=change.pk).update(state=Change.State.APPLIED)
    CognitoUser.objects.update(enabled=False)
    in_a_group_with_a_role(jane)
    change.refresh_from_db()
    with pytest.raises(PlanError, match="needs a grant that"):
        changes.propose_reverse(change=change, actor=hal, reason="")


def test_somebody_whom_an_invitation_would_give_a_role_is_not_for_helpdesk(jane: CognitoUser, hal: Operator) -> None:
    """By the address that they are invited by, which is a claim of theirs."""
    _rule(jane, "email", "admin", "StartsWith")
    step = new_person(jane.pool, "admin.new@example.org", {}, channel="EMAIL", said="")
    assert not _is_for_helpdesk(step, hal, jane.aws_account)


@pytest.mark.parametrize("guard", [roles_are_not_read, tags_are_not_read], ids=lambda guard: guard.__name__)
def test_nor_is_an_invitation_while_nobody_knows_what_gives_a_role(
    jane: CognitoUser, hal: Operator, guard: Callable[[CognitoUser], None]
) -> None:
    """Who is invited may fit a rule that wasn't read."""
    assert _is_for_helpdesk(new_person(jane.pool, "a@example.org", {}, channel="EMAIL"), hal, jane.aws_account)
    guard(jane)
    step = new_person(jane.pool, "b@example.org", {"custom:plan": "x"}, channel="EMAIL")
    assert not _is_for_helpdesk(step, hal, jane.aws_account)


# ---- On pages -------------------------------------------------------------------------------------------------------
def test_the_form_says_why_before_the_click(jane: CognitoUser, hal: Operator, client_of: ClientOf) -> None:
    in_a_group_with_a_role(jane)
    about = {"aws_id": jane.aws_id, "action": "reset-password"}
    page = text_of(client_of(hal).get(address("cognito_user_action", **about)).content.decode())
    assert "Members of staff can take on the role staff" in page
    client_of(hal).post(address("cognito_user_action", **about), {"reason": ""})
    assert not Change.objects.exists()


def test_a_table_says_it_of_the_line(jane: CognitoUser, hal: Operator, client_of: ClientOf) -> None:
    in_a_group_with_a_role(jane)
    said = {"what": "there", "text": "name,do\njane,reset-password\n", "channel": "EMAIL"}
    url = address("cognito_people_csv", aws_id=jane.pool.aws_id)
    page = text_of(client_of(hal).post(url, said).content.decode())
    assert "can take on the role staff" in page
    assert not Change.objects.exists()


def test_helpdesk_needs_a_second_factor_and_a_fresh_sign_in(
    jane: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    for spec in (_password, _email):
        change = propose(jane.aws_account, hal, [spec(jane, hal)])
        response = client_of(hal, ago=3600).post(address("change_apply", pk=str(change.pk)))
        assert "reauthenticate" in response.headers["Location"]
        change.refresh_from_db()
        assert change.state == Change.State.PROPOSED
    Authenticator.objects.filter(user=hal).delete()
    response = client_of(hal).get(address("cognito_pool_people", aws_id=jane.pool.aws_id))
    assert response.status_code == 302
    assert "2fa" in response.headers["Location"]
