"""An MFA device for a user: made, its secret shown as a QR code, switched on with two codes, brought into step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from emulator.iam.totp import codes_at
from iamconsole.web import qr
from identities.account.selectors import settings_of
from identities.models import IamUser, MfaDevice
from identities.operations.credentials.mfa_enrolment import CreateVirtualDevice
from sync import changes, sealed
from sync.models import Change, SealedSecret
from sync.operations import BadParams, StepSpec, registry
from tests.identities.operation_cases_credentials import (
    Of,
    alone,
    new_device,
    on,
    with_codes,
    with_device,
    with_free_device,
)
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
MADE = "arn:aws:iam::123456789012:mfa/lena.fischer"


def post(client: Client, user: IamUser, action: str, **said: str) -> HttpResponse:
    answer = client.post(address("user_action", aws_id=user.aws_id, action=action), {"reason": "New phone", **said})
    assert isinstance(answer, HttpResponse)
    return answer


def staged(answer: HttpResponse) -> Change:
    assert answer.status_code == 302, text_of(answer.content.decode())
    return Change.objects.latest("pk")


def test_from_the_user_page_to_a_device_that_is_on(world: World, alice: Operator, client_of: ClientOf) -> None:
    user, client = world.user(), client_of(alice)
    pulled(world.aws_account, source="iam.mfa")
    page = get(client, "user_credentials", aws_id=user.aws_id)
    assert all(
        address("user_action", aws_id=user.aws_id, action=action) in page for action in ("mfa-create", "mfa-enable")
    )
    made = carry_out(staged(post(client, user, "mfa-create", name=user.name)), alice)
    assert made.state == Change.State.APPLIED, made.error
    assert settings_of(world.aws_account).unassigned_mfa == [MADE]
    (shown,) = sealed.show(made, alice)
    seed = shown.secret.open()
    page = client.post(address("change_secrets", pk=str(made.pk))).content.decode()
    scanned = CreateVirtualDevice().scanned(_params(user), shown.name, seed)
    assert f'src="{qr.data_uri(scanned)}"' in page
    assert seed in page
    # Its user scans it, and reads out two codes.
    assert MADE in get(client, "user_action", aws_id=user.aws_id, action="mfa-enable")
    first, second = codes_at(seed, timezone.now())
    on_it = staged(post(client, user, "mfa-enable", serial=MADE, code1=first, code2=second))
    assert first not in client.get(address("change", pk=str(on_it.pk))).content.decode()
    on_it = carry_out(on_it, alice)
    assert on_it.state == Change.State.APPLIED, on_it.error
    assert MfaDevice.objects.live().get(user=user).aws_id == MADE
    assert settings_of(world.aws_account).unassigned_mfa == []


def _params(user: IamUser) -> Any:
    return registry["iam.mfa.create_virtual"].parse({"arn": user.arn, "serial": MADE})


def test_the_code_says_what_apps_want(world: World) -> None:
    scanned = urlsplit(CreateVirtualDevice().scanned(_params(world.user()), "Secret key", "JBSWY3DP"))
    assert (scanned.scheme, scanned.netloc) == ("otpauth", "totp")
    assert scanned.path == "/Amazon%20Web%20Services%3Alena.fischer%40123456789012"
    assert parse_qs(scanned.query) == {"secret": ["JBSWY3DP"], "issuer": ["Amazon Web Services"]}


def test_codes_that_aws_refuses(world: World, erin: Operator) -> None:
    of = with_free_device(world)
    wrong = Of(of.user, of.credential)
    change = carry_out(propose(world.aws_account, erin, [with_codes("iam.mfa.enable")(wrong, erin)]), erin)
    assert change.state == Change.State.FAILED
    assert "AWS does not take the codes that iam:EnableMFADevice was given" in change.error["sentence"]
    assert "the two newest codes of the device, one right after the other" in change.error["sentence"]
    assert not MfaDevice.objects.live().exists()


def test_codes_that_are_too_old_are_not_sent(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [with_codes("iam.mfa.enable")(with_free_device(world), erin)])
    SealedSecret.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    change = carry_out(change, erin)
    assert (change.state, world.sent("EnableMFADevice")) == (Change.State.FAILED, [])
    assert "The codes are older than 5 minutes: nothing was sent." in change.error["sentence"]


def test_hardware_is_switched_on_by_its_serial_number(world: World, erin: Operator) -> None:
    of = Of(world.user(), "GAHT12345678")
    change = carry_out(propose(world.aws_account, erin, [with_codes("iam.mfa.enable")(of, erin)]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert MfaDevice.objects.live().get(user=of.user).factor == MfaDevice.Factor.HARDWARE
    reverse = carry_out(changes.propose_reverse(change=change, actor=erin, reason=""), erin)
    assert (reverse.state, MfaDevice.objects.live().count()) == (Change.State.APPLIED, 0)


def test_what_cant_be_switched_on(world: World, erin: Operator) -> None:
    of, other = with_device(world), world.user("kim")
    for about, sentence in (
        (of, "is on already"),
        (Of(other, of.credential, of.seed), "is that of lena.fischer: take it off there first"),
        (Of(other, MADE, of.seed), "has no MFA device .*: pull, or make it first"),
    ):
        with pytest.raises(changes.PlanError, match=sentence):
            propose(world.aws_account, erin, [with_codes("iam.mfa.enable")(about, erin)])
    with pytest.raises(changes.PlanError, match="isn’t on for the user kim"):
        propose(world.aws_account, erin, [with_codes("iam.mfa.resync")(Of(other, "GAHT12345678"), erin)])


def test_a_ninth_device_is_refused(world: World, erin: Operator) -> None:
    user = world.user()
    for number in range(8):
        world.iam.enable_mfa_device(
            UserName=user.name,
            SerialNumber=f"GAHT0000000{number}",
            AuthenticationCode1="704113",
            AuthenticationCode2="250911",
        )
    pulled(world.aws_account, source="iam.mfa")
    with pytest.raises(changes.PlanError, match=r"8 MFA devices are on for the user lena\.fischer"):
        propose(world.aws_account, erin, [with_codes("iam.mfa.enable")(Of(user, "GAHT12345678"), erin)])


def test_names_are_taken_once(world: World, erin: Operator) -> None:
    of = alone(world)
    world.iam.create_virtual_mfa_device(VirtualMFADeviceName=of.user.name)
    pulled(world.aws_account, source="iam.virtual_mfa")
    with pytest.raises(changes.PlanError, match=r"There is a virtual MFA device lena\.fischer already"):
        propose(world.aws_account, erin, [new_device(of, erin)])
    again = [on("iam.mfa.delete_virtual", "serial")(Of(of.user, MADE), erin), new_device(of, erin)]
    assert carry_out(propose(world.aws_account, erin, again), erin).state == Change.State.APPLIED


def test_one_without_its_secret_is_ours_to_delete(world: World, alice: Operator) -> None:
    change = propose(world.aws_account, alice, [new_device(alone(world), alice)])
    world.emulator.rules([{"action": "CreateVirtualMFADevice", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(change, alice)
    world.emulator.rules([])
    assert (change.state, change.steps.get().error["appeared"]) == (Change.State.UNKNOWN, [MADE])
    new = changes.delete_what_appeared(change=change, which=MADE, actor=alice)
    assert [step.kind for step in new.steps.all()] == ["iam.mfa.delete_virtual", "iam.mfa.create_virtual"]
    changes.apply(change=new, actor=alice)
    assert worked(new).state == Change.State.APPLIED


def test_aws_is_brought_into_step(world: World, erin: Operator) -> None:
    of = with_device(world)
    change = carry_out(propose(world.aws_account, erin, [with_codes("iam.mfa.resync")(of, erin)]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert len(world.sent("ResyncMFADevice")) == 1


@pytest.mark.parametrize(
    ("action", "said", "sentence"),
    [
        ("mfa-create", {"name": "a b"}, "Letters, digits and"),
        ("mfa-enable", {"serial": "GAHT12345678", "code1": "123", "code2": "704113"}, "A code has 6 digits."),
        ("mfa-enable", {"serial": "GAHT12345678", "code1": "1704113", "code2": "250911"}, "A code has 6 digits."),
        ("mfa-enable", {"serial": "GAHT12345678", "code1": "704113", "code2": "704113"}, "That is the same code"),
        ("mfa-enable", {"serial": "GAHT 2345678", "code1": "704113", "code2": "250911"}, "Letters, digits and"),
    ],
)
def test_what_forms_refuse(
    world: World, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], sentence: str
) -> None:
    answer = post(client_of(erin), world.user(), action, **said)
    assert answer.status_code == 422
    assert sentence in text_of(answer.content.decode())
    assert "704113" not in answer.content.decode()
    assert not SealedSecret.objects.exists()


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("iam.mfa.create_virtual", {"serial": "GAHT12345678"}, "The name of a virtual MFA device has"),
        ("iam.mfa.enable", {"serial": "GAHT12345678", "code1": "704113", "code2": "250911"}, "Codes are sealed before"),
        (
            "iam.mfa.enable",
            {"serial": "arn:aws:iam::123456789012:u2f/user/lena/key", "code1": "sealed:1", "code2": "sealed:2"},
            "A passkey or security key gives no codes",
        ),
    ],
)
def test_what_no_plan_has(kind: str, params: dict[str, str], sentence: str) -> None:
    spec = StepSpec(kind, {"arn": "arn:aws:iam::123456789012:user/lena", **params})
    with pytest.raises(BadParams, match=sentence):
        registry[kind].parse(spec.params)
