"""`migrate` beside sessions that are at the tables, on PostgreSQL; and its operations, on both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, migrations, models
from django.db.migrations.loader import MigrationLoader

from iamconsole.online_migrations import BATCH, AddIndexOnline, FillInBatches
from iamconsole.web.management.commands import migrate
from sync.models import TickPart
from tests.project.test_migrations import triggers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]
INDEX = models.Index(fields=["error"], name="sync_tried")


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


def test_rows_are_filled_in_batches() -> None:
    number, sizes = BATCH + 3, []
    at = "2026-01-01T00:00:00Z"
    TickPart.objects.bulk_create([TickPart(name=f"{each:05}", began_at=at) for each in range(number)])

    def fill(rows: models.QuerySet[Any]) -> None:
        assert connections[rows.db].in_atomic_block
        sizes.append(rows.update(error="filled"))

    run(FillInBatches("sync", "tickpart", fill))
    assert sizes == [BATCH, 3]
    assert TickPart.objects.filter(error="filled").count() == number
