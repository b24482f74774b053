"""Queues in the mirror, over HTTP: the kind of the table that asks least."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from resources.models import Resource
from resources.selectors import HeldPolicies, PoliciesNotRead, held_policies
from sync.models import Revision, Run
from tests.resources.arranging import OPEN_TO_ALL, held, read_here
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db


@pytest.fixture
def sqs(emulator: Emulator, aws_account: AwsAccount) -> Any:
    read_here(aws_account, "sqs")
    client = emulator.client("sqs")
    client.create_queue(QueueName="inbox", Attributes={"Policy": OPEN_TO_ALL})
    client.create_queue(QueueName="private")
    return client


def pull(aws_account: AwsAccount) -> Run:
    return pulled(aws_account, source="sqs.queues", region=REGION)


def test_a_queue_with_its_policy_and_one_without(sqs: Any, aws_account: AwsAccount) -> None:
    pull(aws_account)
    inbox, private = Resource.objects.order_by("name")
    arn = f"arn:aws:sqs:{REGION}:123456789012:inbox"
    assert (inbox.arn, inbox.aws_id, inbox.region, inbox.located_in) == (arn, arn, REGION, REGION)
    found = held(inbox)
    assert [(each.part, each.arn, each.document.text) for each in found.policies] == [("policy", arn, OPEN_TO_ALL)]
    assert (inbox.policy_state, private.policy_state) == ("has", "none")
    assert held(private).is_none
    assert held(private).at is not None


def test_a_policy_that_changes_and_goes(sqs: Any, aws_account: AwsAccount) -> None:
    pull(aws_account)
    url = sqs.get_queue_url(QueueName="inbox")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert pull(aws_account).changed == 1
    assert held(Resource.objects.get(name="inbox")).is_none
    assert Revision.objects.latest("pk").origin == Revision.Origin.OUTSIDE
    assert pull(aws_account).changed == 0


def test_a_queue_that_is_deleted_gets_a_tombstone(sqs: Any, aws_account: AwsAccount) -> None:
    pull(aws_account)
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="inbox")["QueueUrl"])
    assert pull(aws_account).gone == 1
    assert Resource.objects.get(name="inbox").gone_at is not None


def test_one_that_is_denied_is_listed_and_not_read(sqs: Any, emulator: Emulator, aws_account: AwsAccount) -> None:
    denial = {"code": "AccessDeniedException", "status": 403, "message": "no"}
    emulator.rules([{"action": "GetQueueAttributes", "when": "before", "error": denial, "times": 1}])
    assert pull(aws_account).state == Run.State.DONE
    [row] = Resource.objects.filter(policy_state="not_read")
    found = held_policies(row)
    assert isinstance(found, PoliciesNotRead)
    assert "sqs:GetQueueAttributes" in found.why
    pull(aws_account)  # nobody has changed anything: it is merely read now
    assert isinstance(held_policies(Resource.objects.get(pk=row.pk)), HeldPolicies)
    assert not Revision.objects.filter(origin=Revision.Origin.OUTSIDE).exists()


def test_what_was_held_stays_where_it_is_denied_later(sqs: Any, emulator: Emulator, aws_account: AwsAccount) -> None:
    pull(aws_account)
    denial = {"code": "AccessDeniedException", "status": 403, "message": "no"}
    emulator.rules([{"action": "GetQueueAttributes", "when": "before", "error": denial}])
    assert pull(aws_account).changed == 0
    row = Resource.objects.get(name="inbox")
    assert row.policies.get().document.text == OPEN_TO_ALL
    assert row.not_read["policy"]["held_at"]
    assert isinstance(held_policies(row), PoliciesNotRead)
    since = row.not_read["policy"]["held_at"]
    pull(aws_account)
    assert Resource.objects.get(name="inbox").not_read["policy"]["held_at"] == since


def test_one_that_goes_between_list_and_reading_is_left_out(
    sqs: Any, emulator: Emulator, aws_account: AwsAccount
) -> None:
    gone = {"code": "AWS.SimpleQueueService.NonExistentQueue", "status": 400, "message": "gone"}
    emulator.rules([{"action": "GetQueueAttributes", "when": "before", "error": gone, "times": 1}])
    assert pull(aws_account).seen == 1


def test_what_is_switched_off_is_not_read(sqs: Any, aws_account: AwsAccount) -> None:
    pull(aws_account)
    read_here(aws_account)
    found = held_policies(Resource.objects.get(name="inbox"))
    assert isinstance(found, PoliciesNotRead)
    assert "aren’t read" in found.why
