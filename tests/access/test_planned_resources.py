"""What a plan leaves of a resource, in answers about access: before and after are asked of one function."""

from __future__ import annotations

from typing import Any

import pytest

from access.reach.answer import ResourceReach
from access.resource_sides.lookup import ResourceSides, nobody
from access.resource_sides.values import ResourceSide, SideNotRead
from accounts.models import AwsAccount
from policies.holdings import PublicAccessBlockChange, ResourceChange, ResourcePolicyChange
from tests.access.mirrored import ID
from tests.services.resource_rows import blocks, hold, unread
from tests.services.statements import document_text, trust

pytestmark = pytest.mark.django_db
BUCKET, QUEUE = "arn:aws:s3:::acme-share", f"arn:aws:sqs:eu-west-1:{ID}:jobs"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ID}:function:resize"
PUBLIC = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*"))


def sids(alone: AwsAccount, asked: str, action: str, *changes: ResourceChange) -> list[str]:
    side = ResourceSides(alone, changes=changes).of(action, asked)
    assert isinstance(side, ResourceSide)
    return [each.sid for each in side.own.policy.document.statements]


def sends(sid: str) -> str:
    return document_text(trust("*", "sqs:SendMessage", Resource="*", Sid=sid))


def verdicts(row: Any, *changes: ResourceChange) -> list[str]:
    return [each.title for each in ResourceReach(row, nobody, changes).verdicts]


def test_a_policy_in_place_of_the_one_that_is_held(alone: AwsAccount) -> None:
    hold(alone, "sqs.queue", QUEUE, sends("Old"))
    assert sids(alone, QUEUE, "sqs:SendMessage") == ["Old"]
    assert sids(alone, QUEUE, "sqs:SendMessage", ResourcePolicyChange(QUEUE, sends("New"))) == ["New"]
    assert sids(alone, QUEUE, "sqs:SendMessage", ResourcePolicyChange(QUEUE, None)) == []
    assert sids(alone, QUEUE, "sqs:SendMessage", ResourcePolicyChange(f"{QUEUE}2", sends("New"))) == ["Old"]


def test_the_policy_of_an_alias_is_another_one(alone: AwsAccount) -> None:
    hold(alone, "lambda.function", FUNCTION, facts={"urls": []})
    of_alias = ResourcePolicyChange(FUNCTION, sends("OfAlias"), on=f"{FUNCTION}:live")
    assert sids(alone, FUNCTION, "lambda:InvokeFunction", of_alias) == []
    assert sids(alone, f"{FUNCTION}:live", "lambda:InvokeFunction", of_alias) == ["OfAlias"]
    assert sids(alone, f"{FUNCTION}:live", "lambda:InvokeFunction", ResourcePolicyChange(FUNCTION, sends("Own"))) == []


def test_block_public_access_is_counted_as_it_would_be(alone: AwsAccount) -> None:
    blocks(alone)
    row = hold(alone, "s3.bucket", BUCKET, PUBLIC)
    block = PublicAccessBlockChange(BUCKET, frozenset({"RestrictPublicBuckets"}))
    assert verdicts(row)[0] == "Public"
    assert verdicts(row, block)[0] == "Not public"
    assert verdicts(row, ResourcePolicyChange(BUCKET, None))[0] == "Not public"


def test_what_is_not_read_is_not_known_after_a_plan_either(alone: AwsAccount) -> None:
    unread(hold(alone, "sqs.queue", QUEUE), "policy")
    found = ResourceSides(alone, changes=[ResourcePolicyChange(QUEUE, None)]).of("sqs:SendMessage", QUEUE)
    assert isinstance(found, SideNotRead)
