"""Actions on what AWS alone knows of a person: devices, linked accounts; and the code of a sign-up, sent once more."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient, CognitoUser
from cognito.people import erasure
from cognito.people.actions.people import PLACE
from cognito.people.operations.base import on_person
from cognito.people.operations.linking import LinkedAccount, key_of, with_account
from emulator.process import REGION, Emulator
from objects import object_actions
from sync import changes, operations
from sync.models import Change
from sync.operations import Risk, StepSpec
from tests.cognito.customers import ACCOUNT, DEVICE, Customers, shown
from tests.services.changing import carry_out, propose
from tests.services.pages import get
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db

OTHER = LinkedAccount("Google", "100000000001")
LINK, UNLINK = "cognito.user.provider.link", "cognito.user.provider.unlink"


def form_of(name: str, person: CognitoUser, operator: Operator, **data: Any) -> Any:
    action = object_actions.find(PLACE, name)
    assert action is not None
    return action.form(person.aws_account, [person], operator, {}, data)


def offered(person: CognitoUser) -> set[str]:
    return {action.name for action in object_actions.offered(PLACE, person)}


def sent(spec: StepSpec) -> Any:
    operation = operations.registry[spec.kind]
    [call] = operation.calls(operation.parse(spec.params))
    return call


# ---- Devices -------------------------------------------------------------------------------------------------
def test_a_device_that_aws_has_is_chosen_and_forgotten(found: Customers, hal: Operator) -> None:
    ada = found.person("ada")
    form = form_of("forget-device", ada, hal, device=DEVICE)
    [(key, words)] = form.fields["device"].choices
    assert (key, words.startswith("Pixel 9, last used ")) == (DEVICE, True)
    assert form.is_valid(), form.errors
    change = carry_out(propose(ada.aws_account, hal, form.steps()), hal)
    assert change.state == Change.State.APPLIED, change.error
    assert found.idp.admin_list_devices(UserPoolId=found.pool.aws_id, Username=ada.aws_id)["Devices"] == []


def test_who_has_no_device_is_told_so(found: Customers, hal: Operator) -> None:
    form = form_of("forget-device", found.person("dora"), hal, device=DEVICE)
    assert not form.is_valid()
    assert "The pool remembers no device of theirs." in str(form.errors)


def test_where_there_is_nothing_to_choose_there_are_no_fields(found: Customers, hal: Operator, client_of: Any) -> None:
    for who, has_fields in (("ada", True), ("dora", False)):
        page = get(client_of(hal), "cognito_user_action", aws_id=found.person(who).aws_id, action="forget-device")
        assert ("The pool remembers no device of theirs." not in page, 'name="device"' in page) == (has_fields,) * 2


def test_opening_the_page_of_a_person_asks_for_no_devices(found: Customers, hal: Operator, client_of: Any) -> None:
    client_of(hal).get(f"/aws/123456789012/people/{found.person('ada').aws_id}/")
    assert found.emulator.calls("AdminListDevices") == []


def test_a_device_forgotten_meanwhile_is_a_conflict(found: Customers, hal: Operator) -> None:
    ada = found.person("ada")
    change = propose(ada.aws_account, hal, [on_person(ada, "cognito.user.device.forget", device_key=DEVICE)])
    found.idp.admin_forget_device(UserPoolId=found.pool.aws_id, Username=ada.aws_id, DeviceKey=DEVICE)
    assert carry_out(change, hal).state == Change.State.CONFLICTED


def test_a_pool_that_remembers_none_offers_nothing(found: Customers) -> None:
    assert "forget-device" in offered(found.person("ada"))
    found.idp.update_user_pool(UserPoolId=found.pool.aws_id, AutoVerifiedAttributes=["email"])
    pulled(found.pool.aws_account, source="cognito.pools", region=REGION)
    assert "forget-device" not in offered(found.person("ada"))


# ---- Linked accounts -----------------------------------------------------------------------------------------
def test_an_account_is_linked_by_its_subject_alone(found: Customers) -> None:
    ada = found.person("ada")
    call = sent(with_account(ada, LINK, OTHER, ""))
    assert call.operation == "AdminLinkProviderForUser"
    assert call.parameters["DestinationUser"]["ProviderName"] == "Cognito"
    assert call.parameters["SourceUser"]["ProviderAttributeName"] == "Cognito_Subject"
    assert OTHER.subject not in call.command_line()
    assert call.actions == ("cognito-idp:AdminLinkProviderForUser",)


def test_the_form_links_it_and_the_plan_warns(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    form = form_of("link", ada, erin, provider=OTHER.provider, subject=OTHER.subject)
    assert form.is_valid(), form.errors
    change = propose(ada.aws_account, erin, form.steps())
    assert "GIVES_ACCOUNT_AWAY" in [each["code"] for each in change.findings]
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert shown(found)["ada@acme.example"]["attributes"]["linked"] == "Google 100000000001"


@pytest.mark.parametrize("kind", [LINK, UNLINK])
def test_links_are_of_high_risk_and_not_for_helpdesk(
    kind: str, found: Customers, aws_account: AwsAccount, hal: Operator, erin: Operator
) -> None:
    person = found.person("ada" if kind == LINK else "dora")
    step = with_account(person, kind, OTHER if kind == LINK else ACCOUNT, "")
    assert operations.registry[kind].risk is Risk.HIGH
    with pytest.raises(changes.PlanError, match="needs a grant that"):
        propose(aws_account, hal, [step])
    assert propose(aws_account, erin, [step]).is_care is False


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (LinkedAccount("Nobody", "1"), "no identity provider Nobody"),
        (LinkedAccount("Google", "777"), "has signed in already"),
    ],
)
def test_what_aws_would_refuse_is_no_plan(
    account: LinkedAccount, words: str, found: Customers, aws_account: AwsAccount, erin: Operator
) -> None:
    found.emulator.bring_in(
        found.pool.aws_id,
        [{"attributes": {"email": "g@acme.example"}, "status": "EXTERNAL_PROVIDER", "username": "g@acme.example"}],
    )
    pulled(aws_account, source="cognito.people", region=REGION)
    CognitoUser.objects.filter(status="EXTERNAL_PROVIDER").update(name="Google_777", name_key="google_777")
    with pytest.raises(changes.PlanError, match=words):
        propose(aws_account, erin, [with_account(found.person("ada"), LINK, account, "")])


def test_five_accounts_are_the_most(found: Customers, erin: Operator) -> None:
    dora = found.person("dora")
    for number in range(4):
        source = {"ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": f"30000{number}"}
        found.idp.admin_link_provider_for_user(
            UserPoolId=found.pool.aws_id,
            DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": dora.name},
            SourceUser={"ProviderName": "Google", **source},
        )
    form = form_of("link", dora, erin, provider="Google", subject=OTHER.subject)
    assert not form.is_valid()
    assert "the most that AWS allows" in str(form.errors)
    again = form_of("link", dora, erin, provider="Google", subject=ACCOUNT.subject)
    assert not again.is_valid()
    assert "linked already" in str(again.errors)


def test_a_linked_account_is_chosen_and_unlinked(found: Customers, erin: Operator) -> None:
    dora = found.person("dora")
    [(key, words)] = form_of("unlink", dora, erin).fields["account"].choices
    assert words == "Google, 109876543210"
    form = form_of("unlink", dora, erin, account=key)
    assert form.is_valid(), form.errors
    assert carry_out(propose(dora.aws_account, erin, form.steps()), erin).state == Change.State.APPLIED
    assert "linked" not in shown(found)["dora@acme.example"]["attributes"]


def test_what_was_chosen_is_not_asked_for_again(found: Customers, erin: Operator, emulator: Emulator) -> None:
    """AWS that doesn't answer between the form and its steps takes nothing away."""
    dora = found.person("dora")
    form = form_of("unlink", dora, erin, account=key_of(dora.aws_id, ACCOUNT))
    assert form.is_valid(), form.errors
    emulator.rules([{"action": "ListUsers", "error": {"code": "NotAuthorizedException", "status": 400}}])
    [step] = form.steps()
    assert step.kind == UNLINK


