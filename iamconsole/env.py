"""Reads the environment: every setting that an operator of the console may give is read through here.

A variable that is set to nothing counts as not set: `make`, Compose and shell scripts hand on `NAME=` for what nobody
gave. Secrets may be given as files (`SECRET_KEY_FILE=/run/secrets/secret_key`), whose last line may end in a newline.
Outside production a secret that is not given is made once and kept under the state folder, readable by its owner only.
"""

from __future__ import annotations

import re
import secrets
import stat
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import inf, isfinite
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent
_PRIVATE = 0o700
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")  # of the log
_DATABASE = ("postgres", "postgresql", "sqlite")


class UnreadableSetting(ImproperlyConfigured):
    """A value that a setting can’t have. The text is a sentence for whoever gave it; `fault` ends with no full stop."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"{name} {fault}. What it takes: docs/settings.md.")


class _NonEmptyEnvironment(FileAwareMapping):  # type: ignore[misc]
    """What the environment says, without what it leaves empty. Raises UnreadableSetting for an unreadable file."""

    def __getitem__(self, name: str) -> str:
        try:
            value: str = super().__getitem__(name).removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableSetting(f"{name}_FILE", f"names a file that can’t be read ({error})") from error
        if not value:
            raise KeyError(name)
        return value


class _Env(environ.Env):  # type: ignore[misc]
    """Takes values to the letter: no `$NAME` in a password stands for another variable.

    Each of its methods raises UnreadableSetting for a value that its setting can't have. The sentence repeats a value
    only where the setting is a number, a switch or a choice: others may hold a password.
    """

    ENVIRON = _NonEmptyEnvironment()

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        """The value of `var`, or `default`."""
        if var not in self.ENVIRON:
            if default is self.NOTSET:
                raise UnreadableSetting(var, "isn’t set")
            return self.parse_value(default, cast) if parse_default else default
        if cast in _READERS:
            return _READERS[cast](var, self.ENVIRON[var])
        try:
            return self.parse_value(self.ENVIRON[var], cast)
        except (ValueError, TypeError) as error:
            wanted = "NAME=VALUE, with commas between" if cast is dict else "JSON"
            raise UnreadableSetting(var, f"isn’t {wanted}") from error

    def whole(self, var: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        """A whole number within bounds."""
        return _whole(var, self.str(var, default=str(default)), least=least, most=most)

    def number(self, var: str, default: float, *, zero: bool = False, most: float = inf) -> float:
        """A number above 0; 0 as well where `zero` says so."""
        return _number(var, self.str(var, default=str(default)), zero=zero, most=most)

    def numbers(self, var: str) -> dict[str, float]:
        """Numbers above 0 by name: `UserRead=240,UserCreation=80`."""
        return {name: _number(var, text) for name, text in self.dict(var, default={}).items()}

    def choice(self, var: str, options: Sequence[str], *, default: str) -> str:
        found: str = self.str(var, default=default)
        if found not in options:
            raise UnreadableSetting(var, f"is “{found}”: give one of {', '.join(options)}")
        return found

    def address(self, var: str) -> str:
        """Of a page or a server that is asked by HTTP, such as "https://console.example.org/iam"; "" without."""
        text: str = self.str(var, default="")
        if text and not _is_address(text):
            raise UnreadableSetting(var, "isn’t an address such as https://console.example.org")
        return text

    def origin_and_path(self, var: str) -> tuple[str, str | None]:
        """`("https://a.example", "/iam")` of an address; `("", None)` without either."""
        text = self.address(var).rstrip("/")
        path = urlsplit(text).path
        if not _PATH.fullmatch(path):
            raise UnreadableSetting(var, "has a path with other characters than letters, digits and ._~-")
        return text.removesuffix(path), path or None

    def origins(self, var: str) -> list[str]:
        """Schemes with hosts, without a path, comma-separated; a host may begin with `*.`, as Django takes it."""
        found = [each.strip().rstrip("/") for each in self.list(var, default=[])]
        if wrong := [each for each in found if not _is_address(each) or urlsplit(each).path]:
            raise UnreadableSetting(var, f"has “{wrong[0]}”, which is no origin such as https://console.example.org")
        return found

    def networks(self, var: str) -> list[IPv4Network | IPv6Network]:
        """Addresses and networks, comma-separated."""
        try:
            return [ip_network(text.strip()) for text in self.list(var, default=[])]
        except ValueError as error:
            raise UnreadableSetting(var, f"has what is no network such as 10.0.0.0/8 ({error})") from error

    def zone(self, var: str, default: str) -> str:
        """A time zone by its name in the IANA database."""
        name: str = self.str(var, default=default)
        try:
            ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise UnreadableSetting(var, f"is “{name}”, which is no time zone such as Europe/Berlin") from error
        return name

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """What Django's DATABASES takes."""
        found: dict[str, Any] = self.db_url_config(
            self._server(var, default, _DATABASE, "postgres://user:password@host")
        )
        return found

    def mail(self, var: str, *, default: str) -> dict[str, Any]:
        """Django's settings of mail."""
        schemes, example = self.EMAIL_SCHEMES, "smtp+tls://user:password@host:587"
        found: dict[str, Any] = self.email_url_config(self._server(var, default, schemes, example))
        return found

    def redis(self, var: str) -> str:
        """An address of Redis; "" without."""
        return self._server(var, "", ("", "redis", "rediss"), "redis://host:6379/0")

    def _server(self, var: str, default: str, schemes: Collection[str], example: str) -> str:
        """An address that may have a password in it, which is repeated nowhere."""
        url: str = self.str(var, default=default)
        try:
            parts = urlsplit(url)
            known = (parts.scheme in schemes and parts.port != 0) or not url
        except ValueError:
            known = False
        if not known:
            fault = f"is no address such as {example}; in a password / is written as %2F, @ as %40 and # as %23"
            raise UnreadableSetting(var, fault)
        return url


