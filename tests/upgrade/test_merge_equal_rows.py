"""A database of release 0.1.0, in which SQLite kept equal rows where a foreign key was NULL, is migrated: none is lost.

On PostgreSQL there can be none: the former constraints hold until those that hold on both databases are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access_requests.models import AccessOffer, AccessRequest
from accounts.models import ApprovalRule, Grant, GrantGain, GrantRule
from findings.models import SavedFindingsView
from sync.models import Change
from tests.project.test_migrations_online import RELEASED_KEYS
from tests.upgrade.dumps import loaded, migrate

# By its table: the constraint of 0.1.0, and the one in its place.
REPLACED = {
    "accounts_grant": ("grant_once", "grant_given_once"),
    "accounts_grantrule": ("grant_rule_once", "grant_rule_given_once"),
    "accounts_approvalrule": ("approval_rule_once", "approval_rule_made_once"),
    "access_requests_accessoffer": ("access_offer_once", "access_offer_made_once"),
    "findings_savedfindingsview": ("findings_view_once", "findings_view_saved_once"),
}
LONG = "Of all AWS accounts, and so long that no number fits behind"


@pytest.fixture(scope="module")
def before(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Set[str]]:
    """Those of all these constraints that there were before it was migrated."""
    with django_db_blocker.unblock(), loaded(tmp_path_factory.mktemp("upgrade")):
        held = constraints()
        if connection.vendor == "sqlite":
            make_equal_rows(MigrationLoader(None).project_state(RELEASED_KEYS).apps)
        migrate()
        yield held


@pytest.fixture
def merged(before: Set[str]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL kept no equal rows.")


def constraints() -> Set[str]:
    with connection.cursor() as cursor:
        found = [name for table in REPLACED for name in connection.introspection.get_constraints(cursor, table)]
    return {name for names in REPLACED.values() for name in names} & set(found)


def make_equal_rows(apps: Any) -> None:
    """With the models as they were. The first of equal ones is the shortest, mildest, or that of the dump."""
    make_equal_grants(apps)
    rules = apps.get_model("accounts", "ApprovalRule").objects
    here = apps.get_model("accounts", "AwsAccount").objects.get(account_id="123456789012")
    for approvals in (1, 3, 2):
        rules.create(aws_account=here, risk="high", approvals=approvals)
    rules.create(aws_account=here, risk="high", approvals=4, role="owner")
    make_equal_offers(apps)
    views = apps.get_model("findings", "SavedFindingsView").objects
    bob = apps.get_model("accounts", "Operator").objects.get(email="bob@example.org")
    for number, name in enumerate(("Mine", "Mine", "Mine (2)", "Mine", LONG, LONG)):
        views.create(operator=bob, name=name, query=f"q={number}")
    views.create(operator=bob, aws_account=here, name="Mine")


def make_equal_grants(apps: Any) -> None:
    """Of two equal rules the second, which has more grants, is to go."""
    bob = apps.get_model("accounts", "Operator").objects.get(email="bob@example.org")
    label = apps.get_model("accounts", "AccountLabel").objects.create(name="shops")
    grants, gains = (apps.get_model("accounts", name).objects for name in ("Grant", "GrantGain"))
    rules = apps.get_model("accounts", "GrantRule").objects
    first, second = (rules.create(operator=bob, role="editor", label=label) for _ in range(2))
    ids = ("both hold", "second holds", "second refused", "second asks", "first asks", "first holds")
    aws_accounts = apps.get_model("accounts", "AwsAccount").objects
    of = {name: aws_accounts.create(account_id=f"{number:012}", name=name) for number, name in enumerate(ids)}
    for rule, held in ((first, ("both hold", "first holds")), (second, ("both hold", "second holds"))):
        for name in held:
            grants.create(operator=bob, role="editor", aws_account=of[name], rule=rule)
    for name in ("second holds", "second refused", "first asks"):
        gains.create(rule=first, aws_account=of[name])
    for name in ("second asks", "first holds"):
        gains.create(rule=second, aws_account=of[name])
    gains.create(rule=second, aws_account=of["second refused"], state="refused")
    for aws_account in (None, None, of["both hold"]):
        grants.create(operator=bob, role="auditor", aws_account=aws_account)


def make_equal_offers(apps: Any) -> None:
    """The request of the dump waits for a decision, and becomes one of the second; another of it has ended."""
    offers, requests = (apps.get_model("access_requests", name).objects for name in ("AccessOffer", "AccessRequest"))
    values = offers.values().get()
    second = offers.create(**values | {"id": None, "title": "On call, long", "longest_hours": 72})
    waits = requests.get()
    requests.update(offer=second)
    about = {"aws_account": waits.aws_account, "requester": waits.requester, "until": timezone.now()}
    requests.create(offer=second, reason="Long ago", closed="refused", **about)


def test_of_equal_grants_the_earliest_stays(merged: None) -> None:
    of_all, of_one = Grant.objects.filter(role="auditor").order_by("pk")
    assert (of_all.aws_account, of_all.pk) == (None, of_one.pk - 2)
    assert of_one.aws_account is not None


def test_equal_rules_of_grants_become_one_which_gives_what_both_gave(merged: None) -> None:
    rule = GrantRule.objects.get()
    given = Grant.objects.filter(rule=rule).order_by("aws_account__name")
    assert [each.aws_account.name for each in given if each.aws_account] == ["both hold", "first holds", "second holds"]
    asked = GrantGain.objects.order_by("aws_account__name").values_list("aws_account__name", "state")
    assert list(asked) == [("first asks", "waiting"), ("second asks", "waiting"), ("second refused", "refused")]
    assert {gain.rule for gain in GrantGain.objects.all()} == {rule}


def test_equal_approval_rules_become_the_strictest(merged: None) -> None:
    held = ApprovalRule.objects.order_by("pk").values_list("role", "approvals")
    assert list(held) == [("", 3), ("owner", 4)]


def test_of_equal_offers_the_later_is_withdrawn(merged: None) -> None:
    first, later = AccessOffer.objects.order_by("pk")
    assert first.withdrawn_at is None
    assert later.withdrawn_at is not None and later.withdrawn_by is None
    waiting, ended = AccessRequest.objects.order_by("pk")
    assert waiting.change is not None and waiting.change.state in Change.UNDECIDED
    assert (waiting.offer, ended.offer) == (first, later)


def test_equal_names_of_views_get_a_number(merged: None) -> None:
    names = SavedFindingsView.objects.filter(aws_account=None).order_by("pk").values_list("name", "query")
    assert list(names) == [
        ("Mine", "q=0"),
        ("Mine (3)", "q=1"),
        ("Mine (2)", "q=2"),
        ("Mine (4)", "q=3"),
        (LONG, "q=4"),
        (f"{LONG[:56]} (2)", "q=5"),
    ]
    assert SavedFindingsView.objects.get(aws_account__isnull=False).name == "Mine"


@pytest.mark.stack
def test_constraints_are_replaced(before: Set[str]) -> None:
    former, new = (set(names) for names in zip(*REPLACED.values(), strict=True))
    assert before == (former if connection.vendor == "postgresql" else set())
    assert constraints() == new
