"""Reads the environment: every setting that an operator of the console may give is read through here.

Secrets may be given as files (`SECRET_KEY_FILE=/run/secrets/secret_key`). Outside production a secret that is
not given is made once and kept under the state folder, readable by its owner only.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()


def state_dir() -> Path:
    """Where the embedded console keeps its state: database, queue, keys. `make clean` removes it."""
    return Path(env.str("IAMCONSOLE_STATE", default=str(BASE_DIR / "var"))).resolve()


def secret(name: str, *, production: bool) -> str:
    """The secret `name` from the environment; outside production, one kept under the state folder.

    In production a missing secret is the empty string, which the system checks refuse.
    """
    given = env.str(name, default="")
    return given if given or production else _kept(state_dir() / "keys" / name.lower())


def _kept(path: Path) -> str:
    """The text of `path`; made of 48 random bytes at first. Two processes that start together agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