def test_linked_by_somebody_else_meanwhile_is_a_conflict(found: Customers, erin: Operator) -> None:
    dora = found.person("dora")
    change = propose(dora.aws_account, erin, [with_account(dora, LINK, ACCOUNT, "")])
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "found a linked account" in change.error["sentence"]


def test_who_is_erased_is_linked_to_nobody_any_more(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    change = carry_out(propose(ada.aws_account, erin, [with_account(ada, LINK, OTHER, "")]), erin)
    erasure.erase(CognitoUser.objects.filter(pk=ada.pk))
    step = change.steps.get()
    assert (step.params["name"], step.params["subject"]) == ("", "")
    with pytest.raises(changes.PlanError, match="nothing to reverse"):
        changes.propose_reverse(change=change, actor=erin, reason="")


def test_a_pool_without_a_provider_offers_no_links(found: Customers) -> None:
    assert {"link", "unlink"} <= offered(found.person("ada"))
    found.idp.delete_identity_provider(UserPoolId=found.pool.aws_id, ProviderName="Google")
    pulled(found.pool.aws_account, source="cognito.providers", region=REGION)
    assert not {"link", "unlink"} & offered(found.person("ada"))


# ---- The code of a sign-up -----------------------------------------------------------------------------------
def test_the_code_goes_out_once_more_as_the_app_asks(found: Customers, hal: Operator) -> None:
    cleo = found.person("cleo")
    client = AppClient.objects.live().get(pool=found.pool)
    form = form_of("resend-code", cleo, hal, client=client.aws_id)
    assert "An e-mail with a code to confirm the sign-up is sent" in form.about
    assert form.is_valid(), form.errors
    [step] = form.steps()
    call = sent(step)
    assert (call.actions, call.resource_arns) == ((), ())
    assert call.command_line().startswith("aws cognito-idp resend-confirmation-code")
    assert carry_out(propose(cleo.aws_account, hal, [step]), hal).state == Change.State.APPLIED
    [message] = found.emulator.messages()
    assert (message["kind"], message["to"]) == ("sign-up", "cleo@acme.example")
    found.idp.confirm_sign_up(ClientId=client.aws_id, Username=cleo.name, ConfirmationCode=message["secret"])


def test_only_who_waits_for_a_code_gets_one(found: Customers, aws_account: AwsAccount, hal: Operator) -> None:
    assert "resend-code" in offered(found.person("cleo"))
    assert "resend-code" not in offered(found.person("ada"))
    client = AppClient.objects.live().get(pool=found.pool)
    with pytest.raises(changes.PlanError, match="never finished signing up"):
        propose(aws_account, hal, [on_person(found.person("ada"), "cognito.user.resend_code", client_id=client.aws_id)])


def test_no_code_by_a_client_with_a_secret(found: Customers, aws_account: AwsAccount, hal: Operator) -> None:
    AppClient.objects.filter(pool=found.pool).update(has_secret=True)
    cleo, client = found.person("cleo"), AppClient.objects.live().get(pool=found.pool)
    form = form_of("resend-code", cleo, hal, client=client.aws_id)
    assert not form.is_valid()
    assert "Every app client of this pool has a secret" in str(form.errors)
    with pytest.raises(changes.PlanError, match="without a secret"):
        propose(aws_account, hal, [on_person(cleo, "cognito.user.resend_code", client_id=client.aws_id)])
