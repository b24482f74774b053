"""Triggers that hold the audit trail append-only against whatever doesn't come through `AuditEntry`.

What an entry says can't be updated at all, and nothing of a sealed one. PostgreSQL also refuses to delete a row.
SQLite doesn't: Django empties tables there by DELETE (the tests' flush), and whoever can write the file can drop a
trigger anyway; a deleted entry shows in the chain on both. A migration that alters the table makes SQLite build it
anew without its triggers, so it has to end with `AuditTriggers()`; a test says so when that is forgotten.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

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


class AuditTriggers(Operation):
    """Makes the triggers (anew, where they are there already)."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        for statement in SQL[schema_editor.connection.vendor][0]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in SQL[schema_editor.connection.vendor][1]:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Make the triggers that keep the audit trail append-only"
