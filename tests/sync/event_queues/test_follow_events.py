"""An event of the queue wakes the reading of its object, and names who did it: as reported, then confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamGroup, IamRole, IamUser
from sync import drift
from sync.event_queues import following, taking
from sync.models import Authorship, Change, EventQueue, ObjectHint, ReceivedEvent, Revision, Run, Step, TrailEvent
from tests.services.event_queues import followed, left_in, made_queue, refreshes
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import EC2, allowing, trusting
from tests.services.trail import asked

pytestmark = pytest.mark.django_db
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
State = Authorship.State


@pytest.fixture
def queue(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> EventQueue:
    """CloudTrail itself is late."""
    emulator.trail(delay_s=3600)
    return made_queue(emulator, aws_account)


def states(aws_account: AwsAccount) -> list[str]:
    return [row.state for row in Authorship.objects.filter(aws_account=aws_account).order_by("revision")]


ACTS: list[tuple[Callable[[Any], object], str, str]] = [
    (lambda iam: iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY), "iam.user", "AttachUserPolicy"),
    (
        lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2)),
        "iam.role",
        "UpdateAssumeRolePolicy",
    ),
    (
        lambda iam: iam.remove_user_from_group(GroupName="developers", UserName="jane"),
        "iam.user",
        "RemoveUserFromGroup",
    ),
    (
        lambda iam: iam.create_policy_version(
            PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
        ),
        "iam.policy",
        "CreatePolicyVersion",
    ),
    (lambda iam: iam.update_user(UserName="jane", NewUserName="joan"), "iam.user", "UpdateUser"),
    (lambda iam: iam.create_group(GroupName="auditors"), "iam.group", "CreateGroup"),
    (lambda iam: iam.create_policy(PolicyName="new", PolicyDocument=allowing("s3:*")), "iam.policy", "CreatePolicy"),
]


@pytest.mark.parametrize(("act", "kind", "call"), ACTS)
def test_exactly_its_object_is_read_again_and_who_did_it_is_reported(
    iam: Any, queue: EventQueue, emulator: Emulator, act: Callable[[Any], object], kind: str, call: str
) -> None:
    act(iam)
    assert followed(queue) == 1
    assert refreshes() == [kind]
    [found] = drift.open_drift(queue.aws_account)
    assert found.facet.kind == kind
    [event] = found.authorship.events.all()
    assert (event.name, event.called, event.reported) == (call, "emulator", True)
    assert states(queue.aws_account) == [State.REPORTED]
    assert (left_in(emulator), ObjectHint.objects.count()) == (0, 0)


def test_cloudtrail_confirms_it_by_its_id(iam: Any, queue: EventQueue, emulator: Emulator) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    followed(queue)
    asked(queue.aws_account)
    assert states(queue.aws_account) == [State.REPORTED]

    on_record = ReceivedEvent.objects.get()
    record = {"record": json.loads(on_record.record), "resources": []}  # found by its id alone
    emulator.trail(forget=True, events=[record])
    asked(queue.aws_account)
    assert states(queue.aws_account) == [State.FOUND]
    event = TrailEvent.objects.get()
    assert (event.event_id, event.reported) == (on_record.event_id, False)


def test_a_deleted_object_gets_its_tombstone(iam: Any, queue: EventQueue) -> None:
    iam.delete_role_policy(RoleName="exporter", PolicyName="logs")
    iam.detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY)
    iam.delete_role(RoleName="exporter")
    followed(queue)
    assert IamRole.objects.get().gone_at is not None
    assert refreshes() == ["iam.role"]  # of three events one
    assert TrailEvent.objects.get().name == "DeleteRole"


def test_an_own_write_wakes_nobody(iam: Any, queue: EventQueue, erin: Operator) -> None:
    change = Change.objects.create(
        aws_account=queue.aws_account, requested_by=erin, title="Make the group", expires_at=timezone.now()
    )
    step = Step.objects.create(change=change, position=1, kind="iam.group.create", params={})
    answer = iam.create_group(GroupName="auditors")
    step.attempts.create(number=1, request_id=answer["ResponseMetadata"]["RequestId"])
    assert followed(queue) == 0
    assert (ReceivedEvent.objects.get().record, refreshes()) == ("", [])


def test_reads_and_failures_wake_nobody(iam: Any, queue: EventQueue, emulator: Emulator) -> None:
    iam.get_user(UserName="jane")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_user_policy(UserName="jane", PolicyArn=policy_arn("no-such"))
    emulator.client("sqs").list_queues()
    assert followed(queue) == 0
    assert ReceivedEvent.objects.exclude(record="").count() == 0


def test_what_the_mirror_has_read_since_is_not_read_again(iam: Any, queue: EventQueue) -> None:
    iam.attach_group_policy(GroupName="developers", PolicyArn=READ_ONLY)
    taking.take_from(queue)
    pulled(queue.aws_account)
    ObjectHint.objects.update(newest_at=timezone.now() - timedelta(minutes=10))
    ReceivedEvent.objects.update(at=timezone.now() - timedelta(seconds=30))
    assert following.follow(queue.aws_account_id) == 1
    assert refreshes() == []
    assert states(queue.aws_account) == [State.REPORTED]  # who did it is named all the same
    assert not ObjectHint.objects.exists()


def test_where_aws_shows_the_state_of_before_it_is_looked_at_once_more(iam: Any, queue: EventQueue) -> None:
    """IAM is eventually consistent: the event may come first."""
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "it"}])
    taking.take_from(queue)
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "reports"}])  # as it was
    following.follow(queue.aws_account_id)
    hint = ObjectHint.objects.get()
    assert hint.next_at > timezone.now() + timedelta(seconds=30)
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "it"}])
    ObjectHint.objects.update(next_at=timezone.now())
    following.follow(queue.aws_account_id)
    assert drift.open_drift(queue.aws_account).count() == 1
    assert not ObjectHint.objects.exists()


def test_disorder_and_repetition_end_as_order_does(iam: Any, queue: EventQueue, emulator: Emulator) -> None:
    emulator.trail(late_s=300, repeat=2)
    for value in "abcdefgh":
        iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": value}])
    iam.create_user(UserName="mallory")
    iam.attach_user_policy(UserName="mallory", PolicyArn=READ_ONLY)
    emulator.trail(deliver=True)
    assert followed(queue) == 2
    assert ReceivedEvent.objects.count() == 10
    assert IamUser.objects.get(name="jane").tags == {"team": "h"}
    assert sorted(refreshes()) == ["iam.user", "iam.user"]
    mallory = Revision.objects.get(drift_in=queue.aws_account, number=1)
    assert sorted(mallory.authorship.events.values_list("name", flat=True)) == ["AttachUserPolicy", "CreateUser"]


def test_a_flood_is_read_once_an_object_and_within_the_budget(
    iam: Any, queue: EventQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BUDGET", 3)
    for number in range(5):
        iam.create_group(GroupName=f"group-{number}")
        for action in ("s3:*", "sqs:*"):
            iam.put_group_policy(GroupName=f"group-{number}", PolicyName="it", PolicyDocument=allowing(action))
    taking.take_from(queue)
    assert ObjectHint.objects.count() == 5
    assert following.follow(queue.aws_account_id) == 3
    assert following.follow(queue.aws_account_id) == 0  # until a minute later
    assert ObjectHint.objects.count() == 2
    Run.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert following.follow(queue.aws_account_id) == 2
    assert IamGroup.objects.live().count() == 6


def test_what_is_not_read_at_all_is_not_made_up(iam: Any, emulator: Emulator, other_account: AwsAccount) -> None:
    """Until all were read once, one more is no news."""
    queue = made_queue(emulator, other_account)
    hint = ObjectHint(
        aws_account=other_account, kind="iam.user", object_id="AIDAX", name="jane", newest_at=timezone.now()
    )
    assert following.first_ref(hint) is None
    assert queue.events == 0


def test_settings_of_the_aws_account_have_their_source_pulled(iam: Any, queue: EventQueue) -> None:
    pulled(queue.aws_account, source="iam.alias")
    Run.objects.update(created_at=timezone.now() - timedelta(hours=1))
    iam.create_account_alias(AccountAlias="acme-production")
    followed(queue)
    run = Run.objects.get(trigger=Run.Trigger.EVENT)
    assert (run.source, run.object_id, run.state) == ("iam.alias", "", Run.State.QUEUED)