def _switch(var: str, text: str) -> bool:
    found = {**dict.fromkeys(_ON, True), **dict.fromkeys(_OFF, False)}.get(text.strip().lower())
    if found is None:
        raise UnreadableSetting(var, f"is “{text}”, which is neither on nor off: give 1 or 0")
    return found


def _whole(var: str, text: str, *, least: int = 0, most: int | None = None) -> int:
    try:
        found = int(text)
    except ValueError as error:
        raise UnreadableSetting(var, f"is “{text}”, which isn’t a whole number") from error
    if found < least or (most is not None and found > most):
        bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise UnreadableSetting(var, f"is “{text}”: give a whole number {bounds}")
    return found


def _number(var: str, text: str, *, zero: bool = False, most: float = inf) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise UnreadableSetting(var, f"is “{text}”, which isn’t a number") from error
    if not isfinite(found) or not 0 <= found <= most or not (found or zero):
        bounds = "of 0 or more" if zero else "above 0" if most == inf else f"above 0, at most {most:g}"
        raise UnreadableSetting(var, f"is “{text}”: give a number {bounds}")
    return found


_READERS: dict[Any, Callable[[str, str], Any]] = {bool: _switch, int: _whole, float: _number}


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


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
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    except OSError as error:
        raise UnreadableSetting("IAMCONSOLE_STATE", f"names a folder that can’t be made ({error})") from error
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & ~_PRIVATE:
        try:
            if not _is_ours(folder):
                raise PermissionError
            folder.chmod(_PRIVATE)
        except PermissionError as error:
            raise ImproperlyConfigured(
                f"IAMCONSOLE_STATE: {folder} is open to other users of this machine (mode {mode:04o}). Run: chmod 700 "
                f"{folder} – or name a folder that is the console’s alone. docs/settings.md says more."
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


def texts_by_name(var: str) -> dict[str, str]:
    """Of a setting in JSON."""
    said = env.json(var, default={})
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise UnreadableSetting(var, 'isn’t JSON such as {"OPS": "https://…"}')
    return said
