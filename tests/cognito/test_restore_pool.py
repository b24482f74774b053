"""A file restored into a pool that is there: what differs, what is ticked, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import CognitoMembership, UserPool
from cognito.pools.operations import remove, update
from cognito.pools.operations.shapes import GROUP, MFA, POOL
from cognito.restoring import planning
from emulator.process import REGION
from sync.changes import PlanError
from sync.models import Change
from tests.cognito.arranged_pool import Arranged, group_of, provider_of
from tests.cognito.restoring import exported, look, stage
from tests.cognito.rows import make_person
from tests.cognito.seeding import ROLE, pull_pools
from tests.services.changing import carry_out, propose
from tests.services.pages import address, text_of
from tests.services.pulling import pulled

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
NAMES = ("ada", "ben", "cora")


def url_of(pool: UserPool) -> str:
    return address("cognito_pool_restore", aws_id=pool.aws_id)


def with_people(arranged: Arranged) -> None:
    """Three people, of whom two are in vip."""
    for name in NAMES:
        arranged.idp.admin_create_user(
            **arranged.in_pool,
            Username=f"{name}@example.org",
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.org"}],
        )
    for name in NAMES[:2]:
        arranged.idp.admin_add_user_to_group(**arranged.in_pool, Username=f"{name}@example.org", GroupName="vip")
    pull_members(arranged)


def pull_members(arranged: Arranged) -> None:
    for source in ("cognito.people", "cognito.members"):
        pulled(arranged.pool.aws_account, source=source, region=REGION)


def edited(text: str, edit: Callable[[dict[str, Any]], object]) -> str:
    said = json.loads(text)
    edit(said)
    return json.dumps(said)


def shown(page: Any) -> str:
    return text_of(page.content.decode())


def keys(page: Any) -> set[str]:
    return {item.key for part in page.context["form"].parts for item in part.items}


def staged(client: Client, pool: UserPool, text: str, **said: Any) -> Change:
    page = look(client, url_of(pool), text=text)
    assert page.status_code == 200, shown(page)
    response = stage(client, url_of(pool), page, **said)
    assert response.status_code == 302, shown(response)
    return Change.objects.order_by("-pk")[0]


def applied(change: Change, operator: Operator) -> Change:
    done = carry_out(change, operator)
    assert done.state == Change.State.APPLIED, [(step.kind, step.state, step.error) for step in done.steps.all()]
    return done


def test_the_pool_as_it_is_has_nothing_to_restore(arranged: Arranged, erins: Client) -> None:
    page = look(erins, url_of(arranged.pool), text=exported(erins, arranged.pool))
    assert keys(page) == set()
    assert "Stage the change" not in shown(page)


def test_what_was_changed_since_is_put_back(arranged: Arranged, erin: Operator, erins: Client) -> None:
    text, arn = exported(erins, arranged.pool), arranged.pool.arn
    was = arranged.described()
    steps = [
        update(POOL, arn, "customers", {"Policies.PasswordPolicy.MinimumLength": 14}),
        update(MFA, arn, "customers", {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}),
        update(GROUP, arn, "vip", {"Precedence": 0, "RoleArn": None}, "vip"),
    ]
    applied(propose(arranged.pool.aws_account, erin, steps), erin)

    page = look(erins, url_of(arranged.pool), text=text)
    assert keys(page) == {"setting Policies", "mfa", "group vip"}
    assert "Members of vip can take on the role shop-customer" in shown(page)
    applied(staged(erins, arranged.pool, text), erin)
    now = arranged.described()
    assert {name for name in was if was[name] != now[name]} == {"LastModifiedDate"}
    assert group_of(arranged, "vip") == (ROLE, 5, "Best customers")


def test_texts_and_mfa_are_restored_together(arranged: Arranged, erin: Operator, erins: Client) -> None:
    """How texts are sent is a setting of the pool that shows in its MFA, too: no conflict between the two steps."""
    texts = {"SnsCallerArn": "arn:aws:iam::123456789012:role/texts", "ExternalId": "shop"}

    def edit(said: dict[str, Any]) -> None:
        said["pool"]["settings"]["SmsConfiguration"] = texts
        said["mfa"] = {
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": {"SmsConfiguration": texts},
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
        }

    change = staged(erins, arranged.pool, edited(exported(erins, arranged.pool), edit))
    assert [step.kind for step in change.steps.order_by("position")] == ["cognito.pool.update", "cognito.pool.mfa"]
    applied(change, erin)
    assert arranged.idp.get_user_pool_mfa_config(**arranged.in_pool)["MfaConfiguration"] == "OPTIONAL"


def test_a_group_that_is_gone_is_made_with_its_people(arranged: Arranged, erin: Operator, erins: Client) -> None:
    with_people(arranged)
    text = exported(erins, arranged.pool, memberships=True)
    applied(propose(arranged.pool.aws_account, erin, [remove(GROUP, arranged.pool.arn, "vip")]), erin)
    assert CognitoMembership.objects.filter(gone_at=None, group__gone_at=None).count() == 0

    page = look(erins, url_of(arranged.pool), text=text)
    assert keys(page) == {"group vip", "members vip"}
    refused = stage(erins, url_of(arranged.pool), page, take=["members vip"])
    assert "vip needs the group vip, which isn’t there: tick it, too" in shown(refused)
    change = staged(erins, arranged.pool, text)
    assert "GROUP_GIVES_ACCESS" in {each["code"] for each in change.findings}
    applied(change, erin)
    members = arranged.idp.list_users_in_group(**arranged.in_pool, GroupName="vip")["Users"]
    emails = {each["Value"] for member in members for each in member["Attributes"] if each["Name"] == "email"}
    assert emails == {"ada@example.org", "ben@example.org"}
    assert CognitoMembership.objects.filter(gone_at=None, group__gone_at=None).count() == 2


def test_people_are_found_by_what_they_sign_in_with(arranged: Arranged, erin: Operator, erins: Client) -> None:
    """In another pool their `sub` is another one; who isn't there is named."""
    with_people(arranged)
    text = exported(erins, arranged.pool, memberships=True)

    def edit(said: dict[str, Any]) -> None:
        [members] = said["memberships"]
        members["people"][0] |= {"sub": "1-other", "username": "1-other"}
        members["people"] += [
            {"sub": "2-other", "username": "2-other", "signs_in_with": "CORA@example.org"},
            {"sub": "3-other", "username": "3-other", "signs_in_with": "dana@example.org"},
        ]

    page = look(erins, url_of(arranged.pool), text=edited(text, edit))
    assert "1 of 4 people of the file isn’t in this pool, as far as the mirror knows: dana@example.org." in shown(page)
    change = staged(erins, arranged.pool, edited(text, edit))
    cora = arranged.pool.people.get(attributes__email="cora@example.org")
    assert [step.params["sub"] for step in change.steps.all()] == [cora.aws_id]
    applied(change, erin)


