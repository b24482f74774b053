"""No migration since the last release locks a table for long, or breaks processes of that release: CONTRIBUTING.md."""

from __future__ import annotations

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now, Upper

from iamconsole.database_version import own_apps
from iamconsole.online_migrations import AddIndexOnline, AddUniqueOnline, FillInBatches
from tests.project.migration_rules import Model, created_by, objections
from tests.project.test_migrations import RELEASED

# A column or table that goes, by migration, with the release that stopped using it.
STOPPED_BEFORE: dict[str, str] = {}

Key = tuple[str, str]
RELEASED_KEYS = [
    (path.split("/")[0], path.split("/")[-1].removesuffix(".py")) for path in (line.split()[1] for line in RELEASED)
]


def since_the_release() -> list[Key]:
    ours = {app.label for app in own_apps()}
    return [key for key in sorted(MigrationLoader(None).disk_migrations) if key[0] in ours and key not in RELEASED_KEYS]


def created_since(loader: MigrationLoader) -> set[Model]:
    return {
        (key[0], model.name_lower)
        for key in since_the_release()
        for operation in loader.disk_migrations[key].operations
        for model in created_by(operation)
    }


@pytest.mark.parametrize("key", since_the_release(), ids=".".join)
def test_a_migration_may_run_while_the_console_does(key: Key) -> None:
    loader = MigrationLoader(None)
    if ".".join(key) not in STOPPED_BEFORE:
        before = loader.project_state(key, at_end=False)
        assert objections(loader.disk_migrations[key], before, created_since(loader)) == []


def said(*operations: migrations.operations.base.Operation, atomic: bool = True) -> str:
    """Of a migration of `sync` that follows release 0.1.0."""
    of_it = {"operations": list(operations), "atomic": atomic}
    migration = type("Migration", (migrations.Migration,), of_it)("0002_tried", "sync")
    return "\n".join(objections(migration, MigrationLoader(None).project_state(RELEASED_KEYS), set()))


TEXT = models.CharField(max_length=10)
INDEX = models.Index(fields=["state"], name="tried")
UNIQUE = models.UniqueConstraint(models.F("together"), name="tried_once")


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (migrations.AddField("run", "why", TEXT), "null=True, or a db_default"),
        (migrations.AddField("run", "why", models.CharField(max_length=10, default="")), "null=True, or a db_default"),
        (migrations.AddField("run", "why", models.CharField(max_length=9, null=True, db_index=True)), "AddIndexOnline"),
        (
            migrations.AddField("run", "by", models.ForeignKey("sync.Change", models.CASCADE, null=True)),
            "AddIndexOnline",
        ),
        (migrations.AddField("run", "why", models.TextField(db_default=Upper(models.Value("x")))), "writes the whole"),
        (migrations.AlterField("run", "source", models.CharField(max_length=20)), "max_length becomes 20"),
        (migrations.AlterField("run", "region", models.TextField(default="")), "type becomes"),
        (migrations.AlterField("run", "together", models.PositiveBigIntegerField()), "null becomes None"),
        (migrations.AlterField("run", "source", models.CharField(max_length=40, unique=True)), "unique becomes True"),
        (migrations.AddIndex("run", INDEX), "AddIndexOnline"),
        (AddIndexOnline("run", INDEX), "atomic = False"),
        (AddUniqueOnline("run", UNIQUE, list), "atomic = False"),
        (AddIndexConcurrently("run", INDEX), "nothing is known"),
        (migrations.AddConstraint("run", models.UniqueConstraint(fields=["together"], name="x")), "all rows"),
        (migrations.RemoveField("run", "log"), "the release before"),
        (migrations.RenameField("run", "log", "lines"), "the release before"),
        (migrations.DeleteModel("Run"), "the release before"),
        (migrations.RunPython(migrations.RunPython.noop), "FillInBatches"),
        (migrations.RunSQL("SELECT 1"), "SQL of its own"),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("run", "log")]), "the release before"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_locks_or_breaks_is_refused(operation: migrations.operations.base.Operation, reason: str) -> None:
    assert reason in said(operation)


def test_what_may_not_be_run_again_stands_in_a_transaction() -> None:
    assert "atomic = False" in said(migrations.AddField("run", "why", models.TextField(null=True)), atomic=False)


def test_what_is_safe_is_allowed() -> None:
    new_table = migrations.CreateModel("Tried", [("id", models.BigAutoField(primary_key=True)), ("state", TEXT)])
    assert (
        said(
            migrations.AddField("run", "why", models.TextField(null=True)),
            migrations.AddField("run", "words", models.CharField(max_length=10, db_default="")),
            migrations.AddField("run", "at", models.DateTimeField(db_default=Now())),
            migrations.AlterField("run", "source", models.CharField(max_length=80, help_text="longer")),
            migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("run", "log")]),
            migrations.AlterModelOptions("run", {}),
            new_table,
            migrations.AddIndex("tried", INDEX),
        )
        == ""
    )
    online = (
        AddIndexOnline("run", INDEX),
        AddUniqueOnline("run", UNIQUE, list),
        FillInBatches("sync", "run", lambda rows: rows.update(region="")),
    )
    assert said(*online, atomic=False) == ""
