"""Migrates a database of release 0.1.0 with a million revisions and pulls, while others read and write it.

python -m bench.upgrade [--revisions 1000000] [--runs 1000000]

prints how long it took, and the longest that a reader or writer of each table waited. The database is a PostgreSQL that
is started for it, with the kept dump of the release. Exit status 1: somebody waited longer than 2 s.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

LONGEST_S = 2.0
TABLES = ("sync_run", "sync_revision", "sync_facet", "sync_change", "accounts_auditentry", "accounts_awsaccount")
RUNS = """INSERT INTO sync_run (aws_account_id, region, source, object_kind, object_id, state, trigger, created_at,
started_at, finished_at, claim, rests, cursor, pages, seen, new, changed, gone, error, log)
SELECT (SELECT min(id) FROM accounts_awsaccount), CASE WHEN n % 5 = 0 THEN '' ELSE 'region-' || n % 17 END,
'source-' || n % 12, '', '', 'done', 'schedule', now() - n * interval '20 s', now() - n * interval '20 s',
now() - n * interval '20 s', '', false, '{}', 1, 7, 0, 0, 0, '{}', '[]' FROM generate_series(1, %s) n"""
REVISIONS = """INSERT INTO sync_revision
(facet_id, number, fingerprint, content, gone, seen_at, origin, accepted_pipeline)
SELECT (SELECT min(id) FROM sync_facet), n + 1000, md5(n::text),
'{"name": "jane", "path": "/", "tags": {"team": "reports"}}', false, now(), 'aws', '' FROM generate_series(1, %s) n"""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        from tests.services.servers import start_postgres

        url = start_postgres()
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings", "DATABASE_URL": url}
        _load(url, options)
        waited = dict.fromkeys(TABLES, 0.0)
        with _others(url, waited):
            began = perf_counter()
            subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True)
            took = perf_counter() - began
        print(f"Migrated {options.revisions:,} revisions and {options.runs:,} pulls in {took:.1f} s.")
        print(json.dumps({"bytes_a_row": _sizes(url)}))
        print(f"The longest that somebody waited at a table: {max(waited.values()):.2f} s.")
        print(json.dumps({"took_s": round(took, 1), "waited_s": {name: round(s, 3) for name, s in waited.items()}}))
        sys.exit(max(waited.values()) > LONGEST_S)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How long others wait while a database is migrated.")
    parser.add_argument("--revisions", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    return parser.parse_args()


def _load(url: str, options: argparse.Namespace) -> None:
    from tests.services.servers import postgres_program
    from tests.upgrade.make_dump import dump_of

    script = gzip.decompress(dump_of("v0.1.0", "postgresql").read_bytes())
    psql = [str(postgres_program("psql")), "--quiet", "--set", "ON_ERROR_STOP=1", url]
    subprocess.run(psql, input=script, stdout=subprocess.DEVNULL, check=True)
    with _connected(url) as connection:
        for statement, number in ((RUNS, options.runs), (REVISIONS, options.revisions)):
            connection.execute(statement.replace("%s", str(number)))
        connection.execute("VACUUM ANALYZE")


GROWING = (
    *("sync_run", "sync_revision", "sync_pullday", "accounts_auditentry", "sync_change", "sync_step", "sync_attempt"),
    *("sync_changeline", "notifications_notifiedevent", "notifications_delivery"),
)
_INDEX_ENTRY = 40  # bytes, of a B-tree over a number or two, two thirds full


def _sizes(url: str) -> dict[str, int]:
    """Bytes of a row with its indexes: of a hundred copies of each row of the release, and so many for each index."""
    found = {}
    with _connected(url) as connection:
        for table in GROWING:
            connection.execute(
                f"CREATE TEMP TABLE copied AS SELECT t.* FROM {table} t, generate_series(1, 100) LIMIT 99999"
            )
            number, size = connection.execute("SELECT count(*), pg_relation_size('copied') FROM copied").fetchone()
            [indexes] = connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename = %s", [table]).fetchone()
            found[table] = round(size / number + indexes * _INDEX_ENTRY) if number else 0
            connection.execute("DROP TABLE copied")
    return found


@contextmanager
def _others(url: str, waited: dict[str, float]) -> Iterator[None]:
    """A session at each table, which reads a row and locks it for writing, again and again; the longest of each."""
    over = Event()

    def go_on(table: str) -> None:
        with _connected(url) as connection:
            while not over.wait(0.02):
                began = perf_counter()
                with connection.transaction():
                    connection.execute(f"SELECT id FROM {table} ORDER BY id LIMIT 1 FOR UPDATE")
                waited[table] = max(waited[table], perf_counter() - began)

    threads = [Thread(target=go_on, args=[table]) for table in TABLES]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _connected(url: str) -> Any:
    import psycopg

    assert urlsplit(url).scheme == "postgres"
    return psycopg.connect(url, autocommit=True)


if __name__ == "__main__":
    main()
