"""The 60-second rule: what AWS said before our own write of an object never overwrites it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.mirrors import IamDetails
from identities.models import IamUser
from sync import mirror
from sync.aws.client import reader
from sync.mirror import AccountRegion, Counts, Item, Reader, RunVisit, SourcePage
from sync.models import Attempt, Change, Step
from sync.object_ref import ObjectRef
from tests.services.pulling import facet, pulled, revisions, visit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(aws_account: AwsAccount, alice: Operator) -> Step:
    change = Change.objects.create(
        aws_account=aws_account, title="Tag jane", requested_by=alice, digest="0", expires_at=timezone.now()
    )
    step = Step.objects.create(change=change, position=1, kind="iam.user.tag", params={}, part="user.tags")
    Attempt.objects.create(step=step, number=1, started_at=timezone.now() - timedelta(seconds=1))
    return step


@pytest.fixture
def visit(aws_account: AwsAccount) -> RunVisit:
    return visit_of(aws_account, "iam.details")


def read_jane(aws_account: AwsAccount) -> Item:
    item = mirror.mirror_of("iam.user").read_one(reader(aws_account), jane_ref())
    assert item is not None
    return item


def jane_ref() -> ObjectRef:
    jane = IamUser.objects.get(name="jane")
    return ObjectRef("iam.user", jane.aws_id, "jane", jane.arn)


def tag(iam: Any, value: str) -> None:
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": value}])


def write_ours(iam: Any, aws_account: AwsAccount, step: Step, value: str) -> None:
    tag(iam, value)
    mirror.store_one(aws_account, jane_ref(), read_jane(aws_account), requested_at=timezone.now(), step=step)


def page_of(visit: RunVisit, item: Item, requested_at: datetime) -> None:
    about = mirror.mirror_of("iam.user")
    mirror.store(visit, about, [mirror.ObservedItem(about, item)], requested_at=requested_at)


def story() -> list[tuple[str, str]]:
    return [(r.origin, r.content["tags"]["team"]) for r in revisions(IamUser.objects.get(name="jane"))]


def test_our_write_is_a_revision_of_the_change(iam: Any, aws_account: AwsAccount, step: Step) -> None:
    write_ours(iam, aws_account, step, "ours")
    newest = revisions(IamUser.objects.get(name="jane"))[-1]
    assert (newest.origin, newest.step, newest.content["tags"]) == ("change", step, {"team": "ours"})
    assert facet(IamUser.objects.get(name="jane")).written_at is not None


def test_an_old_page_does_not_overwrite(iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit) -> None:
    old = read_jane(aws_account)
    asked = timezone.now()
    write_ours(iam, aws_account, step, "ours")
    page_of(visit, old, asked)
    assert IamUser.objects.get(name="jane").tags == {"team": "ours"}
    assert story() == [("import", "reports"), ("change", "ours")]


def test_a_stale_answer_to_the_second_look_is_refused(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IAM is eventually consistent: even what is asked for after our write may show the state before it."""
    old = read_jane(aws_account)
    write_ours(iam, aws_account, step, "ours")
    monkeypatch.setattr(type(mirror.mirror_of("iam.user")), "read_one", lambda self, client, ref: old)
    page_of(visit, old, timezone.now())
    assert story() == [("import", "reports"), ("change", "ours")]
    assert facet(IamUser.objects.get(name="jane")).run == visit.run


def test_of_two_writes_neither_earlier_state_comes_back(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_jane(aws_account)
    write_ours(iam, aws_account, step, "one")
    second = read_jane(aws_account)
    write_ours(iam, aws_account, step, "two")
    for old in (first, second):
        monkeypatch.setattr(type(mirror.mirror_of("iam.user")), "read_one", lambda self, client, ref, old=old: old)
        page_of(visit, old, timezone.now())
    assert story() == [("import", "reports"), ("change", "one"), ("change", "two")]


def test_another_state_seen_by_the_second_look_is_drift(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit
) -> None:
    old = read_jane(aws_account)
    write_ours(iam, aws_account, step, "ours")
    tag(iam, "theirs")
    page_of(visit, old, timezone.now())
    assert story() == [("import", "reports"), ("change", "ours"), ("outside", "theirs")]


def test_after_the_minute_a_page_counts_again(iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit) -> None:
    write_ours(iam, aws_account, step, "ours")
    tag(iam, "theirs")
    page_of(visit, read_jane(aws_account), timezone.now() + timedelta(seconds=61))
    assert story()[-1] == ("outside", "theirs")


def test_what_a_pull_saw_of_our_write_first_is_ours(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit
) -> None:
    tag(iam, "ours")
    page_of(visit, read_jane(aws_account), timezone.now())
    assert story()[-1] == ("outside", "ours")
    mirror.store_one(aws_account, jane_ref(), read_jane(aws_account), requested_at=timezone.now(), step=step)
    assert story() == [("import", "reports"), ("change", "ours")]


def test_our_deletion_is_not_undone_by_an_old_page(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit
) -> None:
    old = read_jane(aws_account)
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    mirror.store_one(aws_account, jane_ref(), None, requested_at=timezone.now(), step=step)
    page_of(visit, old, timezone.now())
    jane = IamUser.objects.get()
    assert jane.gone_at is not None
    assert [(revision.origin, revision.gone) for revision in revisions(jane)] == [("import", False), ("change", True)]


def test_what_we_made_is_there_at_once(iam: Any, aws_account: AwsAccount, step: Step) -> None:
    iam.create_user(UserName="john")
    ref = ObjectRef("iam.user", "", "john", "")
    item = mirror.mirror_of("iam.user").read_one(reader(aws_account), ref)
    mirror.store_one(aws_account, ref, item, requested_at=timezone.now(), step=step)
    assert [revision.origin for revision in revisions(IamUser.objects.get(name="john"))] == ["change"]


def test_what_was_held_back_is_as_old_as_its_page(
    iam: Any, aws_account: AwsAccount, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = read_jane(aws_account)

    def read(self: IamDetails, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        yield SourcePage({"iam.user": [old]}, "more", timezone.now())
        write_ours(iam, aws_account, step, "ours")
        yield SourcePage({}, None, timezone.now() + timedelta(seconds=61))

    monkeypatch.setattr(IamDetails, "pages", read)
    monkeypatch.setattr(IamDetails, "reads_ahead", False)  # it writes, and in this test's own transaction
    pulled(aws_account)
    assert story() == [("import", "reports"), ("change", "ours")]


def test_counts_tell_what_became_of_the_second_look(
    iam: Any, aws_account: AwsAccount, step: Step, visit: RunVisit
) -> None:
    counted: list[Counts] = []
    looking = RunVisit(visit.run, visit.client, first=False, note=counted.append)
    old = read_jane(aws_account)
    write_ours(iam, aws_account, step, "ours")
    page_of(looking, old, timezone.now())
    assert sum(counts.seen for counts in counted) == 1