def test_addresses_have_no_case_and_mean_one_person(arranged: Arranged, erins: Client) -> None:
    eve = make_person(arranged.pool, "eve", attributes={"email": "Eve@Example.org"})
    for name in ("finn", "finn-2"):
        make_person(arranged.pool, name, attributes={"email": "finn@example.org"})
    people = [{"sub": each, "signs_in_with": f"{each}@example.org"} for each in ("eve", "finn")]

    def edit(said: dict[str, Any]) -> None:
        said["memberships"] = [{"group": "vip", "people": people}]

    text = edited(exported(erins, arranged.pool), edit)
    said = shown(look(erins, url_of(arranged.pool), text=text))
    assert "1 of 2 people of the file isn’t in this pool, as far as the mirror knows: finn@example.org." in said
    [step] = staged(erins, arranged.pool, text).steps.all()
    assert step.params["sub"] == eve.aws_id


def test_neither_the_name_nor_the_domain_of_another_pool_is_taken_unasked(arranged: Arranged, erins: Client) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["from"]["pool_id"], said["pool"]["name"] = "us-east-1_Other1234", "others"
        said["domains"] = {"shop-others": {"ManagedLoginVersion": 1}}

    text = edited(exported(erins, arranged.pool), edit)
    UserPool.objects.filter(pk=arranged.pool.pk).update(domains={}, domain="")
    page = look(erins, url_of(arranged.pool), text=text)
    ticked = {item.key: item.ticked for part in page.context["form"].parts for item in part.items}
    assert ticked == {"setting PoolName": False, "domain shop-others": False}


