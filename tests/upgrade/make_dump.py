"""Makes the dumps of a release, with its own code: `.venv/bin/python -m tests.upgrade.make_dump v0.1.0`.

It checks the release out beside this clone, and runs `fill_release.py` there with its tests' machinery: real workers on
an emulated AWS, on SQLite and on PostgreSQL. Keep in tests/upgrade/ what it writes; a dump that was kept is made anew
only where it lacked something. The keys are sentences, and open nothing but these dumps.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEYS = {
    "SECRET_KEY": "a test key that opens the sessions of the kept dump of release 0.1.0, and nothing else",
    "AUDIT_KEY": "a test key that seals the audit trail of the kept dump of release 0.1.0, and nothing else",
    "SEAL_KEYS": "a test key that opens the secrets of the kept dump of release 0.1.0 and nothing else",
}
VENDORS = {"embedded": "sqlite", "servers": "postgresql"}


def dump_of(release: str, vendor: str) -> Path:
    return HERE / f"{release}-{vendor}.sql.gz"


def main(release: str, only: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "release"
        subprocess.run(["git", "clone", "-q", "--branch", release, ROOT, clone], check=True)
        for name in (".venv", "node_modules"):
            (clone / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "static" / "dist", clone / "static" / "dist")
        script = clone / "tests" / "test_fill_release.py"
        shutil.copy(HERE / "fill_release.py", script)
        for stack, vendor in VENDORS.items() if not only else [(only, VENDORS[only])]:
            into = Path(folder) / vendor
            environment = {**os.environ, **KEYS, "TEST_STACK": stack, "DUMP_INTO": str(into)}
            pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", str(script)]
            subprocess.run(pytest, cwd=clone, env=environment, check=True)
            dump_of(release, vendor).write_bytes(gzip.compress(into.read_bytes(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
