"""From an access key to a role: who uses it, what takes its place, and its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from guides.models import TaskRun
from identities.models import AccessKey, Attachment, IamRole, IamUser
from policies.models import ManagedPolicy
from sync.activity.doers import Doer
from sync.activity.principals import ShownCall
from sync.models import ActivityAnswer, Change, Facet, TrailEvent
from tests.access.mirrored import managed, user
from tests.access.test_propose_least_privilege import OLD, report
from tests.guides.test_task_runs import page_of, send
from tests.services.account_rows import make
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_document, make_group, make_role, put_inline
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
KEY, BEGINS = "AKIAIOSFODNN7EXAMPLE", "begin_key_to_role"
NOTES = document_text(allow("s3:GetObject", "arn:aws:s3:::notes/${aws:username}/*"))


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    """With a policy of their own, one by a group, and an active key."""
    dana: IamUser = user(aws_account, "dana")
    put_inline(dana, "notes")
    attach(dana, managed(aws_account, "lake", [allow("s3:GetObject", "arn:aws:s3:::lake/*")]))
    group = make_group(aws_account, "readers")
    attach(group, managed(aws_account, "queue", [allow("sqs:ReceiveMessage")]))
    join(dana, group)
    return dana


@pytest.fixture
def key(dana: IamUser) -> AccessKey:
    return key_of(dana, KEY)


def key_of(owner: IamUser, name: str, **fields: Any) -> AccessKey:
    used = {"last_used_at": timezone.now(), "last_used_service": "s3", "last_used_region": "eu-west-1"}
    made: AccessKey = make(AccessKey, owner.aws_account, name, aws_id=name, user=owner, **{**used, **fields})
    return made


def begun(client: Client, key: str = KEY) -> TaskRun:
    client.post(address(BEGINS), {"key": key})
    return TaskRun.objects.latest("pk")


def at_the_role(client: Client, used_by: str = "lambda") -> TaskRun:
    """The run once a role was named."""
    run = begun(client)
    send(client, run, step="uses", used_by=used_by)
    send(client, run, step="role", role="dana-role")
    return run


def steps() -> list[str]:
    return [step.kind.removeprefix("iam.") for step in Change.objects.latest("pk").steps.order_by("position")]


# ---- Where it begins -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [KEY, "dana", "DANA"])
def test_a_key_is_named_by_its_id_or_its_user(key: AccessKey, erins: Client, said: str) -> None:
    assert begun(erins, said).answers["key"] == KEY


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("AKIANOSUCHKEY0000000", "The mirror has no access key “AKIANOSUCHKEY0000000”"),
        ("dana", "dana has two keys: give the id of one."),
        ("", "This field is required"),
    ],
)
def test_what_names_no_key_begins_nothing(key: AccessKey, erins: Client, said: str, sentence: str) -> None:
    key_of(key.user, "AKIAIOSFODNN7EXAMPL2")
    response = erins.post(address(BEGINS), {"key": said})
    assert sentence in text_of(response.content.decode())
    assert not TaskRun.objects.exists()


# ---- Who uses it -----------------------------------------------------------------------------------------------------
def told(owner: IamUser, *calls: ShownCall) -> None:
    ActivityAnswer.objects.create(
        aws_account=owner.aws_account,
        kind=owner.kind,
        object_id=owner.aws_id,
        state=ActivityAnswer.State.ANSWERED,
        asked_at=timezone.now(),
        answered_at=timezone.now(),
        calls=json.dumps([asdict(each) for each in calls]),
    )


def call(key: str, **fields: str) -> ShownCall:
    usual = {"tool": "Boto3", "address": "203.0.113.7", "runs_in": "AWS_Lambda_python3.12"}
    at = timezone.now().isoformat()
    return ShownCall(at, "s3", "GetObject", "eu-west-1", True, "", key=key, **{**usual, **fields})


def test_says_who_uses_the_key_and_not_who_uses_another(dana: IamUser, key: AccessKey, erins: Client) -> None:
    told(dana, call(KEY), call(KEY), call("AKIAOTHER", address="198.51.100.9"), call(KEY, tool="AWS CLI", runs_in=""))
    page = page_of(erins, begun(erins))
    assert f"{KEY} was last used just now for s3 in eu-west-1" in page
    assert "Boto3 runs in AWS_Lambda_python3.12: a function of lambda 203.0.113.7 2 calls: s3 in eu-west-1" in page
    assert "AWS CLI 203.0.113.7 1 call" in page
    assert "198.51.100.9" not in page


def test_says_that_cloudtrail_was_not_asked(key: AccessKey, erins: Client) -> None:
    assert "CloudTrail hasn’t been asked lately" in page_of(erins, begun(erins))


@pytest.mark.parametrize(
    ("agent", "runs_in"),
    [
        ("Boto3/1.34 md/Botocore#1.34 exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy", "AWS_Lambda_python3.12"),
        ("aws-sdk-java/2.20 exec-env/EC2", "EC2"),
        ("aws-cli/2.15", ""),
        ("exec-env/ <script>", ""),
    ],
)
def test_where_an_sdk_says_that_it_runs(agent: str, runs_in: str) -> None:
    assert Doer(TrailEvent.Doer.USER, agent=agent).runs_in == runs_in


# ---- What takes its place --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("used_by", "opens"),
    [
        ("lambda", "user=lambda.amazonaws.com&amp;name=dana-role"),
        ("github", "user=github&amp;name=dana-role"),
        ("anywhere", "user=service&amp;principal=rolesanywhere.amazonaws.com&amp;name=dana-role"),
    ],
)
def test_the_role_builder_opens_with_what_is_known(key: AccessKey, erins: Client, used_by: str, opens: str) -> None:
    run = begun(erins)
    send(erins, run, step="uses", used_by=used_by)
    page = get(erins, "task_run", pk=str(run.pk))
    assert f"{address('build_role')}?{opens}" in page
    builder = get(erins, "build_role", f"?{opens.replace('&amp;', '&')}")
    assert 'value="dana-role"' in builder


def test_a_person_gets_no_role(key: AccessKey, erins: Client) -> None:
    run = begun(erins)
    send(erins, run, step="uses", used_by="person")
    page = page_of(erins, run)
    assert "2. Sign-in by Identity Center in its place Not known" in page
    assert "What the role may do" not in page
    send(erins, run, step="end", quiet_days="0", soak_days="0")
    assert steps() == ["key.await_quiet", "key.deactivate", "key.await_soak", "key.delete"]


def test_the_role_gets_what_the_user_has_also_by_groups(key: AccessKey, erins: Client) -> None:
    make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    page = page_of(erins, run)
    assert "dana-role is there." in page
    assert "queue by the group readers" in page
    send(erins, run, step="permissions", how="same")
    assert sorted(steps()) == ["role.attach", "role.attach", "role.inline.put"]


def test_a_boundary_comes_along_and_what_names_the_user_is_said(key: AccessKey, erins: Client) -> None:
    limit = managed(key.aws_account, "limit", [allow("s3:*")])
    IamUser.objects.update(boundary_arn=limit.arn)
    put_inline(key.user, "own", document=make_document(NOTES))
    make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    assert "It asks for ${aws:username}, which the session of a role doesn’t have" in page_of(erins, run)
    send(erins, run, step="permissions", how="same")
    assert steps()[0] == "role.boundary.put"


def test_by_what_was_used_the_role_gets_less(aws_account: AwsAccount, erins: Client) -> None:
    """What nobody used of a policy isn't in it; a policy of which nothing was used is left out."""
    dana = user(aws_account, "dana", allow(["s3:*", "sqs:*"]), created_at=OLD)
    put_inline(dana, "unused", document=make_document(document_text(allow("sns:*"))))
    report(dana, used="s3", unused="sqs sns")
    key_of(dana, KEY)
    make_role(aws_account, "dana-role")
    run = at_the_role(erins)
    page = page_of(erins, run)
    assert "By what was used, it gets narrower." in page
    assert "Nothing of it was used: by what was used, it is left out." in page
    send(erins, run, step="permissions", how="used")
    assert steps() == ["role.inline.put"]
    document = Change.objects.get().steps.get().params["document"]
    assert "s3:*" in document and "sqs" not in document


