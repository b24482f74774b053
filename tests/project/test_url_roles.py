"""Every address × every role, by the table in tests/project/url_roles.py."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from accounts.models import ApprovalRule, AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from accounts.stepup_words import words_of
from cognito.models import AppClient, CognitoGroup, CognitoUser, IdentityPool, SavedSearch, UserPool
from identities.models import (
    IamGroup,
    IamRole,
    IamUser,
    InstanceProfile,
    OidcProvider,
    SamlProvider,
    ServerCertificate,
)
from objects import object_actions
from policies.models import ManagedPolicy, OrgPolicy
from sync.models import Change, Revision, Run
from tests.admin.cases import POLICY_ARN, fill
from tests.conftest import make_aws_account, make_operator
from tests.project.url_roles import COLUMNS, FRESH, PERSONAL, PUBLIC, TABLE
from tests.services.database import rows_of_many_tests
from tests.services.workers import empty_queue

# What stands in an address, by the first word or the first two words of its URL name.
KEYS: dict[str, Callable[[], object]] = {
    "user": lambda: IamUser.objects.get().aws_id,
    "group": lambda: IamGroup.objects.get().aws_id,
    "role": lambda: IamRole.objects.get().aws_id,
    "policy": lambda: ManagedPolicy.objects.get().aws_id,
    "control": lambda: OrgPolicy.objects.get().aws_id,
    "identity": lambda: IdentityPool.objects.get().aws_id,
    "try": lambda: UserPool.objects.get().aws_id,
    "oidc": lambda: OidcProvider.objects.get().aws_id,
    "saml": lambda: SamlProvider.objects.get().aws_id,
    "instance": lambda: InstanceProfile.objects.get().aws_id,
    "server": lambda: ServerCertificate.objects.get().aws_id,
    "cognito": lambda: UserPool.objects.get().aws_id,
    "change": lambda: Change.objects.get().pk,
    "pull": lambda: Run.objects.get().pk,
    "drift": lambda: Revision.objects.get().pk,
    "as": lambda: IamUser.objects.get().aws_id,
    "object": lambda: IamUser.objects.get().aws_id,
    "grant": lambda: Grant.objects.filter(aws_account__isnull=False).earliest("pk").pk,
    "approval": lambda: ApprovalRule.objects.earliest("pk").pk,
    "audit": lambda: AuditEntry.objects.get().pk,
    "operator": lambda: Operator.objects.get(email="bob@example.org").pk,
    "cognito_pool": lambda: UserPool.objects.get().aws_id,
    "cognito_people": lambda: UserPool.objects.get().aws_id,
    "data_protection": lambda: UserPool.objects.get().aws_id,
    "cognito_search": lambda: UserPool.objects.get().aws_id,
    "cognito_client": lambda: AppClient.objects.get().aws_id,
    "cognito_group": lambda: CognitoGroup.objects.get().aws_id,
    "cognito_user": lambda: CognitoUser.objects.get().aws_id,
}
OTHERS = {"account_id": "123456789012", "version_id": "v1", "kind": "iam.user"}
# An action of each place; where there is none yet, nobody finds one.
ACTS = {
    "account": "create-user",
    **{place: object_actions.actions_at(place)[0].name for place in object_actions.places()},
}
ITS_OWN_REFUSALS = (400, 405, 409, 422)

LINES = [line.split() for line in TABLE.splitlines() if line.strip() and not line.startswith("#")]
CAST: dict[str, Role | None] = {
    "charlie": None,
    "bob": Role.VIEWER,
    "hal": Role.HELPDESK,
    "erin": Role.EDITOR,
    "anton": Role.APPROVER,
    "alice": Role.OWNER,
    "olga": Role.OWNER,
}

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


def walk(
    resolver: URLResolver, namespace: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every URL pattern of the console: its name, and what its address needs."""
    for pattern in resolver.url_patterns:
        needs = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace, needs)
        else:
            yield f"{namespace}{pattern.name}", needs


ADDRESSES = dict(walk(get_resolver()))


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

    def answer(self, who: str, address: str, method: str) -> str:
        """As the table says it. Whatever the request did is rolled back."""
        headers = {"HX-Request": "true"} if method == "HTMX" else {}
        client = self.clients[who]
        with transaction.atomic():
            response = client.post(address) if method == "POST" else client.get(address, headers=headers)
            transaction.set_rollback(True)
        target = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        if target.startswith("/auth/login/"):
            return "in"
        assert ids_used_twice(response) == []
        if response.status_code < 400 or response.status_code in ITS_OWN_REFUSALS:
            return "ok"
        return str(response.status_code)

    def answers(self, address: str, method: str) -> str:
        return " ".join(f"{who}:{self.answer(who, address, method)}" for who in COLUMNS)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Operator]]:
    """The cast, and one of everything."""
    with rows_of_many_tests(django_db_blocker):
        aws_account = make_aws_account()
        cast = {name: make_operator(name, role, None if name == "olga" else aws_account) for name, role in CAST.items()}
        fill(aws_account, cast["alice"])
        UserPool.objects.update(domain="shop")  # else it has no pages that could look like anything
        yield cast


