"""How many queries each page takes: kept in query_counts.json, the same with one row and with many.

A page that takes more, or fewer, fails: look at why, then write the new number there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access import index
from access_requests.models import AccessRequest
from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from cognito.models import CognitoUser, UserPool
from identities.object_pages import GROUP, ROLE, USER
from policies.models import Organization, OrgPolicy
from policies.organizations.views import POLICY as CONTROL
from policies.views.managed_policies import POLICY
from reviews.models import Review
from tests.cognito.rows import make_identity_pool, make_person, make_pool, make_pool_group, put_into
from tests.conftest import make_aws_account, make_operator
from tests.resources.rows import make_resource
from tests.services.account_rows import fill_account
from tests.services.database import rows_of_many_tests
from tests.services.governed_rows import make_leavers, make_requests, make_reviews, make_unused
from tests.services.organization_rows import make_organization
from tests.services.pages import ACCOUNT_ID, address
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user, put_inline

pytestmark = pytest.mark.django_db

BASELINE: dict[str, int] = json.loads(Path(__file__).with_name("query_counts.json").read_text())
KINDS = ("user", "group", "role", "policy", "control", "resource", "cognito_pool", "cognito_user")
ROWS: dict[str, Any] = {"review": Review, "access_request": AccessRequest}  # pages of one of these
MOST = 10
# Lists, details and search of what is mirrored keep to it. These put together what many panels and sources say.
MAY_TAKE_MORE = {
    "overview",
    "search?q=user",  # of people the best matches, and any others: two of each kind
    "organization",
    "tasks",  # of leavers all credentials, and what cuts them off
    "review",
    "requesters",
    "pulls",
    "escalations",
    "user_access",
    "role_access",
    "user_contain",
    "role_contain",
    "who_can?action=s3:GetObject&resource=arn:aws:s3:::x/y",
    "simulate?principal=*&action=s3:GetObject&resource=arn:aws:s3:::x/y",
    "user_least_privilege",
    "group_least_privilege",
    "role_least_privilege",
    # The head of a role with its instance profiles, its trust policy, what it has, and what owns it.
    "role_code",
    # What all users have and groups give, then what a plan changes of it.
    "direct_to_groups",
    # Looking at people is logged, and their pages put together what several mirrors say of them.
    "cognito_pool_people",
    "cognito_pool_people?q=person&group=group-000",
    "cognito_user",
}


@pytest.fixture(autouse=True)
def remembered_counts(settings: Any) -> Iterator[None]:
    """What may be a minute old isn't asked for with every page; nothing else is remembered of another test's pages."""
    index.forget()
    settings.CACHES = {**settings.CACHES, "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    yield
    caches["counts"].clear()


@dataclass(frozen=True)
class Filled:
    """An AWS account in which everything hangs on everything: its owner, and the unique id of one of each kind."""

    alice: Operator
    ids: dict[str, str]


@pytest.fixture(scope="module")
def filled(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Filled]:
    """Takes longer than the page that is looked at, so all pages look at one."""
    with rows_of_many_tests(django_db_blocker):
        aws_account = make_aws_account()
        alice = make_operator("alice", Role.OWNER, aws_account)
        yield Filled(alice, fill(aws_account, alice, request.param))


def fill(aws_account: AwsAccount, alice: Operator, number: int) -> dict[str, str]:
    users = [make_user(aws_account, f"user-{n:03}") for n in range(number)]
    groups = [make_group(aws_account, f"group-{n:03}") for n in range(number)]
    roles = [make_role(aws_account, f"role-{n:03}") for n in range(number)]
    policies = [make_policy(aws_account, f"policy-{n:03}", versions=2) for n in range(number)]
    for user in users:
        for group in groups[:5]:
            join(user, group)
    for owner in (*users, *groups, *roles):
        put_inline(owner)
        for policy in policies[:5]:
            attach(owner, policy)
    make_organization(aws_account, number)
    fill_account(aws_account, number)
    pool, person = fill_pool(aws_account, number)
    resources = [make_resource(aws_account, f"queue-{n:03}") for n in range(number)]
    control = OrgPolicy.objects.earliest("pk")
    make_leavers(users, alice)
    make_reviews(aws_account, users, alice)
    make_requests(users, groups, alice)
    make_unused(policies)
    first = (users[0], groups[0], roles[0], policies[0], control, resources[0], pool, person)
    return {kind: row.aws_id for kind, row in zip(KINDS, first, strict=True)}


def fill_pool(aws_account: AwsAccount, number: int) -> tuple[UserPool, CognitoUser]:
    pools = [make_pool(aws_account, f"pool{n:03}") for n in range(number)]
    people = [make_person(pools[0], f"person-{n:03}") for n in range(number)]
    for n in range(min(number, 5)):
        put_into(
            make_pool_group(pools[0], f"group-{n:03}", role_arn=f"arn:aws:iam::123456789012:role/role-{n:03}"), *people
        )
        make_identity_pool(
            pools[0], f"identities-{n:03}", roles={"authenticated": "arn:aws:iam::123456789012:role/role-000"}
        )
    return pools[0], people[0]


def url_of(page: str, ids: dict[str, str]) -> str:
    name, _, query = page.partition("?")
    if name in ("search", "reviews", "start_review"):
        return f"{reverse(name)}?{query}"
    if name in ROWS:
        named = {"account_id": ACCOUNT_ID} if name == "access_request" else {}
        return reverse(name, kwargs={**named, "pk": ROWS[name].objects.earliest("pk").pk})
    kinds = () if name in ("user_pools", "resource_reading") else KINDS
    kind = next((kind for kind in reversed(kinds) if f"{name}_".startswith(f"{kind}_")), "")
    name, _, action = name.partition("/")  # of "policy_action/edit"
    more = {"action": action} if action else {}
    url = address(name, aws_id=ids[kind], **more) if kind in KINDS else address(name, **more)
    return f"{url}?{query}".replace("PICK", ids.get("user", ""))


@pytest.mark.parametrize("filled", [1, 20], indirect=True)
@pytest.mark.parametrize("page", BASELINE)
def test_takes_as_many_queries_as_before(filled: Filled, client_of: Callable[..., Client], page: str) -> None:
    client, url = client_of(filled.alice), url_of(page, filled.ids)
    client.get(url)  # templates are read, content types are known
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        assert response.status_code == 200
        b"".join(response)
    most = math.inf if page in MAY_TAKE_MORE else MOST
    assert len(queries) == min(BASELINE[page], most), described(queries)


@pytest.mark.parametrize("filled", [1], indirect=True)
@pytest.mark.parametrize("page", ["user_bounds", "role_bounds"])
def test_upper_bounds_keep_to_the_most_where_no_organization_is_held(
    filled: Filled, client_of: Callable[..., Client], page: str
) -> None:
    client, url = client_of(filled.alice), url_of(page, filled.ids)
    Organization.objects.update(gone_at=timezone.now())
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    assert len(queries) <= MOST, described(queries)


@pytest.mark.parametrize("filled", [20], indirect=True)
@pytest.mark.parametrize("page", ["overview", "users?q=user", "user", "role", "policy_attached", "search?q=user"])
def test_the_first_page_of_a_minute_counts_in_a_few_queries_more(
    filled: Filled, client_of: Callable[..., Client], page: str
) -> None:
    client, url = client_of(filled.alice), url_of(page, filled.ids)
    client.get(url)
    caches["counts"].clear()
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= BASELINE[page] + 3, described(queries)


def described(queries: CaptureQueriesContext) -> str:
    """Which they are: the tables that each reads, and how it begins."""
    lines = [f"{len(queries)} queries:"]
    for query in queries.captured_queries:
        tables = dict.fromkeys(re.findall(r'(?:FROM|JOIN) "(\w+)', query["sql"]))
        lines.append(f"{', '.join(tables)}: {query['sql'][:200]}")
    return "\n".join(lines)


def test_lists_details_and_search_keep_to_the_most() -> None:
    assert {page: count for page, count in BASELINE.items() if count > MOST and page not in MAY_TAKE_MORE} == {}


def test_every_tab_of_a_principal_and_of_a_policy_has_its_number() -> None:
    names = {
        f"{kind.name}_{tab.name}".rstrip("_") for kind in (USER, GROUP, ROLE, POLICY, CONTROL) for tab in kind.tabs
    }
    assert names - BASELINE.keys() == set()
