"""Centralised root access: what the mirror has of it, its page, its form, and what is said where it isn't to be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Operator
from identities.account.settings import FEATURES
from identities.models import IamAccount
from identities.operations import switch_root_feature
from sync.changes.bookkeeping import PlanError
from sync.models import Change, Facet, Revision, Run
from sync.operations import StepSpec, registry
from sync.selectors import coverage_of
from tests.identities.operation_cases_root_access import CREDENTIALS, SESSIONS, on_in, shown_features
from tests.services.changing import carry_out, propose
from tests.services.organizations import MANAGEMENT_ID, MadeOrganization
from tests.services.pages import address, get, text_of
from tests.services.pulling import pull_all, pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SOURCE = "iam.root_access"


def settings_text(client: Client) -> str:
    return text_of(get(client, "account_settings"))


def switch(name: str, *, on: bool) -> StepSpec:
    return switch_root_feature(FEATURES[name], on=on)


def member_of(world: World) -> MadeOrganization:
    """The AWS account of the tests is a member of an organization that trusts IAM."""
    organization = MadeOrganization(world.emulator, MANAGEMENT_ID)
    organization.invite()
    organization.trust_iam()
    pulled(world.aws_account, source="iam.alias")
    return organization


def reads(world: World) -> Run:
    return pulled(world.aws_account, source=SOURCE)


# ---- The mirror, and the page ----------------------------------------------------------------------------------
def test_the_management_account_knows_which_features_are_on(world: World, bob: Operator, client_of: ClientOf) -> None:
    on_in(CREDENTIALS)(world)
    assert IamAccount.objects.get().root_access == {"features": [CREDENTIALS], "barrier": ""}
    text = settings_text(client_of(bob))
    assert "Root credentials management: on The management account can look at and delete" in text
    assert "Privileged root actions in member accounts: off Only the root user of a member account" in text
    assert "Not read yet: centralised root access" not in text


def test_what_others_switch_is_a_revision_in_words(world: World, bob: Operator, client_of: ClientOf) -> None:
    on_in(CREDENTIALS)(world)
    world.iam.enable_organizations_root_sessions()
    world.iam.disable_organizations_root_credentials_management()
    assert reads(world).changed == 1
    origins = Revision.objects.filter(facet__source="root_access").order_by("number").values_list("origin", flat=True)
    assert list(origins) == ["import", "outside"]
    text = text_of(get(client_of(bob), "account_settings_history"))
    assert "Centralised root access: Privileged root actions in member accounts switched on" in text
    assert "Centralised root access: Root credentials management switched off" in text


def test_without_trusted_access_none_is_on_and_the_page_says_how(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    organization = on_in(CREDENTIALS)(world)
    organization.client.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    assert reads(world).changed == 1
    assert IamAccount.objects.get().root_access == {"features": [], "barrier": "trusted_access"}
    text = settings_text(client_of(erin))
    assert "Trusted access for IAM is switched off in AWS Organizations. Switch it on first" in text
    assert "enable-aws-service-access --service-principal iam.amazonaws.com" in text
    history = text_of(get(client_of(erin), "account_settings_history"))
    assert "no centralised root access: trusted access for IAM is switched off in AWS Organizations" in history
    organization.trust_iam()
    reads(world)
    history = text_of(get(client_of(erin), "account_settings_history"))
    assert "centralised root access is possible: no longer is it that trusted access for IAM is switched off" in history


def test_consolidated_billing_has_none(world: World, bob: Operator, client_of: ClientOf) -> None:
    world.emulator.client("organizations").create_organization(FeatureSet="CONSOLIDATED_BILLING")
    reads(world)
    assert "The organization is for consolidated billing only. Enable all features first" in settings_text(
        client_of(bob)
    )


def test_a_stand_alone_account_says_so_and_the_pull_went_well(world: World, bob: Operator, client_of: ClientOf) -> None:
    pulled(world.aws_account, source="iam.alias")
    run = reads(world)
    assert f"Not read: {world.aws_account.account_id} is not in an organization." in str(run.log)
    text = settings_text(client_of(bob))
    assert f"Not read: centralised root access. {world.aws_account.account_id} is not in an organization." in text
    assert "Root credentials management: off" not in text


def test_a_member_says_whom_to_connect(world: World, erin: Operator, client_of: ClientOf) -> None:
    member_of(world)
    reads(world)
    text = settings_text(client_of(erin))
    assert "Not read: centralised root access. iam:ListOrganizationsFeatures is for the management account" in text
    assert "Connect one of them to this console" in text
    assert address("account_action", action="root-access") not in get(client_of(erin), "account_settings")


def test_who_is_delegate_no_more_keeps_what_was_held_with_its_age(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    organization = member_of(world)
    organization.delegate_iam()
    reads(world)
    assert Facet.objects.get(source="root_access").coverage == Facet.Coverage.READ
    organization.client.deregister_delegated_administrator(
        AccountId=world.aws_account.account_id, ServicePrincipal="iam.amazonaws.com"
    )
    assert reads(world).changed == 0
    text = settings_text(client_of(erin))
    assert "Not up to date: centralised root access." in text
    assert "Root credentials management: off" in text
    assert address("account_action", action="root-access") not in get(client_of(erin), "account_settings")


def test_what_is_denied_names_the_permission(world: World) -> None:
    denied = {"code": "AccessDenied", "status": 403, "message": "no"}
    world.emulator.rules([{"action": "ListOrganizationsFeatures", "when": "before", "error": denied}])
    assert pull_all(world.aws_account, source=SOURCE).state == Run.State.FAILED
    held = coverage_of(world.aws_account, SOURCE)
    assert (held.state, "iam:ListOrganizationsFeatures" in held.why) == ("denied", True)


# ---- The form --------------------------------------------------------------------------------------------------
def staged() -> list[str]:
    return [step.kind for step in Change.objects.get().steps.all()]


def test_the_form_shows_what_is_on_and_stages_what_was_changed(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    on_in(CREDENTIALS)(world)
    url = address("account_action", action="root-access")
    assert url in get(client_of(erin), "account_settings")
    html = client_of(erin).get(url).content.decode()
    assert [box in html for box in ('id="id_root_credentials" checked', 'id="id_root_sessions" checked')] == [
        True,
        False,
    ]
    client_of(erin).post(url, {"root_sessions": "on", "reason": "Ticket 7"})
    assert staged() == ["iam.org.root_credentials.disable", "iam.org.root_sessions.enable"]


def test_nothing_ticked_anew_is_said_and_what_was_typed_stays(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    on_in(SESSIONS)(world)
    url = address("account_action", action="root-access")
    response = client_of(erin).post(url, {"root_sessions": "on", "reason": "Ticket 7"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "It is set so already: tick what is to be switched on" in text_of(text)
    assert "Ticket 7" in text


def test_readers_and_strangers_have_no_form(
    world: World, bob: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    on_in()(world)
    url = address("account_action", action="root-access")
    assert url not in get(client_of(bob), "account_settings")
    assert [client_of(who).get(url).status_code for who in (bob, charlie)] == [403, 404]


def test_a_member_has_no_form(world: World, erin: Operator, client_of: ClientOf) -> None:
    member_of(world)
    reads(world)
    assert client_of(erin).get(address("account_action", action="root-access")).status_code == 404


# ---- The operations --------------------------------------------------------------------------------------------
def test_what_it_means_for_the_members_stands_at_each_step(world: World) -> None:
    for name, on, words in (
        (CREDENTIALS, True, "Nothing changes in the member accounts by itself"),
        (CREDENTIALS, False, "Root credentials that were deleted don't come back"),
        (SESSIONS, True, "can act as root in every member account"),
        (SESSIONS, False, "Nobody can act as root in member accounts from outside any more"),
    ):
        step = switch(name, on=on)
        operation = registry[step.kind]
        assert words in operation.note(operation.parse({}))


def test_its_sentence_and_its_call(world: World) -> None:
    operation = registry["iam.org.root_credentials.enable"]
    p = operation.parse({})
    assert operation.title(p) == "Switch on centralised root access: root credentials management"
    (call,) = operation.calls(p)
    assert call.command_line() == "aws iam enable-organizations-root-credentials-management"


def refused(world: World, erin: Operator, name: str, *, on: bool) -> str:
    with pytest.raises(PlanError) as error:
        propose(world.aws_account, erin, [switch(name, on=on)])
    assert not Change.objects.exists()
    return str(error.value)


def test_it_is_on_already(world: World, erin: Operator) -> None:
    on_in(SESSIONS)(world)
    assert "It is set so already." in refused(world, erin, SESSIONS, on=True)


def test_it_was_never_read(world: World, erin: Operator) -> None:
    assert "weren't read yet: pull" in refused(world, erin, SESSIONS, on=True)


def test_a_member_can_not_propose_it(world: World, erin: Operator) -> None:
    member_of(world)
    reads(world)
    assert "Connect one of them to this console" in refused(world, erin, SESSIONS, on=True)


def test_trusted_access_comes_first(world: World, erin: Operator) -> None:
    MadeOrganization(world.emulator)
    reads(world)
    assert "aws organizations enable-aws-service-access" in refused(world, erin, SESSIONS, on=True)


def applied(world: World, erin: Operator, name: str, *, on: bool, after: Callable[[], Any]) -> Change:
    change = propose(world.aws_account, erin, [switch(name, on=on)])
    after()
    return carry_out(change, erin)


def why_failed(change: Change) -> str:
    assert change.state == Change.State.FAILED
    return str(change.steps.get().attempts.get().error["sentence"])


def test_trust_that_ended_since_is_told_in_words(world: World, erin: Operator) -> None:
    organization = on_in()(world)
    untrust = organization.client.disable_aws_service_access
    change = applied(world, erin, SESSIONS, on=True, after=lambda: untrust(ServicePrincipal="iam.amazonaws.com"))
    why = why_failed(change)
    assert "needs trusted access for IAM in the organization" in why
    assert "aws organizations enable-aws-service-access" in why


def test_a_delegate_is_warned_and_told_who_may(world: World, erin: Operator) -> None:
    organization = member_of(world)
    organization.delegate_iam()
    reads(world)
    pulled(world.aws_account, source="org.membership")
    change = propose(world.aws_account, erin, [switch(SESSIONS, on=True)])
    assert f"it is the management account, {MANAGEMENT_ID}, that switches it on" in str(change.findings)
    why = why_failed(carry_out(change, erin))
    assert "is for the management account of an organization" in why
    assert "Connect the management account to this console" in why


def test_who_was_faster_is_a_conflict(world: World, erin: Operator) -> None:
    on_in()(world)
    change = applied(world, erin, SESSIONS, on=True, after=world.iam.enable_organizations_root_sessions)
    assert change.state == Change.State.CONFLICTED
    assert len(world.sent("EnableOrganizationsRootSessions")) == 1  # theirs


def test_the_other_feature_is_no_conflict(world: World, erin: Operator) -> None:
    on_in()(world)
    change = applied(world, erin, SESSIONS, on=True, after=world.iam.enable_organizations_root_credentials_management)
    assert change.state == Change.State.APPLIED
    assert shown_features(world, None) == [CREDENTIALS, SESSIONS]
