"""Which versions run here."""

from __future__ import annotations

import platform
import sqlite3
import tomllib
from functools import cache

import celery
import django
from django.conf import settings
from django.db import connection

NAMES = ("version", "python", "django", "celery", "database")


def versions() -> dict[str, str]:
    """By NAMES; of a database that can't be asked, its kind alone."""
    return {
        "version": own_version(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "celery": celery.__version__,
        "database": _database(),
    }


@cache
def own_version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _database() -> str:
    if connection.vendor != "postgresql":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
