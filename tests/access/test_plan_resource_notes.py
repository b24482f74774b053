"""What policies of resources make of a difference of access: said of plans and of drafts."""

from __future__ import annotations

from typing import Any

import pytest

from access.drafts.effects import draft_effects
from access.drafts.words import said_of
from accounts.models import AwsAccount
from identities import operations as ops
from sync import checks
from sync.changes.plan import plan
from sync.operations import StepSpec
from tests.access.mirrored import arn, user
from tests.access.test_draft_effects import subject_of
from tests.services.resource_rows import hold
from tests.services.statements import allow, document_text, trust

pytestmark = pytest.mark.django_db
BUCKET, KEY = "arn:aws:s3:::ledger", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
READS = allow("s3:GetObject", f"{BUCKET}/*")


def notes(aws_account: AwsAccount, *steps: StepSpec) -> list[str]:
    kept: Any = checks.measure(aws_account, plan(aws_account, steps).steps)["access"].kept
    return [sentence for effect in kept["effects"] for sentence in effect["of_resources"]]


def said_by_bucket(effect: str, name: str) -> str:
    return document_text(trust({"AWS": arn(f"user/{name}")}, "s3:GetObject", Effect=effect, Resource=f"{BUCKET}/*"))


def test_what_a_bucket_denies_is_not_gained(alone: AwsAccount) -> None:
    dana = user(alone, "dana")
    step = ops.put_inline(dana, "own", document_text(READS))
    assert notes(alone, step) == []  # nothing is held of the bucket
    hold(alone, "s3.bucket", BUCKET, said_by_bucket("Deny", "dana"))
    assert notes(alone, step) == ["The bucket policy of ledger denies s3:GetObject on ledger/* all the same."]
    lee = user(alone, "lee")
    both = notes(alone, step, ops.put_inline(lee, "own", document_text(READS)))
    assert both == ["The bucket policy of ledger denies s3:GetObject on ledger/* to dana all the same."]
    conditioned = {**READS, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    assert notes(alone, ops.put_inline(dana, "own", document_text(conditioned))) == []


def test_what_a_bucket_allows_stays(alone: AwsAccount) -> None:
    dana = user(alone, "dana", READS)
    hold(alone, "s3.bucket", BUCKET, said_by_bucket("Allow", "dana"))
    inline = ops.delete_inline(dana, "own")
    assert notes(alone, inline) == ["The bucket policy of ledger still allows s3:GetObject on ledger/*."]


def test_a_key_that_leaves_nothing_to_the_aws_account(alone: AwsAccount) -> None:
    dana = user(alone, "dana")
    admin = trust({"AWS": arn("user/lee")}, "kms:*", Resource="*")
    hold(alone, "kms.key", KEY, document_text(admin), region="eu-west-1")
    assert notes(alone, ops.put_inline(dana, "own", document_text(allow("kms:Decrypt", KEY)))) == [
        "The key policy of 1234abcd-12ab-34cd-56ef-1234567890ab doesn’t leave kms:Decrypt on "
        "key/1234abcd-12ab-34cd-56ef-1234567890ab to policies of the AWS account: nothing is gained there."
    ]


def test_a_draft_says_it_while_it_is_typed(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("s3:ListBucket", BUCKET))
    hold(alone, "s3.bucket", BUCKET, said_by_bucket("Deny", "dana"))
    subject = subject_of(alone, "inline_user", dana.aws_id, "own")
    found = draft_effects(alone, subject, document_text(allow("s3:ListBucket", BUCKET), READS))
    [group] = said_of(found, alone.account_id).groups
    assert list(group.notes) == ["The bucket policy of ledger denies s3:GetObject on ledger/* all the same."]
