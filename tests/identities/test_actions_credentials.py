"""Actions on the credentials of a user, from the Credentials tab: forms that stage changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.sample_estate.data.credentials import SIGNING_CERTIFICATE
from identities.account.password_policy import refusals, think_up
from identities.models import (
    AccessKey,
    IamAccount,
    IamUser,
    LoginProfile,
    MfaDevice,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from objects import object_actions
from sync import sealed
from sync.models import Change, SealedSecret
from tests.identities.operation_cases_credentials import SSH_KEY, knows
from tests.services.credentials import give_everything
from tests.services.pages import address, get, text_of
from tests.services.rows import make_user
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
KEY, OLD_KEY, SERIAL = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "arn:aws:iam::123456789012:mfa/dana"
PASSWORD = "Correct-Horse-9-Battery"


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    """She has one of each."""
    user = make_user(aws_account)
    has(AccessKey, user, KEY, last_used_at=timezone.now())
    has(AccessKey, user, OLD_KEY, status="Inactive", created_at=timezone.now() - timedelta(days=400))
    has(MfaDevice, user, SERIAL, factor=MfaDevice.Factor.APP)
    has(LoginProfile, user, f"{user.aws_id}/2025")
    has(SigningCertificate, user, "CERT1")
    has(SshKey, user, "APKA1")
    has(ServiceCredential, user, "ACCA1", service="codecommit.amazonaws.com")
    IamUser.objects.filter(pk=user.pk).update(
        key_count=2, active_key_count=1, has_password=True, mfa_count=1, oldest_key_at=timezone.now()
    )
    return user


def has(model: Any, user: IamUser, aws_id: str, **more: Any) -> Any:
    said = {"created_at": timezone.now(), "first_seen": timezone.now(), **more}
    return model.objects.create(aws_account=user.aws_account, aws_id=aws_id, name=aws_id, user=user, **said)


def post(client: Client, user: IamUser, action: str, **said: Any) -> HttpResponse:
    answer = client.post(address("user_action", aws_id=user.aws_id, action=action), {"reason": "Ticket 7", **said})
    assert isinstance(answer, HttpResponse)
    return answer


def planned() -> list[tuple[str, dict[str, Any]]]:
    steps = Change.objects.get().steps.all()
    return [(step.kind, {name: value for name, value in step.params.items() if name != "arn"}) for step in steps]


FORMS = [
    ("key-deactivate", {"key": KEY}, [("iam.key.deactivate", {"key": KEY})]),
    ("key-activate", {"key": OLD_KEY}, [("iam.key.activate", {"key": OLD_KEY})]),
    ("key-delete", {"key": OLD_KEY}, [("iam.key.delete", {"key": OLD_KEY})]),
    ("password-delete", {}, [("iam.login.delete", {})]),
    (
        "mfa-off",
        {"serial": SERIAL, "delete": "on"},
        [("iam.mfa.deactivate", {"serial": SERIAL}), ("iam.mfa.delete_virtual", {"serial": SERIAL})],
    ),
    ("mfa-off", {"serial": SERIAL}, [("iam.mfa.deactivate", {"serial": SERIAL})]),
    (
        "certificate-switch",
        {"certificate": "CERT1"},
        [("iam.signing_cert.set_status", {"certificate": "CERT1", "active": False})],
    ),
    ("certificate-delete", {"certificate": "CERT1"}, [("iam.signing_cert.delete", {"certificate": "CERT1"})]),
    (
        "certificate-upload",
        {"body": SIGNING_CERTIFICATE.text.replace("\n", "\r\n")},
        [("iam.signing_cert.upload", {"body": SIGNING_CERTIFICATE.text.strip()})],
    ),
    ("ssh-key-upload", {"body": SSH_KEY}, [("iam.ssh_key.upload", {"body": SSH_KEY})]),
    ("ssh-key-switch", {"ssh_key": "APKA1"}, [("iam.ssh_key.set_status", {"ssh_key": "APKA1", "active": False})]),
    ("ssh-key-delete", {"ssh_key": "APKA1"}, [("iam.ssh_key.delete", {"ssh_key": "APKA1"})]),
    (
        "service-create",
        {"service": "bedrock.amazonaws.com", "days": "30"},
        [("iam.svc_cred.create", {"service": "bedrock.amazonaws.com", "days": 30})],
    ),
    ("service-reset", {"credential": "ACCA1"}, [("iam.svc_cred.reset", {"credential": "ACCA1"})]),
    (
        "service-switch",
        {"credential": "ACCA1"},
        [("iam.svc_cred.set_status", {"credential": "ACCA1", "active": False})],
    ),
    ("service-delete", {"credential": "ACCA1"}, [("iam.svc_cred.delete", {"credential": "ACCA1"})]),
]


@pytest.mark.parametrize(("action", "said", "steps"), FORMS, ids=[f"{each[0]} {len(each[1])}" for each in FORMS])
def test_a_form_becomes_a_plan(
    dana: IamUser, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], steps: list[Any]
) -> None:
    answer = post(client_of(erin), dana, action, **said)
    assert answer.status_code == 302, text_of(answer.content.decode())
    assert planned() == steps


def test_each_action_is_reached_from_the_tab(world: World, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    give_everything(world.iam, "jane")
    off = world.iam.create_access_key(UserName="jane")["AccessKey"]["AccessKeyId"]
    world.iam.update_access_key(UserName="jane", AccessKeyId=off, Status="Inactive")
    jane = world.mirrored(IamUser, "jane", "arn:aws:iam::123456789012:user/jane")
    knows(world, jane, "keys", "last_used", "mfa", "login", "certificates", "ssh_keys", "service_credentials")
    page = get(client_of(erin), "user_credentials", aws_id=jane.aws_id)
    absent = {"key-create", "password-create"}  # she has two keys, and a password
    for action in object_actions.actions_at("user"):
        if action.name.partition("-")[0] in ("key", "password", "mfa", "certificate", "ssh", "service"):
            url = address("user_action", aws_id=jane.aws_id, action=action.name)
            assert (url in page) is (action.name not in absent), action.name
    assert "/do/" not in get(client_of(bob), "user_credentials", aws_id=jane.aws_id)


def test_the_address_says_which_one(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    has(AccessKey, dana, "AKIAOTHER", status="Active")
    url = f"{address('user_action', aws_id=dana.aws_id, action='key-deactivate')}?key={KEY}"
    page = client_of(erin).get(url).content.decode()
    assert f'<option value="{KEY}" selected>' in page
    assert OLD_KEY not in page  # it is inactive already


# ---- Passwords ---------------------------------------------------------------------------------------------------
def test_a_typed_password_is_sealed(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    post(client_of(erin), dana, "password-reset", how="typed", password=PASSWORD, reset_required="on")
    ((kind, params),) = planned()
    assert (kind, params["reset_required"], params["made_up"]) == ("iam.login.reset", True, False)
    with sealed.sending(Change.objects.get()):
        assert sealed.open_typed(params["password"]).open() == PASSWORD


def test_the_plan_shows_no_password(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    page = client.get(post(client, dana, "password-reset", how="typed", password=PASSWORD)["Location"]).content.decode()
    assert "--password &#x27;&lt;secret&gt;&#x27;" in page
    assert PASSWORD not in page and "sealed:" not in page


def test_one_that_the_console_thinks_up_is_for_its_operator(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    post(client_of(erin), dana, "password-reset", how="made_up")
    ((_, params),) = planned()
    assert params["made_up"] is True
    with sealed.sending(Change.objects.get()):
        assert refusals({}, sealed.open_typed(params["password"]).open()) == []


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "Type the password."), ("Xq7!", "It needs 8 characters or more."), ("Ωmega-password-7", "Latin alphabet")],
)
def test_a_password_that_aws_would_refuse_isnt_kept(
    dana: IamUser, erin: Operator, client_of: ClientOf, password: str, sentence: str, settings: Any
) -> None:
    IamAccount.objects.create(
        aws_account=dana.aws_account, aws_id="123456789012", name="Acme", password_policy={}, first_seen=timezone.now()
    )
    answer = post(client_of(erin), dana, "password-reset", how="typed", password=password)
    assert answer.status_code == 422
    assert sentence in text_of(answer.content.decode())
    assert not password or password not in answer.content.decode()
    assert not SealedSecret.objects.exists()


POLICY = {
    "MinimumPasswordLength": 14,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}


@pytest.mark.parametrize(
    ("policy", "password", "said"),
    [
        (None, "x", 0),  # nobody knows the policy: AWS will say
        ({}, "Abcdef12", 0),
        ({}, "abcdefgh", 1),
        ({}, "Abcdefg!", 0),
        (POLICY, "Correct-Horse-9", 0),
        (POLICY, "correct horse", 4),
        ({"MinimumPasswordLength": 6}, "aaaaaa", 0),
        ({}, "A1b" * 50, 1),
    ],
)
def test_a_password_is_checked_against_the_policy(policy: Any, password: str, said: int) -> None:
    assert len(refusals(policy, password)) == said


@pytest.mark.parametrize("policy", [None, {}, POLICY, POLICY | {"MinimumPasswordLength": 100}])
def test_what_the_console_thinks_up_satisfies_any_policy(policy: Any) -> None:
    made = {think_up(policy) for _ in range(50)}
    assert len(made) == 50
    assert all(refusals(policy or {}, password) == [] for password in made)


# ---- Keys --------------------------------------------------------------------------------------------------------
def test_stale_keys_are_deactivated(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    answer = post(client_of(erin), dana, "key-stale", days="90")
    assert "There is no active key that wasn’t used for so long." in text_of(answer.content.decode())
    stale = has(AccessKey, dana, "AKIASTALE", created_at=timezone.now() - timedelta(days=100))
    post(client_of(erin), dana, "key-stale", days="90")
    assert planned() == [("iam.key.deactivate", {"key": stale.aws_id})]
