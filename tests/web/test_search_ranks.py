"""Search over everything: what comes first, how much is counted, pages of one kind, words that mean a kind."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AwsAccount, Operator
from accounts.search import find_accounts, find_operators
from estate.search import find_rules
from findings.sources import all_rules
from iamconsole.web.search.answering import MOST, PAGE, search, search_one
from iamconsole.web.search.asked import LONGEST, Rank, SearchQuery, read
from iamconsole.web.search.kinds import Searcher, kind_named, kinds_by_word
from tests.conftest import make_aws_account, make_operator
from tests.services.rows import make_group, make_policy, make_role, make_user

pytestmark = pytest.mark.stack


def searcher(operator: Operator, current: AwsAccount | None = None) -> Searcher:
    seen = sorted(AwsAccount.objects.visible_to(operator, "see_iam", "see_people"), key=lambda each: each != current)
    return Searcher(operator, seen, current)


def hits(operator: Operator, words: str, current: AwsAccount | None = None) -> dict[str, list[str]]:
    found = search(searcher(operator, current), read(words, kinds_by_word()))
    return {matches.kind.name: [hit.name for hit in matches.hits] for matches in found}


def test_exact_then_beginning_then_words_then_parts(aws_account: AwsAccount, bob: Operator) -> None:
    for name in ("undeployed", "a-deploy", "deploy-b", "Deploy", "CiDeploys"):
        make_role(aws_account, name)
    assert hits(bob, "deploy")["roles"] == ["Deploy", "deploy-b", "a-deploy", "CiDeploys", "undeployed"]


def test_what_fits_best_is_found_among_more_than_are_looked_at(aws_account: AwsAccount, bob: Operator) -> None:
    """Each rank is asked for by itself: the index gives the parts in the order in which they were made."""
    for number in range(8):
        make_role(aws_account, f"x{number}deployment")
    for name in ("to-deploy", "deploying", "deploy"):
        make_role(aws_account, name)
    found = search(searcher(bob), SearchQuery("deploy", "deploy"), hits=3, most=4)
    assert [hit.name for hit in found[0].hits] == ["deploy", "deploying", "to-deploy"]
    assert not found[0].is_counted


def test_the_kind_first_of_which_something_fits_best(aws_account: AwsAccount, bob: Operator) -> None:
    make_user(aws_account, "nightly-2")
    make_role(aws_account, "nightly")
    make_group(aws_account, "all-nightly")
    assert list(hits(bob, "nightly")) == ["roles", "users", "groups"]


def test_the_current_aws_account_comes_first_among_what_fits_equally_well(
    aws_account: AwsAccount, other_account: AwsAccount, olga: Operator
) -> None:
    make_role(aws_account, "ops-a")
    make_role(other_account, "ops-b")
    make_role(other_account, "ops")
    assert hits(olga, "ops", other_account)["roles"] == ["ops", "ops-b", "ops-a"]
    assert hits(olga, "ops", aws_account)["roles"] == ["ops", "ops-a", "ops-b"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("role zeta", {"roles": ["zeta"]}),
        ("Roles: zeta", {"roles": ["zeta"]}),
        ("user zeta", {"users": ["zeta"]}),
        ("zeta", {"users": ["zeta"], "roles": ["zeta"], "groups": ["role zeta"]}),
        ("“role zeta”", {"groups": ["role zeta"]}),
        ('"role zeta"', {"groups": ["role zeta"]}),
        ("  'zeta',  ", {"users": ["zeta"], "roles": ["zeta"], "groups": ["role zeta"]}),
        ("ze\u200bta\x00", {"users": ["zeta"], "roles": ["zeta"], "groups": ["role zeta"]}),
    ],
)
def test_a_word_in_front_means_a_kind(
    aws_account: AwsAccount, bob: Operator, words: str, found: dict[str, list[str]]
) -> None:
    make_user(aws_account, "zeta")
    make_role(aws_account, "zeta")
    make_group(aws_account, "role zeta")
    assert hits(bob, words) == found


def test_all_words_are_asked_for_in_any_order(aws_account: AwsAccount, bob: Operator) -> None:
    make_role(aws_account, "orders-deploy")
    make_role(aws_account, "orders-reader")
    assert hits(bob, "deploy orders")["roles"] == ["orders-deploy"]


@pytest.mark.parametrize("words", ["ci", "c"])
def test_short_words_are_beginnings_of_names(aws_account: AwsAccount, bob: Operator, words: str) -> None:
    make_role(aws_account, "ci")
    make_role(aws_account, "aci")
    assert hits(bob, words)["roles"] == ["ci"]


def test_all_kinds_of_rows_are_asked_in_one_query(aws_account: AwsAccount, bob: Operator) -> None:
    make_user(aws_account, "dana")
    make_group(aws_account, "danas")
    make_policy(aws_account, "for-dana")
    with CaptureQueriesContext(connection) as queries:
        found = hits(bob, "dana")
    assert (found["users"], found["groups"], found["policies"]) == (["dana"], ["danas"], ["for-dana"])
    [asked] = [query["sql"] for query in queries.captured_queries if " UNION ALL " in query["sql"]]
    for table in ("identities_iamuser", "identities_iamgroup", "policies_managedpolicy"):
        assert table in asked


def test_what_is_gone_comes_last_and_says_so(aws_account: AwsAccount, bob: Operator) -> None:
    gone = make_user(aws_account, "dana", gone_at="2026-01-01T00:00:00Z")
    make_user(aws_account, "not-dana")
    [matches, *_] = search(searcher(bob), SearchQuery("dana", "dana"))
    assert [hit.name for hit in matches.hits] == ["not-dana", "dana"]
    assert matches.hits[0].gone_at is None
    gone.refresh_from_db()
    assert matches.hits[1].gone_at == gone.gone_at


def test_says_when_there_are_many_more(aws_account: AwsAccount, bobs: Client) -> None:
    for number in range(MOST + 10):
        make_group(aws_account, f"team-{number}")
    page = bobs.get("/search/", {"q": "group team"}).content.decode()
    assert f"8 of more than {MOST}" in " ".join(page.split())
    assert "/search/?q=group+team&amp;kind=groups" in page
    assert f"Next {PAGE}" in bobs.get("/search/", {"q": "team", "kind": "groups"}).content.decode()


def test_one_kind_page_by_page_without_a_gap(aws_account: AwsAccount, bob: Operator) -> None:
    names = [f"team-{number:03}" for number in range(PAGE + 7)]
    for name in names:
        make_group(aws_account, name)
    kind = kind_named("groups")
    assert kind is not None
    first = search_one(searcher(bob), SearchQuery("team", "team"), kind)
    second = search_one(searcher(bob), SearchQuery("team", "team"), kind, first.next)
    assert [hit.name for hit in (*first.hits, *second.hits)] == names
    assert (first.total, bool(first.next), second.next) == (PAGE + 7, True, "")


@pytest.mark.parametrize("after", ["x", "W10:x", "'", "a" * 5000])
def test_a_cursor_that_is_not_ours_is_the_first_page(aws_account: AwsAccount, bobs: Client, after: str) -> None:
    make_group(aws_account, "team")
    page = bobs.get("/search/", {"q": "team", "kind": "groups", "after": after})
    assert "team" in page.content.decode()


def test_a_cursor_of_another_kind_is_the_first_page(aws_account: AwsAccount, bob: Operator) -> None:
    for number in range(PAGE + 1):
        make_group(aws_account, f"team-{number:03}")
    groups, changes = kind_named("groups"), kind_named("changes")
    assert groups is not None
    assert changes is not None
    cursor = search_one(searcher(bob), SearchQuery("team", "team"), groups).next
    assert cursor
    assert search_one(searcher(bob), SearchQuery("team", "team"), changes, cursor).hits == []


HOSTILE = [
    "%%%",
    "___",
    "***",
    '"',
    '"""',
    "'; DROP TABLE x; --",
    "text : abc",
    "NEAR(a b)",
    "a AND",
    "-abc",
    "^abc",
    "\\\\\\",
    "\ud7ff\U0010ffff\U000f0000",
    "ſtraße ﬁ",
    "\x01\x02\x7f",
    "a\tb\nc",
    "(" * 300,
    "arn:zz",
    "arn:::::",
    "arn:aws:sts::x:assumed-role/a/b",
    "AKIA" + "0" * 16,
    "x" * 10_000,
    "role " * 2000,
    "9" * 400,
    "change 99999999999999999999",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_takes_whatever_is_typed(aws_account: AwsAccount, bobs: Client, words: str) -> None:
    make_user(aws_account, "dana")
    for more in ({}, {"kind": "users"}, {"kind": "changes"}, {"kind": "nothing"}):
        page = bobs.get("/search/", {"q": words, **more})
        assert page.status_code == 200
        assert ">dana<" not in page.content.decode()
    assert bobs.get("/search/box/", {"q": words}).status_code == 200


