"""Switched off at once, deleted after a set time: but for what was used, or brought back, in the meantime."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from findings import refresh
from identities.models import IamRole, IamUser, ReportedUser
from identities.operations.credentials.of_user import on_user
from notifications.models import NotifiedEvent
from sync import changes
from sync.models import Change, Step
from sync.sealed import keep_typed
from tests.infrastructure.test_states import give, role_in_state, state_of
from tests.services.changing import carry_out, worked
from tests.services.pages import address, names_in, text_of
from tests.services.pulling import policy_arn
from tests.services.statements import LAMBDA, allowing, trusting
from tests.unused.arranged import Estate

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
_OURS = "arn:aws:iam::123456789012:"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def staged(client: Client, estate: Estate, *picked: tuple[str, str], days: str = "30", status: int = 302) -> str:
    """The text of the page where it isn't staged."""
    url = address("unused_stage")
    ids = [estate.id_of(kind, name) for kind, name in picked]
    kept = client.post(url, {"pick": ids})
    answered = client.post(kept["Location"], {"days": days, "title": "", "reason": ""})
    assert answered.status_code == status, text_of(answered.content.decode())
    return text_of(answered.content.decode())


def cleaned(client: Client, estate: Estate, erin: Operator, *picked: tuple[str, str]) -> Change:
    staged(client, estate, *picked)
    return carry_out(Change.objects.latest("pk"), erin)


def later(change: Change, days: int = 30) -> Change:
    """So many days pass, and the workers go on."""
    ago = timedelta(days=days, minutes=1)
    change.steps.filter(finished_at__isnull=False).update(finished_at=F("finished_at") - ago)
    Change.objects.filter(pk=change.pk).update(started_at=F("started_at") - ago, not_before=timezone.now())
    changes.sweep_due()
    return worked(change)


def has(estate: Estate, kind: str, name: str) -> bool:
    iam = estate.iam
    listed = {
        "role": lambda: [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "user": lambda: [each["UserName"] for each in iam.list_users()["Users"]],
        "policy": lambda: [each["PolicyName"] for each in iam.list_policies(Scope="Local")["Policies"]],
        "group": lambda: [each["GroupName"] for each in iam.list_groups()["Groups"]],
        "profile": lambda: [each["InstanceProfileName"] for each in iam.list_instance_profiles()["InstanceProfiles"]],
    }
    return name in listed[kind]()


def statuses(estate: Estate, user: str) -> list[str]:
    return [each["Status"] for each in estate.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]


EVERYTHING = (("user", "ci-old"), ("role", "legacy"), ("policy", "orphan"), ("group", "nobody"), ("profile", "empty"))


def test_it_is_off_at_once_and_deleted_later(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, *EVERYTHING)
    assert change.is_at_gate
    assert statuses(estate, "ci-old") == ["Inactive"]
    [denial] = estate.iam.list_role_policies(RoleName="legacy")["PolicyNames"]
    assert denial.startswith("IAMConsoleContain-")
    assert later(change, days=29).is_at_gate
    assert has(estate, "role", "legacy")
    assert later(change, days=1).state == Change.State.APPLIED
    assert not any(has(estate, kind, name) for kind, name in EVERYTHING)
    assert has(estate, "role", "busy")


def test_what_was_used_meanwhile_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("user", "ci-old"), ("role", "legacy"), ("policy", "orphan"))
    estate.use("role", "legacy")
    done = later(change)
    assert done.state == Change.State.APPLIED
    assert has(estate, "role", "legacy")
    assert not has(estate, "user", "ci-old") and not has(estate, "policy", "orphan")
    check = done.steps.get(kind="iam.role.still_unused")
    assert (check.state, check.error["class"]) == (Step.State.LEFT_OUT, "Unmet")
    assert check.error["sentence"].startswith("The role legacy isn’t deleted: it was used at")
    assert set(done.steps.filter(kind__startswith="iam.role", position__gt=check.position).values_list("state")) == {
        ("left_out",)
    }
    entry = AuditEntry.objects.get(verb="step.left_out")
    assert entry.object_kind == "iam.role" and "it was used at" in entry.data["why"]
    assert NotifiedEvent.objects.filter(title__startswith="Left out: change").exists()