@pytest.fixture
def world(
    cast: dict[str, Operator], db: None, client_of: Callable[[Operator], Client], caplog: pytest.LogCaptureFixture
) -> World:
    caplog.set_level(logging.CRITICAL, "django.request")  # refusals are what is asked for here
    return World({"anonymous": Client(), **{name: client_of(operator) for name, operator in cast.items()}})


def address_of(name: str) -> str:
    name, _, query = name.partition("?")
    key = KEYS.get("_".join(name.split("_")[:2])) or KEYS.get(name.partition("_")[0])
    candidates = {**OTHERS, "aws_id": key() if key else "", "pk": key() if key else 1}
    if name == "cognito_search_forget":
        candidates["pk"] = SavedSearch.objects.get().pk
    candidates["action"] = (
        "delete" if name.endswith("_stage_action") else ACTS.get(name.removesuffix("_action"), "none")
    )
    path = reverse(name, kwargs={param: candidates[param] for param in ADDRESSES[name]})
    return f"{path}?{query.format_map(_Lazily())}" if query else path


class _Lazily(dict[str, object]):
    """What a query names in braces: an object's id by KEYS, or the ARN of the policy that is attached."""

    def __missing__(self, name: str) -> object:
        return POLICY_ARN if name == "arn" else KEYS[name]()


def known_names() -> set[str]:
    return {line[0].partition("?")[0] for line in LINES} | {*PUBLIC.split(), *PERSONAL.split()}


# ---- the table ------------------------------------------------------------------------------------------------


def test_every_url_pattern_has_a_line(world: World) -> None:
    missing = [name for name in ADDRESSES if not name.startswith("admin:") and name not in known_names()]
    lines = "\n".join(f"{name:<30} GET     {_what_it_does_now(world, name)}" for name in missing)
    assert not missing, (
        "These URL names have no line in tests/project/url_roles.py. What they answer now is below: think about each "
        f"of it (and whether the method is POST), then add the lines to TABLE.\n{lines}"
    )


def _what_it_does_now(world: World, name: str) -> str:
    try:
        address = address_of(name)
    except (KeyError, NoReverseMatch) as error:
        return f"({error!r}: teach tests/project/test_url_roles.py what its address needs)"
    return "  ".join(world.answer(who, address, "GET") for who in COLUMNS)


def test_no_line_is_about_a_url_that_is_gone() -> None:
    assert not known_names() - set(ADDRESSES)


def test_every_line_is_whole() -> None:
    assert [line for line in LINES if len(line) != 2 + len(COLUMNS)] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[1]} {line[0]}")
def test_the_answer_is_as_the_table_says(world: World, line: list[str]) -> None:
    name, method, *expected = line
    said = " ".join(f"{who}:{word}" for who, word in zip(COLUMNS, expected, strict=True))
    assert world.answers(address_of(name), method) == said


def test_each_form_that_waits_for_a_fresh_sign_in_has_a_name(
    world: World, cast: dict[str, Operator], client_of: Callable[..., Client]
) -> None:
    """The page after it asks for that by its name: "Apply change 5?"."""
    stale = {who: client_of(cast[who], ago=settings.STEP_UP_S + 60) for who in ("erin", "anton", "alice", "olga")}
    asked, nameless = set(), set()
    for name, method, *_ in LINES:
        for client in stale.values() if method == "POST" else ():
            address = address_of(name)
            with transaction.atomic():
                response = client.post(address)
                transaction.set_rollback(True)
            if "next=" in response.headers.get("Location", ""):
                asked.add(name)
                nameless |= set() if words_of(address)[0] else {name}
    assert nameless == set()
    assert asked == set(FRESH.split())


# ---- signing in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC.split())
def test_pages_of_signing_in_need_no_sign_in(db: None, name: str) -> None:
    empty_queue()  # which /health/ looks for
    keys = {"key": "abc", "uidb36": "1"}
    address = reverse(name, kwargs={param: keys[param] for param in ADDRESSES[name]})
    response = Client().get(address)
    assert "next=" not in response.headers.get("Location", "")
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("name", PERSONAL.split())
def test_ones_own_pages_are_for_everybody_who_is_signed_in(world: World, name: str) -> None:
    address = address_of(name)
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
    outside = "anonymous:in charlie:404 bob:403 hal:403 erin:403 anton:403"
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
    names = {line[0] for line in LINES if line[1] == "POST"}
    pk = AwsAccount.objects.get().pk
    admins = ["/admin/accounts/awsaccount/add/", f"/admin/accounts/awsaccount/{pk}/change/"]
    for address in [*(address_of(name) for name in sorted(names)), *admins]:
        with transaction.atomic():
            world.clients["alice"].post(address, forged)
            after = list(AwsAccount.objects.order_by("pk").values(*AwsAccount.CONNECTION_FIELDS))
            transaction.set_rollback(True)
        assert after == before, address
