"""The operations on people of a user pool, each on one of the customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.models import Operator
from cognito.models import AppClient, CognitoUser
from cognito.people import messages
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from cognito.people.operations.linking import LinkedAccount, with_account
from cognito.people.operations.making import new_person
from emulator.process import REGION, Emulator
from sync.calls import concealed
from sync.operations import StepSpec
from sync.sealed import keep_typed
from tests.cognito.customers import ACCOUNT, DEVICE, KEPT, TOTP, Customers, customers, open_session
from tests.services.operation_cases import SendingCase
from tests.services.pulling import pulled
from tests.services.world import World


@dataclass(frozen=True)
class Case(SendingCase):
    """A step on `who`. `undone`: its reverse leaves what was there."""

    who: str
    step: Callable[[CognitoUser, Operator], StepSpec]
    undone: bool = False
    disabled: bool = False  # she is, beforehand
    no_access: str = field(
        default="People of pools are no principals of IAM; what gives them a role is said as a warning of the plan.",
        kw_only=True,
    )

    def prepared(self, world: World, operator: Operator) -> StepSpec:
        return self.step(self.arranged(customers(world.emulator, world.aws_account)), operator)

    def arranged(self, found: Customers) -> CognitoUser:
        person = found.person(self.who)
        if self.disabled:
            found.idp.admin_disable_user(UserPoolId=found.pool.aws_id, Username=person.aws_id)
            pulled(person.aws_account, source="cognito.people", region=REGION)
            person.refresh_from_db()
        found.emulator.forget_calls()
        return person


def _on(kind: str, **parameters: Any) -> Callable[[CognitoUser, Operator], StepSpec]:
    return lambda person, operator: on_person(person, kind, "No message is sent.", **parameters)


def _password(person: CognitoUser, operator: Operator) -> StepSpec:
    typed = keep_typed("Other-Horse-8", name="Password", aws_account=person.aws_account, operator=operator)
    return on_person(person, "cognito.user.set_password", password=typed, permanent=True)


def _again(person: CognitoUser, operator: Operator) -> StepSpec:
    said = messages.invitation(person.pool, "EMAIL")
    return on_person(person, "cognito.user.resend_invite", said, name=concealed(person.name), channel="EMAIL")


def _plan(person: CognitoUser, operator: Operator) -> StepSpec:
    return on_person(person, "cognito.user.attributes.set", **as_params(person.aws_id, {"custom:plan": "family"}, KEPT))


def _new(person: CognitoUser, operator: Operator) -> StepSpec:
    pool = person.pool
    return new_person(pool, "eve@acme.example", {"custom:plan": "basic"}, channel="EMAIL", said="An e-mail is sent.")


def _code_again(person: CognitoUser, operator: Operator) -> StepSpec:
    client = AppClient.objects.live().get(pool=person.pool)
    said = messages.sign_up_code(person.pool, person)
    return on_person(person, "cognito.user.resend_code", said, client_id=client.aws_id)


def _link(kind: str, account: LinkedAccount) -> Callable[[CognitoUser, Operator], StepSpec]:
    return lambda person, operator: with_account(person, kind, account, "No message is sent.")


def _session(person: CognitoUser, operator: Operator) -> StepSpec:
    """The one that she has open; it is opened here."""
    idp = Emulator(settings.AWS_EMULATOR_URL).client("cognito-idp")
    open_session(idp, person.pool.aws_id)
    [one] = idp.admin_list_user_sessions(UserPoolId=person.pool.aws_id, Username=person.aws_id)["Sessions"]
    return on_person(person, "cognito.user.session.revoke", session_id=one["SessionId"])


CASES = (
    Case("cognito.user.create", "ada", _new, undone=True, page="cognito_invite"),
    Case("cognito.user.resend_invite", "ben", _again, page="cognito_user/invite-again"),
    Case("cognito.user.confirm", "cleo", _on("cognito.user.confirm"), page="cognito_user/confirm"),
    Case("cognito.user.resend_code", "cleo", _code_again, page="cognito_user/resend-code"),
    Case(
        "cognito.user.enable", "ada", _on("cognito.user.enable"), undone=True, disabled=True, page="cognito_user/enable"
    ),
    Case("cognito.user.disable", "ada", _on("cognito.user.disable"), undone=True, page="cognito_user/disable"),
    Case("cognito.user.reset_password", "ada", _on("cognito.user.reset_password"), page="cognito_user/reset-password"),
    Case("cognito.user.set_password", "ada", _password, page="cognito_user/set-password"),
    Case("cognito.user.attributes.set", "ada", _plan, undone=True, page="cognito_user/attributes"),
    Case(
        "cognito.user.attributes.delete",
        "ada",
        _on("cognito.user.attributes.delete", names=["custom:plan"], compared=["custom:plan"]),
        undone=True,
        page="cognito_user/drop-attribute",
    ),
    Case(
        "cognito.user.group.add",
        "ada",
        _on("cognito.user.group.add", group="vip"),
        undone=True,
        page="cognito_user/join",
    ),
    Case(
        "cognito.user.group.remove",
        "dora",
        _on("cognito.user.group.remove", group="vip"),
        undone=True,
        page="cognito_user/leave",
    ),
    Case(
        "cognito.user.mfa.preference",
        "dora",
        _on("cognito.user.mfa.preference", off=[TOTP]),
        undone=True,
        page="cognito_user/factors",
    ),
    Case("cognito.user.mfa.delete_totp", "dora", _on("cognito.user.mfa.delete_totp"), page="cognito_user/lost-token"),
    Case("cognito.user.sign_out", "ada", _on("cognito.user.sign_out"), page="cognito_user/sign-out"),
    Case("cognito.user.session.revoke", "ada", _session, page="cognito_user/end-session"),
    Case(
        "cognito.user.device.forget",
        "ada",
        _on("cognito.user.device.forget", device_key=DEVICE),
        page="cognito_user/forget-device",
    ),
    Case(
        "cognito.user.provider.link",
        "ada",
        _link("cognito.user.provider.link", LinkedAccount("Google", "100000000001")),
        undone=True,
        page="cognito_user/link",
    ),
    Case(
        "cognito.user.provider.unlink",
        "dora",
        _link("cognito.user.provider.unlink", ACCOUNT),
        undone=True,
        page="cognito_user/unlink",
    ),
    Case("cognito.user.delete", "ada", _on("cognito.user.delete"), disabled=True, page="cognito_user/delete"),
)