@pytest.mark.parametrize("kind", ["key", "password"])
def test_a_credential_alone(estate: Estate, erin: Operator, client_of: ClientOf, kind: str) -> None:
    name = estate.key if kind == "key" else "Password of reader"
    change = cleaned(client_of(erin), estate, erin, (kind, name))
    assert change.is_at_gate
    if kind == "password":  # nothing of it can be undone: so it is there until it is deleted
        assert estate.iam.get_login_profile(UserName="reader")
    assert later(change).state == Change.State.APPLIED
    assert has(estate, "user", "ci-old") and has(estate, "user", "reader")
    assert statuses(estate, "ci-old") == ([] if kind == "key" else ["Active"])


def test_a_sign_in_meanwhile_keeps_the_password(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("password", "Password of reader"))
    estate.use("user", "reader")
    assert later(change).state == Change.State.APPLIED
    assert estate.iam.get_login_profile(UserName="reader")


def test_a_password_that_was_set_anew_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    """UpdateLoginProfile keeps the CreateDate, and isn't a sign-in: AWS's credential report has it."""
    change = cleaned(client_of(erin), estate, erin, ("password", "Password of reader"))
    report = ReportedUser.objects.filter(user__name="reader")
    report.update(password_changed_at=timezone.now() + timedelta(minutes=1))
    done = later(change)
    assert estate.iam.get_login_profile(UserName="reader")
    assert "set it anew since" in done.steps.get(kind="iam.login.still_unused").error["sentence"]


def test_a_password_that_the_console_reset_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("password", "Password of reader"))
    reader = IamUser.objects.get(name="reader")
    typed = keep_typed("Another-Horse-8", name="Password", aws_account=estate.aws_account, operator=erin)
    reset = on_user(reader, "iam.login.reset", password=typed)
    change_of_it = changes.propose(aws_account=estate.aws_account, actor=erin, title="Reset", reason="", steps=[reset])
    assert carry_out(change_of_it, erin).state == Change.State.APPLIED
    done = later(change)
    assert estate.iam.get_login_profile(UserName="reader")
    assert "set it anew since" in done.steps.get(kind="iam.login.still_unused").error["sentence"]


@pytest.mark.parametrize("more", ["key", "attachment", "inline policy"])
def test_what_was_given_more_meanwhile_loses_nothing(
    estate: Estate, erin: Operator, client_of: ClientOf, more: str
) -> None:
    change = cleaned(client_of(erin), estate, erin, ("user", "ci-old"), ("role", "legacy"))
    if more == "key":
        estate.iam.create_access_key(UserName="ci-old")
    elif more == "attachment":
        estate.iam.attach_user_policy(UserName="ci-old", PolicyArn=policy_arn("orphan"))
        estate.iam.attach_role_policy(RoleName="legacy", PolicyArn=policy_arn("orphan"))
    else:
        estate.iam.put_role_policy(RoleName="legacy", PolicyName="new", PolicyDocument=allowing("s3:ListBucket"))
    done = later(change)
    assert done.state == Change.State.APPLIED
    kept = {"key": {"user"}, "attachment": {"user", "role"}, "inline policy": {"role"}}[more]
    assert {kind for kind, name in (("user", "ci-old"), ("role", "legacy")) if has(estate, kind, name)} == kept
    for kind in kept:
        said = done.steps.get(kind=f"iam.{kind}.still_unused").error["sentence"]
        assert "by now, which the plan doesn’t take off" in said
    if "user" in kept:
        assert estate.iam.list_user_policies(UserName="ci-old")["PolicyNames"] != []
        assert "Inactive" in statuses(estate, "ci-old")


def test_another_one_of_that_name_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("policy", "orphan"))
    arn = "arn:aws:iam::123456789012:policy/orphan"
    document = estate.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    estate.iam.delete_policy(PolicyArn=arn)
    estate.iam.create_policy(PolicyName="orphan", PolicyDocument=json.dumps(document))
    done = later(change)
    assert has(estate, "policy", "orphan")
    assert "somebody made another one of that name" in done.steps.get(kind="iam.policy.still_unused").error["sentence"]


def test_a_policy_that_somebody_was_given_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("policy", "orphan"), ("group", "nobody"), ("profile", "empty"))
    estate.iam.attach_group_policy(GroupName="nobody", PolicyArn="arn:aws:iam::123456789012:policy/orphan")
    estate.iam.add_user_to_group(GroupName="nobody", UserName="reader")
    estate.iam.add_role_to_instance_profile(InstanceProfileName="empty", RoleName="busy")
    assert later(change).state == Change.State.APPLIED
    assert all(has(estate, *each) for each in (("policy", "orphan"), ("group", "nobody"), ("profile", "empty")))


