"""What a migration may not do to a table of a release: hold a lock for long, or break processes of the release before.

For `tests/project/test_migrations_online.py`. The rules are those of CONTRIBUTING.md,
"Migrations"; why they are no library's: docs/decisions/023-upgrade-and-retention.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED
from django.db.models.functions import Now

from iamconsole.create_tables import CreateTables
from iamconsole.online_migrations import AddIndexOnline, AddUniqueOnline, FillInBatches, MakeTriggers

Model = tuple[str, str]  # app and name in small letters
_ONLINE = (AddIndexOnline, AddUniqueOnline)
_MAY_BE_STOPPED = (*_ONLINE, FillInBatches)
_TOUCH_NO_TABLE = (
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.RemoveConstraint,
)
_IN_TWO_RELEASES = (
    "the release before reads and writes it: stop using it first (SeparateDatabaseAndState), drop it later"
)
_NO_INDEX = "makes an index while the table is locked: take db_index=False and AddIndexOnline in a migration of its own"


def objections(migration: migrations.Migration, state: ProjectState, new: Collection[Model]) -> list[str]:
    """What speaks against it. `state` is that before it, and is changed; `new`: models that no release has."""
    found = []
    created = set(new)
    for operation in migration.operations:
        if not migration.atomic and not isinstance(operation, _MAY_BE_STOPPED):
            found.append(f"{operation.describe()}: atomic = False is for what may be stopped in between and run again")
        found += [f"{operation.describe()}: {said}" for said in _of(operation, migration, state, created)]
        created |= {(migration.app_label, model.name_lower) for model in created_by(operation)}
        operation.state_forwards(migration.app_label, state)
    return found


def created_by(operation: Operation) -> Iterator[migrations.CreateModel]:
    if isinstance(operation, migrations.CreateModel):
        yield operation
    elif isinstance(operation, CreateTables):
        for each in operation.operations:
            yield from created_by(each)


def _of(
    operation: Operation, migration: migrations.Migration, state: ProjectState, new: Collection[Model]
) -> Iterator[str]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from _of(each, migration, state, new)
        return
    if isinstance(operation, (migrations.CreateModel, CreateTables, FillInBatches, MakeTriggers, *_TOUCH_NO_TABLE)):
        return
    if isinstance(operation, migrations.RunPython):
        yield "rows are written in batches, by FillInBatches"
    elif isinstance(operation, migrations.RunSQL):
        yield "SQL of its own can't be looked at"
    elif not _is_about(operation, migration.app_label, new):
        yield from _of_a_released_table(operation, migration, state)


def _is_about(operation: Operation, app_label: str, models_there: Collection[Model]) -> bool:
    name = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")
    return (app_label, name) in models_there


def _of_a_released_table(operation: Operation, migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, _ONLINE):
        if migration.atomic:
            yield "it takes atomic = False"
        return
    rule = _RULES.get(type(operation))
    if rule is None:
        yield "nothing is known of how long it locks the table"
        return
    yield from rule(operation, state.models.get((migration.app_label, getattr(operation, "model_name_lower", ""))))


def _of_added_field(operation: Any, model: ModelState | None) -> Iterator[str]:
    field = operation.field
    if field.many_to_many:
        return
    if not field.null and field.db_default is NOT_PROVIDED:
        yield "the release before inserts rows without it: null=True, or a db_default"
    if hasattr(field.db_default, "resolve_expression") and not isinstance(field.db_default, models.Value | Now):
        yield "a db_default that isn't one value for all rows writes the whole table anew"
    if isinstance(field, models.GeneratedField):
        yield "a generated column writes the whole table anew"
    if field.db_index or field.unique:
        yield _NO_INDEX


def _of_altered_field(operation: Any, model: ModelState | None) -> Iterator[str]:
    if model is None:
        return
    before, after = (_column(field) for field in (model.fields[operation.name], operation.field))
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new and not _is_harmless(name, old, new):
            yield f"{name} becomes {new}: it would write, check or index the whole table"


def _column(field: Any) -> dict[str, Any]:
    """What the table has of it."""
    _, path, _, options = field.deconstruct()
    return {"type": path, **{name: value for name, value in options.items() if name not in field.non_db_attrs}}


def _is_harmless(name: str, old: Any, new: Any) -> bool:
    if name == "max_length":
        return bool(old and new and new > old)  # PostgreSQL, "ALTER TABLE": a longer varchar isn't written anew
    return name == "db_default" or (name == "null" and bool(new)) or (name in ("db_index", "unique") and not new)


def _never(reason: str) -> Callable[[Any, ModelState | None], Iterator[str]]:
    return lambda operation, model: iter([reason])


_RULES: dict[type[Operation], Callable[[Any, ModelState | None], Iterator[str]]] = {
    migrations.AddField: _of_added_field,
    migrations.AlterField: _of_altered_field,
    migrations.AddIndex: _never("makes an index while the table is locked: AddIndexOnline"),
    migrations.AddConstraint: _never("looks at all rows while the table is locked: unique ones by AddUniqueOnline"),
    migrations.AlterUniqueTogether: _never("looks at all rows while the table is locked"),
    **{
        kind: _never(_IN_TWO_RELEASES)
        for kind in (
            migrations.RemoveField,
            migrations.RenameField,
            migrations.DeleteModel,
            migrations.RenameModel,
            migrations.AlterModelTable,
        )
    },
}
