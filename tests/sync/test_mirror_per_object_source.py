"""Sources that ask about one object after the other, and the facets that they bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser
from sync import mirror
from sync.aws.errors import NotFound
from sync.mirror import AccountRegion, EachObject, Item, Mirror, ParsedItem, Reader, per_object_source
from sync.models import Facet, Revision, Run
from sync.object_ref import ObjectRef
from sync.selectors import coverage_of
from tests.services.pulling import pull_all, pulled

pytestmark = pytest.mark.django_db

READ = "ListUserTags"


class Tags(Mirror):
    """The tags of users, as if they were not in the listing."""

    kind = "iam.user"
    source = "test_tags"
    model = IamUser
    known = frozenset({"UserId", "Tags"})

    def object_id(self, item: Item) -> str:
        return str(item["UserId"])

    def see(self, item: Item) -> ParsedItem:
        tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
        return ParsedItem(item["UserId"], "", "", {"tags": tags})

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        pass

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        pass

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            tags = client.call("iam", "ListUserTags", UserName=ref.name)["Tags"]
        except NotFound:
            return None
        return {"UserId": ref.object_id, "Tags": tags, "Shade": "of a newer AWS"}


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[EachObject]:
    tags = Tags()
    made = EachObject("test.tags", "Tags", tags, after="iam.details")
    monkeypatch.setitem(mirror.base._mirrors, ("iam.user", "test_tags"), tags)
    monkeypatch.setitem(mirror.sources, "test.tags", made)
    monkeypatch.setattr(per_object_source, "_PER_PAGE", 2)
    yield made


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = emulator.client("iam")
    for name in ("ann", "ben", "cem", "dan", "eva"):
        client.create_user(UserName=name, Tags=[{"Key": "name", "Value": name}])
    pulled(aws_account)
    emulator.forget_calls()
    return client


def facets() -> dict[str, Facet]:
    names = dict(IamUser.objects.values_list("aws_id", "name"))
    return {names[facet.object_id]: facet for facet in Facet.objects.filter(source="test_tags")}


def test_each_object_is_asked_about_once(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    run = pulled(aws_account, source="test.tags")
    assert (run.seen, run.new, run.pages, run.expected) == (5, 5, 3, 5)
    assert len(emulator.calls(READ)) == 5
    assert Revision.objects.get(facet=facets()["cem"]).content == {"tags": {"name": "cem"}}


def test_what_is_not_understood_is_kept_aside(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="test.tags")
    assert facets()["ann"].extra == {"Shade": "of a newer AWS"}


def test_it_goes_on_where_it_ended(iam: Any, aws_account: AwsAccount, emulator: Emulator, settings: Any) -> None:
    from sync import pull

    settings.WORKER_SLICE_S = 0
    run = pull.start(aws_account=aws_account, source="test.tags", trigger=Run.Trigger.COMMAND, wake=False)
    for _ in range(3):
        pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.seen, len(emulator.calls(READ))) == (Run.State.DONE, 5, 5)


def test_an_object_deleted_meanwhile_is_left_out(iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_user(UserName="cem")
    run = pulled(aws_account, source="test.tags")
    assert (run.seen, sorted(facets())) == (4, ["ann", "ben", "dan", "eva"])


def test_all_denied_is_not_read(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.rules([{"action": READ, "error": {"code": "AccessDenied", "status": 403}}])
    assert pull_all(aws_account, source="test.tags").state == Run.State.FAILED
    assert (coverage_of(aws_account, "test.tags").state, facets()) == ("denied", {})


def asked_in_turn() -> list[str]:
    return list(IamUser.objects.order_by("pk").values_list("name", flat=True))


def denied_names() -> list[str]:
    return [name for name, facet in facets().items() if facet.coverage == Facet.Coverage.DENIED]


def test_one_denied_leaves_the_others(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    denied = {"code": "AccessDenied", "status": 403, "message": "no"}
    emulator.rules([{"action": READ, "times": 2}, {"action": READ, "error": denied, "times": 1}])
    run = pulled(aws_account, source="test.tags")
    assert (run.seen, denied_names()) == (5, [asked_in_turn()[2]])
    assert facets()[asked_in_turn()[2]].coverage_why


def test_a_first_one_that_is_denied_leaves_the_others(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    """A Deny for one path, such as that of a break-glass user, may well be about the first that is asked about."""
    emulator.rules([{"action": READ, "error": {"code": "AccessDenied", "status": 403}, "times": 1}])
    assert pulled(aws_account, source="test.tags").seen == 5
    assert denied_names() == asked_in_turn()[:1]


def test_what_was_denied_and_is_held_later_is_no_drift(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.rules([{"action": READ, "times": 2}, {"action": READ, "error": {"code": "AccessDenied"}, "times": 1}])
    pulled(aws_account, source="test.tags")
    (denied,) = denied_names()
    pulled(aws_account, source="test.tags")
    facet = facets()[denied]
    assert (facet.coverage, [revision.origin for revision in facet.revisions.all()]) == ("read", ["import"])


def test_a_facet_ends_with_its_object(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="test.tags")
    iam.delete_user(UserName="ben")
    pulled(aws_account)
    assert facets()["ben"].gone_at is not None
    assert facets()["ann"].gone_at is None


def test_it_waits_for_what_it_builds_on(emulator: Emulator, aws_account: AwsAccount) -> None:
    from sync import schedule

    assert "test.tags" not in {due.source for due in schedule.readable(aws_account)}
    pulled(aws_account)
    assert "test.tags" in {due.source for due in schedule.readable(aws_account)}
