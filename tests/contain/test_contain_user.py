"""A leaked key: from its id to a user who can do nothing any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from contain.models import Containment
from identities.models import IamUser
from infrastructure.models import OwnedResource, StateFile
from sync import changes
from sync.activity import principals
from sync.models import ActivityAnswer, Change
from tests.services.changing import worked
from tests.services.leaked_key import Night
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def contained(client: Client, night: Night, *pieces: str, typed: str = "ci-builder", **more: str) -> Containment:
    """After the worker."""
    url = address("user_contain_begin", aws_id=night.user.aws_id)
    answered = client.post(url, {"pieces": pieces, "typed": typed, **more})
    assert answered.status_code == 302, text_of(answered.content.decode())
    made = Containment.objects.latest("pk")
    worked(made.change)
    return Containment.objects.get(pk=made.pk)


def test_from_the_key_to_nothing_left(night: Night, erin: Operator, client_of: ClientOf) -> None:
    night.intrude()
    client = client_of(erin)
    found = client.get("/contain/", {"q": night.key["AccessKeyId"]}).content.decode()
    assert "ci-builder" in found
    where = f"{address('user_contain', aws_id=night.user.aws_id)}?key={night.key['AccessKeyId']}"
    assert where in found
    client.post(f"{address('user_contain_ask', aws_id=night.user.aws_id)}?key={night.key['AccessKeyId']}")
    principals.work(ActivityAnswer.objects.get().pk)
    page = client.get(where).content.decode()
    text = text_of(page)
    assert "iam:CreateUser svc-backup2" in text
    assert "Who else is hit:" in text and "user deploy-bot" in text
    assert f'value="role:{night.role.aws_id}" checked' in page
    ticked = ["deny", "login", f"key:{night.key['AccessKeyId']}", f"role:{night.role.aws_id}"]
    done = contained(client, night, *ticked, reason="The key was in a log.")
    assert done.change.state == Change.State.APPLIED
    assert [step.state for step in done.change.steps.all()] == ["done"] * 4
    night.emulator.enforce_iam()
    with pytest.raises(ClientError):
        night.by_key("iam").list_users()
    night.emulator.enforce_iam(False)
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    assert night.iam.list_role_policies(RoleName="deploy")["PolicyNames"][0].startswith("IAMConsoleContain-")
    assert AuditEntry.objects.filter(verb="contain.begun").count() == 1
    principals.work(ActivityAnswer.objects.get().pk)  # it was asked anew
    after = text_of(get(client, "containment", pk=str(done.pk)))
    assert "4 of 4 steps applied" in after
    assert "Left behind" in after and "svc-backup2" in after


def test_what_code_owns_is_contained_too(night: Night, erin: Operator, client_of: ClientOf) -> None:
    owned = {
        "aws_account": night.user.aws_account,
        "kind": "iam.user",
        "name": "ci-builder",
        "address": "aws_iam_user.ci",
    }
    state = StateFile.objects.create(aws_account=night.user.aws_account, name="platform", read_at=timezone.now())
    OwnedResource.objects.create(state=state, **owned)
    done = contained(client_of(erin), night, "deny", reason="Leaked")
    assert done.change.state == Change.State.APPLIED
    assert done.change.overrides.get().until is not None


def test_what_was_typed_is_not_lost(night: Night, erin: Operator, client_of: ClientOf) -> None:
    url = address("user_contain_begin", aws_id=night.user.aws_id)
    page = client_of(erin).post(url, {"pieces": ["login"], "typed": "ci", "reason": "Leaked"}).content.decode()
    assert "That isn’t the name: type ci-builder." in page
    assert 'value="ci"' in page and "Leaked" in page
    assert 'value="login" checked' in page and 'value="deny" checked' not in page
    empty = client_of(erin).post(url, {"typed": "ci-builder"}).content.decode()
    assert "nothing is chosen" in empty
    assert not Change.objects.exists()


def test_a_user_who_is_deleted_in_the_middle(night: Night, erin: Operator, client_of: ClientOf) -> None:
    url = address("user_contain_begin", aws_id=night.user.aws_id)
    pieces = ["deny", f"key:{night.key['AccessKeyId']}", "login", f"role:{night.role.aws_id}"]
    client_of(erin).post(url, {"pieces": pieces, "typed": "ci-builder"})
    night.iam.delete_access_key(UserName="ci-builder", AccessKeyId=night.key["AccessKeyId"])
    night.iam.delete_login_profile(UserName="ci-builder")
    night.iam.delete_user_policy(UserName="ci-builder", PolicyName="deploys")
    night.iam.delete_user(UserName="ci-builder")
    aws_id = night.user.aws_id
    night.pull()  # also the mirror knows
    done = worked(Change.objects.get())
    assert done.state == Change.State.APPLIED
    assert [step.state for step in done.steps.all()] == ["already_done"] * 3 + ["done"]
    assert done.steps.get(position=1).result == {"gone": True}
    assert client_of(erin).get(address("user_contain", aws_id=aws_id)).status_code == 404


def test_one_that_fails_stops_no_other_and_is_retried_alone(night: Night, erin: Operator, client_of: ClientOf) -> None:
    refused = {"code": "AccessDenied", "status": 403, "message": "No."}
    night.emulator.rules([{"action": "UpdateAccessKey", "error": refused, "times": 1}])
    client = client_of(erin)
    done = contained(client, night, "deny", f"key:{night.key['AccessKeyId']}", "login")
    assert [step.state for step in done.change.steps.all()] == ["done", "failed", "done"]
    page = text_of(get(client, "containment", pk=str(done.pk)))
    assert "2 of 3 steps applied" in page and "Retry step 2 alone" in page
    for position in ("9" * 40, "9" * 5000, "-1", "0", "", "two"):
        said = client.post(address("containment_retry", pk=str(done.pk)), {"position": position}, follow=True)
        assert said.status_code == 200 and "there is none of that number" in said.content.decode(), position
    client.post(address("containment_retry", pk=str(done.pk)), {"position": "2"})
    assert worked(done.change).state == Change.State.APPLIED


def test_where_approvals_are_asked_for(
    night: Night, erin: Operator, alice: Operator, anton: Operator, client_of: ClientOf
) -> None:
    night.aws_account.approvals_required = 1
    night.aws_account.save()
    waiting = contained(client_of(erin), night, "login", reason="Leaked")
    assert waiting.change.state == Change.State.PROPOSED
    assert "Nothing is cut yet: it waits." in text_of(get(client_of(erin), "containment", pk=str(waiting.pk)))
    url = address("user_contain_begin", aws_id=night.user.aws_id)
    page = client_of(alice).post(url, {"pieces": ["deny"], "typed": "ci-builder"}).content.decode()
    assert "Say in a few words what happened" in page
    broken = contained(client_of(alice), night, "deny", reason="Leaked")
    assert broken.change.state == Change.State.APPLIED
    assert broken.change.broken_glass.get().reason == "Leaked"


def test_an_only_owner_decides_alone(night: Night, alice: Operator, client_of: ClientOf) -> None:
    night.aws_account.approvals_required = 1
    night.aws_account.save()
    done = contained(client_of(alice), night, "deny", reason="Leaked")
    assert done.change.state == Change.State.APPLIED
    assert done.change.approvals.get().alone and not done.change.broken_glass.exists()


def test_what_is_read_only_is_not_proposed(night: Night, erin: Operator, client_of: ClientOf) -> None:
    night.aws_account.writes_enabled = False
    night.aws_account.save()
    url = address("user_contain_begin", aws_id=night.user.aws_id)
    page = client_of(erin).post(url, {"pieces": ["deny"], "typed": "ci-builder"}).content.decode()
    assert "is read-only in this console" in page and not Change.objects.exists()


def test_the_consoles_own_roles_are_never_cut(night: Night, erin: Operator, client_of: ClientOf) -> None:
    night.aws_account.write_role_arn = night.role.arn
    night.aws_account.save()
    page = get(client_of(erin), "user_contain", aws_id=night.user.aws_id)
    assert "This console works by it." in page
    for name, aws_id, piece in (
        ("user_contain_begin", night.user.aws_id, f"role:{night.role.aws_id}"),
        ("role_contain_begin", night.role.aws_id, "sessions"),
    ):
        typed = "ci-builder" if name.startswith("user") else "deploy"
        client_of(erin).post(address(name, aws_id=aws_id), {"pieces": [piece], "typed": typed})
    assert not Change.objects.exists()


def test_the_last_administrator_is_refused(night: Night, erin: Operator, client_of: ClientOf) -> None:
    keeper = IamUser.objects.get(name="root-keeper")
    page = get(client_of(erin), "user_contain", aws_id=keeper.aws_id)
    assert "is the last administrator of this AWS account" in page
    url = address("user_contain_begin", aws_id=keeper.aws_id)
    refused = client_of(erin).post(url, {"pieces": ["deny"], "typed": "root-keeper"}).content.decode()
    assert "is the last administrator" in refused and not Change.objects.exists()


def test_a_leaked_key_of_the_last_administrator_goes_while_another_way_in_is_left(
    night: Night, erin: Operator, client_of: ClientOf
) -> None:
    keeper = IamUser.objects.get(name="root-keeper")
    client, url = client_of(erin), address("user_contain_begin", aws_id=keeper.aws_id)
    [only] = night.iam.list_access_keys(UserName="root-keeper")["AccessKeyMetadata"]
    leaked = only["AccessKeyId"]
    refused = client.post(url, {"pieces": [f"key:{leaked}"], "typed": "root-keeper"}).content.decode()
    assert "one key, or the password, stays" in refused and not Change.objects.exists()
    other = night.iam.create_access_key(UserName="root-keeper")["AccessKey"]["AccessKeyId"]
    night.pull()
    page = client.get(f"{address('user_contain', aws_id=keeper.aws_id)}?key={leaked}").content.decode()
    assert f'value="key:{leaked}" checked' in page and f'value="key:{other}" checked' not in page
    assert 'value="deny" disabled' in page
    client.post(url, {"pieces": [f"key:{leaked}", f"key:{other}"], "typed": "root-keeper"})
    client.post(url, {"pieces": [f"key:{leaked}", "deny"], "typed": "root-keeper"})
    assert not Change.objects.exists()
    client.post(url, {"pieces": [f"key:{leaked}"], "typed": "root-keeper"})
    assert worked(Change.objects.get()).state == Change.State.APPLIED
    keys = night.iam.list_access_keys(UserName="root-keeper")["AccessKeyMetadata"]
    assert {key["AccessKeyId"]: key["Status"] for key in keys} == {leaked: "Inactive", other: "Active"}


def test_who_may_and_who_may_not(
    night: Night, bob: Operator, anton: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    url = address("user_contain", aws_id=night.user.aws_id)
    begin = address("user_contain_begin", aws_id=night.user.aws_id)
    for operator, status in ((bob, 403), (anton, 403), (charlie, 404)):
        client = client_of(operator)
        assert client.get(url).status_code == status
        assert client.post(begin, {"pieces": ["deny"], "typed": "ci-builder"}).status_code == status
    assert not Change.objects.exists()


def test_a_worker_that_dies_between_steps(night: Night, erin: Operator, client_of: ClientOf) -> None:
    done = contained(client_of(erin), night, "deny", "login")
    step = done.change.steps.get(position=2)
    step.state, step.result = "pending", {}
    step.save()
    Change.objects.filter(pk=done.change.pk).update(state=Change.State.QUEUED)
    changes.work(done.change.pk)
    done.change.refresh_from_db()
    assert done.change.state == Change.State.APPLIED
    assert [each.state for each in done.change.steps.all()] == ["done", "already_done"]
