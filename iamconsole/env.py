"""Reads the environment: every setting that an operator of the console may give is read through here.

A variable that is set to nothing counts as not set: `make`, Compose and shell scripts hand on `NAME=` for what nobody
gave. Secrets may be given as files (`SECRET_KEY_FILE=/run/secrets/secret_key`), whose last line may end in a newline.
Outside production a secret that is not given is made once and kept under the state folder, readable by its owner only.
"""

from __future__ import annotations

import re
import secrets
import stat
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent
_PRIVATE = 0o700
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class _NonEmptyEnvironment(FileAwareMapping):  # type: ignore[misc]
    """What the environment says, without what it leaves empty. Raises ImproperlyConfigured for an unreadable file."""

    def __getitem__(self, name: str) -> str:
        try:
            value: str = super().__getitem__(name).removesuffix("\n")
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE can’t be read ({error}). Name a readable file.") from error
        if not value:
            raise KeyError(name)
        return value


class _Env(environ.Env):  # type: ignore[misc]
    """Takes values to the letter: no `$NAME` in a password stands for another variable."""

    ENVIRON = _NonEmptyEnvironment()

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        """The value of `var`, or `default`. Raises ImproperlyConfigured for one that is not what `cast` takes."""
        if var not in self.ENVIRON:
            if default is self.NOTSET:
                raise ImproperlyConfigured(f"Set {var}: docs/settings.md says what it is.")
            return self.parse_value(default, cast) if parse_default else default
        try:
            return _switch(self.ENVIRON[var]) if cast is bool else self.parse_value(self.ENVIRON[var], cast)
        except (ValueError, TypeError, KeyError) as error:
            raise ImproperlyConfigured(f"{var} has a value that it can’t have: see docs/settings.md.") from error

    def choice(self, var: str, options: Sequence[str], *, default: str) -> str:
        """Raises ImproperlyConfigured for what is none of the options."""
        found: str = self.str(var, default=default)
        if found not in options:
            raise ImproperlyConfigured(f"{var} is one of: {', '.join(options)}.")
        return found

    def address(self, var: str) -> tuple[str, str | None]:
        """The origin and the path of an address, `("https://a.example", "/iam")`; `("", None)` without either.

        Raises ImproperlyConfigured for what is no address of a web page.
        """
        text = self.str(var, default="").rstrip("/")
        parts = urlsplit(text)
        if text and (parts.scheme not in ("http", "https") or not parts.hostname or not _PATH.fullmatch(parts.path)):
            raise ImproperlyConfigured(f"{var} is an address such as https://console.example.org, or one with a path.")
        return text.removesuffix(parts.path), parts.path or None

    def networks(self, var: str) -> list[IPv4Network | IPv6Network]:
        """Addresses and networks, comma-separated. Raises ImproperlyConfigured for what is neither."""
        try:
            return [ip_network(text.strip()) for text in self.list(var, default=[])]
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} has what is no network ({error}). Write 10.0.0.0/8,192.0.2.7") from error


def _switch(text: str) -> bool:
    """Raises KeyError for what is neither on nor off."""
    on, off = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
    return {**dict.fromkeys(on, True), **dict.fromkeys(off, False)}[text.strip().lower()]


env = _Env()


def log_format() -> str:
    """Of each line of the log: "json" or "text"."""
    production = env.bool("IAMCONSOLE_PRODUCTION", default=False)
    return env.choice("LOG_FORMAT", ("text", "json"), default="json" if production else "text")


def state_dir() -> Path:
    """Where the embedded console keeps its state: database, queue, keys. `make clean` removes it."""
    return Path(env.str("IAMCONSOLE_STATE", default=str(BASE_DIR / "var"))).resolve()


def make_private(folder: Path) -> Path:
    """Makes the state folder, or takes it from the machine's other users: its logs have links to set passwords.

    Raises ImproperlyConfigured for an open folder that isn't ours alone, such as /tmp.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & ~_PRIVATE:
        try:
            if not _is_ours(folder):
                raise PermissionError
            folder.chmod(_PRIVATE)
        except PermissionError as error:
            raise ImproperlyConfigured(
                f"{folder} is open to other users of this machine (mode {mode:04o}). Run: chmod 700 {folder} – or set "
                "IAMCONSOLE_STATE to a folder that is the console’s alone."
            ) from error
    return folder


def _is_ours(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return folder == BASE_DIR / "var" or not names or bool(names & {"keys", "console.lock", "console.sqlite3"})


def with_password(url: str, password: str) -> str:
    """`url` with the password, so that it may come from a file."""
    if not (url and password):
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(parts.username or '')}:{quote(password, safe='')}@{host}"))


def secret(name: str, *, production: bool) -> str:
    """The secret `name` from the environment; outside production, one kept under the state folder.

    In production a missing secret is the empty string, which the system checks refuse.
    """
    given: str = env.str(name, default="")
    return given if given or production else _kept(state_dir() / "keys" / name.lower())


def keys_in(text: str) -> list[str]:
    """Keys, one a line or with commas between; a line that begins with # is a comment."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [key.strip() for line in lines for key in line.split(",") if key.strip()]


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


def texts_by_name(said: Any, *, of: str) -> dict[str, str]:
    """Of a setting in JSON. Raises ImproperlyConfigured where it is anything but texts by names."""
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise ImproperlyConfigured(f'{of} is JSON such as {{"OPS": "https://…"}}: see docs/settings.md.')
    return said