def test_one_is_brought_back_and_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    change = cleaned(client, estate, erin, ("user", "ci-old"), ("role", "legacy"))
    check = change.steps.get(kind="iam.role.still_unused")
    url = address("unused_bring_back", pk=str(change.pk), position=str(check.position))
    assert 'aria-label="Bring back: The role legacy"' in client.get(address("unused")).content.decode()
    assert client.post(url).status_code == 302
    back = carry_out(Change.objects.latest("pk"), erin)
    assert back.state == Change.State.APPLIED
    assert estate.iam.list_role_policies(RoleName="legacy")["PolicyNames"] == []
    done = later(change)
    assert has(estate, "role", "legacy") and not has(estate, "user", "ci-old")
    assert "somebody has brought it back" in done.steps.get(pk=check.pk).error["sentence"]


def test_what_was_used_is_brought_back_afterwards(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    change = cleaned(client, estate, erin, ("role", "legacy"))
    estate.use("role", "legacy")
    later(change)
    page = text_of(client.get(address("unused")).content.decode())
    assert "Kept, and still off" in page and "It stays denied everything" in page
    check = change.steps.get(kind="iam.role.still_unused")
    assert client.post(address("unused_bring_back", pk=str(change.pk), position=str(check.position))).status_code == 302
    assert carry_out(Change.objects.latest("pk"), erin).state == Change.State.APPLIED
    assert estate.iam.list_role_policies(RoleName="legacy")["PolicyNames"] == []
    assert "Kept, and still off" not in text_of(client.get(address("unused")).content.decode())


def test_what_is_being_cleaned_up_is_not_picked_again(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    cleaned(client, estate, erin, ("role", "legacy"), ("password", "Password of reader"), ("key", estate.key))
    html = client.get(address("unused")).content.decode()
    assert not any(f'value="{estate.id_of(*each)}"' in html for each in (("role", "legacy"), ("key", estate.key)))
    assert f'value="{estate.id_of("user", "reader")}"' in html


def test_what_is_not_off_is_kept_by_a_click(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    change = cleaned(client, estate, erin, ("policy", "orphan"), ("group", "nobody"))
    check = change.steps.get(kind="iam.policy.still_unused")
    url = address("unused_keep", pk=str(change.pk), position=str(check.position))
    assert client.post(url).status_code == 302
    assert AuditEntry.objects.filter(verb="change.step_left_out").exists()
    later(change)
    assert has(estate, "policy", "orphan") and not has(estate, "group", "nobody")
    client.post(url)
    assert "it is being deleted, or it is decided already" in client.get(address("unused")).content.decode()


def test_a_password_brings_back_no_key(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    change = cleaned(client, estate, erin, ("key", estate.give_old_key("reader")), ("password", "Password of reader"))
    key, password = (change.steps.get(kind=f"iam.{kind}.still_unused").position for kind in ("key", "login"))
    html = client.get(address("unused")).content.decode()
    urls = [address("unused_bring_back", pk=str(change.pk), position=str(each)) for each in (key, password)]
    assert [url in html for url in urls] == [True, False]
    client.post(urls[1])
    assert Change.objects.latest("pk") == change


def test_all_is_brought_back(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("user", "ci-old"), ("role", "legacy"))
    cancelled = changes.cancel(change=change, actor=erin)
    reverse = changes.propose_reverse(change=cancelled, actor=erin, reason="")
    assert carry_out(reverse, erin).state == Change.State.APPLIED
    assert statuses(estate, "ci-old") == ["Active"]
    assert estate.iam.list_user_policies(UserName="ci-old")["PolicyNames"] == ["deploys"]


def test_what_could_not_be_checked_stays(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("role", "legacy"), ("policy", "orphan"))
    estate.emulator.rules([{"action": "GetRole", "error": {"code": "AccessDenied", "status": 403}, "times": 1}])
    stopped = later(change)
    assert stopped.state == Change.State.FAILED
    assert has(estate, "role", "legacy") and not has(estate, "policy", "orphan")
    changes.retry(change=stopped, actor=erin)
    assert worked(stopped).state == Change.State.APPLIED
    assert not has(estate, "role", "legacy")


def denials(estate: Estate) -> list[str]:
    names: list[str] = estate.iam.list_role_policies(RoleName="legacy")["PolicyNames"]
    return names


def refuse(estate: Estate, action: str) -> None:
    estate.emulator.rules([{"action": action, "error": {"code": "AccessDenied", "status": 403}, "times": 1}])


@pytest.mark.parametrize("action", ["DetachRolePolicy", "DeleteRolePolicy"])
def test_it_is_checked_again_when_it_goes_on_later(
    estate: Estate, erin: Operator, client_of: ClientOf, action: str
) -> None:
    """The check was met, and a step after it stopped: the denial stays, and by the time of the retry it was used."""
    change = cleaned(client_of(erin), estate, erin, ("role", "legacy"), ("policy", "orphan"))
    refuse(estate, action)
    stopped = later(change)
    assert stopped.state == Change.State.FAILED
    assert len(denials(estate)) == 1 and not has(estate, "policy", "orphan")
    estate.use("role", "legacy")
    changes.retry(change=stopped, actor=erin)
    assert worked(stopped).state == Change.State.APPLIED
    assert has(estate, "role", "legacy") and len(denials(estate)) == 1
    assert stopped.steps.get(kind="iam.role.still_unused").state == Step.State.LEFT_OUT


@pytest.mark.parametrize("used", [False, True])
def test_what_is_left_of_it_is_checked_again(estate: Estate, erin: Operator, client_of: ClientOf, used: bool) -> None:
    change = cleaned(client_of(erin), estate, erin, ("role", "legacy"))
    refuse(estate, "DeleteRole")
    stopped = later(change)
    assert stopped.state == Change.State.FAILED and denials(estate) == []
    if used:
        estate.use("role", "legacy")
    changes.retry(change=stopped, actor=erin)
    assert worked(stopped).state == Change.State.APPLIED
    assert has(estate, "role", "legacy") is used
    if used:
        said = stopped.steps.get(kind="iam.role.still_unused").error["sentence"]
        assert "it was used at" in said and said.endswith("It is denied nothing now.")


def test_a_step_is_not_tried_before_those_that_it_hangs_on(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("role", "legacy"))
    refuse(estate, "DetachRolePolicy")
    stopped = later(change)
    detach, delete = stopped.steps.get(kind="iam.role.detach"), stopped.steps.get(kind="iam.role.delete")
    assert (detach.state, delete.state) == (Step.State.FAILED, Step.State.PENDING)
    with pytest.raises(changes.PlanError, match=f"is done only after step {detach.position}"):
        changes.retry(change=stopped, actor=erin, position=delete.position)
    changes.retry(change=stopped, actor=erin, position=detach.position)
    assert worked(stopped).state == Change.State.APPLIED and not has(estate, "role", "legacy")


def test_a_new_plan_of_what_is_left_checks_it_too(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    change = cleaned(client_of(erin), estate, erin, ("role", "legacy"), ("policy", "orphan"))
    refuse(estate, "DetachRolePolicy")
    new = changes.replan(change=later(change), actor=erin)
    kinds = list(new.steps.order_by("position").values_list("kind", flat=True))
    assert kinds[0] == "iam.role.still_unused" and kinds[-1] == "iam.role.delete"
    assert "iam.policy.still_unused" not in kinds
    estate.use("role", "legacy")
    assert carry_out(new, erin).state == Change.State.APPLIED
    assert has(estate, "role", "legacy") and len(denials(estate)) == 1


def test_what_was_switched_off_late_waits_as_long(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    staged(client_of(erin), estate, ("role", "legacy"), ("key", estate.key))
    refuse(estate, "PutRolePolicy")
    change = carry_out(Change.objects.latest("pk"), erin)
    assert change.is_at_gate and denials(estate) == []
    Change.objects.filter(pk=change.pk).update(state=Change.State.FAILED, not_before=timezone.now())  # at a later look
    ago = timedelta(days=29)
    change.steps.filter(finished_at__isnull=False).update(finished_at=F("finished_at") - ago)
    changes.retry(change=change, actor=erin)
    assert worked(change).is_at_gate and len(denials(estate)) == 1
    assert later(change, days=2).is_at_gate and has(estate, "role", "legacy")
    assert later(change, days=28).state == Change.State.APPLIED
    assert not has(estate, "role", "legacy") and statuses(estate, "ci-old") == []


# ---- What isn't cleaned up ------------------------------------------------------------------------------------------
def test_the_key_goes_with_its_user(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    staged(client_of(erin), estate, ("user", "ci-old"), ("key", estate.key))
    change = Change.objects.latest("pk")
    assert change.steps.filter(kind="iam.key.deactivate").count() == 1


@pytest.mark.parametrize("days", ["6", "91", "", "soon"])
def test_days_that_are_none(estate: Estate, erin: Operator, client_of: ClientOf, days: str) -> None:
    said = staged(client_of(erin), estate, ("role", "legacy"), days=days, status=422)
    assert "7" in said and not Change.objects.exists()


def test_the_last_administrators_stay(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    """Each of them isn't the last one, but together they are."""
    estate.iam.attach_user_policy(UserName="ci-old", PolicyArn=ADMINISTRATOR)
    estate.iam.attach_role_policy(RoleName="legacy", PolicyArn=ADMINISTRATOR)
    estate.look()
    said = staged(client_of(erin), estate, ("user", "ci-old"), ("role", "legacy"), status=422)
    assert said.count("No administrator would be left") == 2
    staged(client_of(erin), estate, ("role", "legacy"))


@pytest.mark.parametrize(
    ("trusted", "is_way_in"),
    [
        (LAMBDA, False),
        ({"AWS": f"{_OURS}user/ci-old"}, False),
        ({"AWS": f"{_OURS}role/legacy"}, False),
        ({"AWS": f"{_OURS}user/reader"}, True),
        ({"Federated": f"{_OURS}saml-provider/okta"}, True),
        ({"Service": "account-access.amazonaws.com"}, True),
    ],
)
def test_an_administrators_role_counts_where_others_may_take_it_on(
    estate: Estate, erin: Operator, client_of: ClientOf, trusted: dict[str, str], is_way_in: bool
) -> None:
    action = "sts:AssumeRoleWithSAML" if "Federated" in trusted else "sts:AssumeRole"
    estate.iam.update_assume_role_policy(RoleName="busy", PolicyDocument=trusting(trusted, action))
    estate.iam.attach_role_policy(RoleName="busy", PolicyArn=ADMINISTRATOR)
    estate.iam.attach_user_policy(UserName="ci-old", PolicyArn=ADMINISTRATOR)
    estate.look()
    said = staged(client_of(erin), estate, ("user", "ci-old"), status=302 if is_way_in else 422)
    assert ("No administrator would be left" in said) is not is_way_in


def test_the_credentials_of_the_last_administrator_stay(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    """One of two goes; not both, nor the only one."""
    estate.iam.attach_user_policy(UserName="reader", PolicyArn=ADMINISTRATOR)
    key, password = ("key", estate.give_old_key("reader")), ("password", "Password of reader")
    said = staged(client_of(erin), estate, key, password, status=422)
    assert said.count("No administrator would be left") == 2
    staged(client_of(erin), estate, key)
    estate.iam.delete_login_profile(UserName="reader")
    estate.look()
    assert "No administrator would be left" in staged(client_of(erin), estate, key, status=422)


def test_who_alone_may_take_on_the_administrators_role_stays(
    estate: Estate, erin: Operator, client_of: ClientOf
) -> None:
    estate.iam.attach_role_policy(RoleName="busy", PolicyArn=ADMINISTRATOR)
    estate.look()
    staged(client_of(erin), estate, ("key", estate.key))  # only Lambda may take on the role
    Change.objects.all().update(state=Change.State.CANCELLED)
    estate.iam.update_assume_role_policy(RoleName="busy", PolicyDocument=trusting({"AWS": f"{_OURS}user/ci-old"}))
    estate.look()
    said = staged(client_of(erin), estate, ("key", estate.key), status=422)
    assert "No administrator would be left" in said


def test_what_code_owns_shows_what_to_take_out(estate: Estate, alice: Operator, client_of: ClientOf) -> None:
    legacy = IamRole.objects.get(name="legacy", gone_at=None)
    client = client_of(alice)
    give(client, state_of(child=(role_in_state("legacy", legacy.aws_id),)))
    refresh.refresh(estate.aws_account)
    said = staged(client, estate, ("role", "legacy"), status=422)
    assert "Code owns it: take it out there." in said
    assert "Take out: aws_iam_role.legacy" in said and "module.ci.aws_iam_role.legacy" in said
    assert names_in(client.get(address("unused"), {"code": "yes"}).content.decode()) == ["legacy"]
    staged(client, estate, ("role", "legacy"), ("policy", "orphan"))
    assert not Change.objects.latest("pk").steps.filter(kind__startswith="iam.role").exists()


def test_what_is_gone_is_left_out(estate: Estate, erin: Operator, client_of: ClientOf) -> None:
    IamRole.objects.filter(name="legacy").update(gone_at=timezone.now())
    said = staged(client_of(erin), estate, ("role", "legacy"), status=422)
    assert "It is gone already." in said


def test_a_viewer_sees_it_and_stages_nothing(estate: Estate, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    said = text_of(client.get(address("unused")).content.decode())
    assert "legacy" in said and "Stage a change" not in said
    assert client.post(address("unused_stage"), {"pick": [estate.id_of("role", "legacy")]}).status_code == 403
