"""Every address × every role, by the table in tests/project/addresses.csv."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import AwsAccount, Operator
from accounts.roles import PERMISSIONS
from accounts.stepup import words_of
from cognito.models import UserPool
from iamconsole.web.addresses import Access, AddressScope
from tests.admin.cases import fill
from tests.conftest import make_aws_account, make_operator
from tests.project.address_ids import address_of
from tests.project.addresses import (
    ADDRESSES,
    CAST,
    COLUMNS,
    FRAGMENTS,
    IS_WRITTEN,
    OURS,
    QUERIES,
    ROWS,
    Row,
    queries_of,
    write,
)
from tests.services.database import rows_of_many_tests
from tests.services.tokens import Program, post_nothing, token_of
from tests.services.workers import empty_queue

ITS_OWN_REFUSALS = (400, 409, 422)
# What asks for a fresh sign-in by itself: after a look at what was sent, or before a file is taken.
ASK_THEMSELVES = {
    "import_snapshot",
}

# allauth's pages that need no sign-in, and those that are every operator's own.
PUBLIC = """
account_login
account_inactive
account_signup
account_reset_password
account_reset_password_done
account_reset_password_from_key
account_reset_password_from_key_done
account_confirm_email
account_email_verification_sent
account_confirm_login_code
mfa_authenticate
mfa_login_webauthn
"""
PERSONAL = """
account_logout
account_reauthenticate
account_email
account_change_password
account_set_password
mfa_index
mfa_reauthenticate
mfa_activate_totp
mfa_deactivate_totp
mfa_view_recovery_codes
mfa_generate_recovery_codes
mfa_download_recovery_codes
mfa_list_webauthn
mfa_add_webauthn
mfa_reauthenticate_webauthn
mfa_remove_webauthn
mfa_edit_webauthn
usersessions_list
"""

# The admin's own addresses; those of its models follow a rule.
ADMIN_PAGES = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "app_list",
}


def ids_used_twice(response: HttpResponseBase) -> list[str]:
    """Of a page: what a label or a link leads to must be one thing."""
    if not isinstance(response, HttpResponse) or "text/html" not in response.get("Content-Type", ""):
        return []
    ids = Counter(re.findall(r'<[^<>]* id="([^"]+)"', response.content.decode()))
    return [name for name, times in ids.items() if times > 1]


@dataclass
class World:
    """One AWS account with one of everything in it, and a signed-in client for everybody."""

    clients: dict[str, Client]
    programs: Mapping[str, Program]
    latest: HttpResponseBase | None = None

    def address(self, name: str, query: str = "") -> str:
        return address_of(name, AwsAccount.objects.get(), query=query)

    def answer(self, who: str, address: str, method: str) -> str:
        """As the table says it. Whatever the request did is rolled back."""
        headers = {"HX-Request": "true"} if method == "HTMX" else {}
        client = self.programs[who] if address.startswith("/api/") else self.clients[who]
        with transaction.atomic():
            response = post_nothing(client, address) if method == "POST" else client.get(address, headers=headers)
            transaction.set_rollback(True)
        self.latest = response
        target = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        if target.startswith("/auth/login/"):
            return "in"
        assert ids_used_twice(response) == []
        if response.status_code < 400 or response.status_code in ITS_OWN_REFUSALS:
            return "ok"
        return str(response.status_code)

    def answers(self, address: str, method: str) -> str:
        return " ".join(f"{who}:{self.answer(who, address, method)}" for who in COLUMNS)

    def row(self, name: str, method: str, query: str) -> Row:
        address, access = self.address(name, query), OURS[name]
        answers = tuple(self.answer(who, address, method) for who in COLUMNS)
        fresh = "fresh" if access and access.fresh_sign_in and method == "POST" else ""
        return Row(name, method, query, str(access), fresh, answers)

    @property
    def offers_a_file(self) -> bool:
        """The page that was asked for last, as the last of them got it."""
        return isinstance(self.latest, HttpResponse) and b"format=csv" in self.latest.content


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Operator]]:
    """The cast, and one of everything."""
    with rows_of_many_tests(django_db_blocker):
        aws_account = make_aws_account()
        cast = {name: make_operator(name, role, None if name == "olga" else aws_account) for name, role in CAST.items()}
        fill(aws_account, cast["alice"])
        empty_queue()  # which /health/ looks for
        UserPool.objects.update(domain="shop")  # else it has no pages that could look like anything
        yield cast


@pytest.fixture(scope="module")
def sessions(cast: dict[str, Operator], client_of: Callable[[Operator], Client]) -> dict[str, tuple[Client, str]]:
    """A client of each, with the key of its session. To make a client anew for each test is to load all middleware."""
    signed_in = {name: client_of(operator) for name, operator in cast.items()}
    keys = {name: client.cookies[settings.SESSION_COOKIE_NAME].value for name, client in signed_in.items()}
    return {"anonymous": (Client(), ""), **{name: (client, keys[name]) for name, client in signed_in.items()}}


@pytest.fixture(scope="module")
def programs(cast: dict[str, Operator]) -> dict[str, Program]:
    """With a token of each, whose scopes are all that there are."""
    return {"anonymous": Program(""), **{name: Program(token_of(operator)) for name, operator in cast.items()}}


@pytest.fixture
def whole_pages(
    sessions: dict[str, tuple[Client, str]],
    programs: dict[str, Program],
    db: None,
    caplog: pytest.LogCaptureFixture,
) -> World:
    """With the sidebar also on pages that refuse."""
    caplog.set_level(logging.CRITICAL, "django.request")  # refusals are what is asked for here
    for client, key in sessions.values():  # whatever an earlier test got
        client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: key} if key else {})
    return World({name: client for name, (client, _) in sessions.items()}, programs)


@pytest.fixture
def world(whole_pages: World, short_refusals: None) -> World:
    return whole_pages


@pytest.fixture(scope="module")
def written() -> Iterator[dict[str, list[Row]]]:
    """What `make addresses` writes, by the name of the address."""
    found: dict[str, list[Row]] = {}
    yield found
    if IS_WRITTEN:
        kept = {name: [row for row in ROWS if row.name == name] for name in OURS if name not in found}
        write(row for name in OURS for row in (found | kept)[name])


def asked(world: World, name: str) -> Iterator[Row]:
    """The rows of an address: lists are asked for their file and for their rows alone, too."""
    bare, *others = queries_of(name)
    yield world.row(name, "GET", bare)
    if others != ["format=csv"] and world.offers_a_file:
        others.append("format=csv")
    for query in others:
        yield world.row(name, "GET", query)
    if name in FRAGMENTS or "format=csv" in others:
        yield world.row(name, "HTMX", QUERIES[name][0] if name == "search" else bare)
    yield world.row(name, "POST", bare if name.endswith(("_stage_action", "_export")) else "")


# ---- the table ------------------------------------------------------------------------------------------------


def test_every_address_says_what_it_asks() -> None:
    silent = [name for name, access in OURS.items() if access is None]
    assert silent == [], (
        "These URL names say nothing of who may come there. In urls.py, write page(…, needs(…), name=…) of "
        "iamconsole/web/addresses.py in place of path(…), then run `make addresses`."
    )


def test_no_row_is_about_an_address_that_is_gone() -> None:
    assert {row.name for row in ROWS} - set(OURS) == set(), "Run `make addresses`."


@pytest.mark.parametrize("name", OURS)
def test_the_answers_are_as_the_table_says(world: World, name: str, written: dict[str, list[Row]]) -> None:
    """Everybody asks, by GET and by POST."""
    answered = [row for row in asked(world, name) if row.is_worth_a_row]
    if IS_WRITTEN:
        written[name] = answered
        return
    expected = [row for row in ROWS if row.name == name]
    assert answered == expected, (
        "Who gets what at this address has changed, or it is new. If that is meant, run `make addresses` and look "
        "closely at what it changes in tests/project/addresses.csv."
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_nobody_gets_in_whom_the_declaration_refuses(row: Row) -> None:
    """By the table of roles alone, whatever the views do."""
    access = OURS[row.name]
    assert access is not None
    assert row.asks == str(access)
    assert row.let_in <= {who for who in COLUMNS if _satisfies(who, access)}


def _satisfies(who: str, access: Access) -> bool:
    if who == "anonymous" or not access.permissions:
        return access.public or who != "anonymous"
    role = CAST[who]
    held = bool(role and PERMISSIONS[role].intersection(access.permissions))
    return held and (who == "olga" or access.scope is not AddressScope.ALL)


def test_each_form_that_waits_for_a_fresh_sign_in_has_a_name(
    world: World, cast: dict[str, Operator], client_of: Callable[..., Client]
) -> None:
    """The page after it asks for that by its name: "Apply change 5?". The first who may post it is asked."""
    stale = {who: client_of(cast[who], ago=settings.STEP_UP_S + 60) for who in ("erin", "anton", "alice", "olga")}
    asked, nameless = set(), set()
    for row in (row for row in ROWS if row.method == "POST" and not row.query):
        may = [who for who in stale if row.answers[COLUMNS.index(who)] not in ("403", "404")]
        address = world.address(row.name)
        with transaction.atomic():
            response = stale[may[0] if may else "olga"].post(address)
            transaction.set_rollback(True)
        if "next=" in response.headers.get("Location", ""):
            asked.add(row.name)
            nameless |= set() if words_of(address)[0] else {row.name}
    assert nameless == set()
    assert asked == {name for name, access in OURS.items() if access and access.fresh_sign_in} | ASK_THEMSELVES


@pytest.mark.parametrize("who", [who for who in COLUMNS if who != "anonymous"])
def test_a_page_that_refuses_is_whole(whole_pages: World, who: str) -> None:
    refused = set()
    for name in ("users", "user", "change", "pull_now", "operators", "drift", "cognito_pool_people", "who_can"):
        for method in ("GET", "POST"):
            answer = whole_pages.answer(who, whole_pages.address(name), method)
            if answer != "ok":
                assert isinstance(whole_pages.latest, HttpResponse)
                assert b'<nav class="side"' in whole_pages.latest.content
                assert b"<h1>" in whole_pages.latest.content
                refused.add(answer)
    assert refused == {"charlie": {"404"}, "rita": {"403"}, "alice": {"405"}, "olga": {"405"}}.get(who, {"403", "405"})


# ---- signing in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC.split())
def test_pages_of_signing_in_need_no_sign_in(db: None, name: str) -> None:
    keys = {"key": "abc", "uidb36": "1"}
    address = reverse(name, kwargs={param: keys[param] for param in ADDRESSES[name]})
    response = Client().get(address)
    assert "next=" not in response.headers.get("Location", "")
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("name", PERSONAL.split())
def test_ones_own_pages_are_for_everybody_who_is_signed_in(world: World, name: str) -> None:
    address = world.address(name)
    assert world.answer("anonymous", address, "GET") == "in"
    for who in ("charlie", "bob"):
        assert world.answer(who, address, "GET") in ("ok", "404"), who  # 404: a thing of theirs that isn't there
        assert world.answer(who, address, "GET") != "in"


# ---- the Django admin, by rule --------------------------------------------------------------------------------


def test_the_admin_has_no_page_that_the_rule_doesnt_know() -> None:
    pages = {"changelist", "add", "history", "delete", "change", "None"}
    of_models = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in admin.site._registry
        for page in pages
    }
    known = of_models | {f"admin:{page}" for page in ADMIN_PAGES} | {"admin:None"}
    names = {name for name in ADDRESSES if name.startswith("admin:")}
    assert names <= known


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_only_owners_come_into_the_admin(world: World, model: type[Operator]) -> None:
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.earliest("pk")
    rows, add = reverse(f"{names}_changelist"), reverse(f"{names}_add")
    of_one = [reverse(f"{names}_{page}", args=[row.pk]) for page in ("change", "delete", "history")]
    outside = "anonymous:in charlie:404 bob:403 rita:403 hal:403 erin:403 anton:403"
    assert world.answers(rows, "GET").startswith(outside)
    assert world.answer("olga", rows, "GET") == "ok"
    assert [world.answer("bob", address, "GET") for address in (add, *of_one)] == ["403"] * 4
    assert [world.answer("charlie", address, "GET") for address in (add, *of_one)] == ["404"] * 4


def test_an_owner_of_one_aims_no_credentials_by_any_post(world: World) -> None:
    before = list(AwsAccount.objects.order_by("pk").values(*AwsAccount.CONNECTION_FIELDS))
    forged = {
        "account_id": "999900009999",
        "partition": "aws-cn",
        "default_region": "eu-west-1",
        "connection": "assume_role",
        "read_role_arn": "arn:aws:iam::123456789012:role/r",
        "write_role_arn": "arn:aws:iam::123456789012:role/w",
        "external_id": "x",
        "emulated": "",
        "name": "Acme",
        "environment": "staging",
        "pull_every_minutes": 0,
        "approvals_required": 0,
    }
    names = {row.name for row in ROWS if row.method == "POST"}
    pk = AwsAccount.objects.get().pk
    admins = ["/admin/accounts/awsaccount/add/", f"/admin/accounts/awsaccount/{pk}/change/"]
    for address in [*map(world.address, sorted(names)), *admins]:
        with transaction.atomic():
            world.clients["alice"].post(address, forged)
            after = list(AwsAccount.objects.order_by("pk").values(*AwsAccount.CONNECTION_FIELDS))
            transaction.set_rollback(True)
        assert after == before, address
