"""Operations of migrations that hold no lock for long on PostgreSQL, and are the ordinary ones on SQLite.

Their migration has `atomic = False`: PostgreSQL builds an index concurrently outside of transactions only, and batches
are transactions of their own. See CONTRIBUTING.md, "Migrations".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex, RunPython
from django.db.migrations.state import ProjectState, StateApps

from iamconsole.web.waiting import long_lock_waits

BATCH = 2_000


class AddIndexOnline(postgres.AddIndexConcurrently):
    """Builds the index while its table is read and written; after one that was stopped, anew.

    PostgreSQL keeps an index whose concurrent build failed, as one that is invalid ("Building Indexes Concurrently").
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        database = schema_editor.connection
        quoted, online = schema_editor.quote_name(self.index.name), database.vendor == "postgresql"
        with long_lock_waits(database):
            schema_editor.execute(f"DROP INDEX {'CONCURRENTLY' if online else ''} IF EXISTS {quoted}")
            if online:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            else:
                AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
            return
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddUniqueOnline(AddConstraint):
    """Adds a unique constraint of expressions, which is an index, once no rows break it any more.

    `merge(rows)` is given each set of rows that are equal, the earliest first, and leaves one of them, or makes them
    differ. On SQLite that and the index are one transaction, so nobody adds another in between. On PostgreSQL the index
    is built concurrently, and anew after one that was stopped or met an equal row.
    """

    def __init__(
        self, model_name: str, constraint: models.UniqueConstraint, merge: Callable[[list[Any]], object]
    ) -> None:
        assert constraint.expressions, "Others are no index in Django: PostgreSQL locks the table."  # noqa: S101
        self.unique, self.merge = constraint, merge
        super().__init__(model_name, constraint)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        name, positional, named = super().deconstruct()
        return name, [*positional], {**named, "merge": self.merge}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        database = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        online = database.vendor == "postgresql"
        with long_lock_waits(database):
            with transaction.atomic(using=database.alias):
                if not schema_editor.collect_sql:
                    self._merge(model._base_manager.using(database.alias))
                if not online:
                    self._drop(schema_editor)
                    super().database_forwards(app_label, schema_editor, from_state, to_state)
            if online:
                self._drop(schema_editor, "CONCURRENTLY")
                create: Any = self.unique.create_sql(model, schema_editor)
                create.template = create.template.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
                schema_editor.execute(create)

    def _drop(self, schema_editor: BaseDatabaseSchemaEditor, how: str = "") -> None:
        """One that an earlier try made."""
        schema_editor.execute(f"DROP INDEX {how} IF EXISTS {schema_editor.quote_name(self.unique.name)}")

    def _merge(self, rows: models.QuerySet[Any]) -> None:
        if self.unique.condition:
            rows = rows.filter(self.unique.condition)
        keys = {f"key_{number}": each for number, each in enumerate(self.unique.expressions)}
        keyed = rows.annotate(**keys).order_by("pk")
        several = keyed.order_by().values(*keys).annotate(number=models.Count("pk")).filter(number__gt=1)
        for key in list(several.values(*keys)):
            self.merge(list(keyed.filter(**key)))


class FillInBatches(RunPython):
    """Gives rows of a model to `fill`, some thousand at a time by primary key, each batch in its own transaction.

    `fill(rows)` gets a queryset of the historical model and must come to the same when it sees a row again: a migration
    that was stopped begins from the first row. Backwards it does nothing.
    """

    def __init__(
        self, app_label: str, model_name: str, fill: Callable[[models.QuerySet[Any]], object], batch: int = BATCH
    ) -> None:
        self.of = (app_label, model_name)
        self.fill, self.batch = fill, batch
        super().__init__(self._forwards, RunPython.noop, atomic=False)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [*self.of, self.fill, self.batch], {}

    def _forwards(self, apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        database = schema_editor.connection.alias
        rows = apps.get_model(*self.of)._base_manager.using(database).order_by("pk")
        with long_lock_waits(schema_editor.connection):
            self._fill(rows, database)

    def _fill(self, rows: models.QuerySet[Any], database: str) -> None:
        last: Any = None
        while keys := list(
            (rows.filter(pk__gt=last) if last is not None else rows).values_list("pk", flat=True)[: self.batch]
        ):
            with transaction.atomic(using=database):
                self.fill(rows.filter(pk__gte=keys[0], pk__lte=keys[-1]).order_by())
            last = keys[-1]


class MakeTriggers(RunPython):
    """Has `make(connection)` make triggers before what they keep up is filled in. `migrate` makes lost ones anew.

    Backwards `drop(connection)` drops them: they write to a table that goes.
    """

    def __init__(
        self, make: Callable[[BaseDatabaseWrapper], object], drop: Callable[[BaseDatabaseWrapper], object]
    ) -> None:
        self.make, self.drop = make, drop
        super().__init__(self._forwards, self._backwards)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.make, self.drop], {}

    def _forwards(self, apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        self.make(schema_editor.connection)

    def _backwards(self, apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        self.drop(schema_editor.connection)
