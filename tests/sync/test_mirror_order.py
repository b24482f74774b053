"""Answers are stored in the order in which they were asked for, whichever of them comes to the database last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from sync import mirror, refresh
from sync.aws.client import reader
from sync.mirror import Item, RunVisit
from sync.mirror.store import read_alone
from sync.models import Facet
from sync.object_ref import ObjectRef
from tests.services.pulling import facet, pulled, revisions, visit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(aws_account: AwsAccount) -> RunVisit:
    return visit_of(aws_account, "iam.details")


def jane() -> IamUser:
    return IamUser.objects.get(name="jane")


def ref() -> ObjectRef:
    return ObjectRef("iam.user", jane().aws_id, "jane", jane().arn)


def asked(aws_account: AwsAccount) -> tuple[Item, datetime]:
    """What AWS says of jane now, as a page would have it that is stored later."""
    at = timezone.now()
    item = mirror.mirror_of("iam.user").read_one(reader(aws_account), ref())
    assert item is not None
    return item, at


def store(visit: RunVisit, item: Item, at: datetime) -> None:
    about = mirror.mirror_of("iam.user")
    mirror.store(visit, about, [mirror.ObservedItem(about, item)], requested_at=at)


def refreshed(erin: Operator) -> None:
    refresh.work(refresh.start(row=jane(), actor=erin).pk)


def tagged(iam: Any, value: str) -> None:
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": value}])


def story() -> list[Any]:
    return ["gone" if each.gone else each.content["tags"]["team"] for each in revisions(jane())]


def test_a_page_from_before_a_refresh_does_not_turn_it_back(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, erin: Operator
) -> None:
    old, at = asked(aws_account)
    tagged(iam, "new")
    refreshed(erin)
    store(visit, old, at)
    assert (story(), jane().tags) == (["reports", "new"], {"team": "new"})
    assert facet(jane()).run == visit.run  # it was seen: no sweep takes it for gone


def test_a_page_from_before_a_deletion_brings_nobody_back(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, erin: Operator
) -> None:
    old, at = asked(aws_account)
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    refreshed(erin)
    store(visit, old, at)
    assert story() == ["reports", "gone"]
    assert jane().gone_at is not None


def test_a_denial_from_before_a_refresh_hides_nothing(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, erin: Operator
) -> None:
    at, why = timezone.now(), {jane().aws_id: "AWS says no."}
    refreshed(erin)
    for kind in ("details", "keys"):
        mirror.store_not_read(visit, mirror.mirror_of("iam.user", kind), why, Facet.Coverage.DENIED, requested_at=at)
    assert set(Facet.objects.filter(object_id=jane().aws_id).values_list("coverage", flat=True)) == {"read"}
    assert facet(jane()).run == visit.run
    mirror.store_not_read(visit, mirror.mirror_of("iam.user"), why, Facet.Coverage.DENIED, requested_at=timezone.now())
    assert (facet(jane()).coverage, facet(jane()).coverage_why) == ("denied", "AWS says no.")


def test_a_slow_single_answer_does_not_turn_a_page_back(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = mirror.mirror_of("iam.user")
    read_one: Callable[..., Item | None] = about.read_one

    def slowly(client: Any, ref: ObjectRef) -> Item | None:
        item = read_one(client, ref)
        tagged(iam, "new")
        newer = read_one(client, ref)
        assert newer is not None
        store(visit, newer, timezone.now())
        return item

    monkeypatch.setattr(about, "read_one", slowly)
    assert read_alone(visit, about, ref())
    assert story() == ["reports", "new"]


def test_an_unchanged_answer_makes_a_facet_no_older(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, erin: Operator
) -> None:
    old, at = asked(aws_account)
    refreshed(erin)
    age = facet(jane()).read_at
    store(visit, old, at)
    assert facet(jane()).read_at == age > at


def test_a_clock_that_was_set_back_stops_no_pull(iam: Any, aws_account: AwsAccount) -> None:
    """What was read an hour from now was read by a clock that was wrong."""
    found = facet(jane())
    found.read_at = timezone.now() + timedelta(hours=1)
    found.save(update_fields=["read_at"])
    tagged(iam, "new")
    pulled(aws_account)
    assert story() == ["reports", "new"]
