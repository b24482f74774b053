"""`migrate` beside sessions that are at the tables, on PostgreSQL; and its operations, on both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from iamconsole.online_migrations import BATCH, AddIndexOnline, AddUniqueOnline, FillInBatches
from iamconsole.web.management.commands import migrate
from sync.models import TickPart
from tests.project.test_migrations import triggers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]
INDEX = models.Index(fields=["error"], name="sync_tried")
UNIQUE = models.UniqueConstraint(Lower("error"), condition=~models.Q(error=""), name="sync_tried_once")
AT = "2026-01-01T00:00:00Z"


class Freeing:
    """The terminal: as soon as `migrate` says that it tries again, whoever held it up is done."""

    def __init__(self, session: Any) -> None:
        self.session, self.said = session, ""

    def write(self, text: str) -> None:
        self.said += text
        self.session.rollback()


@pytest.fixture
def session() -> Iterator[Any]:
    """Another one, in a transaction that has read the audit trail."""
    other = connection.copy()
    other.set_autocommit(False)
    other.cursor().execute("SELECT count(*) FROM accounts_auditentry")
    yield other
    other.close()


def lose_a_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER audit_sealed ON "accounts_auditentry"')


@pytest.mark.servers
def test_it_lets_others_through_and_tries_again(request: pytest.FixtureRequest) -> None:
    lose_a_trigger()
    terminal = Freeing(request.getfixturevalue("session"))
    call_command("migrate", verbosity=0, stderr=terminal)
    assert "trying again" in terminal.said
    assert "audit_sealed" in triggers()


@pytest.mark.servers
def test_it_gives_up_at_last(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_a_trigger()
    session = request.getfixturevalue("session")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "TRIES_FOR_S", -1)
        with pytest.raises(CommandError, match="pg_stat_activity"):
            call_command("migrate", verbosity=0)
    session.rollback()
    call_command("migrate", verbosity=0)
    assert "audit_sealed" in triggers()


def run(operation: migrations.operations.base.Operation, *, backwards: bool = False) -> None:
    before = MigrationLoader(None).project_state()
    after = before.clone()
    operation.state_forwards("sync", after)
    with connection.schema_editor(atomic=False) as editor:
        if backwards:
            operation.database_backwards("sync", editor, after, before)
        else:
            operation.database_forwards("sync", editor, before, after)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, TickPart._meta.db_table))


def test_an_index_is_made_again_after_one_that_was_stopped() -> None:
    for _ in range(2):  # the second time it is there already
        run(AddIndexOnline("tickpart", INDEX))
        assert "sync_tried" in indexes()
    run(AddIndexOnline("tickpart", INDEX), backwards=True)
    assert "sync_tried" not in indexes()


def keep_the_first(rows: list[TickPart]) -> None:
    for later in rows[1:]:
        later.delete()


def keep_all(rows: list[TickPart]) -> None:
    """As if another one came just after."""


def test_equal_rows_are_merged_before_they_are_unique() -> None:
    errors = {"a": "Lost", "b": "LOST", "c": "", "d": "", "e": "other", "f": "lost"}
    TickPart.objects.bulk_create([TickPart(name=name, error=error, began_at=AT) for name, error in errors.items()])
    with pytest.raises(IntegrityError):
        run(AddUniqueOnline("tickpart", UNIQUE, keep_all))
    assert TickPart.objects.count() == len(errors)
    for _ in range(2):  # the second time it is there already
        with CaptureQueriesContext(
            connection,
        ) as asked:
            run(AddUniqueOnline("tickpart", UNIQUE, keep_the_first))
        assert "".join(TickPart.objects.order_by("name").values_list("name", flat=True)) == "acde"
    made = next(each["sql"] for each in asked if each["sql"].startswith("CREATE UNIQUE INDEX"))
    assert ("CONCURRENTLY" in made) == (connection.vendor == "postgresql")
    with pytest.raises(IntegrityError, match="sync_tried_once"), transaction.atomic():
        TickPart.objects.create(name="g", error="Other", began_at=AT)
    run(AddUniqueOnline("tickpart", UNIQUE, keep_the_first), backwards=True)
    assert "sync_tried_once" not in indexes()


def test_rows_are_filled_in_batches() -> None:
    number, sizes = BATCH + 3, []
    TickPart.objects.bulk_create([TickPart(name=f"{each:05}", began_at=AT) for each in range(number)])

    def fill(rows: models.QuerySet[Any]) -> None:
        assert connections[rows.db].in_atomic_block
        sizes.append(rows.update(error="filled"))

    run(FillInBatches("sync", "tickpart", fill))
    assert sizes == [BATCH, 3]
    assert TickPart.objects.filter(error="filled").count() == number
