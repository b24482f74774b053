"""What plans about people keep to: whom they mean, what they compare and bring back, how many mails they send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import PoolProvider, SavedSearch, UserPool
from cognito.people import messages
from cognito.people.erasure import forget_in_plans, forget_searches
from cognito.people.operations.attributes import as_params, digest
from cognito.people.operations.base import on_person
from cognito.people.operations.groups import MOST_GROUPS
from cognito.people.operations.linking import LinkedAccount, linked_to, with_account
from cognito.people.operations.making import new_person
from cognito.pools.operations.base import child_key
from cognito.pools.operations.shapes import GROUP
from sync import changes, operations
from sync.changes import PlanError, guards
from sync.changes.claims import keys_to_lease
from sync.models import Change, Step
from sync.operations import StepSpec
from sync.placeholders import placeholder_for
from tests.cognito.customers import KEPT, Customers, shown
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of

pytestmark = pytest.mark.django_db


# ---- Whom they mean --------------------------------------------------------------------------------------------
def test_somebody_of_another_pool_is_nobody(pool: UserPool, erin: Operator) -> None:
    jane, other = make_person(pool), make_pool(pool.aws_account, "others")
    step = on_person(jane, "cognito.user.disable")
    with pytest.raises(PlanError, match=f"nobody with the sub {jane.aws_id} in {other.aws_id}"):
        propose(pool.aws_account, erin, [StepSpec(step.kind, {**step.params, "pool_arn": other.arn})])


def test_a_change_of_a_person_keeps_others_of_hers_waiting(pool: UserPool, erin: Operator) -> None:
    jane, group = make_person(pool), make_pool_group(pool)
    change = propose(pool.aws_account, erin, [on_person(jane, "cognito.user.group.add", group=group.name)])
    key = f"cognito.user:{pool.arn}/{jane.aws_id}"
    assert key in keys_to_lease(change)
    operation = operations.registry["cognito.user.group.add"]
    about = {"pool_arn": pool.arn, "sub": placeholder_for(1), "group": group.name}
    assert [each for each in operation.objects(operation.parse(about)) if each.startswith("cognito.user:")] == []


def test_a_change_of_members_keeps_those_of_the_group_waiting(pool: UserPool, erin: Operator) -> None:
    """A group that is deleted meanwhile has nobody to be put into it."""
    jane, group = make_person(pool), make_pool_group(pool)
    change = propose(pool.aws_account, erin, [on_person(jane, "cognito.user.group.add", group=group.name)])
    assert child_key(GROUP, pool.arn, group.name) in keys_to_lease(change)


@pytest.mark.parametrize(("held", "refused"), [(MOST_GROUPS - 1, False), (MOST_GROUPS, True)])
def test_nobody_is_in_more_groups_than_aws_allows(held: int, refused: bool, pool: UserPool, erin: Operator) -> None:
    jane, last = make_person(pool), make_pool_group(pool, "last")
    for number in range(held):
        put_into(make_pool_group(pool, f"g{number}"), jane)
    step = on_person(jane, "cognito.user.group.add", group=last.name)
    if refused:
        with pytest.raises(PlanError, match="is in 100 groups, the most that AWS allows"):
            propose(pool.aws_account, erin, [step])
    else:
        assert propose(pool.aws_account, erin, [step]).pk


def test_nobodys_password_is_reset_who_is_disabled(pool: UserPool, erin: Operator) -> None:
    jane = make_person(pool, enabled=False)
    with pytest.raises(PlanError, match="is disabled: enable them first"):
        propose(pool.aws_account, erin, [on_person(jane, "cognito.user.reset_password")])


def test_an_account_of_a_provider_that_is_gone_is_not_linked(pool: UserPool, erin: Operator) -> None:
    jane = make_person(pool)
    provider = PoolProvider.objects.create(
        aws_account=pool.aws_account,
        region=pool.region,
        aws_id="x",
        arn=pool.arn,
        pool=pool,
        name="Google",
        name_key="google",
        provider_type="Google",
        first_seen=jane.first_seen,
    )
    step = with_account(jane, "cognito.user.provider.link", LinkedAccount("Google", "1"), "")
    assert propose(pool.aws_account, erin, [step]).pk
    provider.gone_at = jane.first_seen
    provider.save(update_fields=["gone_at"])
    with pytest.raises(PlanError, match="has no identity provider Google"):
        propose(pool.aws_account, erin, [step])


def test_their_own_account_is_none_that_is_linked() -> None:
    described = [
        {"providerName": "Google", "userId": "1", "primary": True},
        {"providerName": "SAML", "userId": "2", "primary": "true"},
        {"providerName": "Apple", "userId": "3", "primary": False},
        {"providerName": "Other", "userId": "4"},
    ]
    item = {"Attributes": [{"Name": "identities", "Value": json.dumps(described)}]}
    assert linked_to(item) == [LinkedAccount("Apple", "3"), LinkedAccount("Other", "4")]
    assert linked_to({"Attributes": [{"Name": "identities", "Value": "no JSON"}]}) == []


def test_of_somebody_who_is_gone_no_factors_are_asked_for(pool: UserPool) -> None:
    """AdminGetUser bills for her, and doesn't find her."""
    operation = operations.registry["cognito.user.mfa.delete_totp"]
    nobody_to_ask: Any = None
    params = operation.parse({"pool_arn": pool.arn, "sub": make_person(pool).aws_id})
    assert operation.done(nobody_to_ask, params, None, []) is None


