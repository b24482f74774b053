"""Search for actions: by their names, in words, as patterns; each leads to who can do it."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount, Operator
from iamconsole.web.search.answering import search
from iamconsole.web.search.asked import read
from iamconsole.web.search.kinds import Searcher, SearchHit, kinds_by_word


def hits(operator: Operator, words: str, *seen: AwsAccount) -> list[SearchHit]:
    found = search(Searcher(operator, list(seen)), read(words, kinds_by_word()))
    return [hit for matches in found if matches.kind.name == "actions" for hit in matches.hits]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("s3:DeleteBucket", "s3:DeleteBucket"),
        ("s3:deletebuc", "s3:DeleteBucket"),
        ("DeleteBucket", "s3:DeleteBucket"),
        ("delete bucket", "s3:DeleteBucket"),
        ("who can iam:PassRole", "iam:PassRole"),
        ("action passrole", "iam:PassRole"),
        ("iam:Delete*Key", "iam:DeleteAccessKey"),
    ],
)
def test_finds(aws_account: AwsAccount, bob: Operator, words: str, first: str) -> None:
    [best, *_] = hits(bob, words, aws_account)
    assert best.name == first
    service, _, action = first.partition(":")
    assert best.url == f"/aws/{aws_account.account_id}/who-can/?action={service}%3A{action}&resource=%2A"
    assert best.where == f"Who can, in {aws_account}"


def test_who_sees_no_iam_is_offered_none(aws_account: AwsAccount, hal: Operator) -> None:
    assert hits(hal, "s3:DeleteBucket", aws_account) == []
