"""Operations on the credentials of users: each carried out and, where it can be, reversed."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.models import AccessKey, IamUser
from sync import changes, operations, sealed
from sync.models import Change, Facet, Revision
from sync.operations import BadParams, StepSpec, Undo
from tests.identities.operation_cases_credentials import CASES, Case, Of, alone, knows, on, with_device, with_key
from tests.services.changing import carry_out, propose, worked
from tests.services.world import World

pytestmark = pytest.mark.django_db


def facets_described(user: IamUser) -> list[Any]:
    """What the newest revision of each facet of the user's credentials says."""
    facets = Facet.objects.filter(kind=IamUser.kind, object_id=user.aws_id).exclude(source="details")
    newest = [Revision.objects.filter(facet=facet).order_by("-number").first() for facet in facets.order_by("source")]
    return [(each.facet.source, each.content) for each in newest if each]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: Case) -> None:
    of = case.arrange(world)
    before = case.shows(world, of)
    change = carry_out(propose(world.aws_account, erin, [case.step(of, erin)]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert case.shows(world, of) == case.after
    assert_mirror_is_right(world, of, case)
    operation = operations.registry[case.kind]
    if not case.reverses:
        assert operation.undo is Undo.NEVER
        with pytest.raises(changes.PlanError, match="nothing to reverse"):
            changes.propose_reverse(change=change, actor=erin, reason="")
        return
    assert operation.undo is Undo.REVERSIBLE
    reverse = changes.propose_reverse(change=change, actor=erin, reason="")
    assert carry_out(reverse, erin).state == Change.State.APPLIED
    assert case.shows(world, of) == before


def assert_mirror_is_right(world: World, of: Of, case: Case) -> None:
    """The step told the mirror all of it: to look again brings nothing new, so there is nothing from outside."""
    facet = operations.registry[case.kind].affected_objects(world.aws_account, _params(case, of))[0].facet
    described = facets_described(of.user)
    revisions = Revision.objects.count()
    knows(world, of.user, facet)
    assert (facets_described(of.user), Revision.objects.count()) == (described, revisions)


def _params(case: Case, of: Of) -> Any:
    class OwnerOnly:
        arn = of.user.arn

    return OwnerOnly()


def test_a_key_is_made_for_a_user_that_the_plan_makes(world: World, erin: Operator) -> None:
    arn = "arn:aws:iam::123456789012:user/iris"
    steps = [StepSpec("iam.user.create", {"arn": arn}), StepSpec("iam.key.create", {"arn": arn})]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    assert AccessKey.objects.live().get().user.name == "iris"


def test_a_step_is_about_the_key_that_an_earlier_one_makes(world: World, erin: Operator) -> None:
    user = world.user()
    off = StepSpec("iam.key.deactivate", {"arn": user.arn, "key": "made by step 1"})
    change = carry_out(propose(world.aws_account, erin, [on("iam.key.create")(Of(user), erin), off]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert AccessKey.objects.live().get().status == "Inactive"


def test_a_third_key_is_refused(world: World, erin: Operator) -> None:
    of = with_key(world)
    world.iam.create_access_key(UserName=of.user.name)
    knows(world, of.user, "keys")
    with pytest.raises(
        changes.PlanError, match=r"has 2 access keys; AWS allows 2 \(AccessKeysPerUserQuota\): delete one first"
    ):
        propose(world.aws_account, erin, [on("iam.key.create")(of, erin)])


def test_room_is_made_for_a_new_key_in_the_same_plan(world: World, erin: Operator) -> None:
    of = with_key(world, active=False)
    world.iam.create_access_key(UserName=of.user.name)
    knows(world, of.user, "keys")
    steps = [on("iam.key.delete", "key")(of, erin), on("iam.key.create")(of, erin)]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED


def test_a_key_in_use_isnt_deleted(world: World, erin: Operator) -> None:
    of = with_key(world)
    with pytest.raises(changes.PlanError, match="is active: deactivate it first"):
        propose(world.aws_account, erin, [on("iam.key.delete", "key")(of, erin)])
    steps = [on("iam.key.deactivate", "key")(of, erin), on("iam.key.delete", "key")(of, erin)]
    change = propose(world.aws_account, erin, steps)
    assert f"{of.credential} was never used, as far as AWS has told." in [each["message"] for each in change.findings]
    assert carry_out(change, erin).state == Change.State.APPLIED


def test_a_key_that_somebody_switched_off_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    of = with_key(world)
    change = propose(world.aws_account, erin, [on("iam.key.deactivate", "key")(of, erin)])
    world.iam.update_access_key(UserName=of.user.name, AccessKeyId=of.credential, Status="Inactive")
    world.emulator.forget_calls()
    change = carry_out(change, erin)
    assert (change.state, world.sent("UpdateAccessKey")) == (Change.State.CONFLICTED, [])


def test_the_last_mfa_device_of_who_has_a_password_is_warned_about(world: World, erin: Operator) -> None:
    of = with_device(world)
    step = on("iam.mfa.deactivate", "serial")(of, erin)
    assert propose(world.aws_account, erin, [step]).findings == []
    world.iam.create_login_profile(UserName=of.user.name, Password="Correct-Horse-7-Battery")
    knows(world, of.user, "login")
    (finding,) = propose(world.aws_account, erin, [step]).findings
    assert (finding["code"], finding["severity"]) == ("LAST_FACTOR", "warning")
    without_password = StepSpec("iam.login.delete", {"arn": of.user.arn})
    assert propose(world.aws_account, erin, [without_password, step]).findings == []


def test_a_virtual_device_is_taken_off_and_deleted(world: World, erin: Operator) -> None:
    of = with_device(world)
    off, gone = on("iam.mfa.deactivate", "serial")(of, erin), on("iam.mfa.delete_virtual", "serial")(of, erin)
    with pytest.raises(changes.PlanError, match="is in use: take it off its user first"):
        propose(world.aws_account, erin, [gone])
    assert carry_out(propose(world.aws_account, erin, [off, gone]), erin).state == Change.State.APPLIED
    assert world.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == []


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("iam.key.delete", {"key": "AKIA/../x"}, "isn't the id of an access key"),
        ("iam.login.create", {"password": "in-the-open"}, "is sealed before it becomes part of a plan"),
        ("iam.mfa.deactivate", {"serial": "1"}, "has 9 to 256 characters"),
        ("iam.signing_cert.upload", {"body": "no certificate"}, "isn't a signing certificate that AWS takes"),
        ("iam.ssh_key.upload", {"body": "ssh-ed25519 AAAA"}, "isn't an SSH key that AWS takes"),
        ("iam.ssh_key.upload", {"body": "-----BEGIN OPENSSH PRIVATE KEY-----"}, "That is a private key"),
        ("iam.svc_cred.create", {"service": "codecommit"}, "isn't the name of a service"),
        ("iam.svc_cred.create", {"service": "codecommit.amazonaws.com", "days": -1}, "lasts 1 to 36600 days"),
        ("iam.key.await_soak", {"key": "AKIAIOSFODNN7EXAMPLE", "days": 91}, "waits 0 to 90 days"),
    ],
)
def test_bad_parameters_are_refused(kind: str, params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadParams, match=sentence):
        operations.registry[kind].parse({"arn": "arn:aws:iam::123456789012:user/lena", **params})


def test_what_hangs_on_the_user_is_said_of_each(world: World, erin: Operator) -> None:
    said = {}
    user = IamUser(aws_account=world.aws_account, arn="arn:aws:iam::123456789012:user/lena", name="lena")
    for case in CASES:
        operation: Any = operations.registry[case.kind]
        params = operation.parse(case.step(Of(user, "ID0123456789"), erin).params)
        said[case.kind] = operation.dependent(params)
    assert {kind: what for kind, what in said.items() if what} == {
        "iam.key.create": ("new access key", True),
        "iam.key.delete": ("access key ID0123456789", False),
        "iam.login.create": ("password", True),
        "iam.login.delete": ("password", False),
        "iam.mfa.enable": ("MFA device ID0123456789", True),
        "iam.mfa.deactivate": ("MFA device ID0123456789", False),
        "iam.signing_cert.upload": ("new signing certificate", True),
        "iam.signing_cert.delete": ("signing certificate ID0123456789", False),
        "iam.ssh_key.upload": ("new SSH key", True),
        "iam.ssh_key.delete": ("SSH key ID0123456789", False),
        "iam.svc_cred.create": ("new service credential", True),
        "iam.svc_cred.delete": ("service credential ID0123456789", False),
    }


@pytest.mark.parametrize("kind", ["iam.login.create", "iam.login.reset"])
def test_a_policy_that_became_stricter_meanwhile_refuses_the_password(world: World, erin: Operator, kind: str) -> None:
    case = next(case for case in CASES if case.kind == kind)
    change = propose(world.aws_account, erin, [case.step(case.arrange(world), erin)])
    world.iam.update_account_password_policy(MinimumPasswordLength=40)
    change = carry_out(change, erin)
    assert (change.state, change.error["code"]) == (Change.State.FAILED, "PasswordPolicyViolation")


# ---- An answer that was lost -------------------------------------------------------------------------------------
def lost(world: World, erin: Operator, settings: Any) -> tuple[Of, Change]:
    """A key was made, and its answer, with the secret in it, never came."""
    settings.VERIFY_DEADLINE_S = 0.3
    of = alone(world)
    world.emulator.rules([{"action": "CreateAccessKey", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(world.aws_account, erin, [on("iam.key.create")(of, erin)]), erin)
    return of, change


def test_a_key_without_an_answer_is_never_taken_for_ours(world: World, erin: Operator, settings: Any) -> None:
    of, change = lost(world, erin, settings)
    (key,) = world.iam.list_access_keys(UserName=of.user.name)["AccessKeyMetadata"]
    assert change.state == Change.State.UNKNOWN
    assert change.steps.get().error["appeared"] == [key["AccessKeyId"]]
    assert AccessKey.objects.live().get().aws_id == key["AccessKeyId"]  # whoever made it: the page shows it
    with pytest.raises(changes.PlanError, match="say first whose it is"):
        changes.retry(change=change, actor=erin)
    change.steps.update(error={})  # as if it had appeared only after somebody asked for the retry
    changes.retry(change=change, actor=erin)
    changes.work(change.pk)
    change.refresh_from_db()
    assert (change.state, len(world.sent("CreateAccessKey"))) == (Change.State.CONFLICTED, 1)
    assert change.steps.get().error["appeared"] == [key["AccessKeyId"]]


def test_a_key_that_is_ours_is_deleted_and_another_made(world: World, erin: Operator, settings: Any) -> None:
    of, change = lost(world, erin, settings)
    (appeared,) = change.steps.get().error["appeared"]
    again = changes.delete_what_appeared(change=change, which=appeared, actor=erin)
    assert [step.kind for step in again.steps.all()] == ["iam.key.deactivate", "iam.key.delete", "iam.key.create"]
    assert carry_out(again, erin).state == Change.State.APPLIED
    (key,) = world.iam.list_access_keys(UserName=of.user.name)["AccessKeyMetadata"]
    assert key["AccessKeyId"] == again.steps.get(position=3).result["id"] != appeared
    change.refresh_from_db()
    assert change.state == Change.State.CANCELLED


def test_a_key_of_a_colleague_stays_and_another_is_made(world: World, erin: Operator, settings: Any) -> None:
    of, change = lost(world, erin, settings)
    again = changes.leave_what_appeared(change=change, actor=erin)
    assert [step.kind for step in again.steps.all()] == ["iam.key.create"]
    assert carry_out(again, erin).state == Change.State.APPLIED
    assert len(world.iam.list_access_keys(UserName=of.user.name)["AccessKeyMetadata"]) == 2


def test_only_what_appeared_can_be_called_ours(world: World, erin: Operator, settings: Any) -> None:
    _, change = lost(world, erin, settings)
    with pytest.raises(changes.PlanError, match="didn't appear"):
        changes.delete_what_appeared(change=change, which="AKIAIOSFODNN7EXAMPLE", actor=erin)


def test_a_lost_answer_to_a_reset_is_sent_again(world: World, erin: Operator, settings: Any) -> None:
    case = next(case for case in CASES if case.kind == "iam.login.reset")
    of = case.arrange(world)
    world.emulator.rules([{"action": "UpdateLoginProfile", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(world.aws_account, erin, [case.step(of, erin)]), erin)
    assert change.state == Change.State.APPLIED
    assert len(world.sent("UpdateLoginProfile")) == 2


def test_a_lost_answer_to_a_first_password_is_adopted(world: World, erin: Operator, settings: Any) -> None:
    case = next(case for case in CASES if case.kind == "iam.login.create")
    of = case.arrange(world)
    world.emulator.rules([{"action": "CreateLoginProfile", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(world.aws_account, erin, [case.step(of, erin)]), erin)
    assert change.state == Change.State.APPLIED
    assert len(world.sent("CreateLoginProfile")) == 1


# ---- A worker that is killed ---------------------------------------------------------------------------------------
def killed(world: World, erin: Operator, monkeypatch: pytest.MonkeyPatch, where: str) -> Change:
    """It dies once AWS has made the key: before it has said anything of the answer, or after it has kept the secret."""
    change = propose(world.aws_account, erin, [on("iam.key.create")(alone(world), erin)])
    operation = operations.registry["iam.key.create"]
    send = operation.send

    def die(*args: Any) -> Any:
        if where == "send":
            send(*args)
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(operation, where, die)
        carry_out(change, erin)
    return change


@pytest.mark.parametrize(("where", "state", "shown"), [("send", "unknown", 0), ("done", "applied", 1)])
def test_what_a_killed_worker_made_is_asked_about_or_shown(
    world: World,
    erin: Operator,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    where: str,
    state: str,
    shown: int,
) -> None:
    settings.VERIFY_DEADLINE_S, settings.CLAIM_TIMEOUT_S = 0.3, 0
    change = killed(world, erin, monkeypatch, where)
    changes.sweep_due()
    assert worked(change).state == state
    (key,) = world.iam.list_access_keys(UserName="lena.fischer")["AccessKeyMetadata"]
    step = change.steps.get()
    assert (step.result or step.error)["id" if shown else "appeared"] in (key["AccessKeyId"], [key["AccessKeyId"]])
    assert len(sealed.show(change, erin)) == shown
    assert len(world.sent("CreateAccessKey")) == 1
