"""A new database is made in one go: altering tables that were just made took most of the first `make run`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

from accounts.triggers import NAMES, TABLE
from iamconsole.create_tables import CreateTables
from iamconsole.web import trigrams

ROOT = Path(__file__).resolve().parents[2]


RELEASED = (Path(__file__).parent / "release_0_1_0.sha256").read_text().splitlines()


def test_the_initial_migrations_stay_as_release_0_1_0_has_them() -> None:
    """Databases made by them are in use: a change of models is a migration of its own (CONTRIBUTING.md)."""
    paths = [ROOT / line.split()[1] for line in RELEASED]
    found = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}" for path in paths]
    assert found == RELEASED


def test_migrations_of_an_app_stand_in_one_line() -> None:
    """Django refuses two with the same parent only when they are run."""
    assert MigrationLoader(None).detect_conflicts() == {}


@pytest.mark.parametrize("app", [line.split()[1].split("/")[0] for line in RELEASED])
def test_the_first_migration_makes_each_table_once(app: str) -> None:
    """Constraints and indexes stand in the models' options; one of its own makes SQLite build the table anew."""
    [create] = MigrationLoader(None).disk_migrations[app, "0001_initial"].operations
    assert isinstance(create, CreateTables)
    others = [op.describe() for op in create.operations if not isinstance(op, migrations.CreateModel)]
    assert others == []


@pytest.mark.stack
def test_the_triggers_that_no_model_has_are_there(db: None) -> None:
    assert triggers() >= {"audit_said", "audit_sealed"}
    assert triggers() >= NAMES[connection.vendor]


@pytest.mark.stack
def test_migrate_makes_lost_triggers_anew(transactional_db: None) -> None:
    """SQLite drops those of a table that a migration builds anew."""
    on = f'ON "{TABLE}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_sealed {on}")
    assert "audit_sealed" not in triggers()
    call_command("migrate", verbosity=0)
    assert triggers() >= NAMES[connection.vendor]


@pytest.mark.stack
def test_the_indexes_of_trigrams_that_no_model_has_are_there(db: None) -> None:
    assert trigrams.unindexed(connection) == []
    query = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_trigrams_%_add'",
        "postgresql": "SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        found = {table for (table,) in cursor.fetchall()}
    assert found == {
        "cognito_appclient",
        "cognito_cognitogroup",
        "cognito_cognitouser",
        "cognito_identitypool",
        "cognito_poolprovider",
        "cognito_resourceserver",
        "cognito_userpool",
        "directory_directorygroup",
        "directory_directoryuser",
        "directory_permissionset",
        "identities_delegationrequest",
        "identities_iamgroup",
        "identities_iamrole",
        "identities_iamuser",
        "identities_instanceprofile",
        "identities_oidcprovider",
        "identities_samlprovider",
        "identities_servercertificate",
        "policies_managedpolicy",
        "policies_orgaccount",
        "policies_orgpolicy",
        "resources_resource",
        "sync_change",
    }


def triggers() -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return {name for (name,) in cursor.fetchall()}