def test_sessions_and_devices_of_one_person_are_parts_of_their_own(pool: UserPool) -> None:
    """Two of them in one plan: neither expects what the other leaves."""
    about = {"pool_arn": pool.arn, "sub": make_person(pool).aws_id}
    for kind, which in (("cognito.user.session.revoke", "session_id"), ("cognito.user.device.forget", "device_key")):
        operation = operations.registry[kind]
        parts = {operation.part(operation.parse({**about, which: each})) for each in ("one", "two")}
        assert len(parts) == 2


def test_of_who_is_erased_a_plan_keeps_no_account_elsewhere(pool: UserPool, erin: Operator) -> None:
    jane = make_person(pool)
    step = with_account(jane, "cognito.user.provider.unlink", LinkedAccount("Google", "1"), "")
    change = propose(pool.aws_account, erin, [step])
    forget_in_plans([jane.aws_id])
    params = change.steps.get().params
    assert (params["subject"], params["name"]) == ("", "")
    assert params["sub"] == jane.aws_id and params["provider"] == "Google"


def test_a_search_for_the_same_address_in_another_pool_is_for_somebody_else(pool: UserPool, hal: Operator) -> None:
    jane, other = make_person(pool), make_pool(pool.aws_account, "others")
    for each in (pool, other):
        SavedSearch.objects.create(operator=hal, pool=each, name="Jane", query="email=jane%40example.org")
    assert forget_searches([jane]) == 1
    assert SavedSearch.objects.get().pool == other


# ---- What they compare, and bring back ---------------------------------------------------------------------------
def test_nobody_can_tell_by_a_plan_that_two_people_have_the_same() -> None:
    assert digest("ada", "custom:plan", "basic") != digest("ben", "custom:plan", "basic")
    assert digest("ada", "custom:plan", "basic") != digest("ada", "custom:team", "basic")
    assert digest("ada", "custom:plan", "") == ""


