"""A new database is made in one go: altering tables that were just made took most of the first `make run`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

from tests.services.migrated import ROOT

OURS = sorted(config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT)


@pytest.mark.parametrize("app", OURS)
def test_the_first_migration_makes_each_table_once(app: str) -> None:
    """Constraints and indexes stand in the models' options; one of its own makes SQLite build the table anew."""
    loader = MigrationLoader(None)
    for (label, name), migration in loader.disk_migrations.items():
        if label == app and name.startswith("0001_"):
            others = [op.describe() for op in migration.operations if not isinstance(op, migrations.CreateModel)]
            assert others == []