def test_says_what_of_a_long_text_is_looked_for(bobs: Client) -> None:
    assert f"Only the first {LONGEST} characters" in bobs.get("/search/", {"q": "x" * 10_000}).content.decode()


def test_says_which_letters_only_look_like_others(bobs: Client) -> None:
    page = bobs.get("/search/", {"q": "\u0430dmin"}).content.decode()
    assert "U+0430, CYRILLIC SMALL LETTER A" in page
    assert "Not all letters" not in bobs.get("/search/", {"q": "administratör"}).content.decode()
    assert "Not all letters" not in bobs.get("/search/", {"q": "管理者"}).content.decode()


@pytest.mark.parametrize(
    ("text", "name", "rank"),
    [
        ("deploy", "Deploy", Rank.EXACT),
        ("dep", "Deploy", Rank.BEGINS),
        ("deploy", "ci_deploy", Rank.WORD),
        ("deploy", "CiDeploy", Rank.WORD),
        ("ploy", "deploy", Rank.PART),
        ("orders ci", "ci-orders", Rank.PART),
        ("orders deploy", "deploy-orders", Rank.WORD),
    ],
)
def test_ranks(text: str, name: str, rank: Rank) -> None:
    assert SearchQuery(text, text).rank(name) is rank


def test_two_words_mean_kinds_of_several_apps() -> None:
    by_word = kinds_by_word()
    assert {"groups", "directory_groups", "pool_groups"} <= by_word["group"]
    assert read("who can s3:DeleteBucket", by_word).kinds == {"actions"}
    found: Any = read("role", by_word)
    assert (found.text, found.kinds) == ("role", frozenset())


def test_who_is_called_so_is_found_among_more_operators_than_are_listed(
    aws_account: AwsAccount, olga: Operator
) -> None:
    for number in range(12):
        make_operator(f"aa{number}.kimball", None, None)
    make_operator("kim", None, None)
    assert [hit.name for hit in find_operators(searcher(olga), SearchQuery("kim", "kim"), 1)] == ["Kim"]


def test_the_account_and_the_rule_that_are_called_so_come_first(aws_account: AwsAccount, olga: Operator) -> None:
    for number in range(8):
        make_aws_account(f"33333333333{number}", f"A{number} lint.x shop")
    make_aws_account("444444444444", "Shop")
    assert [hit.name for hit in find_accounts(searcher(olga), SearchQuery("shop", "shop"), 1)] == ["Shop"]
    rule = list(all_rules().values())[-1]
    [hit] = find_rules(searcher(olga), SearchQuery(rule.id, rule.id), 1)
    assert hit.detail == rule.id
    short = SearchQuery(rule.name.split()[0], rule.name.split()[0])
    every = find_rules(searcher(olga), short, 1_000)
    assert find_rules(searcher(olga), short, 3) == every[:3]