def test_what_the_mirror_does_not_keep_is_set_whatever_it_was(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    attributes = [{"Name": "given_name", "Value": "Augusta"}]
    found.idp.admin_update_user_attributes(UserPoolId=found.pool.aws_id, Username=ada.aws_id, UserAttributes=attributes)
    params = as_params(ada.aws_id, {"given_name": "Ada", "custom:plan": "family"}, KEPT)
    assert params["compared"] == ["custom:plan"]
    change = propose(ada.aws_account, erin, [on_person(ada, "cognito.user.attributes.set", **params)])
    assert carry_out(change, erin).state == Change.State.APPLIED, change.error
    assert shown(found)["ada@acme.example"]["attributes"]["given_name"] == "Ada"


def test_an_address_that_waits_for_its_code_is_not_looked_for(found: Customers) -> None:
    """Until it is verified, AWS shows the old one."""
    values = {"email": "ada@home.example", "custom:plan": "family"}
    params = as_params("ada", values, ["custom:plan", "email"], ["email"])
    assert set(params["digests"]) == {"custom:plan"}
    assert set(params["attributes"]) == {"custom:plan", "email"}


def test_an_address_comes_back_as_verified_as_it_was(found: Customers, erin: Operator) -> None:
    ada, before = found.person("ada"), shown(found)
    params = as_params(ada.aws_id, {"email": "ada@home.example"}, KEPT)
    change = propose(ada.aws_account, erin, [on_person(ada, "cognito.user.attributes.set", **params)])
    assert carry_out(change, erin).state == Change.State.APPLIED, change.error
    assert shown(found)["ada@home.example"]["attributes"]["email_verified"] == "false"
    back = changes.propose_reverse(change=change, actor=erin, reason="It was wrong")
    assert carry_out(back, erin).state == Change.State.APPLIED, back.error
    assert shown(found) == before


# ---- How many mails ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("mails", "warns"), [(messages.MOST_MAILS, False), (messages.MOST_MAILS + 1, True)])
def test_more_mails_than_cognito_sends_in_a_day_are_warned_of(
    mails: int, warns: bool, pool: UserPool, erin: Operator
) -> None:
    said = messages.invitation(pool, "EMAIL")
    invited: list[Any] = [
        new_person(pool, f"new-{number}", {"email": f"new-{number}@example.org"}, channel="EMAIL", said=said)
        for number in range(mails)
    ]
    found = {each["code"]: each["message"] for each in propose(pool.aws_account, erin, invited).findings}
    assert ("MAIL_QUOTA" in found) is warns
    if warns:
        assert found["MAIL_QUOTA"].startswith("It sends 51 e-mails, and Cognito itself sends 50 a day")


def test_the_rest_of_a_bulk_invitation_goes_on_after_a_slice(pool: UserPool, erin: Operator) -> None:
    """Fewer e-mails than the plan said are left, and still more than Cognito sends in a day."""
    invited = [
        new_person(
            pool,
            f"new-{number}",
            {"email": f"new-{number}@example.org"},
            channel="EMAIL",
            said=messages.invitation(pool, "EMAIL"),
        )
        for number in range(messages.MOST_MAILS + 2)
    ]
    change = propose(pool.aws_account, erin, invited)
    change.steps.filter(position=1).update(state=Step.State.DONE)
    assert guards.objection(change, erin) is None
    change.findings = [{**found, "amount": 50} for found in change.findings if found["code"] == "MAIL_QUOTA"]
    against = guards.objection(change, erin)
    assert against is not None and "it has got worse: It sends 51 e-mails" in against.sentence


def test_what_is_said_alike_of_many_steps_is_one_note(
    pool: UserPool, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    people = [make_person(pool, f"jane{number}") for number in range(3)]
    make_pool_group(pool, "staff", role_arn="arn:aws:iam::123456789012:role/staff")
    steps = [on_person(person, "cognito.user.group.add", group="staff") for person in people]
    change = propose(pool.aws_account, erin, steps)
    assert len([found for found in change.findings if found["code"] == "GROUP_GIVES_ACCESS"]) == 3
    page = get(client_of(erin), "change", pk=str(change.pk))
    assert page.count("Members of staff can take on the role staff") == 1
    text = text_of(page)
    assert "In 3 steps. Which Step 1: Add" in text and "jane2@example.org" in text.split("Which")[1].split("Step 3")[1]