def test_where_usernames_have_a_case_it_tells_people_apart(arranged: Arranged, erins: Client) -> None:
    jane, other = (make_person(arranged.pool, name) for name in ("jane", "Jane"))
    people = [{"sub": "1-other", "username": "jane"}]
    memberships = [{"group": "vip", "people": people}]
    text = edited(exported(erins, arranged.pool), lambda said: said.update(memberships=memberships))
    [step] = staged(erins, arranged.pool, text).steps.all()
    assert (step.params["sub"], jane.name_key) == (jane.aws_id, other.name_key)


def test_an_address_that_is_not_the_username_counts_once_it_is_verified(arranged: Arranged, erins: Client) -> None:
    """Anybody who signs up may say that hers is the address of somebody else."""
    UserPool.objects.filter(pk=arranged.pool.pk).update(username_attributes=[], alias_attributes=["email"])
    make_person(arranged.pool, "mallory", attributes={"email": "eve@example.org", "email_verified": "false"})
    finn = make_person(arranged.pool, "finn")
    people = [{"sub": each, "signs_in_with": f"{each}@example.org"} for each in ("eve", "finn")]
    text = edited(
        exported(erins, arranged.pool), lambda said: said.update(memberships=[{"group": "vip", "people": people}])
    )
    page = look(erins, url_of(arranged.pool), text=text)
    assert "1 of 2 people of the file isn’t in this pool, as far as the mirror knows: eve@example.org." in shown(page)
    [step] = staged(erins, arranged.pool, text).steps.all()
    assert step.params["sub"] == finn.aws_id


