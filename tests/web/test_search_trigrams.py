"""Substring search: what it finds on both databases, that the index follows every write, and that it is used."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from accounts.models import AwsAccount
from iamconsole.web import trigrams
from iamconsole.web.search import narrowed
from identities.models import IamRole, IamUser
from sync.health import check_search
from tests.services.rows import make_role, make_user

pytestmark = pytest.mark.stack


def found(words: str, model: Any = IamUser) -> list[str]:
    return sorted(row.name for row in narrowed(model.objects.all(), words))


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    make_user(aws_account, "unlike")
    return make_user(aws_account, "Dana.Okafor", path="/eng/", tags={"team": "plat%form"}, aws_id="AIDA0123456789")


@pytest.mark.parametrize(
    "words",
    [
        "okafor",
        "OKAFOR",
        "a.O",
        "/eng/dana",
        "user/eng",
        "arn:aws:iam::123456789012:user/eng/Dana.Okafor",
        "plat%f",
        "a0123",
        " Okafor ",
        "da",
        "D",
    ],
)
def test_finds(dana: IamUser, words: str) -> None:
    assert found(words) == ["Dana.Okafor"]


@pytest.mark.parametrize(
    "words", ["d%r", "D%O", "d_na", "___.", "dana okafor", 'da"na', "ok", "%%%", "___", "*", "OR NOT", "\\\\\\"]
)
def test_takes_words_as_they_are(dana: IamUser, words: str) -> None:
    assert found(words) == []


def test_finds_roles_by_whom_they_trust(aws_account: AwsAccount) -> None:
    make_role(aws_account, "runner", trusted=[{"type": "Federated", "value": "token.actions.githubusercontent.com"}])
    assert found("githubuser", IamRole) == ["runner"]


def test_follows_what_is_written(dana: IamUser) -> None:
    IamUser.objects.filter(pk=dana.pk).update(arn="arn:aws:iam::123456789012:user/renamed")
    assert (found("okaf"), found("renamed")) == ([], ["Dana.Okafor"])
    dana.delete()
    assert found("renamed") == []


def test_follows_an_upsert(dana: IamUser) -> None:
    dana.tags = {"team": "payments"}
    fields = [field.name for field in IamUser._meta.concrete_fields if not field.primary_key]
    again = IamUser(**{name: getattr(dana, name) for name in fields})
    IamUser.objects.bulk_create(
        [again], update_conflicts=True, unique_fields=["aws_account", "region", "aws_id"], update_fields=["tags"]
    )
    assert (found("plat%form"), found("payments")) == ([], ["Dana.Okafor"])


def test_the_index_is_used(dana: IamUser) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # two rows it would rather read
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = narrowed(IamUser.objects.all(), "okafor").explain()
    wanted = trigrams._name(IamUser) + (" VIRTUAL TABLE INDEX" if connection.vendor == "sqlite" else "")
    assert wanted in plan


def test_every_searched_model_has_its_index(db: None) -> None:
    assert trigrams.unindexed(connection) == []


def test_migrate_makes_a_lost_index_anew(transactional_db: None, aws_account: AwsAccount) -> None:
    """SQLite drops the triggers of a table that a migration builds anew."""
    name = trigrams._name(IamUser)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{name}_add"')
        else:
            cursor.execute(f'DROP INDEX "{name}"')
    trigrams._indexed.clear()
    make_user(aws_account, "made-meanwhile")
    call_command("migrate", verbosity=0)
    assert found("meanwh") == ["made-meanwhile"]
    assert trigrams.is_indexed(connection, IamUser)


def test_an_index_of_other_columns_is_replaced(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = trigrams._name(IamUser)
    monkeypatch.setattr(IamUser, "searched", ("name", "arn"))
    call_command("migrate", verbosity=0)
    assert trigrams.is_indexed(connection, IamUser)
    monkeypatch.undo()
    trigrams._indexed.clear()
    assert not trigrams.is_indexed(connection, IamUser)
    call_command("migrate", verbosity=0)
    assert trigrams._name(IamUser) == before
    assert trigrams.is_indexed(connection, IamUser)


def test_without_trigrams_it_reads_the_table_and_doctor_says_so(
    dana: IamUser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An old SQLite, a PostgreSQL without the extension."""
    monkeypatch.setattr(trigrams, "_FTS", "no_such_module(text, scope)")
    monkeypatch.setattr(trigrams, "_EXTENSION", "no_such_extension")
    monkeypatch.setattr(trigrams, "_indexed", set())
    monkeypatch.setattr(IamUser, "searched", ("name", "arn"))  # so that another index is wanted
    trigrams.make_indexes(apps.get_app_config("identities"), "default")
    assert "Searching identities_iamuser reads the whole table: " in caplog.text
    assert found("okafor") == ["Dana.Okafor"]
    for behind, names in (("", ["Dana.Okafor"]), (".-", ["Dana.Okafor"]), ("-", [])):
        where, params = trigrams.rows_with(connection, IamUser, ["okafor"], [dana.aws_account_id], 5, behind=behind)
        rows = IamUser.objects.filter(RawSQL(where, params, output_field=BooleanField()))
        assert [row.name for row in rows] == names
    finding = check_search()
    assert (finding.ok, finding.detail) == (False, "It reads whole tables: identities_iamuser.")
    assert "manage.py migrate" in finding.what_to_do


@pytest.mark.parametrize("whose", [None, ["mine"], ["mine", "theirs"]])
def test_asks_for_the_rows_of_some_alone(aws_account: AwsAccount, other_account: AwsAccount, whose: Any) -> None:
    make_user(aws_account, "dana-here")
    make_user(other_account, "dana-there")
    keys = {"mine": aws_account.pk, "theirs": other_account.pk}
    asked = None if whose is None else [keys[each] for each in whose]
    names = {user.name for user in trigrams.first_with(IamUser.objects.all(), "dana", asked, 10)}
    assert names == ({"dana-here"} if whose == ["mine"] else {"dana-here", "dana-there"})


def test_the_index_follows_whose_a_row_is(aws_account: AwsAccount, other_account: AwsAccount) -> None:
    user = make_user(aws_account, "dana")
    IamUser.objects.filter(pk=user.pk).update(aws_account=other_account)
    rows = IamUser.objects.all()
    assert not trigrams.first_with(rows, "dana", [aws_account.pk], 10)
    assert [each.pk for each in trigrams.first_with(rows, "dana", [other_account.pk], 10)] == [user.pk]