def test_the_mirror_ticks_what_the_role_has_and_unticks_it(key: AccessKey, erins: Client) -> None:
    role = make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    send(erins, run, step="permissions", how="same")
    Change.objects.update(state=Change.State.CANCELLED)
    assert "The role lacks 3 of these policies." in page_of(erins, run)
    for step in Change.objects.get().steps.all():
        if step.kind == "iam.role.attach":
            attach(role, ManagedPolicy.objects.get(arn=step.params["policy_arn"]))
        else:
            put_inline(role, step.params["policy"])
    assert "The role has them." in page_of(erins, run)
    Attachment.objects.filter(role=role).delete()
    assert "The role lacks 2 of these policies." in page_of(erins, run)


def test_a_policy_of_the_role_that_says_something_else_is_left_alone(key: AccessKey, erins: Client) -> None:
    role = make_role(key.aws_account, "dana-role")
    put_inline(role, "Notes", document=make_document(NOTES))
    run = at_the_role(erins)
    send(erins, run, step="permissions", how="same")
    put = Change.objects.get().steps.get(kind="iam.role.inline.put")
    assert put.params["policy"] == "notes-2"
    Change.objects.update(state=Change.State.CANCELLED)
    assert "The role lacks 3 of these policies." in page_of(erins, run)
    put_inline(role, "notes-2")
    send(erins, run, step="permissions", how="same")
    assert steps() == ["role.attach", "role.attach"]


