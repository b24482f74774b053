"""AWS may cut an object in two at the end of a page: it is one object all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from identities.mirrors import IamDetails
from identities.models import IamUser, InlinePolicy
from sync.mirror import AccountRegion, Reader, SourcePage
from sync.mirror.batches import Merger, merged
from sync.mirror.hashing import plain, raw_hash
from sync.models import Revision
from tests.services.pulling import pulled
from tests.services.statements import allowing

Item = dict[str, Any]


def user(name: str, *inline: str) -> Item:
    return {
        "UserName": name,
        "UserId": f"AIDA{name.upper():0>16}",
        "Arn": f"arn:aws:iam::123456789012:user/{name}",
        "Path": "/",
        "CreateDate": timezone.now().replace(year=2024),
        "UserPolicyList": [{"PolicyName": policy, "PolicyDocument": allowing(f"s3:{policy}")} for policy in inline],
        "GroupList": [],
        "AttachedManagedPolicies": [],
    }


def names(complete: dict[str, list[Item]]) -> list[str]:
    return [item["UserName"] for item in complete.get("iam.user", [])]


def test_the_last_of_a_page_waits_for_the_next() -> None:
    merger = Merger("details", {})
    assert names(merger.take({"iam.user": [user("ann"), user("ben")]}, last=False)) == ["ann"]
    assert names(merger.take({"iam.user": [user("cem")]}, last=True)) == ["ben", "cem"]
    assert merger.held == {}


def test_a_page_without_its_kind_completes_it() -> None:
    merger = Merger("details", {})
    merger.take({"iam.user": [user("ann")]}, last=False)
    assert names(merger.take({"iam.group": []}, last=False)) == ["ann"]


def test_both_parts_are_one() -> None:
    merger = Merger("details", {})
    merger.take({"iam.user": [user("ann", "one")]}, last=False)
    merger.take({"iam.user": [user("ann", "two")]}, last=False)
    (ann,) = merger.take({"iam.user": [user("ann", "two", "three")]}, last=True)["iam.user"]
    assert [policy["PolicyName"] for policy in ann["UserPolicyList"]] == ["one", "two", "three"]


def test_a_value_that_one_part_lacks_stays() -> None:
    assert merged({"a": 1, "b": None}, {"a": None, "b": 2, "c": [3]}) == {"a": 1, "b": 2, "c": [3]}


def test_what_waits_can_be_kept_as_json_and_is_still_the_same() -> None:
    item = user("ann", "one")
    kept = json.loads(json.dumps(plain(item)))
    assert raw_hash(kept) == raw_hash(item)


@pytest.mark.django_db
def test_a_cut_object_makes_one_revision(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[user("ann"), user("ben", "one")], [user("ben", "two")], [user("ben", "three"), user("cem")]]

    def read(self: IamDetails, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        for number, items in enumerate(pages, start=1):
            more = str(number) if number < len(pages) else None
            yield SourcePage({"iam.user": items}, more, timezone.now())

    monkeypatch.setattr(IamDetails, "pages", read)
    monkeypatch.setattr(IamDetails, "expected", lambda self, client, place: None)
    run = pulled(aws_account)
    assert run.seen == 3
    assert set(Revision.objects.values_list("number", flat=True)) == {1}
    assert sorted(InlinePolicy.objects.live().values_list("name", flat=True)) == ["one", "three", "two"]
    ben = IamUser.objects.get(name="ben")
    assert (ben.created_at and ben.created_at.year) == 2024
    assert pulled(aws_account).changed == 0
