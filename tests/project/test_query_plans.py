"""No page reads a table of the AWS account's size from end to end, and no list sorts one: the database's plans say so.

On PostgreSQL the planner would rather read a small table than an index; it is told not to, so that what it still reads
or sorts is what no index helps with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AwsAccount, Operator
from bench.large_mirror import SEEN, Size, fill
from bench.pages import addresses
from cognito.models import CognitoUser, UserPool
from cognito.people import selectors
from cognito.people.changes import changes_of
from cognito.people.selectors import PAGE, UNFINISHED, PeopleQuery, exactly, matching, page_of, people_of
from cognito.tables import listed_people
from identities.models import IamUser, TrustedPrincipal
from objects.tables import GONE
from policies.models import Document, Organization, PolicyVersion
from sync.mirror.paced_writes import update_statistics
from sync.models import Change, Facet, MirroredRow, Revision, Step
from tests.cognito.rows import CREATED, make_person, make_pool

pytestmark = pytest.mark.stack

LARGE = {model._meta.db_table for model in (Facet, Revision, Document, PolicyVersion, TrustedPrincipal)} | {
    model._meta.db_table for model in apps.get_models() if issubclass(model, MirroredRow) and model is not Organization
}  # of that, an AWS account has one
# All of an index that has only the few rows that are asked for is no scan: who is gone, unique ids in trust policies.
FEW = r"(?!.* INDEX \w*(?:_gone|trusted_unique_id)\b)"
SCAN = {"sqlite": re.compile(rf"SCAN (\w+){FEW}"), "postgresql": re.compile(r"Seq Scan on (\w+)")}
# Of an index only the column of the AWS account: all of its rows, unless it is for their order and ends with a page.
ALL_OF_ACCOUNT = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX \w+ \(aws_account_id=\?\)$")
SORT = {"sqlite": re.compile("USE TEMP B-TREE FOR (?:LAST TERM OF )?ORDER BY"), "postgresql": re.compile("Sort Key")}
AS_IT_COMES = re.compile(r"(users|groups|roles|policies)( by -?\w+)?( \d+th next)?")  # pages of lists without filters

IS_LIST = re.compile(r"(users|groups|roles|policies)\b")
IS_OF_ONE = re.compile(r"(user|group|role|policy)\b")  # pages of one object


@pytest.fixture
def pages(aws_account: AwsAccount) -> list[tuple[str, str]]:
    fill(aws_account, Size.of(1200), statistics=False)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; ANALYZE")
    return list(addresses(aws_account))


def plan_of(sql: str) -> Iterator[str]:
    prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{prefix} {sql}")
        for row in cursor.fetchall():
            yield str(row[-1])


def is_large(name: str, line: str, called: list[tuple[str, str]]) -> bool:
    """Whether a line of a plan is about a large table. Several subqueries may call different tables by one alias: then
    SQLite's line tells by its index, and without one only PostgreSQL's does, which has aliases of its own."""
    if index := re.search(r"INDEX (\w+)", line):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tbl_name FROM sqlite_master WHERE name = %s", [index[1]])
            return any(table in LARGE for (table,) in cursor.fetchall())
    found = {table for table, alias in called if alias.upper() == name.partition("_")[0].upper()} or {name}
    return found <= LARGE


def faults_of(page: str, sql: str) -> Iterator[str]:
    must_not_sort = AS_IT_COMES.fullmatch(page) is not None and "LIMIT 26" in sql
    called = re.findall(r'(?:FROM|JOIN) "(\w+)" ([A-Z]\d+)', sql)
    must_find = IS_OF_ONE.match(page) is not None and not sql.startswith("SELECT (SELECT COUNT(*)")  # once a minute
    plan = list(plan_of(sql))
    # A list may go along an index, whatever the filters, if that is its order: then it ends with the page.
    must_find |= IS_LIST.match(page) is not None and any(SORT["sqlite"].search(line) for line in plan)
    for line in plan:
        scanned = SCAN[connection.vendor].search(line) or (must_find and ALL_OF_ACCOUNT.search(line))
        sorted_by = SORT[connection.vendor].search(line)
        if (scanned and is_large(scanned[1], line, called)) or (sorted_by and must_not_sort):
            yield f"{page}: {line.strip()}\n    {sql[:200]} … {sql[-400:]}"


def test_no_page_reads_or_sorts_a_whole_table(
    pages: list[tuple[str, str]], alice: Operator, client_of: Callable[[Operator], Client]
) -> None:
    client = client_of(alice)
    faults: list[str] = []
    for name, url in pages:
        with CaptureQueriesContext(connection) as queries:
            sized = f"{url}{'&' if '?' in url else '?'}rows=25"
            assert client.get(sized).status_code == 200
        for query in queries.captured_queries:
            if query["sql"].startswith("SELECT"):
                faults += faults_of(name, query["sql"])
    assert not faults, "\n".join(faults)


def test_what_reads_a_whole_table_is_found(aws_account: AwsAccount) -> None:
    """Also where a subquery calls the table by another name."""
    fill(aws_account, Size.of(100), statistics=False)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
    scan = IamUser.objects.filter(aws_id__gt="A", pk__in=IamUser.objects.filter(first_seen=SEEN).values("pk"))
    with CaptureQueriesContext(connection) as queries:
        list(scan)
    assert list(faults_of("users", queries.captured_queries[0]["sql"]))


@pytest.mark.parametrize("filtered", ["path=/data/", "tag=team%3Dsearch"])
def test_a_path_and_a_tag_are_found_by_the_index_of_trigrams(
    aws_account: AwsAccount, alice: Operator, client_of: Callable[[Operator], Client], filtered: str
) -> None:
    fill(aws_account, Size.of(100), statistics=False)
    client = client_of(alice)
    for kind in ("users", "roles"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/aws/{aws_account.account_id}/{kind}/?{filtered}").status_code == 200
        found = {"sqlite": " MATCH ", "postgresql": " ILIKE "}[connection.vendor]
        assert any(found in query["sql"] and "LIMIT 51" in query["sql"] for query in queries.captured_queries)


# All names of a pool, one after the other, for the few people that are asked for.
ALL_OF_POOL = {
    "sqlite": re.compile(r"SEARCH cognito_cognitouser USING (?:COVERING )?INDEX cognito_people_name \(pool_id=\?\)$"),
    "postgresql": re.compile("Seq Scan on cognito_cognitouser"),
}


@pytest.mark.parametrize(
    "asked",
    [
        PeopleQuery(attributes={"sub": "sub-7"}),
        PeopleQuery(attributes={"username": "Person-7"}),
        PeopleQuery(attributes={"email": "person-7@example.org"}),
        PeopleQuery(words="son-77@"),
        PeopleQuery(statuses=UNFINISHED),
        PeopleQuery(statuses=[CognitoUser.Status.ARCHIVED]),
        PeopleQuery(enabled=False),
        "sub-7",
        "PERSON-7",
        "person-7@example.org",
    ],
    ids=str,
)
def test_few_people_of_a_large_pool_are_found_by_an_index(aws_account: AwsAccount, asked: PeopleQuery | str) -> None:
    pool = make_pool(aws_account)
    _make_people(pool, 2000)
    update_statistics(CognitoUser)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # else it would read a table as small as this one
            cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as queries:
        found = exactly(pool, asked) if isinstance(asked, str) else matching(people_of(pool), asked)
        assert len(found) == (0 if isinstance(asked, PeopleQuery) and (asked.statuses or asked.enabled is False) else 1)
    query = queries.captured_queries[-1]
    plan = list(plan_of(query["sql"]))
    assert not [line for line in plan if ALL_OF_POOL[connection.vendor].search(line)], "\n".join(plan)


DAYS = ("cognito_people_created", "cognito_people_changed")


@pytest.mark.parametrize("many", [False, True])
def test_a_day_is_found_by_an_index_where_few_are_on_it(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """SQLite would go by it and sort them all for a day since when there are many, too."""
    monkeypatch.setattr(selectors, "_MANY", -1 if many else 10)
    pool = make_pool(aws_account)
    _make_people(pool, 2000)
    update_statistics(CognitoUser)
    tomorrow = CREATED + timedelta(days=1)
    days = (
        PeopleQuery(created_from=tomorrow),
        PeopleQuery(changed_from=tomorrow, changed_before=tomorrow + timedelta(days=1)),
    )
    for asked, index in zip(days, DAYS, strict=True):
        with CaptureQueriesContext(connection) as queries:
            page_of(matching(people_of(pool), asked))
        plan = "\n".join(plan_of(queries.captured_queries[-1]["sql"]))
        assert ("cognito_people_name" if many and connection.vendor == "sqlite" else index) in plan


def test_who_is_gone_from_a_large_pool_is_found_by_an_index(aws_account: AwsAccount) -> None:
    pool = make_pool(aws_account)
    _make_people(pool, 2000)
    CognitoUser.objects.filter(aws_id__in=["sub-7", "sub-1900"]).update(gone_at=CREATED)
    update_statistics(CognitoUser)
    gone = GONE.narrow(listed_people(pool), "only").order_by("name_key", "pk")
    with CaptureQueriesContext(connection) as queries:
        assert gone.count() == len(gone[:PAGE]) == 2
    for query in queries.captured_queries[:2]:
        assert "cognito_people_gone" in "\n".join(plan_of(query["sql"]))


def test_what_was_changed_of_a_person_is_found_by_an_index(aws_account: AwsAccount, alice: Operator) -> None:
    person = make_person(make_pool(aws_account))
    change = Change.objects.create(aws_account=aws_account, title="x", requested_by=alice, expires_at=SEEN)
    about = {"change": change, "kind": "cognito.user.enable", "part": "x"}
    others = [Step(position=number, params={"sub": f"sub-{number}"}, **about) for number in range(1, 1000)]
    Step.objects.bulk_create([Step(position=1000, params={"sub": person.aws_id}, **about), *others])
    update_statistics(Step)
    with CaptureQueriesContext(connection) as queries:
        assert [step.position for step in changes_of(person)] == [1000]
    assert "sync_step_person" in "\n".join(plan_of(queries.captured_queries[-1]["sql"]))


def _make_people(pool: UserPool, count: int) -> None:
    row = make_person(pool, "first")
    people = []
    for number in range(count):
        name = f"Person-{number}"
        about = {"aws_id": f"sub-{number}", "name": name, "name_key": name.casefold()}
        said = {"attributes": {"email": f"{name}@example.org".lower()}, "words": f"{name}\n{name}@example.org"}
        people.append(_copied(row, **about, **said))
    CognitoUser.objects.bulk_create(people)


def _copied(row: CognitoUser, **values: Any) -> CognitoUser:
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    return CognitoUser(**{**kept, **values})
