"""While a roll-out lasts, processes of release 0.1.0 and of this one share a database and a queue."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from iamconsole.database_version import columns_of
from tests.project.test_migrations_online import RELEASED_KEYS

TASKS: dict[str, list[str]] = json.loads((Path(__file__).parent / "tasks_of_0_1_0.json").read_text())
# Tasks that nobody of that release sends any more when all its messages are gone, with the release that took them.
GONE: dict[str, str] = {}


@pytest.mark.parametrize("name", sorted(TASKS.keys() - GONE.keys()))
def test_a_message_of_the_release_before_is_taken(name: str) -> None:
    current_app.loader.import_default_modules()
    inspect.signature(current_app.tasks[name].run).bind(*TASKS[name])


@pytest.mark.stack
@pytest.mark.django_db
def test_the_columns_of_the_release_before_are_there_and_others_have_a_default() -> None:
    """It reads and writes the columns that it knows, and leaves out the others."""
    before = MigrationLoader(None).project_state(RELEASED_KEYS).apps
    now = MigrationLoader(None).project_state().apps
    for model in before.get_models(include_auto_created=True):
        fields = {field.column for field in model._meta.local_concrete_fields}
        assert fields <= columns_of(connection, model._meta.db_table), model
        today = now.get_model(model._meta.app_label, model._meta.model_name)
        new = [field for field in today._meta.local_concrete_fields if field.column not in fields]
        assert [field for field in new if not field.null and field.db_default is NOT_PROVIDED] == [], model
