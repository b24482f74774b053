"""The console's clock and AWS's differ: what AWS refuses is said in words, and no rule of ours asks AWS's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.clock import DATE_HEADER
from emulator.process import Emulator
from identities.models import IamUser
from sync.models import Facet, Revision, Run
from tests.services.pulling import pull_all, pulled, revisions, seed
from tests.services.world import World

pytestmark = pytest.mark.django_db

READ = "GetAccountAuthorizationDetails"
BEHIND = "Signature expired: 20261125T030000Z is now earlier than 20261125T032500Z (20261125T033000Z - 5 min.)"
AHEAD = "Signature not yet current: 20261125T040000Z is still later than 20261125T033500Z (20261125T033000Z + 5 min.)"


@pytest.mark.parametrize(
    ("code", "words"),
    [("SignatureDoesNotMatch", BEHIND), ("SignatureDoesNotMatch", AHEAD), ("RequestExpired", "Request has expired.")],
)
def test_a_refused_signature_is_about_the_clock(
    emulator: Emulator,
    aws_account: AwsAccount,
    bob: Operator,
    client_of: Callable[[Operator], Client],
    code: str,
    words: str,
) -> None:
    seed(emulator)
    pulled(aws_account)
    emulator.rules([{"action": READ, "error": {"code": code, "status": 403, "message": words}}])
    run = pull_all(aws_account)
    assert (run.state, run.error["class"], run.gone) == (Run.State.FAILED, "ClockWrong", 0)
    url = reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": run.pk})
    page = client_of(bob).get(url).content.decode()
    assert "the console&#x27;s clock and AWS&#x27;s differ" in page
    assert "set its clock by a time server (NTP)" in page
    assert words.partition(":")[0] in page


@pytest.fixture(params=[-1, 1], ids=["AWS is behind", "AWS is ahead"])
def aws_time(request: pytest.FixtureRequest) -> datetime:
    return timezone.now() + timedelta(days=request.param)


def client_at(emulator: Emulator, time: datetime) -> Any:
    """IAM, whose clock says `time`."""
    iam = emulator.own_client("iam")

    def say_when(request: Any, **rest: Any) -> None:
        request.headers[DATE_HEADER] = time.isoformat()

    iam.meta.events.register("before-sign.iam", say_when)
    return iam


def test_when_we_saw_it_is_by_our_own_clock(emulator: Emulator, aws_account: AwsAccount, aws_time: datetime) -> None:
    began, iam = timezone.now(), client_at(emulator, aws_time)
    iam.create_user(UserName="jane")
    pulled(aws_account)
    jane = IamUser.objects.get()
    assert jane.created_at is not None and abs(jane.created_at - aws_time) < timedelta(minutes=1)
    iam.delete_user(UserName="jane")
    assert pulled(aws_account).gone == 1
    jane.refresh_from_db()
    ours = [jane.first_seen, jane.gone_at, Facet.objects.get().read_at]
    ours += [revision.seen_at for revision in revisions(jane)]
    assert all(time is not None and began <= time <= timezone.now() for time in ours)


def test_what_was_written_just_now_settles_by_our_own_clock(
    emulator: Emulator, aws_account: AwsAccount, aws_time: datetime
) -> None:
    """A user made by a change a moment ago: a listing that misses it takes nothing away, whatever date AWS gave it."""
    world = World(emulator, aws_account)
    client_at(emulator, aws_time).create_user(UserName="jane")
    jane = world.mirrored(IamUser, "jane", f"arn:aws:iam::{aws_account.account_id}:user/jane")
    Facet.objects.update(written_at=timezone.now())
    emulator.client("iam").delete_user(UserName="jane")
    assert pulled(aws_account).gone == 0
    Facet.objects.update(written_at=timezone.now() - timedelta(minutes=2), read_at=timezone.now() - timedelta(days=2))
    assert pulled(aws_account).gone == 1
    assert [revision.gone for revision in revisions(jane)] == [False, True]
    assert Revision.objects.count() == 2
