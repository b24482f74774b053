"""What is kept of who did it, for how long, and what erases it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.activity import erasing
from sync.changes import free_texts
from sync.models import Authorship, Change, Revision, TrailEvent
from tests.services.pulling import pulled
from tests.services.trail import asked

pytestmark = pytest.mark.django_db


def test_what_is_personal_is_kept_for_its_time_only(iam: Any, aws_account: AwsAccount, settings: Any) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    asked(aws_account)
    event = TrailEvent.objects.get()
    assert "127.0.0.1" in event.personal
    assert erasing.forget_old() == 0
    TrailEvent.objects.update(at=timezone.now() - timedelta(days=settings.KEEP_DOERS_DAYS + 1))
    assert erasing.forget_old() == 1
    event.refresh_from_db()
    assert (event.personal, event.called) == ("", "emulator")


def test_a_name_in_letters_of_any_language_is_erased(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    record = {
        "eventID": "event-1",
        "eventName": "CreateGroup",
        "eventSource": "iam.amazonaws.com",
        "eventTime": timezone.now().isoformat(),
        "awsRegion": "us-east-1",
        "readOnly": False,
        "recipientAccountId": aws_account.account_id,
        "userIdentity": {"type": "SAMLUser", "userName": "Zoë Ångström"},
        "requestParameters": {"groupName": "auditors"},
    }
    emulator.trail(forget=True, events=[{"record": record, "resources": [["AWS::IAM::Group", "auditors"]]}])
    asked(aws_account)
    assert "Zoë Ångström" in TrailEvent.objects.get().personal
    free_texts.erase_naming(aws_account, free_texts.names_one_of({"zoë ångström"}))
    assert TrailEvent.objects.get().personal == erasing.ERASED


def test_what_was_erased_does_not_come_back_while_cloudtrail_has_it(iam: Any, aws_account: AwsAccount) -> None:
    """An event that explains nothing any more goes, unless it was erased: asked again, CloudTrail would tell all."""
    iam.create_group(GroupName="auditors")
    iam.create_group(GroupName="writers")
    pulled(aws_account)
    asked(aws_account)
    Authorship.objects.all().delete()
    erased, _ = TrailEvent.objects.order_by("pk")
    TrailEvent.objects.update(at=timezone.now() - timedelta(days=2))
    TrailEvent.objects.filter(pk=erased.pk).update(personal=erasing.ERASED)
    erasing.forget_old()
    assert list(TrailEvent.objects.all()) == [erased]
    TrailEvent.objects.update(at=timezone.now() - timedelta(days=91))
    erasing.forget_old()
    assert not TrailEvent.objects.exists()


def test_nothing_of_it_writes_the_mirror(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    before = list(Revision.objects.order_by("pk").values())
    asked(aws_account)
    assert list(Revision.objects.order_by("pk").values()) == before
    assert Change.objects.count() == 0