def test_a_boundary_that_is_taken_off_is_missed(key: AccessKey, erins: Client) -> None:
    limit = managed(key.aws_account, "limit", [allow("s3:*")])
    IamUser.objects.update(boundary_arn=limit.arn)
    make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    send(erins, run, step="permissions", how="same")
    Change.objects.update(state=Change.State.CANCELLED)
    assert "The role lacks 4 of these policies and its boundary." in page_of(erins, run)
    IamRole.objects.update(boundary_arn=limit.arn)
    assert "The role lacks 3 of these policies." in page_of(erins, run)


def test_a_role_that_has_all_of_it_needs_no_change(key: AccessKey, erins: Client) -> None:
    role = make_role(key.aws_account, "dana-role")
    put_inline(role, "notes")
    for name in ("lake", "queue"):
        attach(role, ManagedPolicy.objects.get(name=name))
    run = at_the_role(erins)
    assert send(erins, run, step="permissions", how="same").status_code == 302
    assert not Change.objects.exists()
    assert "The role has them." in page_of(erins, run)
    send(erins, run, step="end", quiet_days="0", soak_days="0")
    assert steps()[-1] == "key.delete"


def test_who_may_do_nothing_gives_nothing(aws_account: AwsAccount, erins: Client) -> None:
    key_of(user(aws_account, "dana"), KEY)
    make_role(aws_account, "dana-role")
    run = at_the_role(erins)
    send(erins, run, step="permissions", how="same")
    assert "There is nothing to give to the role." in page_of(erins, run)


def test_the_mirror_ticks_the_use_of_the_role_and_the_quiet_of_the_key(key: AccessKey, erins: Client) -> None:
    make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    page = page_of(erins, run)
    assert "AWS has told of no use of it yet" in page
    assert "It is to be quiet for 3 days." in page
    IamRole.objects.update(last_used_at=timezone.now())
    AccessKey.objects.update(last_used_at=timezone.now() - timedelta(days=4))
    page = page_of(erins, run)
    assert "It was last used just now." in page
    assert "5. Nobody uses the key any more Done" in page


def test_a_key_whose_use_was_not_read_is_not_called_quiet(key: AccessKey, erins: Client) -> None:
    AccessKey.objects.update(last_used_at=None)
    run = begun(erins)
    send(erins, run, step="uses", used_by="person")
    assert f"3. Nobody uses the key any more Not known When {KEY} was used isn’t read yet" in page_of(erins, run)
    about = {"aws_account": key.aws_account, "kind": key.user.kind, "object_id": key.user.aws_id}
    Facet.objects.create(**about, source="last_used", read_at=timezone.now())
    assert f"3. Nobody uses the key any more Done AWS has told of no use of {KEY} yet." in page_of(erins, run)


# ---- Its end, and what happens meanwhile -----------------------------------------------------------------------------
def test_the_key_ends_only_once_the_role_has_its_permissions(key: AccessKey, erins: Client) -> None:
    run = begun(erins)
    send(erins, run, step="end", quiet_days="0", soak_days="0")
    assert not Change.objects.exists()
    assert "First: Who uses the key, A role in its place, What the role may do." in page_of(erins, run)


@pytest.mark.parametrize("days", ["-1", "91", "x", ""])
def test_days_that_are_none_are_refused(key: AccessKey, erins: Client, days: str) -> None:
    run = begun(erins)
    send(erins, run, step="uses", used_by="person")
    assert send(erins, run, step="end", quiet_days=days, soak_days="0").status_code == 422
    assert not Change.objects.exists()


def test_an_inactive_key_only_waits_and_goes(key: AccessKey, erins: Client) -> None:
    AccessKey.objects.update(status="Inactive")
    run = begun(erins)
    send(erins, run, step="uses", used_by="person")
    assert "It is off." in page_of(erins, run)
    send(erins, run, step="end", quiet_days="3", soak_days="7")
    assert steps() == ["key.await_soak", "key.delete"]


@pytest.mark.parametrize("model", [IamUser, AccessKey])
def test_a_user_or_key_that_is_gone_ends_the_task(key: AccessKey, erins: Client, model: Any) -> None:
    run = begun(erins)
    send(erins, run, step="uses", used_by="person")
    model.objects.update(gone_at=timezone.now())
    page = page_of(erins, run)
    assert "4. The key is deactivated, then deleted Done The key is gone from AWS." in page
    send(erins, run, step="end", quiet_days="0", soak_days="0")
    assert not Change.objects.exists()


def test_a_role_that_is_gone_is_asked_for_again(key: AccessKey, erins: Client) -> None:
    make_role(key.aws_account, "dana-role")
    run = at_the_role(erins)
    IamRole.objects.update(gone_at=timezone.now())
    assert "The role that was named is gone" in page_of(erins, run)
