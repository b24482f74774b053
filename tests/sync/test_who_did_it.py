"""Who changed something outside the console: what CloudTrail says of it, found by name, time and content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import drift
from sync.activity import answers, questions, unexplained, work
from sync.aws.errors import UnreachableError
from sync.models import Authorship, Revision, TrailEvent, TrailQuestion
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import EC2, allowing, trusting
from tests.services.trail import asked

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
State = Authorship.State


def calls(aws_account: AwsAccount, name: str = "") -> list[str]:
    """The calls that explain the open drift of the object of that name, the newest first."""
    found = [each for each in drift.open_drift(aws_account) if not name or drift.name_in(each) == name]
    rows = Authorship.objects.filter(revision__in=[each.pk for each in found]).order_by("-revision")
    return [event.name for row in rows for event in row.events.order_by("-at", "-pk")]


def states(aws_account: AwsAccount) -> list[str]:
    return [row.state for row in Authorship.objects.filter(aws_account=aws_account).order_by("revision")]


@pytest.mark.parametrize(
    ("act", "name", "call"),
    [
        (lambda iam: iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY), "jane", "AttachUserPolicy"),
        (lambda iam: iam.detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY), "exporter", "DetachRolePolicy"),
        (
            lambda iam: iam.remove_user_from_group(GroupName="developers", UserName="jane"),
            "jane",
            "RemoveUserFromGroup",
        ),
        (
            lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2)),
            "exporter",
            "UpdateAssumeRolePolicy",
        ),
        (
            lambda iam: iam.put_role_policy(
                RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:CreateLogGroup")
            ),
            "exporter",
            "PutRolePolicy",
        ),
        (lambda iam: iam.delete_role_policy(RoleName="exporter", PolicyName="logs"), "exporter", "DeleteRolePolicy"),
        (
            lambda iam: iam.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=READ_ONLY),
            "jane",
            "PutUserPermissionsBoundary",
        ),
        (lambda iam: iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "it"}]), "jane", "TagUser"),
        (lambda iam: iam.untag_user(UserName="jane", TagKeys=["team"]), "jane", "UntagUser"),
        (
            lambda iam: iam.create_policy_version(
                PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
            ),
            "reports-read",
            "CreatePolicyVersion",
        ),
        (lambda iam: iam.update_user(UserName="jane", NewUserName="joan"), "joan", "UpdateUser"),
        (lambda iam: iam.create_group(GroupName="auditors"), "auditors", "CreateGroup"),
    ],
)
def test_the_call_is_found(
    iam: Any, aws_account: AwsAccount, act: Callable[[Any], object], name: str, call: str
) -> None:
    act(iam)
    pulled(aws_account)
    asked(aws_account)
    assert calls(aws_account, name) == [call]
    assert states(aws_account) == [State.FOUND]
    event = TrailEvent.objects.get()
    assert (event.doer, event.called, event.tool) == ("user", "emulator", "Boto3")
    assert not TrailQuestion.objects.exists()


def test_who_deleted_it_and_who_made_it_with_all_it_has(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="mallory", Tags=[{"Key": "team", "Value": "it"}])
    iam.attach_user_policy(UserName="mallory", PolicyArn=READ_ONLY)
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    asked(aws_account)
    assert sorted(calls(aws_account, "mallory")) == ["AttachUserPolicy", "CreateUser"]
    assert calls(aws_account, "jane") == ["DeleteUser"]
    assert states(aws_account) == [State.FOUND, State.FOUND]


def test_what_asked_for_something_else_explains_nothing(iam: Any, aws_account: AwsAccount) -> None:
    """Another value, another object of alike calls, and a call that failed."""
    iam.create_user(UserName="other")
    pulled(aws_account)
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "first"}])
    iam.tag_user(UserName="other", Tags=[{"Key": "team", "Value": "last"}])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_user_policy(UserName="jane", PolicyArn=policy_arn("no-such"))
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "last"}])
    pulled(aws_account)
    asked(aws_account)
    [event] = Authorship.objects.get(revision__facet__object_id=_id(aws_account, "jane")).events.all()
    at = event.at
    assert event.name == "TagUser"
    assert TrailEvent.objects.filter(name="AttachUserPolicy").count() == 0
    assert at is not None


def _id(aws_account: AwsAccount, name: str) -> str:
    [found] = {each.facet.object_id for each in drift.open_drift(aws_account) if drift.name_in(each) == name}
    return str(found)


def test_one_question_answers_all_revisions_of_an_object(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    for value in ("a", "b", "c"):
        iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": value}])
        pulled(aws_account)
    emulator.forget_calls()
    asked(aws_account)
    assert len(emulator.calls("LookupEvents")) == 1
    assert states(aws_account) == [State.FOUND] * 3
    assert TrailEvent.objects.count() == 3


def test_of_an_object_with_more_revisions_than_are_answered_at_once_the_older_are_next(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unexplained, "MOST_REVISIONS", 2)
    for value in ("a", "b", "c"):
        iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": value}])
        pulled(aws_account)
    asked(aws_account)
    assert states(aws_account) == [State.FOUND] * 3
    assert not TrailQuestion.objects.exists()


def test_a_flood_is_answered_by_the_writes_of_that_time(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    for number in range(work.FLOOD + 1):
        iam.create_group(GroupName=f"group-{number}")
    pulled(aws_account)
    emulator.forget_calls()
    asked(aws_account)
    assert len(emulator.calls("LookupEvents")) == 1
    assert states(aws_account) == [State.FOUND] * (work.FLOOD + 1)


# ---- What CloudTrail doesn't say -----------------------------------------------------------------------------
def test_it_is_late_and_asked_again(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.trail(delay_s=3600)
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    asked(aws_account)
    assert states(aws_account) == [State.WAITING]
    question = TrailQuestion.objects.get()
    assert question.next_at > timezone.now() + timedelta(minutes=1)
    assert work.ask(aws_account.pk) == 0  # not yet


def test_it_is_given_up_in_the_end_and_asked_again_by_hand(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    emulator.trail(forget=True, delay_s=3600)
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    for _ in range(len(questions.AGAIN_AFTER) + 1):
        assert states(aws_account) in ([], [State.WAITING])
        asked(aws_account)
    assert states(aws_account) == [State.NOBODY]
    assert not TrailQuestion.objects.exists()

    questions.ask_now(Revision.objects.get(drift_in=aws_account))
    assert states(aws_account) == [State.WAITING]
    assert TrailQuestion.objects.get().tries == 0


def test_a_denied_source_is_not_read_and_all_wait(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    iam.create_group(GroupName="auditors")
    iam.create_group(GroupName="writers")
    pulled(aws_account)
    emulator.rules(
        [{"action": "LookupEvents", "when": "before", "error": {"code": "AccessDeniedException", "status": 400}}]
    )
    asked(aws_account)
    assert states(aws_account) == [State.DENIED] * 2
    assert len(emulator.calls("LookupEvents")) == 1
    question = TrailQuestion.objects.first()
    assert question is not None
    assert question.error["statement"]["Action"] == "cloudtrail:LookupEvents"
    emulator.rules([])
    asked(aws_account)
    assert states(aws_account) == [State.FOUND] * 2


def test_throttled_for_an_hour_concludes_nothing(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, settings: Any
) -> None:
    settings.AWS_RETRY_BASE_S = 0
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    emulator.rules(
        [{"action": "LookupEvents", "when": "before", "error": {"code": "ThrottlingException", "status": 400}}]
    )
    for _ in range(len(questions.AGAIN_AFTER) + 3):
        asked(aws_account)
    assert states(aws_account) == [State.WAITING]
    emulator.rules([])
    asked(aws_account)
    assert states(aws_account) == [State.FOUND]


def test_a_region_that_does_not_answer_holds_up_no_other(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    questions.take_up(aws_account)
    earlier = timezone.now() - timedelta(hours=1)
    for number in range(3):
        TrailQuestion.objects.create(
            aws_account=aws_account, region="af-south-1", kind="cognito.pool", object_id=str(number), next_at=earlier
        )
    genuine = answers.answer
    tried: list[str] = []

    def answer(client: Any, question: TrailQuestion, held: Any) -> None:
        tried.append(question.region)
        if question.region:
            raise UnreachableError(operation="cloudtrail:LookupEvents")
        genuine(client, question, held)

    monkeypatch.setattr(work, "answer", answer)
    work.ask(aws_account.pk)
    assert sorted(tried) == ["", "af-south-1"]
    assert states(aws_account) == [State.FOUND]


def test_drift_older_than_the_history_is_said_so(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    revision = Revision.objects.get(drift_in=aws_account)
    questions.ask_now(revision)
    Revision.objects.filter(pk=revision.pk).update(seen_at=timezone.now() - timedelta(days=91))
    emulator.forget_calls()
    asked(aws_account)
    assert states(aws_account) == [State.TOO_OLD]
    assert emulator.calls("LookupEvents") == []


def test_garbled_records_and_those_of_others_are_left_out(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    genuine = {
        "eventName": "CreateGroup",
        "eventSource": "iam.amazonaws.com",
        "eventTime": timezone.now().isoformat(),
        "awsRegion": "us-east-1",
        "readOnly": False,
        "userIdentity": {"type": "Root"},
        "requestParameters": {"groupName": "auditors"},
    }
    foreign = {**genuine, "eventID": "foreign", "recipientAccountId": "999999999999"}
    garbled = {**genuine, "eventID": "garbled", "requestParameters": "auditors", "userIdentity": None}
    emulator.trail(
        forget=True,
        events=[
            {"record": each | {"userIdentity": {}}, "resources": [["", "auditors"]]} for each in (foreign, garbled)
        ],
    )
    asked(aws_account)
    assert states(aws_account) == [State.WAITING]
    assert not TrailEvent.objects.exists()


def test_an_imported_account_is_never_asked(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    aws_account.connection = AwsAccount.Connection.SNAPSHOT
    aws_account.save()
    questions.ask_what_is_due()
    assert not TrailQuestion.objects.exists()


# ---- Other kinds ---------------------------------------------------------------------------------------------
def test_tags_of_a_policy_and_keys_of_a_user(iam: Any, aws_account: AwsAccount) -> None:
    sources = ("iam.policy_settings", "iam.keys")
    for source in sources:
        pulled(aws_account, source=source)
    iam.tag_policy(PolicyArn=policy_arn("reports-read"), Tags=[{"Key": "team", "Value": "it"}])
    iam.create_access_key(UserName="jane")
    for source in sources:
        pulled(aws_account, source=source)
    asked(aws_account)
    assert sorted(event.name for event in TrailEvent.objects.all()) == ["CreateAccessKey", "TagPolicy"]
    assert states(aws_account) == [State.FOUND] * 2


def test_what_has_no_resources_on_record_is_found_among_all_writes(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="iam.alias")
    iam.create_account_alias(AccountAlias="acme-production")
    pulled(aws_account, source="iam.alias")
    asked(aws_account)
    assert calls(aws_account) == ["CreateAccountAlias"]


def test_of_a_kind_that_cannot_be_compared_the_calls_that_name_it_are_told(
    emulator: Emulator, aws_account: AwsAccount
) -> None:
    cognito = emulator.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="shop")["UserPool"]["Id"]
    cognito.create_user_pool(PoolName="other")
    pulled(aws_account, source="cognito.pools", region="us-east-1")
    cognito.create_group(UserPoolId=pool, GroupName="gold")
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")
    pulled(aws_account, source="cognito.pools", region="us-east-1")
    asked(aws_account)
    row = Authorship.objects.get(revision__facet__object_id=pool)
    assert row.by_name_only
    assert "UpdateUserPool" in [event.name for event in row.events.all()]
