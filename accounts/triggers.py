"""Triggers that hold the audit trail append-only against whatever doesn't come through `AuditEntry`.

What an entry says can't be updated at all, and nothing of a sealed one. PostgreSQL also refuses to delete a row.
SQLite doesn't: Django empties tables there by DELETE (the tests' flush), and whoever can write the file can drop a
trigger anyway; a deleted entry shows in the chain on both. `migrate` makes them at its end, whatever the migrations
did to the table: where SQLite builds a table anew it loses its triggers.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "accounts_auditentry"
SAID = (
    "id",
    "at",
    "verb",
    "actor_id",
    "actor_name",
    "aws_account_id",
    "object_kind",
    "object_id",
    "object_name",
    "reason",
    "data",
    "address",
)
REFUSAL = "audit entries are written once"

_SAID_COLUMNS = ", ".join(f'"{column}"' for column in SAID)

SQL: dict[str, tuple[list[str], list[str]]] = {  # vendor → (make, drop)
    "sqlite": (
        [
            f'CREATE TRIGGER audit_said BEFORE UPDATE OF {_SAID_COLUMNS} ON "{TABLE}" '
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f'CREATE TRIGGER audit_sealed BEFORE UPDATE ON "{TABLE}" WHEN OLD.number IS NOT NULL '
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        ],
        ["DROP TRIGGER IF EXISTS audit_said", "DROP TRIGGER IF EXISTS audit_sealed"],
    ),
    "postgresql": (
        [
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
            f'CREATE TRIGGER audit_said BEFORE UPDATE OF {_SAID_COLUMNS} ON "{TABLE}" '
            "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            f'CREATE TRIGGER audit_sealed BEFORE UPDATE ON "{TABLE}" FOR EACH ROW WHEN (OLD.number IS NOT NULL) '
            "EXECUTE FUNCTION audit_refuse()",
            f'CREATE TRIGGER audit_kept BEFORE DELETE ON "{TABLE}" FOR EACH ROW EXECUTE FUNCTION audit_refuse()',
        ],
        [f'DROP TRIGGER IF EXISTS {name} ON "{TABLE}"' for name in ("audit_said", "audit_sealed", "audit_kept")]
        + ["DROP FUNCTION IF EXISTS audit_refuse()"],
    ),
}


def make_triggers(sender: object, using: str, plan: list[Any] | None = None, **kwargs: Any) -> None:
    """After `migrate`, which has a plan: makes the triggers anew when it did something, or when one is missing."""
    connection = connections[using]
    if plan is None or TABLE not in connection.introspection.table_names():
        return
    if plan or _missing(connection):
        make, drop = SQL[connection.vendor]
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in (*drop, *make):
                cursor.execute(statement)


def _missing(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND[connection.vendor])
        return NAMES[connection.vendor] - {name for (name,) in cursor.fetchall()}


_FIND = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
NAMES = {
    "sqlite": {"audit_said", "audit_sealed"},
    "postgresql": {"audit_said", "audit_sealed", "audit_kept"},
}