def test_one_change_takes_so_many_memberships(
    arranged: Arranged, erin: Operator, erins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_people(arranged)
    text = exported(erins, arranged.pool, memberships=True)
    for name in NAMES[:2]:
        arranged.idp.admin_remove_user_from_group(**arranged.in_pool, Username=f"{name}@example.org", GroupName="vip")
    pull_members(arranged)
    monkeypatch.setattr(planning, "MOST_AT_ONCE", 1)
    page = look(erins, url_of(arranged.pool), text=text)
    assert "vip: 1 more person is still to be put into it. One change takes 1 memberships at most" in shown(page)
    assert staged(erins, arranged.pool, text).steps.count() == 1


def test_what_the_file_does_not_name_stays(arranged: Arranged, erin: Operator, erins: Client) -> None:
    text = exported(erins, arranged.pool)
    arranged.idp.create_group(**arranged.in_pool, GroupName="later")
    arranged.idp.update_user_pool(
        **arranged.in_pool,
        UserPoolTags={"team": "shop"},
        DeletionProtection="ACTIVE",
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": True},
    )
    pull_pools(arranged.pool.aws_account)
    page = look(erins, url_of(arranged.pool), text=text)
    assert "later: not in the file, and left alone." in shown(page)
    assert keys(page) == {"setting AdminCreateUserConfig", "setting DeviceConfiguration"}
    assert page.context["form"].keys == {"setting AdminCreateUserConfig"}
    applied(staged(erins, arranged.pool, text), erin)
    now = arranged.described()
    assert now["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
    assert now["DeviceConfiguration"] == {"ChallengeRequiredOnNewDevice": True}
    assert group_of(arranged, "later") is not None


def test_an_app_client_needs_its_provider_and_the_provider_its_secret(
    arranged: Arranged, erin: Operator, erins: Client
) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["identity_providers"].append({**said["identity_providers"][0], "name": "Acme"})
        said["clients"].append({"name": "new", "settings": {"SupportedIdentityProviders": ["Acme", "COGNITO"]}})

    text, url = edited(exported(erins, arranged.pool), edit), url_of(arranged.pool)
    page = look(erins, url, text=text)
    said = shown(stage(erins, url, page, but=["provider Acme"]))
    assert "new needs the identity provider Acme, which isn’t there" in said
    assert "Acme: type its client secret, or leave it out." in shown(stage(erins, url, page))
    secrets = {"provider Acme": "never-shown-7"}
    refused = stage(erins, url, page, secrets=secrets, take=["provider Acme"], title="x" * 300)
    assert "never-shown-7" not in refused.content.decode()
    change = staged(erins, arranged.pool, text, secrets=secrets)
    assert "never-shown-7" not in json.dumps([step.params for step in change.steps.all()])
    applied(change, erin)
    assert provider_of(arranged, "Acme")["client_secret"] == "never-shown-7"


def test_another_kind_of_pool(arranged: Arranged, erin: Operator, erins: Client) -> None:
    """How people sign in can't be restored, and an attribute only for ever: it isn't ticked."""

    def edit(said: dict[str, Any]) -> None:
        said["pool"]["fixed"] = {"AliasAttributes": ["email"]}
        attribute = {"Name": "custom:tier", "AttributeDataType": "String", "Mutable": True}
        said["pool"]["attributes"].append(attribute)
        said["pool"]["attributes"] = [
            {**each, "Mutable": False} if each["Name"] == "custom:plan" else each for each in said["pool"]["attributes"]
        ]

    text = edited(exported(erins, arranged.pool), edit)
    page = look(erins, url_of(arranged.pool), text=text)
    said = shown(page)
    assert "This is another kind of pool. People sign in with an e-mail address" in said
    assert "In the pool of the file: people sign in with a username, or with an e-mail address" in said
    assert "custom:plan is another one here (Mutable): AWS changes no attribute." in said
    assert page.context["form"].keys == set()
    applied(staged(erins, arranged.pool, text, take=["attribute custom:tier"]), erin)
    assert "custom:tier" in {each["Name"] for each in arranged.described()["SchemaAttributes"]}


def test_a_restore_waits_for_approval_as_any_change(arranged: Arranged, erin: Operator, erins: Client) -> None:
    aws_account = arranged.pool.aws_account
    aws_account.approvals_required = 1
    aws_account.save(update_fields=["approvals_required"])

    def edit(said: dict[str, Any]) -> None:
        said["groups"].append({"name": "gold", "settings": {"RoleArn": ROLE}})

    change = staged(erins, arranged.pool, edited(exported(erins, arranged.pool), edit))
    assert (change.approvals_required, change.state) == (1, Change.State.PROPOSED)
    with pytest.raises(PlanError, match="1 more approval is needed"):
        carry_out(change, erin)
    assert group_of(arranged, "gold") is None


def test_arns_of_elsewhere_are_said(arranged: Arranged, erins: Client) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["groups"][0]["settings"]["RoleArn"] = "arn:aws:iam::999999999999:role/shop"

    page = look(erins, url_of(arranged.pool), text=edited(exported(erins, arranged.pool), edit))
    assert "It names arn:aws:iam::999999999999:role/shop, which is of another AWS account or Region" in shown(page)


def test_a_provider_of_another_type_stays(arranged: Arranged, erins: Client) -> None:
    """AWS changes no provider's type."""

    def edit(said: dict[str, Any]) -> None:
        said["identity_providers"][0]["type"] = "OIDC"

    page = look(erins, url_of(arranged.pool), text=edited(exported(erins, arranged.pool), edit))
    assert "Google is of the type Google here, and OIDC in the file: it stays." in shown(page)
    assert not page.context["form"].keys


def test_an_app_client_needs_the_attributes_that_it_reads(arranged: Arranged, erins: Client) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["clients"][0]["settings"]["ReadAttributes"] = ["email", "custom:extra"]

    page = look(erins, url_of(arranged.pool), text=edited(exported(erins, arranged.pool), edit))
    refused = stage(erins, url_of(arranged.pool), page)
    assert "needs the attribute custom:extra, which isn’t there" in shown(refused)


def test_so_much_is_offered_at_once(arranged: Arranged, erins: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["groups"] += [{"name": name, "settings": {}} for name in ("a", "b")]
        said["resource_servers"].append({"name": "https://x.example", "settings": {"Name": "X"}})

    monkeypatch.setattr(planning, "MOST_OFFERED", 2)
    page = look(erins, url_of(arranged.pool), text=edited(exported(erins, arranged.pool), edit))
    assert "1 more differ: apply these first" in shown(page)
    assert len(page.context["form"].keys) == 2


def test_another_file_than_was_looked_at_is_not_staged(arranged: Arranged, erins: Client) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["groups"].append({"name": "trial", "settings": {}})

    text = exported(erins, arranged.pool)
    page = look(erins, url_of(arranged.pool), text=edited(text, edit))
    refused = stage(erins, url_of(arranged.pool), page, text=text)
    assert "This isn’t what you looked at" in shown(refused)
    assert not Change.objects.exists()
